# shellcheck shell=bash
# What the parts of the wrapper share. Everything that they say goes to standard error: standard
# output belongs to the program (`--json` prints one document there and nothing else).

# shellcheck disable=SC2034 # used by the other parts
SYNFACE_LOCK_FILE="$SYNFACE_ROOT/platform/cmake/third_party.lock"
# shellcheck disable=SC2034
SYNFACE_LOGS="$SYNFACE_ROOT/build/logs"

say() { printf 'synface: %s\n' "$*" >&2; }

# die CODE MESSAGE...: the exit codes are those of the program (README.md).
die() {
  local code=$1
  shift
  printf 'synface: %s\n' "$@" >&2
  exit "$code"
}

# hold_lock FILE WHAT: takes the lock FILE on descriptor 9, until release_lock or the end.
hold_lock() {
  mkdir -p "$(dirname "$1")" || die 7 "cannot make the folder $(dirname "$1")"
  exec 9>"$1" || die 7 "cannot write $1"
  if ! flock -n 9; then
    say "another ./synface is busy with $2: waiting for it"
    flock 9
  fi
}

release_lock() { exec 9>&-; }

# build_jobs: SYNFACE_BUILD_JOBS, or as many as there are processors and 2 GiB pieces of memory.
build_jobs() {
  local jobs=${SYNFACE_BUILD_JOBS:-}
  if [[ -n $jobs ]]; then
    [[ $jobs =~ ^[1-9][0-9]*$ ]] ||
      die 2 "SYNFACE_BUILD_JOBS is '$jobs', must be a positive number"
    echo "$jobs"
    return
  fi
  local kib by_memory
  kib=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
  by_memory=$((kib / 2097152))
  jobs=$(nproc)
  ((by_memory >= jobs)) || jobs=$((by_memory > 0 ? by_memory : 1))
  echo "$jobs"
}
