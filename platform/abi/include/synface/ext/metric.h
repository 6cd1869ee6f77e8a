/* synface/ext/metric.h: figures that a plugin wants recorded as curves over the steps of a
 * training. */
#ifndef SYNFACE_EXT_METRIC_H
#define SYNFACE_EXT_METRIC_H
#include <synface/context.h>
#include <synface/status.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SYNFACE_EXT_METRIC "synface.metric/1"
typedef struct synface_ext_metric {
  uint32_t struct_size;
  uint32_t reserved;
  /* [control] Declares a figure and gives its number; the full name is <plugin id>.<key>. */
  synface_status (*define)(synface_str plugin_id, synface_str key, synface_str unit,
                           uint32_t* metric, synface_error* error) SYNFACE_NOEXCEPT;
  /* [compute] Records a value at ctx->step. Costs well under a microsecond. */
  synface_status (*record)(const synface_context* ctx, uint32_t metric, double value,
                           synface_error* error) SYNFACE_NOEXCEPT;
} synface_ext_metric;
#ifdef __cplusplus
}
#endif
#endif
