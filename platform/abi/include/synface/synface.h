/* synface/synface.h: the whole plugin ABI. */
#ifndef SYNFACE_SYNFACE_H
#define SYNFACE_SYNFACE_H

#include <synface/backbone.h>
#include <synface/base.h>
#include <synface/benchmark.h>
#include <synface/context.h>
#include <synface/entry.h>
#include <synface/ext/alloc.h>
#include <synface/ext/codec.h>
#include <synface/ext/images.h>
#include <synface/ext/listing.h>
#include <synface/ext/log.h>
#include <synface/ext/math.h>
#include <synface/ext/metric.h>
#include <synface/ext/parallel.h>
#include <synface/ext/state.h>
#include <synface/ext/tensorfile.h>
#include <synface/generator.h>
#include <synface/host.h>
#include <synface/instance.h>
#include <synface/loss.h>
#include <synface/mixup.h>
#include <synface/note.h>
#include <synface/param.h>
#include <synface/philox.h>
#include <synface/status.h>
#include <synface/tensor.h>

#endif
