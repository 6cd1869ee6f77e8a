// The note and the exported symbol of a library with one plugin.
#pragma once

#include <synface/sdk/instance.h>

#ifdef SYNFACE_PLUGIN_TORCH  // defined by synface_add_plugin(... TORCH)
#define SYNFACE_SDK_TORCH_LINE "torch=" SYNFACE_PLUGIN_TORCH "\n"
#else
#define SYNFACE_SDK_TORCH_LINE ""
#endif
#ifdef SYNFACE_PLUGIN_CUDA
#define SYNFACE_SDK_CUDA_LINE "cuda=" SYNFACE_PLUGIN_CUDA "\n"
#else
#define SYNFACE_SDK_CUDA_LINE ""
#endif

// Once in a library: the note and the entry of one plugin.
#define SYNFACE_SDK_ONE_PLUGIN(KIND_TEXT, KIND, TABLE, TYPE, ID, REVISION, VERSION, DOC)      \
  SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT "\nplugin=" KIND_TEXT "/" ID                           \
               "@" SYNFACE_TEXT(REVISION) "\nsdk=c++ " SYNFACE_SDK_VERSION                    \
                                          "\n" SYNFACE_SDK_TORCH_LINE SYNFACE_SDK_CUDA_LINE)  \
  static constexpr synface_plugin synface_plugin_record =                                     \
      synface::sdk::describe<TYPE>(KIND, ID, VERSION, DOC, REVISION, &TABLE<TYPE>.base);      \
  static constexpr const synface_plugin* synface_plugin_records[] = {&synface_plugin_record}; \
  SYNFACE_EXTERN_C SYNFACE_EXPORT const synface_entry synface_plugin_entry = {                \
      sizeof(synface_entry),                                                                  \
      SYNFACE_ABI_MAJOR,                                                                      \
      SYNFACE_ENTRY_MAGIC,                                                                    \
      SYNFACE_ABI_MINOR,                                                                      \
      1,                                                                                      \
      synface_plugin_records,                                                                 \
      nullptr,                                                                                \
      nullptr};
