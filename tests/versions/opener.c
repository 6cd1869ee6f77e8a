/* Loads a library as a careless host would. */
#include <dlfcn.h>

int main(int argc, char** argv) {
  return argc == 2 && dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) != 0 ? 0 : 1;
}
