#!/usr/bin/env bash
# Fuzzes each target for SECONDS, as many at a time as there are processors, and says how many
# inputs were tried. Exits with 1 when one of them was fatal.
#   fuzz.sh BUILD SECONDS [TARGET...]
#
# BUILD is build/fuzz (clang's libFuzzer: guided by what the inputs reach), or a build with the
# sanitizers (driver.cpp: blind changes). What reaches something new stays in BUILD/found/TARGET, a
# fatal input in BUILD/found/TARGET.crash-*. To keep them:
#   BUILD/fuzz/fuzz_TARGET -merge=1 tests/fuzz/corpus/TARGET BUILD/found/TARGET     (what is new)
#   BUILD/fuzz/fuzz_TARGET -minimize_crash=1 -runs=100000 BUILD/found/TARGET.crash-...  (a crash,
#   which goes into tests/fuzz/corpus/TARGET, under a name that tells, when it is mended)
set -euo pipefail
build=$(cd "$1" && pwd) seconds=$2
shift 2
corpus=$(cd "$(dirname "$0")" && pwd)/corpus
targets=("$@")
if ((${#targets[@]} == 0)); then mapfile -t targets < <(ls "$corpus"); fi

fuzz() { # TARGET
  local found=$build/found/$1 log=$build/found/$1.log
  mkdir -p "$found"
  # libFuzzer writes into the first folder; the other driver reads both.
  local -a options=("-max_total_time=$seconds" "-seed=$RANDOM" -max_len=8192
    "-artifact_prefix=$build/found/$1.")
  if [[ -n $libfuzzer ]]; then options+=(-timeout=25 -rss_limit_mb=2048); fi
  if "$build/fuzz/fuzz_$1" "${options[@]}" "$found" "$corpus/$1" >"$log" 2>&1; then
    echo "$1: $(grep -aE '^Done |inputs, ' "$log" | tail -n 1)"
  else
    echo "$1: FAILED, the input is in $build/found; the end of $log:"
    tail -n 40 "$log"
    return 1
  fi
}
export -f fuzz
export build seconds corpus
libfuzzer=
# The other driver knows no such option.
if "$build/fuzz/fuzz_${targets[0]}" -help=1 >/dev/null 2>&1; then libfuzzer=yes; fi
export libfuzzer
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'fuzz {}'
