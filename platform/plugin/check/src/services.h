// The services that compute, in their simplest form, for programs that bring none of their own.
#pragma once

#include <synface/plugin/host.h>

namespace synface::plugin::check {

// Offers alloc, math, parallel and metric.
void offer_services(HostServices& host);

}  // namespace synface::plugin::check
