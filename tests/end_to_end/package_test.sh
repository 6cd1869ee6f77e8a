#!/usr/bin/env bash
# Given an install below a fresh prefix, when somebody who knows nothing but that prefix builds
# plugins with find_package(synface), then each exports one symbol, only the torch-coupled one needs
# LibTorch, and the installed program lists both.
#   package_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source_dir=$1 build_dir=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

cmake --install "$build_dir" --prefix "$tmp/prefix" >"$tmp/install.log" ||
  fail "cmake --install: $(tail -n 5 "$tmp/install.log")"
for file in bin/synface bin/synface-worker include/synface/synface.h include/synface/sdk/sdk.h \
  lib/cmake/synface/synfaceConfig.cmake; do
  [[ -e $tmp/prefix/$file ]] || fail "$file is not installed"
done
built=("$build_dir"/plugins/*.so)
installed=("$tmp/prefix/lib/synface/plugins/"*.so)
((${#built[@]} == ${#installed[@]})) ||
  fail "${#built[@]} plugins are built, ${#installed[@]} are installed"
! grep -rl "$source_dir" "$tmp/prefix/lib/cmake" "$tmp/prefix/include" ||
  fail "the installed package refers to the source tree"

cp -r "$source_dir/tests/end_to_end/package" "$tmp/outside"
cmake -G Ninja -S "$tmp/outside" -B "$tmp/outside/build" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$tmp/prefix" >"$tmp/configure.log" 2>&1 ||
  fail "configure: $(cat "$tmp/configure.log")"
cmake --build "$tmp/outside/build" >"$tmp/build.log" 2>&1 || fail "build: $(cat "$tmp/build.log")"

for name in outside_c outside_torch; do
  symbols=$(nm -D --defined-only "$tmp/outside/build/$name.so" | awk '{print $3}')
  [[ $symbols == synface_plugin_entry ]] || fail "$name.so exports: $symbols"
  readelf -n "$tmp/outside/build/$name.so" | grep -q synface || fail "$name.so has no note"
done
needed() { readelf -d "$tmp/outside/build/$1.so" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p'; }
! needed outside_c | grep -E 'torch|c10|stdc\+\+' || fail "the C plugin needs more than the C library"
needed outside_torch | grep -q libtorch_cpu || fail "the torch-coupled plugin does not link LibTorch"

listing=$(SYNFACE_PLUGIN_PATH=$tmp/outside/build XDG_CACHE_HOME=$tmp/cache \
  "$tmp/prefix/bin/synface" plugin list) || fail "the installed synface plugin list"
for name in outside_c outside_torch cosface fastnet; do
  grep -q "$name" <<<"$listing" || fail "plugin list does not show $name: $listing"
done
echo "package: ${#installed[@]} plugins installed, 2 built outside and listed"
