#include "synface/experiment/keys.h"

#include <fmt/format.h>

#include <cmath>

namespace synface::experiment {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kSeedMax = 9007199254740992.0;  // 2^53: exact in JSON readers that use doubles
using enum KeyType;
using enum KeyUse;

constexpr Key kKeys[] = {
    // ---- what it is about
    {"", "name", kString, kDescription, "", "",
     "Names the experiment in the database and in reports; without it the file's own name."},
    {"", "question", kString, kDescription, "\"\"", "",
     "The question that the experiment answers, printed above its table."},
    {"", "include", kFree, kDescription, "", "",
     "A file or a list of files to read first; what this file says wins."},
    {"primary", "metric", kString, kDescription, "\"\"", "",
     "The one outcome on which the answer rests, stated before the run: BENCHMARK.METRIC, as "
     "in heldout.auc."},
    {"primary", "contrast", kString, kDescription, "\"\"", "",
     "The one comparison on which the answer rests: `AXIS = VALUE against VALUE`."},

    // ---- seeds
    {"seed", "data", kInteger, kTraining, "0", "",
     "Which people and which pictures the generator makes. A list is an axis.", 0, kSeedMax},
    {"seed", "train", kInteger, kTraining, "0", "",
     "Initialisation, order and augmentation. A list is an axis.", 0, kSeedMax},
    {"seed", "real", kInteger, kRealMixing, "0", "",
     "Which real people and photographs are drawn from real.train. A list is an axis.", 0,
     kSeedMax},
    {"seed", "test", kInteger, kEvaluation, "1000003", "",
     "The held-out people, the same for all cells; must differ from every seed.data.", 0, kSeedMax},

    // ---- the training set
    {"generator", "plugin", kString, kTraining, "", "",
     "The generator of the training and held-out people. Required."},
    {"generator", "identities", kInteger, kTraining, "0", "people",
     "N of Syn_N_S. 0: all that the generator has (an unbounded one wants a number).", 0, 16777216},
    {"generator", "samples", kInteger, kTraining, "0", "images",
     "S of Syn_N_S: images of each identity. 0: all that there are.", 0, 16777216},
    {"generator", "size", kSize, kTraining, "112", "px",
     "Side of the square images, or [height, width].", 16, 1024},
    {"mixup[]", "plugin", kString, kTraining, "", "",
     "The mixup. Entries apply in their order. Required."},
    {"mixup[]", "when", kFree, kDescription, "", "",
     "The condition under which the entry is there: `\"im\"`, `\"not im\"`, or a table of keys and "
     "values."},

    // ---- the network
    {"backbone", "plugin", kString, kTraining, "", "",
     "The network, images to embeddings. Required."},
    {"backbone", "embedding", kInteger, kTraining, "128", "",
     "Length of an embedding. A backbone with a length of its own overrules it.", 2, 8192},
    {"loss", "plugin", kString, kTraining, "", "", "The loss. Required."},

    // ---- training
    {"train", "images_seen", kInteger, kTraining, "120000", "images",
     "The budget: images that pass through the network. 0 leaves it untrained (a floor).", 0, 1e12},
    {"train", "epochs", kNumber, kTraining, "", "",
     "The budget in passes over the training set, in place of images_seen (the paper's mode; small "
     "sets then get fewer updates).",
     0, 1e6},
    {"train", "batch_size", kInteger, kTraining, "64", "images", "Images of one step.", 1, 65536},
    {"train", "threads", kInteger, kTraining, "1", "",
     "Threads of one trial; part of its numerics.", 1, 1024},
    {"train", "learning_rate", kNumber, kTraining, "0.1", "", "Peak learning rate of SGD.", 0, 1000,
     true},
    {"train",
     "schedule",
     kChoice,
     kTraining,
     "\"cosine\"",
     "",
     "How the learning rate falls after the warm-up.",
     -kInf,
     kInf,
     false,
     false,
     {},
     "cosine|step|constant"},
    {"train", "warmup", kNumber, kTraining, "0.05", "fraction",
     "Part of the training over which the learning rate rises linearly from 0.", 0, 1, false, true},
    {"train", "milestones", kNumberList, kTraining, "[0.6, 0.75, 0.9]", "fraction",
     "Parts of the training after which schedule = \"step\" divides the learning rate by 10 (the "
     "paper's 24, 30, 36 of 40 epochs).",
     0, 1, true, true},
    {"train", "momentum", kNumber, kTraining, "0.9", "", "Momentum of SGD.", 0, 1, false, true},
    {"train", "nesterov", kBoolean, kTraining, "true", "", "Nesterov's form of the momentum."},
    {"train", "weight_decay", kNumber, kTraining, "0.0005", "",
     "L2 penalty on all weights that do not ask to be spared.", 0, 1},
    {"train", "margin_ramp", kNumber, kTraining, "0.0", "fraction",
     "Part of the training over which every margin rises from 0 to its value.", 0, 1, false, false,
     "0.0"},
    {"train", "precision", kChoice, kTraining, "\"float32\"", "",
     "Arithmetic of forward and backward; weights stay float32.", -kInf, kInf, false, false,
     "\"float32\"", "float32|bfloat16"},
    {"train", "deterministic", kBoolean, kTraining, "true", "",
     "Only algorithms that give the same bits each time; false may be faster on CUDA.", -kInf, kInf,
     false, false, "true"},
    {"train", "isa", kChoice, kTraining, "\"auto\"", "",
     "Pins the CPU's instruction set, so that different machines give the same bits.", -kInf, kInf,
     false, false, "\"auto\"", "auto|default|avx2|avx512"},
    {"train", "shuffle_labels", kBoolean, kTraining, "false", "",
     "Planted effect: labels are permuted over the images, so that nothing can be learnt.", -kInf,
     kInf, false, false, "false"},
    {"train", "calibrate", kBoolean, kTraining, "false", "",
     "Of an untrained network: takes batch normalisation's statistics from training images first.",
     -kInf, kInf, false, false, "false"},
    {"train", "checkpoint_every_s", kNumber, kRun, "30.0", "s", "Seconds between checkpoints.", 0.1,
     86400},
    {"train", "keep_checkpoints", kBoolean, kRun, "false", "",
     "Keeps the last checkpoint of a finished trial."},

    // ---- augmentation
    {"augment", "flip", kBoolean, kTraining, "true", "",
     "Mirrors half of the images left to right."},
    {"augment", "scale", kNumber, kTraining, "0.12", "fraction",
     "Zoom, uniform in 1 - scale to 1 + scale.", 0, 0.9},
    {"augment", "rotation", kNumber, kTraining, "8.0", "degrees",
     "Rotation, uniform in -rotation to rotation.", 0, 180},
    {"augment", "shift", kNumber, kTraining, "0.04", "fraction",
     "Shift as a part of the image's side, uniform in -shift to shift, in x and y.", 0, 1},
    {"augment", "color", kNumber, kTraining, "0.2", "fraction",
     "Strength of the jitter of brightness, contrast and saturation.", 0, 1},
    {"augment", "blur", kNumber, kTraining, "0.1", "probability",
     "Share of images that are blurred.", 0, 1},
    {"augment", "erasing", kNumber, kTraining, "0.3", "probability",
     "Share of images of which a rectangle is erased.", 0, 1},
    {"augment", "warp", kNumber, kTraining, "0.0", "fraction",
     "Perspective: each corner moves by a part of the side, uniform in -warp to warp, in x and y.",
     0, 0.2, false, false, "0.0"},
    {"augment", "resample", kNumber, kTraining, "0.0", "probability",
     "Share of images that are made smaller, to 35% to 85% of the side, and larger again.", 0, 1,
     false, false, "0.0"},
    {"augment", "jpeg", kNumber, kTraining, "0.0", "probability",
     "Share of images that go through JPEG of quality 30 to 95, chroma at half the resolution.", 0,
     1, false, false, "0.0"},
    {"augment", "gamma", kNumber, kTraining, "0.0", "",
     "Gamma: v in 0 to 1 becomes v^(e^u), u uniform in -gamma to gamma.", 0, 2, false, false,
     "0.0"},
    {"augment", "contrast", kNumber, kTraining, "0.0", "fraction",
     "Contrast about the mean grey by a factor in 1 - contrast to 1 + contrast, beside that of "
     "color.",
     0, 1, false, false, "0.0"},
    {"augment", "white_balance", kNumber, kTraining, "0.0", "fraction",
     "Red and blue by a factor each in 1 - white_balance to 1 + white_balance, beside those of "
     "color.",
     0, 1, false, false, "0.0"},
    {"augment", "grey", kNumber, kTraining, "0.0", "probability",
     "Share of images that lose their colour.", 0, 1, false, false, "0.0"},

    // ---- real photographs
    {"real", "train", kPath, kRealMixing, "\"\"", "",
     "Folder of real people (one folder each) that mixups with a second set read, and to which "
     "benchmarks with set = \"real\" that fit a map fit it."},
    {"real", "identities", kInteger, kRealMixing, "0", "people",
     "How many of them are drawn. 0: all.", 0, 16777216},
    {"real", "samples", kInteger, kRealMixing, "0", "images",
     "How many photographs of each are drawn; people with fewer are passed over. 0: all.", 0,
     16777216},
    {"real", "images", kPath, kEvaluation, "\"\"", "",
     "Folder of real photographs that benchmarks with set = \"real\" read."},
    {"real", "pairs", kPath, kEvaluation, "\"\"", "",
     "The pairs file that belongs to real.images."},
    {"real", "allow_overlap", kBoolean, kRun, "false", "",
     "Allows people of the training photographs among those of real.images, which is an error "
     "otherwise; `plan`, `run`, `compare`, reports and `show` then say so."},

    // ---- evaluation
    {"heldout", "identities", kInteger, kEvaluation, "200", "people",
     "Held-out people, rendered from seed.test.", 2, 16777216},
    {"heldout", "samples", kInteger, kEvaluation, "6", "images", "Images of each held-out person.",
     2, 65536},
    {"heldout", "generator", kFree, kEvaluation, "", "",
     "Who renders them: a table as [generator] has it, of a plugin that draws new people. Without "
     "it the trial's own generator with all its parameters at their defaults, so that the held-out "
     "people are the same for every cell."},
    {"benchmark[]", "plugin", kString, kEvaluation, "", "", "The benchmark. Required."},
    {"benchmark[]", "name", kString, kEvaluation, "", "",
     "Prefix of its metrics; without it the name of its set, or the plugin's id."},
    {"benchmark[]",
     "set",
     kChoice,
     kEvaluation,
     "\"heldout\"",
     "",
     "The images that it is given.",
     -kInf,
     kInf,
     false,
     false,
     {},
     "heldout|real|train|none"},
    {"benchmark[]", "optional", kBoolean, kDescription, "false", "",
     "Leaves the benchmark out, with a word, where its set is not given."},
    {"benchmark[]", "when", kFree, kDescription, "", "", "As for a mixup."},

    // ---- floors
    {"floor[]", "name", kString, kDescription, "", "",
     "What the floor is called in reports. Required."},
    {"floor[]", "set", kFree, kDescription, "", "",
     "A table of keys and values that make the floor of the experiment's first cell. A seed may be "
     "a list."},
    {"floor[]", "over", kFree, kDescription, "[]", "",
     "The axes over which the floor is repeated; all others stay at their first value."},

    // ---- axes
    {"axes", "product", kFree, kDescription, "", "",
     "A table: key = list of values; every combination is a cell."},
    {"axes", "zip", kFree, kDescription, "", "",
     "A list of tables whose lists, equally long, move together."},
    {"axes", "exclude", kFree, kDescription, "", "",
     "A list of conditions; a cell that meets one is left out."},
    {"axes", "only", kFree, kDescription, "", "",
     "A list of conditions; where given, a cell that meets none is left out."},

    // ---- how it is run
    {"run", "jobs", kInteger, kRun, "0", "",
     "Trials at once. 0: as many as the machine's cores carry.", 0, 1024},
    {"run", "device", kString, kRun, "\"cpu\"", "",
     "\"cpu\", \"cuda\" or \"cuda:1\". Recorded with every attempt."},
    {"run", "retries", kInteger, kRun, "1", "",
     "How often a trial that failed by its own fault is tried again.", 0, 100},
    {"run", "time_limit", kNumber, kRun, "0.0", "s",
     "Ends an attempt that takes longer. 0: no limit.", 0, 1e8},
    {"run", "memory_limit", kInteger, kRun, "0", "MiB",
     "Ends an attempt that takes more memory. 0: 15/16 of what the machine has.", 0, 1e9},
};

std::string_view normal(std::string_view section) {
  if (section == "mixup" || section == "mixup[]") return "mixup[]";
  if (section == "benchmark" || section == "benchmark[]") return "benchmark[]";
  if (section == "floor" || section == "floor[]") return "floor[]";
  return section;
}

std::string number(double value) {
  return fmt::format("{}", value);
}

}  // namespace

