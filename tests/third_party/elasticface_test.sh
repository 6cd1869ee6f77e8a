#!/usr/bin/env bash
# Given an installed synface, when the Rust loss elasticface is built against it alone, then its own
# tests and `plugin check` pass, it exports one symbol, and its rows are in `compare`.
#   elasticface_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source=tests/authors/common.sh
source "$(dirname "$0")/../authors/common.sh"
no_rust=$(rust_is_absent)
if [[ -n $no_rust ]]; then
  echo "skipped: $no_rust"
  exit 77
fi
install_synface
cp -r "$source_dir/tests/third_party/elasticface" plugin
cd plugin
sed -i "s|/usr/local|$prefix|" Cargo.toml
quietly "cargo test" cargo test --offline
quietly "cargo build" cargo build --release --offline
library=target/release/libelasticface.so
exports_the_entry_alone "$library" || fail "it exports $(nm -D --defined-only "$library")"
quietly "plugin check" synface plugin check "$library"
export SYNFACE_PLUGIN_PATH=$PWD/target/release
tiny=(--set seed.train=0 --set train.images_seen=60 --set heldout.identities=6)
quietly "run" synface run experiment.toml "${tiny[@]}" --jobs 1
synface compare experiment.toml "${tiny[@]}" >table
grep -qE '^ *0\.0125 ' table || fail "no row of sigma = 0.0125: $(cat table)"
echo "elasticface: built, checked, run, compared"
