#pragma once

namespace mlxengine {

// Which of a sequence's positions are kept where that is limited: the first `keep`, and after them in a ring the
// latest.
struct Bound {
  int keep;
  int window;  // positions that a token sees besides the first ones, its own included
  int ring;    // at least the window; what is more lets a sequence go so many positions back

  int capacity() const { return keep + ring; }
  int slack() const { return ring - window; }
  int index_of(int position) const { return position < keep ? position : keep + (position - keep) % ring; }
  // The least position that a sequence can go back to, besides the start, if positions up to `written` were written.
  int floor(int written) const { return written <= capacity() ? 0 : written - slack(); }

  bool operator==(const Bound&) const = default;
};

inline Bound bound_of(int window, int keep) {
  constexpr int step = 64;
  return {keep, window, (window + 2 * step - 1) / step * step};
}

}  // namespace mlxengine
