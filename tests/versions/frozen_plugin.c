/* A plugin of another draft: FROZEN_OWNER and FROZEN_TEXT are its note. Whatever of it runs leaves
 * a mark that the test finds. */
#include "frozen_draft_0_0.h"

#include <stdio.h>
#include <stdlib.h>

FROZEN_NOTE(FROZEN_OWNER, FROZEN_TEXT)

static void leave_mark(const char* what) {
  const char* file = getenv("SYNFACE_FIXTURE_MARK");
  FILE* stream = file == NULL ? NULL : fopen(file, "a");
  if (stream == NULL) return;
  fprintf(stream, "%s\n", what);
  fclose(stream);
}

__attribute__((constructor)) static void construct(void) {
  leave_mark("constructor");
}

static int start(void) {
  leave_mark("start");
  return 0;
}

static int create(void** self) {
  leave_mark("create");
  *self = NULL;
  return 0;
}

static const frozen_plugin plugin = {"ancient", 0.5, create};
const frozen_entry synface_plugin_entry = {0x00454341464e5953, start, &plugin};
