#!/usr/bin/env bash
# Given an installed synface, when `plugin new` is followed by the commands that it prints, then the
# project builds without a warning, passes its tests and `plugin check`, exports one symbol, is
# described by `plugin info`, runs in a grid, and has its rows in `compare`. Plugins of one example
# in several languages give the same numbers.
#   templates_test.sh SOURCE_DIR BUILD_DIR KIND:LANG...
set -euo pipefail
# shellcheck source=tests/authors/common.sh
source "$(dirname "$0")/common.sh"
install_synface
no_rust=$(rust_is_absent)

# A grid of seconds: two cells, one seed.
tiny=(--set seed.train=0 --set train.images_seen=60 --set heldout.identities=6 --jobs 1)

build() { # NAME LANG -> the library
  local name=$1
  if [[ $2 == rust ]]; then
    quietly "make -C $name check" make -C "$name" check
    library=$name/target/release/lib$name.so
  else
    quietly "cmake -S $name" cmake -S "$name" --preset synface
    quietly "check of $name" cmake --build "$name/build" --target check
    library=$name/build/$name.so
  fi
  if grep -q warning: "$tmp/said"; then fail "$name builds with a warning: $(cat "$tmp/said")"; fi
  exports_the_entry_alone "$library" || fail "$library exports: $(nm -D --defined-only "$library")"
}

# One line a trial: the cell and its finals, without what depends on the plugin's name.
finals() { # NAME
  synface --json query "SELECT m.axes, f.metric, f.value FROM final f
    JOIN member m ON m.trial = f.trial JOIN experiment x ON x.id = m.experiment
    WHERE x.name = '$1' AND f.metric NOT LIKE '%_per_s' AND f.metric NOT LIKE 'time%'
    ORDER BY 1, 2" | sed "s/$1/NAME/g"
}

# The checker finds it as `plugin info` does, and knows what a slip was meant to be.
check_by_name() { # KIND NAME
  local name
  for name in "$2" "$1/$2"; do
    quietly "plugin check $name" synface plugin check "$name" --only file-note
  done
  if synface plugin check "$1/${2}x" >"$tmp/said" 2>&1; then fail "check of ${2}x is good"; fi
  grep -q "did you mean '$2'" "$tmp/said" || fail "no hint at $2: $(cat "$tmp/said")"
}

try() { # KIND LANG
  local name=my_$1_$2 library
  quietly "plugin new $name" synface plugin new "$name" --kind "$1" --lang "$2"
  build "$name" "$2"
  export SYNFACE_PLUGIN_PATH
  SYNFACE_PLUGIN_PATH=$(dirname "$library")
  quietly "plugin info" synface plugin info "$1/$name"
  check_by_name "$1" "$name"
  quietly "run of $name" synface run "$name/experiment.toml" "${tiny[@]}"
  synface compare "$name/experiment.toml" "${tiny[@]:0:6}" >"$tmp/table" ||
    fail "compare of $name"
  grep -q "^$name:" "$tmp/table" || fail "compare does not name $name: $(cat "$tmp/table")"
  (($(grep -c baseline "$tmp/table") >= 1)) || fail "no row of a baseline: $(cat "$tmp/table")"
  finals "$name" >"$tmp/finals.$1.$2"
  [[ -s $tmp/finals.$1.$2 ]] || fail "no final of $name was recorded"
  echo "$1 in $2: built, checked, run, compared"
}

for pair in "$@"; do
  kind=${pair%:*} lang=${pair#*:}
  if [[ $lang == rust && -n $no_rust ]]; then
    echo "skipped: $kind in rust, since $no_rust"
    continue
  fi
  try "$kind" "$lang"
done
for kind in loss mixup; do
  first=
  for file in "$tmp/finals.$kind".*; do
    [[ -e $file ]] || continue
    if [[ -n $first ]]; then
      cmp "$first" "$file" || fail "the $kind gives other numbers in another language: $file"
    fi
    first=${first:-$file}
  done
done
