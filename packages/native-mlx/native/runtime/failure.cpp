#include "runtime/failure.h"

#include <new>

namespace mlxengine {

namespace {

// MLX tells of exhausted memory in an exception's text alone.
bool tells_of_memory(const std::string& text) {
  for (const char* sign : {"[malloc", "Unable to allocate", "out of memory", "OutOfMemory", "Insufficient Memory"}) {
    if (text.find(sign) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Failure current_failure() {
  try {
    throw;
  } catch (const FailureError& error) {
    return error.failure();
  } catch (const std::bad_alloc&) {
    return {FailureKind::memory, "[memory] allocation, expected memory, got none", "", 0};
  } catch (const std::exception& error) {
    const std::string text = error.what();
    return {tells_of_memory(text) ? FailureKind::memory : FailureKind::backend, text, "", 0};
  } catch (...) {
    return {FailureKind::backend, "[backend] exception, expected a std::exception, got another type", "", 0};
  }
}

const char* name_of(FailureKind kind) {
  switch (kind) {
    case FailureKind::argument:
      return "argument";
    case FailureKind::checkpoint:
      return "checkpoint";
    case FailureKind::storage:
      return "storage";
    case FailureKind::writing:
      return "writing";
    case FailureKind::cache_file:
      return "cache-file";
    case FailureKind::memory:
      return "memory";
    case FailureKind::constraint:
      return "constraint";
    case FailureKind::busy:
      return "busy";
    case FailureKind::dead:
      return "dead";
    case FailureKind::aborted:
      return "aborted";
    case FailureKind::backend:
      break;
  }
  return "backend";
}

}  // namespace mlxengine
