#!/usr/bin/env bash
# Given cargo, when the crates of the SDK are tested without a network, then they pass: the mirror
# of the ABI has the layout of the C headers, and the safe layer keeps its promises.
#   rust_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source_dir=$1 build_dir=$2
needed=1.82
# (rustup's programs are there but do nothing in a home folder without a toolchain.)
if ! cargo --version >/dev/null 2>&1 || ! said=$(rustc --version 2>/dev/null); then
  echo "skipped: there is no working cargo, so that the Rust crates of the SDK are not tested"
  exit 77
fi
version=$(awk '{print $2}' <<<"$said")
if [[ $(printf '%s\n' "$needed" "$version" | sort -V | head -n 1) != "$needed" ]]; then
  echo "skipped: rustc $version is older than $needed, which the Rust crates of the SDK need"
  exit 77
fi
# Nothing is written into the source tree: the lock file lies there already.
CARGO_TARGET_DIR=$build_dir/tests/rust exec cargo test --offline --locked --quiet \
  --manifest-path "$source_dir/platform/sdk/rust/Cargo.toml"
