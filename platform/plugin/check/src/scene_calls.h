// The templates of scene.h.
#pragma once

#include "child_side.h"
#include "scene.h"

namespace synface::plugin::check {

template <typename Body>
std::optional<CallFailed> attempt(const char* call, Body&& body) {
  ErrorProbe probe;
  note_call(call);
  const synface_status status = body(&probe.error);
  if (status != SYNFACE_OK) return probe.failure(call, status);
  if (probe.touched()) remember_touched(call);
  return std::nullopt;
}

template <typename Body>
void must(const char* call, Body&& body) {
  if (auto failure = attempt(call, std::forward<Body>(body))) throw *failure;
}

}  // namespace synface::plugin::check
