// Collects what a benchmark asks for and what it answers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "abi_plugin.h"

namespace abi_test {

struct Collected {
  std::vector<synface_key> keys;
  std::map<std::string, double> scalars;
  std::map<std::string, std::pair<double, double>> intervals;
  std::map<std::string, std::vector<double>> curve_x, curve_y;
  std::map<std::string, std::string> artifacts;

  synface_request_sink requests() {
    return {sizeof(synface_request_sink), 0, this,
            [](void* user, const synface_request* request, synface_error*) noexcept {
              static_cast<Collected*>(user)->keys.push_back(request->key);
              return synface_status{SYNFACE_OK};
            }};
  }
  synface_result_sink results() {
    synface_result_sink sink{};
    sink.struct_size = sizeof sink;
    sink.user = this;
    sink.scalar = [](void* user, synface_str key, double value, synface_error*) noexcept {
      static_cast<Collected*>(user)->scalars[std::string(view(key))] = value;
      return synface_status{SYNFACE_OK};
    };
    sink.interval = [](void* user, synface_str key, double low, double high, double,
                       synface_error*) noexcept {
      static_cast<Collected*>(user)->intervals[std::string(view(key))] = {low, high};
      return synface_status{SYNFACE_OK};
    };
    sink.curve = [](void* user, synface_str key, const double* x, const double* y, uint64_t n,
                    synface_str, synface_str, synface_error*) noexcept {
      auto& self = *static_cast<Collected*>(user);
      self.curve_x[std::string(view(key))].assign(x, x + n);
      self.curve_y[std::string(view(key))].assign(y, y + n);
      return synface_status{SYNFACE_OK};
    };
    sink.artifact = [](void* user, synface_str name, synface_str, const void* bytes, uint64_t size,
                       synface_error*) noexcept {
      static_cast<Collected*>(user)->artifacts[std::string(view(name))].assign(
          static_cast<const char*>(bytes), size);
      return synface_status{SYNFACE_OK};
    };
    return sink;
  }
};

}  // namespace abi_test
