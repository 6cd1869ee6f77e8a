#include <synface/plugin/describe.h>

#include <cstdio>

int main(int argc, char** argv) {
  synface::plugin::maybe_describe(argc, argv);
  std::puts("not asked to describe");
  return 2;
}
