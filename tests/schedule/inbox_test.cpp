// Requests that one process hands to another.
#include "inbox.h"

#include <gtest/gtest.h>

#include <fstream>

#include "grid.h"
#include "synface/base/file.h"

namespace synface::schedule {
namespace {

TEST(Inbox, ARequestComesOutAsItWentIn) {
  const TemporaryFolder folder;
  Message message;
  message.request = testing::grid("g", 3, {{"steps", 5}});
  message.request.experiment.whole = false;
  const auto file = post(folder.path() / "inbox", message);

  std::vector<std::string> refused;
  const auto messages = waiting(folder.path() / "inbox", refused);

  ASSERT_EQ(messages.size(), 1U);
  EXPECT_TRUE(refused.empty());
  EXPECT_EQ(messages[0].file, file);
  EXPECT_EQ(messages[0].request.experiment.name, "g");
  EXPECT_EQ(messages[0].request.experiment.question, message.request.experiment.question);
  EXPECT_FALSE(messages[0].request.experiment.whole);
  ASSERT_EQ(messages[0].request.trials.size(), 3U);
  EXPECT_EQ(messages[0].request.trials[2].config, message.request.trials[2].config);
  EXPECT_EQ(messages[0].request.trials[2].spec, message.request.trials[2].spec);
  EXPECT_EQ(messages[0].request.trials[2].training_hash, message.request.trials[2].training_hash);
}

TEST(Inbox, ARetryKeepsItsExperimentAndThatItHasNone) {
  const TemporaryFolder folder;
  Message message;
  message.kind = Message::Kind::kRetry;
  message.diverged_too = true;
  post(folder.path(), message);
  message.experiment = "g";
  message.diverged_too = false;
  post(folder.path(), message);
  std::vector<std::string> refused;
  auto messages = waiting(folder.path(), refused);
  ASSERT_EQ(messages.size(), 2U);
  if (messages[0].experiment) std::swap(messages[0], messages[1]);  // posted in one millisecond
  EXPECT_TRUE(messages[0].diverged_too);
  EXPECT_FALSE(messages[0].experiment);
  EXPECT_EQ(messages[1].experiment, "g");
}

TEST(Inbox, TagsAndNotesComeOutAsTheyWentIn) {
  const TemporaryFolder folder;
  Message message;
  message.kind = Message::Kind::kAnnotate;
  message.annotations = {{store::Annotation::Kind::kTag, "ab", "", "bad", 0},
                         {store::Annotation::Kind::kUnnote, "", "g", "", 4}};
  post(folder.path(), message);
  std::vector<std::string> refused;
  const auto messages = waiting(folder.path(), refused);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].kind, Message::Kind::kAnnotate);
  ASSERT_EQ(messages[0].annotations.size(), 2U);
  EXPECT_EQ(messages[0].annotations[0].trial, "ab");
  EXPECT_EQ(messages[0].annotations[0].text, "bad");
  EXPECT_EQ(messages[0].annotations[1].kind, store::Annotation::Kind::kUnnote);
  EXPECT_EQ(messages[0].annotations[1].experiment, "g");
  EXPECT_EQ(messages[0].annotations[1].number, 4);
}

TEST(Inbox, WhatIsNoRequestIsPutAsideAndNamed) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "a.json") << "{\"format\": 1";
  std::ofstream(folder.path() / "b.json") << "{\"format\": 2, \"kind\": \"run\"}";
  std::ofstream(folder.path() / ".c.json.tmp1") << "half";
  std::vector<std::string> refused;
  EXPECT_TRUE(waiting(folder.path(), refused).empty());
  EXPECT_EQ(refused.size(), 2U);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "a.json.refused"));
  EXPECT_TRUE(waiting(folder.path(), refused).empty());
  EXPECT_EQ(refused.size(), 2U) << "it is named once";
}

TEST(Inbox, AFolderThatIsNotThereHoldsNothing) {
  std::vector<std::string> refused;
  EXPECT_TRUE(waiting("/nonexistent/inbox", refused).empty());
}

}  // namespace
}  // namespace synface::schedule
