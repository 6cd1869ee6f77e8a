/* A frozen backbone in plain C: histograms of uniform local binary patterns over a grid of cells,
 * square-rooted, so that the cosine of two embeddings is the mean Bhattacharyya coefficient of
 * their cells. It knows nothing about faces: what it verifies is an honest floor for trained
 * networks. */
#include <stdio.h>
#include <stdlib.h>
#include <synface/synface.h>

#include "histogram.h"

SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT "\nplugin=backbone/lbp@1\nsdk=none\n")

typedef struct instance {
  lbp_plan plan;
  const synface_ext_parallel* parallel; /* or NULL */
} instance;

/* What the threads of one call share. */
typedef struct work {
  const instance* self;
  const synface_tensor* x;
  float* embeddings;
  const volatile uint32_t* cancel;
} work;

static synface_status fail(synface_error* error, int32_t code, const char* message,
                           const char* where) {
  error->code = code;
  snprintf(error->message, sizeof error->message, "%s", message);
  snprintf(error->where, sizeof error->where, "%s", where);
  return code;
}

static int64_t length_of(const instance* self) {
  return self->plan.grid * self->plan.grid * LBP_BINS;
}

static synface_status create(const synface_host* host, const synface_value* values,
                             uint32_t n_values, const synface_dims* dims, void** handle,
                             synface_error* error) {
  if (n_values != 2) return fail(error, SYNFACE_ERR_INVALID, "lbp has two parameters", "values");
  if (dims->dev_type != SYNFACE_DEVICE_CPU) {
    return fail(error, SYNFACE_ERR_UNSUPPORTED, "lbp computes on the CPU only", "device");
  }
  const int64_t grid = values[0].i64;
  const double radius = values[1].f64;
  instance* self = calloc(1, sizeof *self);
  if (self == NULL) return fail(error, SYNFACE_ERR_MEMORY, "out of memory", "create");
  lbp_make_plan(&self->plan, dims->height, dims->width, grid, radius);
  const int64_t least = grid + 2 * self->plan.margin;
  if (dims->height < least || dims->width < least) {
    char text[160];
    snprintf(text, sizeof text,
             "pictures of %lld x %lld pixels are too small for grid = %lld and radius = %g: at "
             "least %lld x %lld",
             (long long)dims->height, (long long)dims->width, (long long)grid, radius,
             (long long)least, (long long)least);
    free(self);
    return fail(error, SYNFACE_ERR_INVALID, text, "grid");
  }
  if (host->get_ext != NULL) self->parallel = host->get_ext(host, SYNFACE_EXT_PARALLEL);
  *handle = self;
  return SYNFACE_OK;
}

static void destroy(void* handle) {
  free(handle);
}

/* Luminance of image b, in either layout of memory. */
static void to_grey(const synface_tensor* x, int64_t b, uint16_t* grey) {
  const float* image = (const float*)x->data + b * x->strides[0];
  const int64_t channel = x->strides[1], row = x->strides[2], column = x->strides[3];
  for (int64_t i = 0; i < x->shape[2]; ++i) {
    for (int64_t j = 0; j < x->shape[3]; ++j) {
      const float* pixel = image + i * row + j * column;
      grey[i * x->shape[3] + j] = lbp_grey(pixel[0], pixel[channel], pixel[2 * channel]);
    }
  }
}

static synface_status embed(void* user, uint64_t first, uint64_t last, synface_error* error) {
  const work* w = user;
  const lbp_plan* plan = &w->self->plan;
  const size_t pixels = (size_t)(plan->height * plan->width);
  uint16_t* grey = malloc(pixels * sizeof *grey + (size_t)plan->width); /* and a row of patterns */
  if (grey == NULL) return fail(error, SYNFACE_ERR_MEMORY, "out of memory", "forward");
  synface_status status = SYNFACE_OK;
  for (uint64_t b = first; b < last && status == SYNFACE_OK; ++b) {
    if (w->cancel != NULL && *w->cancel != 0) {
      status = fail(error, SYNFACE_ERR_CANCELLED, "cancelled by the host", "forward");
    } else {
      to_grey(w->x, (int64_t)b, grey);
      lbp_histogram(plan, grey, (uint8_t*)(grey + pixels),
                    w->embeddings + (int64_t)b * length_of(w->self));
    }
  }
  free(grey);
  return status;
}

