/* Input mixup: every image of a batch is blended with another one of the batch, and so are their
 * labels (Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018), with a share that
 * is drawn uniformly. <synface/mixup.h> is the contract. */
#include <stdio.h>
#include <stdlib.h>
#include <synface/synface.h>

#define TEXT(literal) {literal, sizeof(literal) - 1}

/* ---- parameters: the host checks them against this, and fills in the defaults */

static const synface_param lowest_param = {
    .struct_size = sizeof(synface_param),
    .type = SYNFACE_PARAM_F64,
    .key = TEXT("lowest"),
    .doc = TEXT("the own image's share is drawn uniformly between this and 1"),
    .unit = TEXT("fraction"),
    .min = 0.0,
    .max = 1.0,
    .def = {.type = SYNFACE_PARAM_F64, .f64 = 0.5},
};
static const synface_param* const params[] = {&lowest_param};

/* ---- random numbers: Philox4x32-10, as <synface/philox.h> has it */

typedef struct stream {
  uint32_t key[2], counter[4], block[4];
  uint32_t used;
} stream;

static void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = UINT64_C(0xD2511F53) * c0, p1 = UINT64_C(0xCD9E8D57) * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

static stream stream_of(const synface_context* ctx) {
  stream s = {{ctx->key[0], ctx->key[1]},
              {0, SYNFACE_STREAM_MIXUP, (uint32_t)ctx->counter, (uint32_t)(ctx->counter >> 32)},
              {0, 0, 0, 0},
              4};
  return s;
}

static uint32_t word(stream* s) {
  if (s->used == 4) {
    philox(s->counter, s->key, s->block);
    ++s->counter[0];
    s->used = 0;
  }
  return s->block[s->used++];
}

/* In [0, 1). */
static float uniform(stream* s) {
  return (float)(word(s) >> 8) * 0x1p-24F;
}

/* In 0 .. n - 1; a batch is so small that the bias (n / 2^32) does not matter. */
static uint32_t below(stream* s, uint32_t n) {
  return (uint32_t)(((uint64_t)word(s) * n) >> 32);
}

/* ---- an instance */

typedef struct instance {
  float lowest;
} instance;

static synface_status fail(synface_error* error, int32_t code, const char* message,
                           const char* where) {
  error->code = code;
  snprintf(error->message, sizeof error->message, "%s", message);
  snprintf(error->where, sizeof error->where, "%s", where);
  return code;
}

static synface_status create(const synface_host* host, const synface_value* values,
                             uint32_t n_values, const synface_dims* dims, void** handle,
                             synface_error* error) {
  (void)host, (void)dims;
  if (n_values != 1) {
    return fail(error, SYNFACE_ERR_INVALID, "one parameter value is expected", "values");
  }
  instance* self = malloc(sizeof *self);
  if (self == NULL) return fail(error, SYNFACE_ERR_MEMORY, "out of memory", "create");
  self->lowest = (float)values[0].f64;
  *handle = self;
  return SYNFACE_OK;
}

static void destroy(void* handle) {
  free(handle);
}

static synface_status info(void* handle, synface_mix_info* out, synface_error* error) {
  (void)handle, (void)error;
  out->stage = SYNFACE_STAGE_BATCH;
  out->sources = 2; /* the row's own image and one other */
  out->sets = 1;    /* the training set */
  return SYNFACE_OK;
}

/* Which images, and with which shares; the host blends. The numbers come from the call's Philox
 * stream alone, so that a rerun draws the same. */
static synface_status pick(void* handle, const synface_context* ctx, const synface_key* keys,
                           uint64_t n, const synface_mix_set* const* sets, uint32_t n_sets,
                           synface_mix_source* sources, synface_error* error) {
  (void)sets, (void)n_sets, (void)error;
  const instance* self = handle;
  stream random = stream_of(ctx);
  for (uint64_t r = 0; r < n; ++r) {
    const float share = self->lowest + (1.0F - self->lowest) * uniform(&random);
    const uint32_t partner = below(&random, (uint32_t)n);
    sources[2 * r] = (synface_mix_source){keys[r], share, share};
    sources[2 * r + 1] = (synface_mix_source){keys[partner], 1.0F - share, 1.0F - share};
  }
  return SYNFACE_OK;
}

/* ---- what the host reads: the note before it loads the library, then the one exported symbol */

SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT "\nplugin=mixup/@NAME@@1\nsdk=c\n")

static const synface_mixup_table table = {
    .base = {.struct_size = sizeof(synface_mixup_table), .create = create, .destroy = destroy},
    .info = info,
    .pick = pick,
};
static const synface_plugin plugin = {
    .struct_size = sizeof(synface_plugin),
    .kind = SYNFACE_KIND_MIXUP,
    .id = TEXT("@NAME@"),
    .version = TEXT("0.1.0"),
    .doc = TEXT("Input mixup: blends every image of a batch with another one of the batch (Zhang "
                "et al., ICLR 2018)."),
    .revision = 1,
    .n_params = 1,
    .params = params,
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
