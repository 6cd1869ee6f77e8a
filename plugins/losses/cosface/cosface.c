/* CosFace (Wang et al., CVPR 2018, equation 4): the target's logit is s (cos theta - m).
 *
 * Plain C against platform/abi alone: what an author needs who has only a C compiler. */
#include <synface/synface.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT "\nplugin=loss/cosface@1\nsdk=c\n")

#define STR(text) {text, sizeof(text) - 1}

enum { SCALE, MARGIN, TARGETS, N_PARAMS };

static const synface_str target_modes[] = {STR("separate"), STR("synface")};

static const synface_param scale_param = {
    .struct_size = sizeof(synface_param),
    .type = SYNFACE_PARAM_F64,
    .flags = SYNFACE_PARAM_MIN_EXCLUSIVE,
    .key = STR("scale"),
    .doc = STR("s: logits are s times the cosine"),
    .min = 0.0,
    .max = 1000.0,
    .def = {.type = SYNFACE_PARAM_F64, .f64 = 30.0},
};
static const synface_param margin_param = {
    .struct_size = sizeof(synface_param),
    .type = SYNFACE_PARAM_F64,
    .key = STR("margin"),
    .doc = STR("m, taken off the target's cosine; the paper uses 0.35 with s = 64, SynFace 0.4 "
               "with s = 30"),
    .min = 0.0,
    .max = 1.0,
    .def = {.type = SYNFACE_PARAM_F64, .f64 = 0.4},
};
static const synface_param targets_param = {
    .struct_size = sizeof(synface_param),
    .type = SYNFACE_PARAM_ENUM,
    .flags = SYNFACE_PARAM_HAS_NEUTRAL,
    .key = STR("targets"),
    .doc = STR("rows with several labels: separate, one softmax a label with the whole margin; "
               "synface, one softmax for all, each margin times its label's weight (as SynFace's "
               "code has it)"),
    .def = {.type = SYNFACE_PARAM_ENUM, .i64 = 0, .str = STR("separate")},
    .neutral = {.type = SYNFACE_PARAM_ENUM, .i64 = 0, .str = STR("separate")},
    .choices = target_modes,
    .n_choices = 2,
};
static const synface_param* const params[N_PARAMS] = {&scale_param, &margin_param, &targets_param};

struct cosface {
  double scale, margin;
  int weighted;
};

static synface_status fail(synface_error* error, int32_t code, const char* message,
                           const char* where) {
  error->code = code;
  snprintf(error->message, sizeof error->message, "%s", message);
  snprintf(error->where, sizeof error->where, "%s", where);
  return code;
}

static synface_status create(const synface_host* host, const synface_value* values,
                             uint32_t n_values, const synface_dims* dims, void** self,
                             synface_error* error) {
  (void)host;
  if (n_values != N_PARAMS) {
    return fail(error, SYNFACE_ERR_INVALID, "three parameter values are expected", "create");
  }
  if (dims->dev_type != SYNFACE_DEVICE_CPU) {
    return fail(error, SYNFACE_ERR_UNSUPPORTED,
                "cosface computes on the CPU only; use arcface on a GPU", "device");
  }
  struct cosface* loss = malloc(sizeof *loss);
  if (loss == NULL) return fail(error, SYNFACE_ERR_MEMORY, "out of memory", "create");
  loss->scale = values[SCALE].f64;
  loss->margin = values[MARGIN].f64;
  loss->weighted = values[TARGETS].i64 == 1;
  *self = loss;
  return SYNFACE_OK;
}

static void destroy(void* self) {
  free(self);
}

static synface_status info(void* self, synface_loss_info* out, synface_error* error) {
  (void)error;
  const struct cosface* loss = self;
  out->form = SYNFACE_LOSS_MARGIN;
  out->flags =
      SYNFACE_LOSS_NORM_X | SYNFACE_LOSS_NORM_W | (loss->weighted ? SYNFACE_LOSS_JOINT_TARGETS : 0);
  out->scale = loss->scale;
  out->margin = loss->margin;
  out->subcentres = 1;
  out->margin_unit = 1;
  return SYNFACE_OK;
}

static int is_float(const synface_tensor* tensor, uint8_t bits) {
  return tensor->dtype.code == SYNFACE_FLOAT && tensor->dtype.bits == bits &&
         tensor->dtype.lanes == 1;
}

static int64_t count(const synface_tensor* tensor) {
  int64_t n = 1;
  for (int32_t i = 0; i < tensor->ndim; ++i) n *= tensor->shape[i];
  return n;
}

static void* start(const synface_tensor* tensor) {
  return (char*)tensor->data + tensor->byte_offset;
}

/* z = c - m, or c - w m with SynFace's weighting; dz/dc = 1 in both. */
static synface_status margin(void* self, const synface_context* ctx, const synface_tensor* cos,
                             const synface_tensor* norm, const synface_tensor* weights,
                             const synface_tensor* z, const synface_tensor* dz_dcos,
                             const synface_tensor* dz_dnorm, synface_error* error) {
  (void)norm;
  const struct cosface* loss = self;
  const double m = loss->margin * (double)ctx->margin_scale;
  const int64_t n = count(cos);
  const uint8_t bits = cos->dtype.bits;
  if (!(is_float(cos, 32) || is_float(cos, 64)) || !is_float(weights, bits) || !is_float(z, bits) ||
      !is_float(dz_dcos, bits)) {
    return fail(error, SYNFACE_ERR_UNSUPPORTED, "all tensors must be float32, or all float64",
                "margin");
  }
  if (n == 0) return SYNFACE_OK;
  if (bits == 32) {
    const float *c = start(cos), *w = start(weights);
    float *out = start(z), *slope = start(dz_dcos);
    for (int64_t i = 0; i < n; ++i) {
      out[i] = c[i] - (float)m * (loss->weighted ? w[i] : 1.0F);
      slope[i] = 1.0F;
    }
  } else {
    const double *c = start(cos), *w = start(weights);
    double *out = start(z), *slope = start(dz_dcos);
    for (int64_t i = 0; i < n; ++i) {
      out[i] = c[i] - m * (loss->weighted ? w[i] : 1.0);
      slope[i] = 1.0;
    }
  }
  if (dz_dnorm != NULL) memset(start(dz_dnorm), 0, (size_t)n * bits / 8);
  return SYNFACE_OK;
}

static const synface_loss_table table = {
    .base = {.struct_size = sizeof(synface_loss_table), .create = create, .destroy = destroy},
    .info = info,
    .margin = margin,
};

static const synface_plugin cosface = {
    .struct_size = sizeof(synface_plugin),
    .kind = SYNFACE_KIND_LOSS,
    .id = STR("cosface"),
    .version = STR("1.0.0"),
    .doc = STR("CosFace: the margin is taken off the target's cosine (Wang et al., CVPR 2018, "
               "equation 4)."),
    .revision = 1,
    .n_params = N_PARAMS,
    .params = params,
    .table = &table.base,
};
static const synface_plugin* const plugins[] = {&cosface};

const synface_entry synface_plugin_entry = {
    .struct_size = sizeof(synface_entry),
    .abi_major = SYNFACE_ABI_MAJOR,
    .magic = SYNFACE_ENTRY_MAGIC,
    .abi_minor = SYNFACE_ABI_MINOR,
    .n_plugins = 1,
    .plugins = plugins,
};
