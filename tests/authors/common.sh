# shellcheck shell=bash
# Sourced by the scripts: a fresh prefix, a fresh home, and words for failures.
source_dir=$1 build_dir=$2
shift 2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Runs a command quietly; all that it said is shown when it fails.
quietly() { # WHAT COMMAND...
  local what=$1
  shift
  "$@" >"$tmp/said" 2>&1 || fail "$what: $(cat "$tmp/said")"
}

# Installs into $prefix; from here on there is no synface but that one.
install_synface() {
  prefix=$tmp/prefix
  quietly "cmake --install" cmake --install "$build_dir" --prefix "$prefix"
  if grep -rl "$source_dir" "$prefix/share" "$prefix/include" "$prefix/lib/cmake"; then
    fail "the installed files refer to the source tree"
  fi
  export HOME=$tmp/home PATH=$prefix/bin:$PATH NO_COLOR=1
  # Cargo and rustc of rustup find themselves by these, and HOME is another one now.
  export RUSTUP_HOME=${RUSTUP_HOME:-$real_home/.rustup} CARGO_HOME=$tmp/cargo
  unset SYNFACE_PLUGIN_PATH SYNFACE_DB SYNFACE_CACHE XDG_CACHE_HOME XDG_DATA_HOME
  mkdir -p "$HOME" "$tmp/work"
  cd "$tmp/work" || exit
}
real_home=$HOME

# Says why Rust cannot be built here, or nothing.
rust_is_absent() {
  local needed=1.82 version
  if ! command -v cargo >/dev/null || ! version=$(rustc --version 2>/dev/null); then
    echo "cargo is not installed"
    return
  fi
  version=$(awk '{print $2}' <<<"$version")
  if [[ $(printf '%s\n' "$needed" "$version" | sort -V | head -n 1) != "$needed" ]]; then
    echo "rustc $version is older than $needed"
  fi
}

# Exits with 0 when the library exports the entry alone.
exports_the_entry_alone() { # FILE
  [[ $(nm -D --defined-only "$1" | awk '{print $3}') == synface_plugin_entry ]]
}
