#!/usr/bin/env bash
# Given an installed synface, when `plugin new --lang python` is followed by the commands that it
# prints, then the file passes `plugin check`, runs in a grid and has its rows in `compare`; after a
# change of the file its trials are new.
#   template_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source=tests/authors/common.sh
source "$(dirname "$0")/../authors/common.sh"
if ! python3 -c 'import numpy' 2>/dev/null && ! /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
  echo "skipped: no Python with numpy; ./synface setup --python-bridge"
  exit 77
fi
install_synface
tiny=(--set seed.train=0 --set train.images_seen=60 --set heldout.identities=6)

trials() { # FILE -> how many trials of the experiment a run would make now
  synface --json plan "$1" "${tiny[@]}" | python3 -c 'import json, sys; print(json.load(sys.stdin)["to_run"])'
}

for kind in loss mixup; do
  name=my_$kind
  synface plugin new "$name" --kind "$kind" --lang python >"$tmp/next" || fail "plugin new"
  check=$(grep -F "synface plugin check" "$tmp/next") || fail "no check: $(cat "$tmp/next")"
  quietly "$check" bash -c "$check --timeout 120"
  grep -q "✓ first-call" "$tmp/said" || fail "nothing was checked: $(cat "$tmp/said")"
  quietly "run of $name" synface run "$name/experiment.toml" "${tiny[@]}" --jobs 1
  synface compare "$name/experiment.toml" "${tiny[@]}" >"$tmp/table" || fail "compare of $name"
  grep -q baseline "$tmp/table" || fail "no row of a baseline: $(cat "$tmp/table")"
  [[ $(trials "$name/experiment.toml") == 0 ]] || fail "$name would run again"
  echo "# changed" >>"$name/$name.py"
  (($(trials "$name/experiment.toml") > 0)) || fail "an edited $name.py counts as the same"
  echo "$kind in python: checked, run, compared"
done
