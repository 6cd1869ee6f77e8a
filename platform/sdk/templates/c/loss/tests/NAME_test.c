/* The formula at known points, and its derivative against a finite difference. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <synface/synface.h>

static void require(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "does not hold: %s\n", what);
  exit(1);
}

static int near(double a, double b, double tolerance) {
  return fabs(a - b) <= tolerance * fmax(1.0, fabs(b));
}

static const synface_loss_table* table(void) {
  return (const synface_loss_table*)synface_plugin_entry.plugins[0]->table;
}

static synface_tensor scalar(double* value, const int64_t* shape, const int64_t* strides) {
  return (synface_tensor){.data = value,
                          .dev_type = SYNFACE_DEVICE_CPU,
                          .ndim = 2,
                          .dtype = {SYNFACE_FLOAT, 64, 1},
                          .shape = shape,
                          .strides = strides};
}

typedef struct result {
  double z, slope;
} result;

/* One row with one label. */
static result margin_at(double cosine, double margin, float ramp) {
  synface_error error = {.struct_size = sizeof error};
  const synface_value values[] = {{.type = SYNFACE_PARAM_F64, .f64 = 16.0},
                                  {.type = SYNFACE_PARAM_F64, .f64 = margin}};
  const synface_dims dims = {.struct_size = sizeof dims, .dev_type = SYNFACE_DEVICE_CPU};
  const synface_host host = {.struct_size = sizeof host};
  void* self = NULL;
  require(table()->base.create(&host, values, 2, &dims, &self, &error) == SYNFACE_OK, "create");

  const synface_context ctx = {
      .struct_size = sizeof ctx, .phase = SYNFACE_PHASE_TRAIN, .margin_scale = ramp};
  const int64_t shape[] = {1, 1}, strides[] = {1, 1};
  double one = 1.0;
  result out = {0, 0};
  const synface_tensor c = scalar(&cosine, shape, strides), w = scalar(&one, shape, strides);
  const synface_tensor z = scalar(&out.z, shape, strides), s = scalar(&out.slope, shape, strides);
  require(table()->margin(self, &ctx, &c, &w, &w, &z, &s, NULL, &error) == SYNFACE_OK, "margin");
  table()->base.destroy(self);
  return out;
}

int main(void) {
  require(near(margin_at(1.0, 0.2, 1).z, 1.0, 1e-12), "z(1) = 1");
  require(near(margin_at(-1.0, 0.2, 1).z, -1.2, 1e-12), "z(-1) = -1 - m");
  require(near(margin_at(-1.0, 0.2, 0.5F).z, -1.1, 1e-12), "the ramp scales the margin");

  const double h = 1e-6;
  for (double c = -0.9; c < 1.0; c += 0.3) {
    const double difference = (margin_at(c + h, 0.3, 1).z - margin_at(c - h, 0.3, 1).z) / (2 * h);
    require(near(margin_at(c, 0.3, 1).slope, difference, 1e-6), "dz/dc");
  }
  return 0;
}
