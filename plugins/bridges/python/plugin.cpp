// The library's note and entry: four plugins that share one interpreter.
#include <synface/sdk/entry.h>

#include "losses.h"
#include "mixup.h"

namespace {

namespace sdk = synface::sdk;
namespace python = synface::python;

#define BRIDGE_REVISION 1

constexpr const char* kVersion = "1.0.0";

template <typename T>
constexpr synface_plugin loss(const char* id, const char* doc) {
  return sdk::describe<T>(SYNFACE_KIND_LOSS, id, kVersion, doc, BRIDGE_REVISION,
                          &sdk::kLossTable<T>.base);
}

constexpr synface_plugin kMargin =
    loss<python::MarginLoss>("python_margin",
                             "A margin in a .py file, with numpy: the target's logit and its "
                             "derivative from its cosine. For "
                             "trying an idea; a plugin in C, C++ or Rust is the fast form of it.");
constexpr synface_plugin kLogits = loss<python::LogitsLoss>(
    "python_logits",
    "Logits in a .py file, with numpy or torch: all logits from all cosines, and the way back. For "
    "trying an idea; a plugin in C++ or Rust is the fast form of it.");
constexpr synface_plugin kEmbedding = loss<python::EmbeddingLoss>(
    "python_embedding",
    "A loss in a .py file, with numpy or torch, from embeddings to a value and back, without "
    "parameters of its own. For trying an idea; a plugin in C++ or Rust is the fast form of it.");
constexpr synface_plugin kMixup = sdk::describe<python::Mixup>(
    SYNFACE_KIND_MIXUP, "python_mixup", kVersion,
    "A mixup in a .py file, with numpy, latent or on a batch. For trying an idea; a plugin in C, "
    "C++ or Rust is the fast form of it.",
    BRIDGE_REVISION, &sdk::kMixupTable<python::Mixup>.base);

constexpr const synface_plugin* kPlugins[] = {&kMargin, &kLogits, &kEmbedding, &kMixup};

}  // namespace

#define BRIDGE_LINE(NAME) "\nplugin=" NAME "@" SYNFACE_TEXT(BRIDGE_REVISION)
SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT BRIDGE_LINE("loss/python_margin")
                 BRIDGE_LINE("loss/python_logits") BRIDGE_LINE("loss/python_embedding")
                     BRIDGE_LINE("mixup/python_mixup") "\nsdk=c++ " SYNFACE_SDK_VERSION "\n")

SYNFACE_EXTERN_C SYNFACE_EXPORT const synface_entry synface_plugin_entry = {sizeof(synface_entry),
                                                                            SYNFACE_ABI_MAJOR,
                                                                            SYNFACE_ENTRY_MAGIC,
                                                                            SYNFACE_ABI_MINOR,
                                                                            4,
                                                                            kPlugins,
                                                                            nullptr,
                                                                            nullptr};
