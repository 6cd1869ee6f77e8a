#!/usr/bin/env bash
# Given every compiler of gcc, g++, clang and clang++ that is installed, when each header of the ABI
# is compiled alone (twice included) as C11, C++17 and C++20, and each header of the C++ layer as
# C++17 and C++20, with all warnings as errors, then each compiles.
#   headers_test.sh SOURCE_DIR
set -euo pipefail
abi=$1/platform/abi/include sdk=$1/platform/sdk/include
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
warnings=(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)

# One line a compilation: compiler, standard, language, header.
jobs_of() { # COMPILER LANGUAGE STANDARD FOLDER
  local header
  while IFS= read -r header; do
    printf '%s %s %s %s\n' "$1" "$2" "$3" "${header#"$4"/}"
  done < <(find "$4" -name '*.h' | sort)
}
found=() absent=()
for pair in gcc:g++ clang:clang++; do
  c=${pair%:*} cpp=${pair#*:}
  if ! command -v "$c" >/dev/null || ! command -v "$cpp" >/dev/null; then
    absent+=("$c")
    continue
  fi
  found+=("$c")
  jobs_of "$c" c c11 "$abi" >>"$tmp/jobs"
  for standard in c++17 c++20; do
    jobs_of "$cpp" c++ "$standard" "$abi" >>"$tmp/jobs"
    jobs_of "$cpp" c++ "$standard" "$sdk" >>"$tmp/jobs"
  done
done
((${#found[@]} > 0)) || { echo "skipped: neither gcc nor clang is installed"; exit 77; }

compile() { # COMPILER LANGUAGE STANDARD HEADER
  printf '#include <%s>\n#include <%s>\ntypedef int not_an_empty_file;\n' "$4" "$4" |
    "$1" -x "$2" "-std=$3" "${warnings[@]}" -I"$abi" -I"$sdk" -fsyntax-only - ||
    { echo "FAILED: <$4> alone as $3 with $1" >&2; return 1; }
}
export -f compile
export abi sdk
# An array cannot be exported.
# shellcheck disable=SC2016 # the inner shell expands these
WARNINGS="${warnings[*]}" xargs -a "$tmp/jobs" -P 2 -L 1 bash -c \
  'read -ra warnings <<<"$WARNINGS"; compile "$@"' compile
echo "$(wc -l <"$tmp/jobs") compilations with ${found[*]}${absent[*]:+ (not installed: ${absent[*]})}"