std::string Key::path() const {
  return section.empty() ? std::string(name) : fmt::format("{}.{}", section, name);
}

std::span<const Key> host_keys() {
  return kKeys;
}

std::vector<const Key*> keys_of(std::string_view section) {
  std::vector<const Key*> keys;
  const auto wanted = normal(section);
  for (const auto& key : kKeys) {
    if (key.section == wanted) keys.push_back(&key);
  }
  return keys;
}

const Key* find_key(std::string_view section, std::string_view name) {
  const auto wanted = normal(section);
  for (const auto& key : kKeys) {
    if (key.name == name && key.section == wanted) return &key;
  }
  return nullptr;
}

bool is_host_key(std::string_view section, std::string_view name) {
  return find_key(section, name) != nullptr;
}

bool is_plugin_section(std::string_view section) {
  return !plugin_kind(section).empty();
}

std::string_view plugin_kind(std::string_view section) {
  for (const std::string_view kind : {"generator", "mixup", "backbone", "loss", "benchmark"}) {
    if (section == kind ||
        (normal(section) == section && section.starts_with(kind) && section.ends_with("[]"))) {
      return kind;
    }
  }
  return {};
}

std::string range_text(const Key& key) {
  const bool low = std::isfinite(key.min), high = std::isfinite(key.max);
  if (low && high) {
    return fmt::format("{}{} to {}{}", key.min_exclusive ? "above " : "", number(key.min),
                       key.max_exclusive ? "below " : "", number(key.max));
  }
  if (low) return fmt::format("{} {}", key.min_exclusive ? "above" : "at least", number(key.min));
  if (high) return fmt::format("{} {}", key.max_exclusive ? "below" : "at most", number(key.max));
  return {};
}

std::string_view type_text(KeyType type) {
  switch (type) {
    case kBoolean:
      return "boolean";
    case kInteger:
      return "integer";
    case kNumber:
      return "number";
    case kString:
      return "string";
    case kChoice:
      return "choice";
    case kPath:
      return "path";
    case kNumberList:
      return "list of numbers";
    case kSize:
      return "integer or [height, width]";
    case kFree:
      return "see right";
  }
  return "value";
}

}  // namespace synface::experiment
