// The host extensions that compute: alloc, images, math, parallel, metric (<synface/ext/...>).
#pragma once

#include <synface/ext/alloc.h>
#include <synface/ext/images.h>
#include <synface/ext/math.h>
#include <synface/ext/metric.h>
#include <synface/ext/parallel.h>
#include <synface/plugin/host.h>

namespace synface::train {

class Recorder;

// Constant for the life of the process.
const synface_ext_alloc& alloc_extension() noexcept;
const synface_ext_images& images_extension() noexcept;
const synface_ext_math& math_extension() noexcept;
const synface_ext_parallel& parallel_extension() noexcept;
const synface_ext_metric& metric_extension() noexcept;

// Offers these and those of the data room.
void offer_extensions(plugin::HostServices& host);

// GLOBAL STATE. synface_ext_metric has no user pointer, so that its receiver is one for the
// process. nullptr: what plugins record is dropped (commands that record nothing).
void receive_metrics(Recorder* recorder) noexcept;

}  // namespace synface::train
