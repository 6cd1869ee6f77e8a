// The C++17 layer over the plugin ABI: header-only, without static state, in a versioned inline
// namespace, so that plugins built with different versions of it live in one process.
//
// A plugin is one struct. What it can do is deduced from the methods that it has; exceptions are
// caught at one place (guard) and become status codes. The struct's methods carry the names of the
// ABI's members, whose headers are the contract (<synface/loss.h> and its neighbours).
#pragma once

#include <synface/sdk/create.h>
#include <synface/sdk/entry.h>
#include <synface/sdk/error.h>
#include <synface/sdk/instance.h>
#include <synface/sdk/param.h>
#include <synface/sdk/tensor.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>
