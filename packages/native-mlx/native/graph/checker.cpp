#include "graph/checker.h"

#include <numeric>
#include <sstream>

#include "runtime/failure.h"

namespace mlxengine {

std::string to_string(const Shape& shape) {
  std::ostringstream text;
  text << '[';
  for (size_t i = 0; i < shape.size(); i++) {
    text << (i ? ", " : "");
    if (shape[i] == Checker::any) {
      text << 'n';
    } else {
      text << shape[i];
    }
  }
  text << ']';
  return text.str();
}

int64_t elements(const Shape& shape) {
  return std::accumulate(
      shape.begin(), shape.end(), int64_t{1}, [](int64_t product, int next) { return product * next; });
}

namespace {

const char* name_of(Leading leading) {
  switch (leading) {
    case Leading::tokens:
      return "tokens";
    case Leading::rows:
      return "rows";
    case Leading::sequences:
      return "sequences";
    case Leading::none:
      break;
  }
  return "none";
}

bool fits(const Shape& found, const Shape& expected) {
  if (found.size() != expected.size()) return false;
  for (size_t i = 0; i < found.size(); i++) {
    if (expected[i] != Checker::any && expected[i] != found[i]) return false;
  }
  return true;
}

const char* name_of(WeightKind kind) {
  switch (kind) {
    case WeightKind::matrix:
      return "a matrix";
    case WeightKind::stack:
      return "a stack";
    case WeightKind::vector:
      return "a vector";
    case WeightKind::tensor:
      break;
  }
  return "a tensor";
}

}  // namespace

const Value& Checker::value(ValueId id, const char* what) const {
  if (!made_[static_cast<size_t>(id)]) fail(what, "a value made before", "value " + std::to_string(id));
  return graph_.values[static_cast<size_t>(id)];
}

const Shape& Checker::real(ValueId id, const char* what) {
  const Value& found = value(id, what);
  if (found.type != ElementType::real) fail(what, "floats", "integers");
  return found.dimensions;
}

const Shape& Checker::real(ValueId id, const char* what, Leading leading, const Shape& expected) {
  const Shape& found = real(id, what);
  expect_shape(found, expected, what);
  expect(this->leading(id) == leading, what, std::string("leading ") + name_of(leading), name_of(this->leading(id)));
  return found;
}

const Shape& Checker::integers(ValueId id, const char* what) {
  const Value& found = value(id, what);
  if (found.type != ElementType::integer) fail(what, "integers", "floats");
  return found.dimensions;
}

void Checker::expect_rows(ValueId id, const char* what) {
  expect(leading(id) != Leading::none, what, "a leading dimension", "none");
}

const Weight& Checker::weight(WeightId id, WeightKind kind, const Shape& expected) {
  const Weight& weight = graph_.weights[static_cast<size_t>(id)];
  expect(weight.kind == kind, weight.path, name_of(kind), name_of(weight.kind));
  expect_shape(weight.shape, expected, weight.path);
  return weight;
}

void Checker::own_state(StateId id) {
  expect(owned_.insert(id).second, "state", "a state of its own", "one that another operation names");
}

void Checker::make(ValueId id, Leading leading, const Shape& shape) {
  make(id, Value{leading, shape, ElementType::real, false});
}

void Checker::make_integers(ValueId id, Leading leading, const Shape& shape, int64_t bound) {
  make(id, Value{leading, shape, ElementType::integer, false});
  bounds_[static_cast<size_t>(id)] = bound;
}

void Checker::make(ValueId id, const Value& made) {
  const auto at = static_cast<size_t>(id);
  const Value& declared = graph_.values[at];
  expect_shape(declared.dimensions, made.dimensions, "output");
  expect(declared.leading == made.leading,
         "output",
         std::string("leading ") + name_of(made.leading),
         name_of(declared.leading));
  expect(declared.type == made.type, "output", "the operation's element type", "the other");
  expect(!made_[at], "output", "a value of its own", "value " + std::to_string(id) + " again");
  made_[at] = true;
}

void Checker::expect_shape(const Shape& found, const Shape& expected, const std::string& what) const {
  if (!fits(found, expected)) fail(what, to_string(expected), to_string(found));
}

void Checker::fail(const std::string& what, const std::string& expected, const std::string& found) const {
  throw FailureError(FailureKind::argument,
                     "[graph] " + place_ + ", " + what + ", expected " + expected + ", got " + found);
}

}  // namespace mlxengine
