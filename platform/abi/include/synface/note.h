/* synface/note.h: what the host reads from the file BEFORE it loads it. Loading runs constructors
 * and resolves libraries, so that whatever must be refused is refused by this note.
 *
 * LAYOUT. An ELF note (section `.note.synface`, in a PT_NOTE segment): namesz = 8, type = 1, name =
 * "synface\0", then the descriptor: UTF-8 text of lines `key=value\n`, padded with NUL to a
 * multiple of four, at most 64 KiB. Keys, each once unless said otherwise; an unknown key is
 * ignored:
 *
 *  - abi=MAJOR.MINOR: for which the plugin was compiled (required).
 *  - plugin=KIND/ID@REVISION: one line a plugin in the library (required, repeated). KIND is
 *    generator, mixup, backbone, loss or benchmark; ID is [a-z0-9_]+ with optional dots
 *    (com.example.myloss); REVISION is the numerics revision, a positive integer: raise it whenever
 *    the same inputs give other numbers, and every trial that used the plugin becomes new.
 *  - torch=VERSION: present exactly if the library links LibTorch; refused when the host's LibTorch
 *    has another version.
 *  - cuda=VERSION: the CUDA runtime it was compiled with, if any.
 *  - sdk=NAME VERSION: who wrote the glue, for reports.
 *
 * In C, once in one source file of the library:
 *
 *   SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT "\nplugin=loss/cosface@1\n")
 */
#ifndef SYNFACE_NOTE_H
#define SYNFACE_NOTE_H

#include <synface/base.h>

#define SYNFACE_NOTE_TYPE 1
#define SYNFACE_NOTE_MAX 65536

#define SYNFACE_TEXT_1(x) #x
#define SYNFACE_TEXT(x) SYNFACE_TEXT_1(x)
#define SYNFACE_ABI_TEXT SYNFACE_TEXT(SYNFACE_ABI_MAJOR) "." SYNFACE_TEXT(SYNFACE_ABI_MINOR)

#define SYNFACE_NOTE(TEXT)                                                             \
  struct synface_note_record {                                                         \
    uint32_t namesz, descsz, type;                                                     \
    char name[8];                                                                      \
    char desc[(sizeof(TEXT) + 3) / 4 * 4];                                             \
  };                                                                                   \
  __attribute__((section(".note.synface"), used,                                       \
                 aligned(4))) static const struct synface_note_record synface_note = { \
      8, sizeof(((struct synface_note_record*)0)->desc), SYNFACE_NOTE_TYPE, "synface", TEXT};

#endif
