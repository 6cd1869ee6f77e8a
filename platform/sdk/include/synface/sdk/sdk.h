// All of the C++ layer.
#pragma once

#include <synface/sdk/backbone.h>
#include <synface/sdk/benchmark.h>
#include <synface/sdk/core.h>
#include <synface/sdk/generator.h>
#include <synface/sdk/loss.h>
#include <synface/sdk/mixup.h>
#include <synface/sdk/philox.h>
