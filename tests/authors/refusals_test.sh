#!/usr/bin/env bash
# Given synface in its build folder, when `plugin new` is asked for what it cannot make, then it
# says what would do, ends with 2, and makes nothing; with --json it prints one document.
#   refusals_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source=tests/authors/common.sh
source "$(dirname "$0")/common.sh"
export HOME=$tmp/home SYNFACE_CACHE=$tmp/cache
unset SYNFACE_PLUGIN_PATH
mkdir -p "$HOME" "$tmp/work/there"
cd "$tmp/work"
synface=$build_dir/bin/synface

refuses() { # WORDS ARGUMENTS...
  local words=$1 code=0
  shift
  "$synface" plugin new "$@" >"$tmp/said" 2>&1 || code=$?
  [[ $code == 2 ]] || fail "plugin new $*: exit code $code: $(cat "$tmp/said")"
  grep -qF -e "$words" "$tmp/said" || fail "plugin new $*: does not say '$words': $(cat "$tmp/said")"
  [[ $(ls) == there ]] || fail "plugin new $*: has made $(ls)"
}

refuses "for example my_loss" My-Loss --kind loss --lang c
refuses "a letter of a-z" 9 --kind loss --lang c
refuses "at most 40" "$(printf 'a%.0s' {1..41})" --kind loss --lang c
refuses "a letter of a-z" "../up" --kind loss --lang c
refuses "did you mean 'loss'" x --kind los --lang c
refuses "there are templates in c, cpp, rust, python" x --kind loss --lang zig
refuses "--lang cpp has one" x --kind backbone --lang rust
refuses "--lang cpp has one" x --kind generator --lang c
refuses "--lang cpp has one" x --kind backbone --lang python
refuses "cannot be the name of a Rust crate" self --kind loss --lang rust
refuses "exists already" there --kind loss --lang c
refuses "exists already" x --kind loss --lang c --dir there
refuses "there is a loss cosface already" cosface --kind loss --lang c
refuses "--kind is required" x --lang c
refuses "--lang is required" x --kind loss

"$synface" --json plugin new "fine" --kind loss --lang c --dir "a folder" >"$tmp/json"
grep -q '"lang": "c"' "$tmp/json" || fail "no JSON: $(cat "$tmp/json")"
grep -qF "cmake -S 'a folder' --preset synface" "$tmp/json" || fail "not quoted: $(cat "$tmp/json")"
[[ -f "a folder/src/fine.c" && -f "a folder/.gitignore" ]] || fail "files are missing: $(ls -a a*)"
if grep -rnE '@[A-Z_]+@' "a folder"; then fail "a word of the template is left"; fi
"$synface" plugin new --help | grep -q "Example:" || fail "--help shows no example"
echo "plugin new: 15 refusals and one project"
