/* A margin loss that commits the sin that its parameter names, in one of its calls: what a run
 * makes of each is in sins_test.cpp and in the page bad-plugins.md. */
#define _GNU_SOURCE
#include "fixture.h"

#include <dlfcn.h>
#include <fenv.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT "\nplugin=loss/sinner@1\n")

typedef struct {
  int sin;
  int64_t at, calls;
  const float* kept;
} sinner;

/* sinner_throw.cpp: an exception that passes through these frames of C. */
void sinner_throw(void);

static void wait_ms(int64_t ms) {
  struct timespec left = {ms / 1000, (ms % 1000) * 1000000};
  while (nanosleep(&left, &left) != 0) {
  }
}

static void sin_none(sinner* s) {
  (void)s;
}
static void sin_unwind(sinner* s) {
  (void)s;
  sinner_throw();
}
static void sin_exit(sinner* s) {
  (void)s;
  exit(0);
}
/* The code by which a worker says that the disk is full, which stops a whole grid. */
static void sin_quick_exit(sinner* s) {
  (void)s;
  quick_exit(8);
}
/* The code of a worker that was asked to stop, which is tried again and again. */
static void sin_bare_exit(sinner* s) {
  (void)s;
  _exit(143);
}
static void sin_abort(sinner* s) {
  (void)s;
  abort();
}
static void sin_null(sinner* s) {
  volatile int* nowhere = NULL;
  *nowhere = (int)s->calls;
}
static int dig(int depth) {
  volatile char room[4096];
  room[0] = (char)depth;
  return depth < 0 ? 0 : dig(depth + 1) + room[0];
}
static void sin_recursion(sinner* s) {
  s->calls += dig(0);
}
static void sin_locale(sinner* s) {
  (void)s;
  /* One that every system has, under another name than the one at the start. */
  setlocale(LC_ALL, "C.UTF-8");
}
static void sin_rounding(sinner* s) {
  (void)s;
  fesetround(FE_UPWARD);
}
static void sin_denormals(sinner* s) {
  (void)s;
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040U);
#else
  fesetround(FE_DOWNWARD);
#endif
}
static void sin_threads(sinner* s) {
  (void)s;
  void (*set)(int) = NULL;
  *(void**)&set = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (set != NULL) set(7);
}
static void on_fault(int number) {
  _exit(number);
}
static void sin_handler(sinner* s) {
  (void)s;
  signal(SIGSEGV, on_fault);
}
static void sin_folder(sinner* s) {
  (void)s;
  if (chdir("/") != 0) abort();
}
static void sin_environment(sinner* s) {
  (void)s;
  setenv("SINNER_WAS_HERE", "1", 1);
}
static void* linger(void* nothing) {
  for (;;) wait_ms(10);
  return nothing;
}
static void sin_thread(sinner* s) {
  (void)s;
  pthread_t thread;
  if (pthread_create(&thread, NULL, linger, NULL) != 0) abort();
}
static void sin_memory(sinner* s) {
  (void)s;
  const size_t size = (size_t)32 << 20;
  for (;;) {
    char* more = malloc(size);
    if (more != NULL) memset(more, 1, size);
    wait_ms(5);
  }
}
static void sin_sleep(sinner* s) {
  (void)s;
  for (;;) wait_ms(1000);
}

/* These two are about the call's tensors; see margin. */
enum { SIN_OVERRUN = 19, SIN_KEPT = 20 };

static void (*const commit[])(sinner*) = {
    sin_none,    sin_unwind,    sin_exit,        sin_quick_exit, sin_bare_exit, sin_abort,
    sin_null,    sin_recursion, sin_locale,      sin_rounding,   sin_denormals, sin_threads,
    sin_handler, sin_folder,    sin_environment, sin_thread,     sin_memory,    sin_sleep,
    sin_none,    sin_none,      sin_none};
static const synface_str sins[] = {
    TEXT("none"),      TEXT("unwind"),  TEXT("exit"),      TEXT("quick_exit"), TEXT("bare_exit"),
    TEXT("abort"),     TEXT("null"),    TEXT("recursion"), TEXT("locale"),     TEXT("rounding"),
    TEXT("denormals"), TEXT("threads"), TEXT("handler"),   TEXT("folder"),     TEXT("environment"),
    TEXT("thread"),    TEXT("memory"),  TEXT("sleep"),     TEXT("virtue"),     TEXT("overrun"),
    TEXT("kept")};
_Static_assert(sizeof commit / sizeof commit[0] == sizeof sins / sizeof sins[0], "one each");

#define HEAD(TYPE, KEY, DOC) \
  .struct_size = sizeof(synface_param), .type = (TYPE), .key = TEXT(KEY), .doc = TEXT(DOC)
static const synface_param p_sin = {HEAD(SYNFACE_PARAM_ENUM, "sin", "What goes wrong."),
                                    .def = {.type = SYNFACE_PARAM_ENUM, .str = TEXT("none")},
                                    .choices = sins, .n_choices = sizeof sins / sizeof sins[0]};
static const synface_param p_at = {HEAD(SYNFACE_PARAM_I64, "at", "In which call of margin()."),
                                   .min = 0.0, .max = 1e6,
                                   .def = {.type = SYNFACE_PARAM_I64, .i64 = 0}};
static const synface_param* const params[] = {&p_sin, &p_at};

static synface_status sinner_create(const synface_host* host, const synface_value* values,
                                    uint32_t n_values, const synface_dims* dims, void** self,
                                    synface_error* error) {
  (void)host, (void)dims;
  if (n_values != 2) return fixture_fail(error, SYNFACE_ERR_INTERNAL, "two values", "values");
  sinner* s = calloc(1, sizeof *s);
  if (s == NULL) return fixture_fail(error, SYNFACE_ERR_MEMORY, "no memory", "create");
  s->sin = (int)values[0].i64;
  s->at = values[1].i64;
  *self = s;
  return SYNFACE_OK;
}

static synface_status sinner_margin(void* self, const synface_context* ctx,
                                    const synface_tensor* cosine, const synface_tensor* norm,
                                    const synface_tensor* weights, const synface_tensor* z,
                                    const synface_tensor* dz_dcos, const synface_tensor* dz_dnorm,
                                    synface_error* error) {
  sinner* s = self;
  const int64_t n = cosine->shape[0] * cosine->shape[1];
  const int now = s->calls++ == s->at;
  if (now) commit[s->sin](s);
  const synface_status status =
      plain_margin(self, ctx, cosine, norm, weights, z, dz_dcos, dz_dnorm, error);
  if (now && s->sin == SIN_OVERRUN) ((float*)z->data)[n] = 1.0F;
  if (now && s->sin == SIN_KEPT) s->kept = cosine->data;
  if (!now && s->kept != NULL) ((float*)z->data)[0] += *(const volatile float*)s->kept;
  return status;
}

static const synface_loss_table sinner_table = {
    .base = {sizeof(synface_loss_table), 0, sinner_create, plain_destroy, NULL},
    .info = plain_info,
    .margin = sinner_margin};

ONE_LOSS("sinner", 1, "Commits a sin.", 2, params, sinner_table)
ENTRY(NULL)
