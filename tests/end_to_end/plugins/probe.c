/* A margin loss that goes wrong on demand, or only takes its time. Compiled several times:
 * PROBE_REVISION, PROBE_SLACK (a parameter that a later version added) and PROBE_STAMP (a build
 * that differs in nothing that matters). */
#define _POSIX_C_SOURCE 199309L
#include "fixture.h"

#include <time.h>

#ifndef PROBE_REVISION
#define PROBE_REVISION 1
#endif
#ifndef PROBE_STAMP
#define PROBE_STAMP "first build"
#endif
#define SPELL(x) SPELL_(x)
#define SPELL_(x) #x

SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT
             "\nplugin=loss/probe@" SPELL(PROBE_REVISION) "\nsdk=" PROBE_STAMP "\n")

typedef struct {
  double scale;
  int64_t nan_at, crash_at, error_at, sleep_ms, hold_mib;
  int64_t calls;
  char* held;
} probe;

#define HEAD(TYPE, FLAGS, KEY, DOC)                                                         \
  .struct_size = sizeof(synface_param), .type = (TYPE), .flags = (FLAGS), .key = TEXT(KEY), \
  .doc = TEXT(DOC)
#define COUNT(NAME, FLAGS, DEFAULT, DOC)                                                          \
  static const synface_param p_##NAME = {HEAD(SYNFACE_PARAM_I64, FLAGS, #NAME, DOC), .min = -1.0, \
                                         .max = 1e6,                                              \
                                         .def = {.type = SYNFACE_PARAM_I64, .i64 = DEFAULT}};

static const synface_param p_scale = {HEAD(SYNFACE_PARAM_F64, 0, "scale", "Of the logits."),
                                      .min = 0.5, .max = 1000.0,
                                      .def = {.type = SYNFACE_PARAM_F64, .f64 = 16.0}};
COUNT(nan_at, 0, -1, "The call that gives a NaN; -1: none.")
COUNT(crash_at, 0, -1, "The call that crashes; -1: none.")
COUNT(error_at, 0, -1, "The call that reports an error; -1: none.")
COUNT(sleep_ms, SYNFACE_PARAM_NO_EFFECT, 0, "How long each call takes.")
COUNT(hold_mib, SYNFACE_PARAM_NO_EFFECT, 0, "Memory that is taken and written to.")
#ifdef PROBE_SLACK
static const synface_param p_slack = {
    HEAD(SYNFACE_PARAM_F64, SYNFACE_PARAM_HAS_NEUTRAL, "slack", "Added to the margin."), .min = 0.0,
    .max = 1.0, .def = {.type = SYNFACE_PARAM_F64, .f64 = 0.0},
    .neutral = {.type = SYNFACE_PARAM_F64, .f64 = 0.0}};
#endif
static const synface_param* const params[] = {&p_scale,    &p_nan_at,   &p_crash_at,
                                              &p_error_at, &p_sleep_ms, &p_hold_mib,
#ifdef PROBE_SLACK
                                              &p_slack
#endif
};

static synface_status probe_create(const synface_host* host, const synface_value* values,
                                   uint32_t n_values, const synface_dims* dims, void** self,
                                   synface_error* error) {
  (void)host, (void)dims;
  if (n_values != sizeof params / sizeof params[0]) {
    return fixture_fail(error, SYNFACE_ERR_INTERNAL, "another number of values", "values");
  }
  probe* p = calloc(1, sizeof *p);
  if (p == NULL) return fixture_fail(error, SYNFACE_ERR_MEMORY, "no memory", "create");
  p->scale = values[0].f64;
  p->nan_at = values[1].i64;
  p->crash_at = values[2].i64;
  p->error_at = values[3].i64;
  p->sleep_ms = values[4].i64;
  p->hold_mib = values[5].i64;
  if (p->hold_mib > 0) {
    const size_t size = (size_t)p->hold_mib << 20;
    p->held = malloc(size);
    if (p->held != NULL) memset(p->held, 1, size);
  }
  *self = p;
  return SYNFACE_OK;
}

static void probe_destroy(void* self) {
  probe* p = self;
  free(p->held);
  free(p);
}

static synface_status probe_info(void* self, synface_loss_info* info, synface_error* error) {
  const probe* p = self;
  (void)error;
  info->form = SYNFACE_LOSS_MARGIN;
  info->flags = SYNFACE_LOSS_NORM_X | SYNFACE_LOSS_NORM_W;
  info->scale = p->scale;
  info->margin = 0.0;
  return SYNFACE_OK;
}

/* Deaf to signals, as a loop that computes is. */
static void wait_ms(int64_t ms) {
  struct timespec left = {ms / 1000, (ms % 1000) * 1000000};
  while (nanosleep(&left, &left) != 0) {
  }
}

static synface_status probe_margin(void* self, const synface_context* ctx,
                                   const synface_tensor* cosine, const synface_tensor* norm,
                                   const synface_tensor* weights, const synface_tensor* z,
                                   const synface_tensor* dz_dcos, const synface_tensor* dz_dnorm,
                                   synface_error* error) {
  probe* p = self;
  (void)ctx, (void)norm, (void)weights, (void)dz_dnorm;
  const int64_t call = p->calls++;
  if (p->sleep_ms > 0) wait_ms(p->sleep_ms);
  if (call == p->error_at) {
    return fixture_fail(error, SYNFACE_ERR_NUMERIC, "the probe was asked to fail", "cos[3]");
  }
  if (call == p->crash_at) {
    volatile int* nowhere = NULL;
    *nowhere = 1;
  }
  const int64_t n = cosine->shape[0] * cosine->shape[1];
  for (int64_t i = 0; i < n; ++i) {
    ((float*)z->data)[i] = call == p->nan_at ? NAN : ((const float*)cosine->data)[i];
    ((float*)dz_dcos->data)[i] = 1.0F;
  }
  return SYNFACE_OK;
}

static const synface_loss_table probe_table = {
    .base = {sizeof(synface_loss_table), 0, probe_create, probe_destroy, NULL},
    .info = probe_info,
    .margin = probe_margin};

ONE_LOSS("probe", PROBE_REVISION, "Goes wrong on demand.", sizeof params / sizeof params[0], params,
         probe_table)
ENTRY(NULL)
