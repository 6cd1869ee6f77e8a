// Tags and notes: what people say of trials and experiments, and where it is read.
#include "store_fixture.h"

namespace synface::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Kind = Annotation::Kind;

class Annotations : public StoreFixture {
 protected:
  void SetUp() override {
    store_.register_experiment(make_experiment("width"),
                               std::vector{make_trial(1, 100), make_trial(2, 1000)});
  }
  int say(Kind kind, const std::string& trial, const std::string& experiment,
          const std::string& text, std::int64_t number = 0) {
    const Annotation annotation{kind, trial, experiment, text, number};
    return store_.annotate({&annotation, 1});
  }

  Store store_ = open();
};

TEST_F(Annotations, GivenTagsThenTheViewsShowThemAndTakingThemAwayIsTheEnd) {
  EXPECT_EQ(say(Kind::kTag, hash_of(1), "", "bad"), 1);
  EXPECT_EQ(say(Kind::kTag, hash_of(1), "", "bad"), 0);  // it is there
  EXPECT_EQ(say(Kind::kTag, hash_of(1), "", "again"), 1);
  EXPECT_EQ(say(Kind::kTag, "", "width", "paper-1"), 1);
  EXPECT_THAT(rows(store_.database(), "SELECT hash, tags FROM trials ORDER BY hash"),
              ElementsAre(hash_of(1) + "|again,bad", hash_of(2) + "|"));
  EXPECT_THAT(rows(store_.database(), "SELECT tags FROM experiments"), ElementsAre("paper-1"));
  EXPECT_THAT(
      rows(store_.database(), "SELECT hash FROM trials WHERE hash NOT IN (SELECT hash FROM tags)"),
      ElementsAre(hash_of(2)));
  EXPECT_EQ(say(Kind::kUntag, hash_of(1), "", "bad"), 1);
  EXPECT_EQ(say(Kind::kUntag, hash_of(1), "", "bad"), 0);
  EXPECT_EQ(say(Kind::kUntag, "", "width", "paper-1"), 1);
  EXPECT_THAT(rows(store_.database(), "SELECT tag FROM tags"), ElementsAre("again"));
}

TEST_F(Annotations, GivenNotesThenTheyKeepTheirOrderAndOneCanGo) {
  say(Kind::kNote, hash_of(2), "", "bad run, wrong folder");
  say(Kind::kNote, "", "width", "for the talk");
  EXPECT_THAT(
      rows(store_.database(), "SELECT number, experiment, hash, text FROM notes"),
      ElementsAre("1|NULL|" + hash_of(2) + "|bad run, wrong folder", "2|width|NULL|for the talk"));
  EXPECT_EQ(say(Kind::kUnnote, hash_of(1), "", "", 1), 0);  // not that trial's
  EXPECT_EQ(say(Kind::kUnnote, hash_of(2), "", "", 1), 1);
  EXPECT_THAT(rows(store_.database(), "SELECT text FROM notes"), ElementsAre("for the talk"));
}

TEST_F(Annotations, GivenAnUnknownTargetOrNoTagThenNothingOfTheWholeIsWritten) {
  const std::vector<Annotation> two = {{Kind::kTag, hash_of(1), "", "good", 0},
                                       {Kind::kTag, hash_of(9), "", "good", 0}};
  const auto [code, words] = error_of([&] { store_.annotate(two); });
  EXPECT_EQ(code, ExitCode::kUsage);
  EXPECT_THAT(words, HasSubstr("there is no trial"));
  EXPECT_THAT(rows(store_.database(), "SELECT * FROM tags"), IsEmpty());
  EXPECT_THAT(error_of([&] { say(Kind::kTag, hash_of(1), "", "two words"); }).second,
              HasSubstr("is no tag"));
  EXPECT_THAT(error_of([&] { say(Kind::kTag, hash_of(1), "", "it's"); }).second,
              HasSubstr("is no tag"));
}

TEST_F(Annotations, GivenAMergeThenTheyComeAlongOnce) {
  const auto other = folder_.path() / "other.sqlite";
  {
    Store theirs = Store::open(other);
    theirs.register_experiment(make_experiment("width"), std::vector{make_trial(2, 1000)});
    const std::vector<Annotation> all = {{Kind::kTag, hash_of(2), "", "bad", 0},
                                         {Kind::kTag, "", "width", "theirs", 0},
                                         {Kind::kNote, hash_of(2), "", "a note", 0}};
    theirs.annotate(all);
    theirs.close();
  }
  for (int i = 0; i < 2; ++i) store_.merge_database(other);
  EXPECT_THAT(rows(store_.database(), "SELECT hash, tag FROM tags"),
              ElementsAre(hash_of(2) + "|bad"));
  EXPECT_THAT(rows(store_.database(), "SELECT tags FROM experiments"), ElementsAre("theirs"));
  EXPECT_THAT(rows(store_.database(), "SELECT hash, text FROM notes"),
              ElementsAre(hash_of(2) + "|a note"));
}

}  // namespace
}  // namespace synface::store
