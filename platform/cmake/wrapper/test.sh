# shellcheck shell=bash
# ./synface test [--long] [REGEX]: the short tier is what .ci/run calls; --long adds the tests
# labelled long, the sanitizer build, fuzzing, the CUDA compile and a clean clone in an empty home
# folder.

test_command() {
  local long="" regex="" argument
  for argument in "$@"; do
    case $argument in
      --long) long=yes ;;
      -h | --help)
        cat <<'HELP'
usage: ./synface test [--long] [REGEX]

Builds what changed and runs the tests; REGEX picks some by name. --long adds the tests labelled long,
the sanitizer build, fuzzing of every parser of foreign files, the CUDA compile and a clean clone in
an empty home folder.

Environment: SYNFACE_FUZZ_SECONDS, for each parser (600).

Example:
  ./synface test 'worker_test\.'
HELP
        return 0
        ;;
      -*) die 2 "test: unknown argument '$argument'; usage: ./synface test [--long] [REGEX]" ;;
      *)
        [[ -z $regex ]] || die 2 "test: one regular expression only; usage: ./synface test [--long] [REGEX]"
        regex=$argument
        ;;
    esac
  done

  SYNFACE_RESULTS=()
  build_preset "$SYNFACE_PRESET" all
  if [[ -z $long ]]; then
    step "tests" run_ctest "$SYNFACE_BUILD" "$regex" -LE '^long$'
  else
    step "tests" run_ctest "$SYNFACE_BUILD" "$regex"
    step "tests under asan-ubsan" sanitizer_tests "$regex"
    if [[ -z $regex ]]; then
      step "fuzzing, ${SYNFACE_FUZZ_SECONDS:-600} s for each parser" fuzz_parsers
      step "every .cu compiled" build_in_subshell cuda all
      step "tests of the CUDA build" run_ctest "$SYNFACE_ROOT/build/cuda" '^(train|worker|losses)_test[.]'
      step "clean clone, empty home" clean_clone
    fi
  fi

  local result failed=0
  for result in "${SYNFACE_RESULTS[@]}"; do
    say "$result"
    [[ $result == ok* ]] || failed=1
  done
  exit "$failed"
}

# step NAME COMMAND...: runs it, notes how it went, goes on.
step() {
  local name=$1 began=$SECONDS verdict=ok
  shift
  "$@" || verdict=FAILED
  SYNFACE_RESULTS+=("$(printf '%-6s %s (%d s)' "$verdict" "$name" $((SECONDS - began)))")
}

build_in_subshell() { (build_preset "$@"); }

# run_ctest BUILD REGEX ARGUMENT...
run_ctest() {
  local build=$1 regex=$2
  shift 2
  [[ -z $regex ]] || set -- "$@" -R "$regex"
  ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$(build_jobs)" "$@"
}

# Everything but the tests that measure or that are labelled no_sanitizer with a reason.
sanitizer_tests() {
  (build_preset asan-ubsan all) || return 1
  ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 \
    UBSAN_OPTIONS=print_stacktrace=1 \
    run_ctest "$SYNFACE_ROOT/build/asan-ubsan" "$1" -LE '^(long|no_sanitizer)$'
}

# With clang's libFuzzer; by blind changes where there is no clang and no dpkg to install it.
fuzz_parsers() {
  local build=$SYNFACE_ROOT/build/fuzz
  if command -v clang++ >/dev/null || command -v dpkg-query >/dev/null; then
    (build_preset fuzz synface_fuzz) || return 1
  else
    build=$SYNFACE_ROOT/build/asan-ubsan
    say "clang is not installed: fuzzing without its guidance, by the programs of build/asan-ubsan"
  fi
  "$SYNFACE_ROOT/tests/fuzz/fuzz.sh" "$build" "${SYNFACE_FUZZ_SECONDS:-600}"
}

# What a newcomer does: clone, then the first two commands of the README, with nothing in the home
# folder. It fetches and compiles everything anew.
clean_clone() (
  local tmp
  tmp=$(mktemp -d) || return 1
  trap 'rm -rf "$tmp"' EXIT
  mkdir "$tmp/home"
  git clone -q "$SYNFACE_ROOT" "$tmp/synface" || return 1
  cd "$tmp/synface" || return 1
  local clean=(env -u XDG_CACHE_HOME -u SYNFACE_DEPS -u CCACHE_DIR -u SYNFACE_DB -u SYNFACE_WHEELS
    -u TORCH_ROOT HOME="$tmp/home")
  local command
  while read -r command; do
    say "clean clone: $command"
    # shellcheck disable=SC2086
    "${clean[@]}" $command >"$tmp/out.log" 2>&1 </dev/null || {
      tail -n 40 "$tmp/out.log" >&2
      return 1
    }
    tail -n 15 "$tmp/out.log" >&2
  done < <(readme_commands | head -n 2)
)

# The commands of the README's sh blocks.
readme_commands() {
  awk '/^```/ {on = ($0 == "```sh"); next} on && /^\.\/synface/' README.md
}
