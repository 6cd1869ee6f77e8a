/* synface/benchmark.h: figures about a trained backbone.
 *
 * A benchmark never runs the model. It asks for images; the host embeds each distinct image once
 * for all benchmarks of a trial and hands the embeddings over. */
#ifndef SYNFACE_BENCHMARK_H
#define SYNFACE_BENCHMARK_H

#include <synface/generator.h>
#include <synface/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SYNFACE_GOAL_NONE 0
#define SYNFACE_GOAL_MAXIMISE 1
#define SYNFACE_GOAL_MINIMISE 2

typedef struct synface_metric_spec {
  uint32_t struct_size;
  uint32_t goal;    /* SYNFACE_GOAL_* */
  uint32_t primary; /* 1: the one to show when there is room for one */
  uint32_t reserved;
  synface_str key;  /* [a-z0-9_.]+ : the full name is <benchmark's name in the TOML>.<key> */
  synface_str unit; /* "fraction", "" ... */
  synface_str doc;
} synface_metric_spec;

/* Sets from which images can be asked for by key. */
#define SYNFACE_SET_TRAIN 0   /* what the trial was trained on, unmixed */
#define SYNFACE_SET_HELDOUT 1 /* people of seed.test, whom no trial has seen */
#define SYNFACE_SET_REAL 2    /* the folder real.images */

typedef struct synface_eval_set {
  uint32_t struct_size;
  uint32_t set; /* SYNFACE_SET_* */
  uint64_t data_seed;
  uint64_t identities;
  const uint32_t* samples; /* [identities] */
} synface_eval_set;

#define SYNFACE_VIEW_PLAIN 1
#define SYNFACE_VIEW_FLIP 2 /* mirrored left to right */

/* A wanted image: by key (file.size = 0), or an image file by its path. */
typedef struct synface_request {
  uint32_t struct_size;
  uint32_t reserved;
  synface_key key; /* key.set = SYNFACE_SET_* */
  synface_str file;
} synface_request;

/* Receives the requests of a benchmark, one after the other: the m-th is row m of `embeddings`. */
typedef struct synface_request_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* user;
  synface_status (*add)(void* user, const synface_request* request,
                        synface_error* error) SYNFACE_NOEXCEPT;
} synface_request_sink;

/* Receives results; copies before it returns. Keys as in metrics(). A NaN is stored as such and
 * never averaged. */
typedef struct synface_result_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* user;
  synface_status (*scalar)(void* user, synface_str key, double value,
                           synface_error* error) SYNFACE_NOEXCEPT;
  /* A confidence interval of a scalar already given; level 0.95 for 95%. */
  synface_status (*interval)(void* user, synface_str key, double low, double high, double level,
                             synface_error* error) SYNFACE_NOEXCEPT;
  /* n points (x, y), e.g. a ROC; axis labels are for people. */
  synface_status (*curve)(void* user, synface_str key, const double* x, const double* y, uint64_t n,
                          synface_str x_label, synface_str y_label,
                          synface_error* error) SYNFACE_NOEXCEPT;
  /* A file kept with the trial: name ("scores.csv"), media type, bytes. */
  synface_status (*artifact)(void* user, synface_str name, synface_str media_type,
                             const void* bytes, uint64_t size,
                             synface_error* error) SYNFACE_NOEXCEPT;
} synface_result_sink;

typedef struct synface_benchmark_table {
  synface_instance_table base; /* dims: embedding, height, width. Always for the CPU. */

  /* [control] Every figure that evaluate() can give; known before the run. Lent for the instance's
   * life. */
  synface_status (*metrics)(void* self, const synface_metric_spec* const** metrics, uint32_t* n,
                            synface_error* error) SYNFACE_NOEXCEPT;

  /* [control] Asks for images, by key of one of the sets or by file. `set` is the one that the TOML
   * names for this benchmark, NULL when it names none, or names real photographs that do not lie in
   * one folder a person (they are asked for by file). *views: SYNFACE_VIEW_PLAIN, _FLIP or both
   * or-ed. Pure: same sets, same requests. */
  synface_status (*requests)(void* self, const synface_eval_set* set,
                             const synface_request_sink* sink, uint32_t* views,
                             synface_error* error) SYNFACE_NOEXCEPT;

  /* [compute] embeddings [V, M, D] float32 on the CPU, not normalised: V views (plain before flip),
   * M requests in their order. */
  synface_status (*evaluate)(void* self, const synface_context* ctx,
                             const synface_tensor* embeddings, const synface_result_sink* results,
                             synface_error* error) SYNFACE_NOEXCEPT;
} synface_benchmark_table;

#ifdef __cplusplus
}
#endif
#endif
