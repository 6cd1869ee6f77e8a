// What a wrong experiment file or command line gets.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/bad_input.h"
#include "support/photographs.h"
#include "support/records.h"

namespace synface::test {
namespace {

// `run bad.toml` of the tiny experiment with a line added as its line 11 (its tables end there).
BadInput with_line(std::string name, std::string line, int code, std::vector<std::string> says) {
  return {std::move(name),
          [line](Sandbox& sandbox) { sandbox.write("bad.toml", tiny(line + "\n", "bad")); },
          {"run", "bad.toml"},
          code,
          std::move(says)};
}

// `run bad.toml --set KEY=VALUE` of the tiny experiment.
BadInput with_set(std::string name, std::string assignment, int code,
                  std::vector<std::string> says) {
  return {std::move(name),
          [](Sandbox& sandbox) { sandbox.write("bad.toml", tiny("", "bad")); },
          {"run", "bad.toml", "--set", std::move(assignment)},
          code,
          std::move(says)};
}

BadInput with_file(std::string name, std::string text, int code, std::vector<std::string> says) {
  return {std::move(name),
          [text](Sandbox& sandbox) { sandbox.write("bad.toml", text); },
          {"run", "bad.toml"},
          code,
          std::move(says)};
}

std::string numbers_to(int n) {
  std::string list = "0";
  for (int i = 1; i < n; ++i) list += fmt::format(", {}", i);
  return list;
}

TEST(BadExperiment, KeysAndValuesAreNamedWithTheirPlaceAndTheRemedy) {
  expect_refused({
      with_line("unknown table", "[trian]\nbatch_size = 8", 2, {"bad.toml:9:", "trian", "train"}),
      with_line("unknown key", "[augment]\nflop = true", 2, {"bad.toml:10:1", "flop", "flip"}),
      with_set("unknown key in --set", "train.batchsize=8", 2, {"batchsize", "batch_size"}),
      with_set("unknown key of a plugin", "loss.scael=8", 2, {"scael", "scale"}),
      with_set("wrong type", "train.batch_size=\"eight\"", 2, {"train.batch_size", "integer"}),
      with_line("wrong type in the file", "[augment]\nflip = \"yes\"", 2,
                {"bad.toml:10:", "flip", "boolean"}),
      with_set("out of the host's range", "train.batch_size=0", 2, {"batch_size", "1"}),
      with_set("out of a plugin's range", "loss.scale=-1.0", 2, {"scale", "-1"}),
      with_set("a choice that is none", "train.schedule=\"cosin\"", 2, {"schedule", "cosine"}),
      with_set("a seed of the held-out people among the training seeds", "seed.test=0", 2,
               {"seed.test", "seed.data"}),
  });
}

TEST(BadExperiment, AxesThatCannotBeAreNamed) {
  expect_refused({
      with_line("empty axis", "[axes]\nproduct = { \"train.learning_rate\" = [] }", 2,
                {"bad.toml:10:", "train.learning_rate", "empty"}),
      with_line("unknown axis", "[axes]\nproduct = { \"train.learning_rat\" = [0.1] }", 2,
                {"bad.toml:10:", "learning_rat", "learning_rate"}),
      with_line("zip of unequal lengths",
                "[axes]\nzip = [ { \"train.learning_rate\" = [0.1, 0.2], \"loss.scale\" = [8] } ]",
                2, {"bad.toml:10:", "2", "1"}),
      with_line("more than a million cells",
                fmt::format("[seed]\ndata = [{0}]\ntrain = [{0}]", numbers_to(1001)), 2,
                {"bad.toml:", "1,000,000"}),
      with_line("a contrast of an axis that is none",
                "[primary]\nmetric = \"heldout.auc\"\ncontrast = \"loss.margin = 1 against 2\"", 2,
                {"bad.toml", "loss.margin"}),
  });
}

TEST(BadExperiment, FilesThatCannotBeReadAreNamed) {
  expect_refused({
      {"no such file", {}, {"run", "nothing.toml"}, 2, {"nothing.toml", "no such file"}},
      with_file("no TOML", "name = [1,\n\nloss = {", 2, {"bad.toml:"}),
      with_file("not text",
                std::string("\x7f"
                            "ELF\0\1\2",
                            7),
                2, {"bad.toml"}),
      with_file("empty file", "", 2, {"generator", "bad.toml"}),
      with_file("a missing include", "include = \"base.toml\"\n", 2, {"bad.toml:1:", "base.toml"}),
      with_file("a circle of includes", "include = \"bad.toml\"\n", 2, {"bad.toml", "circle"}),
  });
}

TEST(BadExperiment, WhatDoesNotGoTogetherIsAnErrorOfThePlan) {
  expect_refused({
      {"a latent mixup of a generator that has only pictures",
       [](Sandbox& sandbox) {
         make_photographs(sandbox / "photographs");
         sandbox.write("bad.toml", tiny("[[mixup]]\nplugin = \"identity\"\n", "bad"));
       },
       {"plan", "bad.toml", "--set",
        "generator={plugin = \"folder\", path = \"photographs/images\", size = 32}"},
       2,
       {"identity", "latent", "folder"}},
      {"domain mixup without real people",
       [](Sandbox& sandbox) {
         sandbox.write("bad.toml", tiny("[[mixup]]\nplugin = \"domain\"\n", "bad"));
       },
       {"plan", "bad.toml"},
       2,
       {"real.train"}},
      {"training people among the test people",
       [](Sandbox& sandbox) {
         make_photographs(sandbox / "photographs");
         sandbox.write("bad.toml", tiny("[[mixup]]\nplugin = \"domain\"\n", "bad"));
       },
       {"run", "bad.toml", "--set", R"(benchmark=[{plugin = "verification", set = "real"}])",
        "--set", "real.train=photographs/images", "--set", "real.images=photographs/images",
        "--set", "real.pairs=photographs/pairs.txt"},
       2,
       {"6 of 6 people of real.images", "Person_0", "real.allow_overlap"}},
      with_set("more threads than the machine has", "train.threads=1000", 2,
               {"train.threads", "1000"}),
      with_set("more memory than the machine has", "run.memory_limit=999999999", 2,
               {"memory_limit"}),
      with_set("a frozen backbone cannot be trained", "backbone={plugin = \"lbp\"}", 2, {"lbp"}),
      with_set("a GPU that is not there", "run.device=\"cuda:63\"", 7, {"cuda:63", "looked for"}),
  });
}

TEST(BadExperiment, CommandsThatDoNotExistGetANearOne) {
  expect_refused({
      {"unknown command", {}, {"rnu", "x.toml"}, 2, {"rnu", "run"}},
      {"unknown option", {}, {"ls", "--jsom"}, 2, {"--jsom"}},
      {"no command", {}, {}, 2, {"run"}},
      {"a write through query", {}, {"query", "DELETE FROM trial"}, 2, {"read"}},
      {"no SQL", {}, {"query", "SELEC 1"}, 2, {"SELEC"}},
      {"a trial that is none", {}, {"show", "ffffffffffff"}, 2, {"ffffffffffff"}},
      {"an experiment that is none", {}, {"ls", "erlier"}, 2, {"erlier", "earlier"}},
  });
}

}  // namespace
}  // namespace synface::test
