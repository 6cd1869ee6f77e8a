// synface tag, synface note: what people say of trials and experiments.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "output.h"
#include "synface/schedule/writer.h"

namespace synface::cli {
namespace {

using store::Annotation;

// A trial by its hash or number, or an experiment by its name.
Annotation aimed_at(store::Database& db, const std::string& target) {
  Annotation annotation;
  auto known = db.prepare("SELECT 1 FROM experiment WHERE name = ?");
  if (known.with(target).step()) {
    annotation.experiment = target;
  } else {
    annotation.trial = report::find_trial(db, target);
  }
  return annotation;
}

int annotate(const Globals& globals, const std::vector<Annotation>& annotations,
             const std::string& done) {
  const auto result = schedule::annotate(globals.database, annotations);
  if (globals.json) {
    std::cout << nlohmann::json{{"changed", result.changed}, {"handed_to", result.handed_to}}.dump(
                     2)
              << "\n";
  } else if (!result.handed_to.empty()) {
    std::cout << fmt::format("handed to {}, which holds the database and writes it\n",
                             result.handed_to);
  } else {
    std::cout << (result.changed == 0 ? "nothing changed\n" : done + "\n");
  }
  return 0;
}

std::string counted(std::size_t n) {
  return fmt::format("{} {}", n, n == 1 ? "target" : "targets");
}

}  // namespace

void add_tag(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("tag", "tag trials or experiments, to find or leave them out");
  command->footer(
      "`ls`, `compare` and `export` take --tag and --without; view `tags` has them for `query`.\n\n"
      "Examples:\n  synface tag bad 3fa9c1 9bd02e\n  synface tag first quickstart\n"
      "  synface tag bad 3fa9c1 --remove");
  struct Options {
    std::string tag;
    std::vector<std::string> targets;
    bool remove = false;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("tag", options->tag, "letters, digits, '_', '-' and '.'")->required();
  command->add_option("targets", options->targets, "trials (hash or number), experiments (name)")
      ->required();
  command->add_flag("--remove", options->remove, "take the tag away");
  command->callback([&globals, &action, options] {
    action = [&globals, options] {
      store::check_tag(options->tag);
      schedule::bring_forward(globals.database);
      std::vector<Annotation> annotations;
      {
        auto db = open_results(globals);
        for (const auto& target : options->targets) {
          auto& one = annotations.emplace_back(aimed_at(db, target));
          one.kind = options->remove ? Annotation::Kind::kUntag : Annotation::Kind::kTag;
          one.text = options->tag;
        }
      }
      return annotate(globals, annotations,
                      fmt::format("{}: {} {}", options->tag, counted(annotations.size()),
                                  options->remove ? "untagged" : "tagged"));
    };
  });
}

void add_note(CLI::App& app, const Globals& globals, Action& action) {
  auto* command = app.add_subcommand("note", "leave a note with a trial or an experiment");
  command->footer(
      "`ls` shows the last one, `show` all of a trial, view `notes` all there are.\n\n"
      "Examples:\n  synface note 3fa9c1 \"bad run, wrong folder\"\n"
      "  synface note quickstart \"for the talk\"\n  synface note 3fa9c1 --remove 4");
  struct Options {
    std::string target, text;
    std::optional<std::int64_t> remove;
  };
  const auto options = std::make_shared<Options>();
  command->add_option("target", options->target, "a trial (hash or number) or an experiment (name)")
      ->required();
  auto* text = command->add_option("text", options->text, "the note");
  command->add_option("--remove", options->remove, "take the note of this number away")
      ->type_name("NUMBER")
      ->excludes(text);
  command->callback([&globals, &action, options] {
    action = [&globals, options] {
      if (options->text.empty() && !options->remove) {
        fail(ExitCode::kUsage,
             "no note was given: synface note {} \"...\" (`synface show` reads "
             "notes)",
             options->target);
      }
      schedule::bring_forward(globals.database);
      Annotation annotation;
      {
        auto db = open_results(globals);
        annotation = aimed_at(db, options->target);
      }
      annotation.kind = options->remove ? Annotation::Kind::kUnnote : Annotation::Kind::kNote;
      annotation.text = options->text;
      annotation.number = options->remove.value_or(0);
      return annotate(globals, {annotation}, options->remove ? "the note is gone" : "noted");
    };
  });
}

}  // namespace synface::cli
