#pragma once

#include <cstdint>
#include <string>
#include <vector>

// What a profiled request tells of its time, as plain data. Milliseconds; starts are since the request's.
namespace mlxengine {

struct ProfiledStep {
  bool prefill;
  int tokens;
  double start;
  double duration;
};

// All operations of a kind in a phase.
struct ProfiledKind {
  std::string kind;
  bool prefill;
  int calls = 0;
  double build = 0;    // making MLX's graph of it, on the host
  double compute = 0;  // waiting for its result
};

struct ProfiledOperations {
  std::vector<std::string> names;
  std::vector<uint8_t> kinds;  // each an index of a name
  std::vector<double> starts;
  std::vector<float> builds;
  std::vector<float> computes;
  bool complete = true;
};

struct ProfileReport {
  std::vector<ProfiledStep> steps;
  std::vector<ProfiledKind> kinds;
  ProfiledOperations operations;
};

}  // namespace mlxengine
