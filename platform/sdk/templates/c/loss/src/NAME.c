/* A margin that grows with the target's angle: z(c) = c - m (1 - c) / 2.
 *
 * The host computes the cosines c, and turns z into a loss and z's derivative into gradients; this
 * file is the formula, its derivative, and their description. <synface/loss.h> is the contract. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synface/synface.h>

#define TEXT(literal) {literal, sizeof(literal) - 1}

/* ---- parameters: the host checks them against this, and fills in the defaults */

enum { SCALE, MARGIN, N_PARAMS };

static const synface_param scale_param = {
    .struct_size = sizeof(synface_param),
    .type = SYNFACE_PARAM_F64,
    .flags = SYNFACE_PARAM_MIN_EXCLUSIVE,
    .key = TEXT("scale"),
    .doc = TEXT("s: logits are s times z"),
    .min = 0.0,
    .max = 1000.0,
    .def = {.type = SYNFACE_PARAM_F64, .f64 = 16.0},
};
static const synface_param margin_param = {
    .struct_size = sizeof(synface_param),
    .type = SYNFACE_PARAM_F64,
    .key = TEXT("margin"),
    .doc = TEXT("m, taken whole off the cosine of an opposite target and not at all off a perfect "
                "one"),
    .min = 0.0,
    .max = 1.0,
    .def = {.type = SYNFACE_PARAM_F64, .f64 = 0.2},
};
static const synface_param* const params[N_PARAMS] = {&scale_param, &margin_param};

/* ---- an instance */

typedef struct instance {
  double scale, margin;
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
  (void)host;
  if (n_values != N_PARAMS) {
    return fail(error, SYNFACE_ERR_INVALID, "two parameter values are expected", "values");
  }
  if (dims->dev_type != SYNFACE_DEVICE_CPU) {
    return fail(error, SYNFACE_ERR_UNSUPPORTED, "@NAME@ computes on the CPU only", "device");
  }
  instance* self = malloc(sizeof *self);
  if (self == NULL) return fail(error, SYNFACE_ERR_MEMORY, "out of memory", "create");
  self->scale = values[SCALE].f64;
  self->margin = values[MARGIN].f64;
  *handle = self;
  return SYNFACE_OK;
}

static void destroy(void* handle) {
  free(handle);
}

static synface_status info(void* handle, synface_loss_info* out, synface_error* error) {
  (void)error;
  const instance* self = handle;
  out->form = SYNFACE_LOSS_MARGIN;
  out->flags = SYNFACE_LOSS_NORM_X | SYNFACE_LOSS_NORM_W;
  out->scale = self->scale;
  out->margin = self->margin;
  out->margin_unit = 1; /* of a cosine */
  out->subcentres = 1;
  return SYNFACE_OK;
}

/* ---- the formula, in float32 for trainings and in float64 for `plugin check`'s gradients */

static int is_float(const synface_tensor* tensor, uint8_t bits) {
  return tensor->dtype.code == SYNFACE_FLOAT && tensor->dtype.bits == bits;
}

static void* start(const synface_tensor* tensor) {
  return (char*)tensor->data + tensor->byte_offset;
}

static void margin_f32(double m, int64_t n, const float* c, float* z, float* slope) {
  for (int64_t i = 0; i < n; ++i) {
    z[i] = c[i] - (float)m * (1 - c[i]) / 2;
    slope[i] = 1 + (float)m / 2;
  }
}

static void margin_f64(double m, int64_t n, const double* c, double* z, double* slope) {
  for (int64_t i = 0; i < n; ++i) {
    z[i] = c[i] - m * (1 - c[i]) / 2;
    slope[i] = 1 + m / 2;
  }
}

static synface_status margin(void* handle, const synface_context* ctx, const synface_tensor* cos,
                             const synface_tensor* norm, const synface_tensor* weights,
                             const synface_tensor* z, const synface_tensor* dz_dcos,
                             const synface_tensor* dz_dnorm, synface_error* error) {
  (void)norm, (void)weights;
  const instance* self = handle;
  const double m = self->margin * (double)ctx->margin_scale;
  const int64_t n = cos->shape[0] * cos->shape[1];
  const uint8_t bits = cos->dtype.bits;
  if (!(is_float(cos, 32) || is_float(cos, 64)) || !is_float(z, bits) || !is_float(dz_dcos, bits)) {
    return fail(error, SYNFACE_ERR_UNSUPPORTED, "all tensors must be float32, or all float64",
                "cos");
  }
  if (n == 0) return SYNFACE_OK;
  if (bits == 32) {
    margin_f32(m, n, start(cos), start(z), start(dz_dcos));
  } else {
    margin_f64(m, n, start(cos), start(z), start(dz_dcos));
  }
  if (dz_dnorm != NULL) memset(start(dz_dnorm), 0, (size_t)n * bits / 8);
  return SYNFACE_OK;
}

/* ---- what the host reads: the note before it loads the library, then the one exported symbol */

SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT "\nplugin=loss/@NAME@@1\nsdk=c\n")

static const synface_loss_table table = {
    .base = {.struct_size = sizeof(synface_loss_table), .create = create, .destroy = destroy},
    .info = info,
    .margin = margin,
};
static const synface_plugin plugin = {
    .struct_size = sizeof(synface_plugin),
    .kind = SYNFACE_KIND_LOSS,
    .id = TEXT("@NAME@"),
    .version = TEXT("0.1.0"),
    .doc = TEXT("A margin that grows with the target's angle: c - m (1 - c) / 2."),
    .revision = 1,
    .n_params = N_PARAMS,
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
