#include "catalogue.h"

#include <synface/base/error.h>

#include <algorithm>
#include <array>

namespace synface::plugin::check {
namespace {

constexpr Test kTests[] = {
    {"file-note",
     kFileOnly,
     "",
     file_note,
     "Reads the ELF file and its note.",
     "What has no note, or one of another draft, is refused before any of it runs.",
     {"note.h", "An ELF note (section `.note.synface`, in a PT_NOTE segment)"}},
    {"file-symbols",
     kFileOnly,
     "file-note",
     file_symbols,
     "Lists the dynamic symbols: exactly one is exported.",
     "A symbol too many can take the place of another library's.",
     {"base.h", "a shared library that exports ONE symbol"}},
    {"file-torch",
     kFileOnly,
     "file-note",
     file_torch,
     "Compares the note's torch line with the libraries that the file needs.",
     "Two LibTorch in one process crash at their registration.",
     {"note.h", "present exactly if the library links LibTorch"}},
    {"file-libraries",
     kFileOnly,
     "file-note",
     file_libraries,
     "Looks at the other libraries that the file needs.",
     "A library that the host's system has in another version breaks the plugin there.",
     {"note.h", "Loading runs constructors and resolves libraries"}},
    {"file-stack",
     kFileOnly,
     "file-note",
     file_stack,
     "The file does not ask for an executable stack.",
     "Loading it would make the stack of the whole process executable, and fails under SELinux.",
     {"base.h", "Global state of the process"}},
    {"file-relocations",
     kFileOnly,
     "file-note",
     file_relocations,
     "The code has no relocations.",
     "Code that is changed at load time cannot be shared and is refused by hardened systems.",
     {"base.h", "a shared library that exports ONE symbol"}},
    {"load",
     kFileOnly,
     "file-note",
     load,
     "Loads the library, compares its entry with the note and the ABI, calls init().",
     "A plugin that cannot start is found before a run.",
     {"entry.h", "so that a plugin that cannot start is found before a run"}},
    {"param-docs",
     kAllKinds,
     "load",
     param_docs,
     "The plugin and each of its parameters have a sentence of documentation.",
     "`synface plugin info` and the reference page show nothing else.",
     {"param.h", "one sentence: what it does"}},
    {"param-schema",
     kAllKinds,
     "load",
     param_schema,
     "The host accepts each default, refuses an unknown key and a value of a wrong type, and the "
     "index of each choice is right.",
     "A plugin that trusts an index gets another choice than the user wrote.",
     {"param.h", "one of `choices`; i64 is its index"}},
    {"create",
     kAllKinds,
     "load",
     create,
     "Makes an instance with the default parameters and destroys it.",
     "Nothing else can be looked at otherwise.",
     {"instance.h", "On success writes a handle that is not NULL"}},
    {"create-many",
     kAllKinds,
     "create",
     create_many,
     "Makes hundreds of instances, several at a time, destroys them in any order and counts the "
     "memory that is left.",
     "A grid makes thousands of instances in one process.",
     {"instance.h", "Ends an instance; no call is running in it"}},
    {"bare-host",
     kAllKinds,
     "create",
     bare_host,
     "Makes an instance for a host that offers no extension.",
     "Another host, or a later one, may not offer a service; NULL must not be called.",
     {"host.h", "A plugin must cope with NULL"}},
    {"unknown-extension",
     kAllKinds,
     "create",
     unknown_extension,
     "Asks the instance for extensions that do not exist, with nearly right ids.",
     "A host would take a table for another one.",
     {"instance.h", "An optional capability of the instance by its id, NULL when it has none"}},
    {"description-stable",
     kAllKinds,
     "create",
     description_stable,
     "Asks an instance several times what it is.",
     "The host asks once and plans by the answer.",
     {"base.h", "What a plugin lends (strings, tables) lives as long as the library"}},
    {"param-bounds",
     kAllKinds,
     "create",
     param_bounds,
     "Makes instances at both ends of each parameter's range and with each choice.",
     "A grid will go there.",
     {"param.h", "of a number or of each element of a list"}},
    {"param-random",
     kAllKinds,
     "create",
     param_random,
     "Makes instances with random parameters in their ranges.",
     "Combinations that do not work are to be refused in words.",
     {"entry.h", "const synface_param* const* params;"}},
    {"hostile-strings",
     kAllKinds,
     "create",
     hostile_strings,
     "Gives texts that end at an inaccessible page, hold format directives or are 4,000 bytes "
     "long.",
     "Texts are not NUL-terminated; what lies behind them is not the plugin's.",
     {"base.h", "UTF-8 text of `size` bytes, not NUL-terminated"}},
};

}  // namespace

std::span<const Test> tests() {
  return kTests;
}

const Test* find_test(std::string_view id) {
  const auto at =
      std::find_if(std::begin(kTests), std::end(kTests), [&](const Test& t) { return t.id == id; });
  return at == std::end(kTests) ? nullptr : &*at;
}

Verdict verdict_of(const Test& test, Scene& scene) {
  try {
    test.run(scene);
    return {};
  } catch (const Verdict& verdict) {
    return verdict;
  } catch (const CallFailed& failure) {
    return {Status::kFailed, fmt::format("{}() succeeds", failure.call), failure.text()};
  } catch (const Error& e) {
    if (e.code() == ExitCode::kUsage) return {Status::kSkipped, {}, e.what()};
    return {Status::kFailed, "the plugin keeps the contract of its kind", e.what()};
  } catch (const std::bad_alloc&) {
    return {Status::kFailed, "memory for the check itself",
            "the process has used up its address space"};
  } catch (const std::exception& e) {
    return {Status::kFailed, "the check itself goes on", e.what()};
  }
}

std::vector<Described> catalogue() {
  std::vector<Described> list;
  for (const Test& test : kTests) {
    Described d{test.id, test.what, test.why, place_of(test.rule), test.rule.words, test.needs, {}};
    for (const Kind kind : kKinds) {
      if ((test.kinds & kind_bit(kind)) != 0) d.kinds.push_back(to_text(kind));
    }
    list.push_back(std::move(d));
  }
  return list;
}

}  // namespace synface::plugin::check
