/* The smallest whole plugin in C: every row is mixed with itself. */
#include <synface/synface.h>

static int instance; /* an instance without state: only its address counts */

static synface_status create(const synface_host* host, const synface_value* values,
                             uint32_t n_values, const synface_dims* dims, void** self,
                             synface_error* error) {
  (void)host, (void)values, (void)n_values, (void)dims, (void)error;
  *self = &instance;
  return SYNFACE_OK;
}
static void destroy(void* self) {
  (void)self;
}

static synface_status info(void* self, synface_mix_info* out, synface_error* error) {
  (void)self, (void)error;
  out->stage = SYNFACE_STAGE_BATCH;
  out->sources = 2;
  out->sets = 1;
  return SYNFACE_OK;
}

static synface_status pick(void* self, const synface_context* ctx, const synface_key* keys,
                           uint64_t n, const synface_mix_set* const* sets, uint32_t n_sets,
                           synface_mix_source* sources, synface_error* error) {
  (void)self, (void)ctx, (void)sets, (void)n_sets, (void)error;
  for (uint64_t r = 0; r < 2 * n; ++r) {
    sources[r].key = keys[r / 2];
    sources[r].coefficient = 0.5F;
    sources[r].label_weight = 0.5F;
  }
  return SYNFACE_OK;
}

static const synface_mixup_table table = {
    .base = {.struct_size = sizeof(synface_mixup_table), .create = create, .destroy = destroy},
    .info = info,
    .pick = pick,
};

SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT "\nplugin=mixup/outside_c@1\n")

static const synface_plugin plugin = {
    .struct_size = sizeof(synface_plugin),
    .kind = SYNFACE_KIND_MIXUP,
    .id = {"outside_c", 9},
    .version = {"1.0.0", 5},
    .doc = {"Mixes every row with itself.", 28},
    .revision = 1,
    .table = &table.base,
};
static const synface_plugin* const plugins[] = {&plugin};
const synface_entry synface_plugin_entry = {
    .struct_size = sizeof(synface_entry),
    .abi_major = SYNFACE_ABI_MAJOR,
    .magic = SYNFACE_ENTRY_MAGIC,
    .abi_minor = SYNFACE_ABI_MINOR,
    .n_plugins = 1,
    .plugins = plugins,
};
