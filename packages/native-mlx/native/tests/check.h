#pragma once

#include <cstdio>
#include <cstdlib>

// A check of the small native tests, which are programs: the first that fails ends them.
#define CHECK(condition)                                                           \
  do {                                                                             \
    if (condition) break;                                                          \
    std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
    std::exit(1);                                                                  \
  } while (false)
