/* FROZEN. What a plugin that was built long ago had before it: a draft of the ABI that no host
 * loads any more. Its structs are others than today's, so that a host which read them would read
 * rubbish. Nothing here may include, or be brought up to, the headers of today: the plugins made of
 * it are what outsiders with an old SDK bring. Only the layout of the note is the same in all
 * drafts, since it is what tells them apart (<synface/note.h>). */
#ifndef FROZEN_DRAFT_0_0_H
#define FROZEN_DRAFT_0_0_H

#include <stdint.h>

#define FROZEN_NOTE(OWNER, TEXT)                                                    \
  __attribute__((section(".note.synface"), used, aligned(4))) static const struct { \
    uint32_t owner_size, text_size, type;                                           \
    char owner[8];                                                                  \
    char text[sizeof(TEXT)];                                                        \
  } frozen_note = {8, sizeof(TEXT), 1, OWNER, TEXT};

typedef struct frozen_plugin {
  const char* id; /* a C string where later drafts have a size */
  double version;
  int (*create)(void** self);
} frozen_plugin;

typedef struct frozen_entry {
  uint64_t magic;
  int (*start)(void);
  const frozen_plugin* plugin;
} frozen_entry;

extern __attribute__((visibility("default"))) const frozen_entry synface_plugin_entry;

#endif
