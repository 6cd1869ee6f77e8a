# shellcheck shell=bash
# Building: configure once, then ninja, with one line of progress.

# build_preset PRESET TARGET: TARGET is product (what a user runs) or all (with the tests).
build_preset() {
  local preset=$1 target=$2
  local build=$SYNFACE_ROOT/build/$preset
  local -a tiers
  mapfile -t tiers < <(tiers_of_preset "$preset")
  ensure_tiers "${tiers[@]}"

  local jobs
  jobs=$(build_jobs) || exit $?
  hold_lock "$build/.lock" "the build in build/$preset"
  : >"$build/.start" # its time is that of the stamp: before anything is read
  mkdir -p "$SYNFACE_LOGS"
  configure "$preset" "$build"
  case $target in
    product) run_ninja "$preset" "$build" "$jobs" synface_product ;;
    *) run_ninja "$preset" "$build" "$jobs" "$target" ;;
  esac
  {
    build_key
    needed_files "${tiers[@]}"
  } >"$build/.stamp.new"
  touch -r "$build/.start" "$build/.stamp.new"
  mv "$build/.stamp.new" "$build/.built-$target"
  # A full build is a product build as well.
  [[ $target != all ]] || cp -p "$build/.built-all" "$build/.built-product"
  rm -f "$build/.start"
  release_lock
}

# The files whose loss makes a set-up necessary again.
needed_files() {
  local tier name
  while read -r tier name; do
    if [[ " $* " == *" $tier "* ]] && ! folder_is_replaced "$name"; then
      echo "$SYNFACE_DEPS/$name/.complete"
    fi
  done < <(sed -n 's/^folder \([^ ]*\) \([^ ]*\) .*/\1 \2/p' "$SYNFACE_LOCK_FILE")
}

configure() {
  local preset=$1 build=$2 log=$SYNFACE_LOGS/configure-$1.log
  local -a arguments=(--preset "$preset" "-DSYNFACE_DEPS=$SYNFACE_DEPS"
    "-DTORCH_ROOT=${TORCH_ROOT:-}")
  local key
  key=$(build_key)
  if [[ -f $build/build.ninja && -f $build/.configured && $(<"$build/.configured") == "$key" ]]; then
    return
  fi
  [[ ! -f $build/CMakeCache.txt ]] || arguments+=(--fresh)
  say "configuring build/$preset"
  if ! (cd "$SYNFACE_ROOT" && cmake "${arguments[@]}") >"$log" 2>&1 </dev/null; then
    grep -A 12 'CMake Error' "$log" >&2 || tail -n 20 "$log" >&2
    die 1 "the configuration of build/$preset failed; all of it is in $log"
  fi
  echo "$key" >"$build/.configured"
}

run_ninja() {
  local preset=$1 build=$2 jobs=$3 target=$4
  local log=$SYNFACE_LOGS/build-$preset.log status=0 began=$SECONDS
  NINJA_STATUS='[%f/%t] ' ninja -C "$build" -j "$jobs" "$target" 2>&1 </dev/null |
    tee "$log" | show_progress "$preset" || status=$?
  if ((status)); then
    # The first fault is the one to read.
    grep -m 1 -A 12 '^CMake Error' "$log" >&2 || true
    awk '/^FAILED: |^ninja: error/ {on = 1} on' "$log" | cut -c 1-2000 | head -n 40 >&2
    die 1 "the build of build/$preset failed; all of it is in $log"
  fi
  ((SECONDS - began < 10)) || say "built $preset in $((SECONDS - began)) s"
}

# Shows ninja's steps as one line that moves (terminal), or a line every ten seconds (elsewhere).
show_progress() {
  local line shown=-10 moving=""
  [[ ! -t 2 ]] || moving=yes
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*) ]] || continue
    local done=${BASH_REMATCH[1]} all=${BASH_REMATCH[2]} what=${BASH_REMATCH[3]}
    what=${what##*/}
    if [[ -n $moving ]]; then
      printf '\r\033[Ksynface: building %s %d/%d  %s' "$1" "$done" "$all" "${what:0:50}" >&2
    elif ((all > 3 && SECONDS - shown >= 10)); then
      say "building $1 $done/$all (${what:0:60})"
      shown=$SECONDS
    fi
  done
  [[ -z $moving ]] || printf '\r\033[K' >&2
}

build_command() {
  local target
  if (($# == 0)); then
    build_preset "$SYNFACE_PRESET" product
    say "build/$SYNFACE_PRESET is up to date"
    return
  fi
  for target in "$@"; do
    build_preset "$SYNFACE_PRESET" "$target"
  done
}
