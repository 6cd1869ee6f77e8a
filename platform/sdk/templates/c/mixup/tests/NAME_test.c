/* What every mixup must keep: the row's own image first, shares that sum to 1, the same draw again
 * for the same call. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <synface/synface.h>

enum { ROWS = 64 };

static void require(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "does not hold: %s\n", what);
  exit(1);
}

static void pick(double lowest, uint64_t counter, synface_mix_source* sources) {
  const synface_mixup_table* table =
      (const synface_mixup_table*)synface_plugin_entry.plugins[0]->table;
  synface_error error = {.struct_size = sizeof error};
  const synface_value value = {.type = SYNFACE_PARAM_F64, .f64 = lowest};
  const synface_dims dims = {.struct_size = sizeof dims, .dev_type = SYNFACE_DEVICE_CPU};
  const synface_host host = {.struct_size = sizeof host};
  void* self = NULL;
  require(table->base.create(&host, &value, 1, &dims, &self, &error) == SYNFACE_OK, "create");

  synface_key keys[ROWS];
  uint32_t samples[ROWS / 4];
  for (uint32_t r = 0; r < ROWS; ++r) {
    keys[r] = (synface_key){.data_seed = 7, .identity = r / 4, .sample = r % 4};
    samples[r / 4] = 4;
  }
  const synface_mix_set set = {sizeof set, 0, 7, ROWS / 4, samples};
  const synface_mix_set* const sets[] = {&set};
  const synface_context ctx = {.struct_size = sizeof ctx, .key = {1, 0}, .counter = counter};
  require(table->pick(self, &ctx, keys, ROWS, sets, 1, sources, &error) == SYNFACE_OK, "pick");
  table->base.destroy(self);
}

static int same(const synface_mix_source* a, const synface_mix_source* b) {
  int equal = 1;
  for (int i = 0; i < 2 * ROWS; ++i) {
    equal = equal && a[i].coefficient == b[i].coefficient &&
            a[i].key.identity == b[i].key.identity && a[i].key.sample == b[i].key.sample;
  }
  return equal;
}

int main(void) {
  synface_mix_source first[2 * ROWS], again[2 * ROWS], other[2 * ROWS];
  pick(0.5, 3, first);
  for (uint32_t r = 0; r < ROWS; ++r) {
    const synface_mix_source own = first[2 * r], partner = first[2 * r + 1];
    require(own.key.identity == r / 4 && own.key.sample == r % 4, "source 0 is the row's own");
    require(own.coefficient >= 0.5F && own.coefficient <= 1.0F, "the share is in range");
    require(fabsf(own.coefficient + partner.coefficient - 1.0F) < 1e-6F, "shares sum to 1");
    require(own.label_weight == own.coefficient, "labels are mixed as the images are");
    require(partner.key.identity < ROWS / 4, "the partner is in the batch");
  }
  pick(0.5, 3, again);
  pick(0.5, 4, other);
  require(same(first, again), "the same call draws the same");
  require(!same(first, other), "another call draws something else");
  return 0;
}