static int is_float(const synface_tensor* tensor, int32_t ndim) {
  return tensor->dtype.code == SYNFACE_FLOAT && tensor->dtype.bits == 32 && tensor->ndim == ndim;
}

static synface_status forward(void* handle, const synface_context* ctx, const synface_tensor* x,
                              const synface_tensor* embeddings, void** tape, synface_error* error) {
  const instance* self = handle;
  if (!is_float(x, 4) || x->shape[1] != 3 || x->shape[2] != self->plan.height ||
      x->shape[3] != self->plan.width) {
    return fail(error, SYNFACE_ERR_INVALID, "not float32 [B, 3, H, W] of the agreed size", "x");
  }
  if (!is_float(embeddings, 2) || embeddings->shape[0] != x->shape[0] ||
      embeddings->shape[1] != length_of(self)) {
    return fail(error, SYNFACE_ERR_INVALID, "not float32 [B, D] with the D of embedding()",
                "embeddings");
  }
  if (tape != NULL) *tape = NULL;
  const uint64_t batch = (uint64_t)x->shape[0];
  if (batch == 0) return SYNFACE_OK;
  work shared = {self, x, embeddings->data, ctx->cancel};
  if (self->parallel == NULL) return embed(&shared, 0, batch, error);
  return self->parallel->each(ctx, batch, 1, embed, &shared, error);
}

static synface_status embedding(void* handle, int64_t* length, synface_error* error) {
  (void)error;
  *length = length_of(handle);
  return SYNFACE_OK;
}

#define TEXT(literal) {literal, sizeof(literal) - 1}

static const synface_param grid_param = {
    .struct_size = sizeof(synface_param),
    .type = SYNFACE_PARAM_I64,
    .key = TEXT("grid"),
    .doc = TEXT("Cells along each side; an embedding has 59 grid^2 components."),
    .min = 1,
    .max = LBP_MAX_GRID,
    .def = {.type = SYNFACE_PARAM_I64, .i64 = 7},
};
static const synface_param radius_param = {
    .struct_size = sizeof(synface_param),
    .type = SYNFACE_PARAM_F64,
    .key = TEXT("radius"),
    .doc = TEXT("Radius of the circle of eight points around a pixel."),
    .unit = TEXT("px"),
    .min = 1,
    .max = 16,
    .def = {.type = SYNFACE_PARAM_F64, .f64 = 2},
};
static const synface_param* const params[] = {&grid_param, &radius_param};

static const synface_backbone_table table = {
    .base = {.struct_size = sizeof(synface_backbone_table), .create = create, .destroy = destroy},
    .forward = forward,
    .embedding = embedding,
};

static const synface_plugin plugin = {
    .struct_size = sizeof(synface_plugin),
    .kind = SYNFACE_KIND_BACKBONE,
    .id = TEXT("lbp"),
    .version = TEXT("1.0.0"),
    .doc =
        TEXT("Frozen: square-rooted histograms of uniform local binary patterns (8 points) over a "
             "grid of cells (Ahonen, Hadid, Pietikainen, PAMI 2006). A floor that no training "
             "has touched."),
    .revision = 1,
    .n_params = sizeof params / sizeof params[0],
    .params = params,
    .table = &table.base,
};
static const synface_plugin* const plugins[] = {&plugin};

SYNFACE_EXPORT const synface_entry synface_plugin_entry = {
    .struct_size = sizeof(synface_entry),
    .abi_major = SYNFACE_ABI_MAJOR,
    .abi_minor = SYNFACE_ABI_MINOR,
    .magic = SYNFACE_ENTRY_MAGIC,
    .n_plugins = 1,
    .plugins = plugins,
};
