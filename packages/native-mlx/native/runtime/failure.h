#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>

// What went wrong, as plain data that crosses threads. JavaScript makes a typed error of it.
namespace mlxengine {

enum class FailureKind {
  argument,    // what JavaScript handed over is not what was agreed
  checkpoint,  // a weight is missing or has the wrong shape or type
  storage,     // a file could not be read
  writing,     // a file could not be written
  cache_file,  // a file of cached states is damaged or of another model
  memory,      // memory could not be had
  backend,     // MLX failed; its text is kept
  constraint,  // the grammar left no token or failed itself
  busy,        // too much waits already
  dead,        // the device failed for good
  aborted,
};

struct Failure {
  FailureKind kind = FailureKind::backend;
  std::string text;
  std::string subject;      // a weight's name or a file's path
  double needed_bytes = 0;  // for `memory`
};

class FailureError : public std::runtime_error {
 public:
  explicit FailureError(Failure failure) : std::runtime_error(failure.text), failure_(std::move(failure)) {}
  FailureError(FailureKind kind, const std::string& text, const std::string& subject = "")
      : FailureError(Failure{kind, text, subject, 0}) {}
  const Failure& failure() const { return failure_; }

 private:
  Failure failure_;
};

// The exception that is being handled, as data. Call it in a catch block.
Failure current_failure();

const char* name_of(FailureKind kind);

}  // namespace mlxengine
