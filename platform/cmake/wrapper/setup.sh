# shellcheck shell=bash
# Set-up: Debian packages by minimum version, wheels by version and hash (third_party.lock).
# A fault here is exit 7 (no network, no rights) or 8 (no space).

# ensure_packages TIER...: installs the Debian packages of these tiers that are missing or too old.
ensure_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "no dpkg here: the packages of platform/cmake/third_party.lock must be there already"
    return
  fi
  local -a wanted=()
  missing_packages wanted "$@"
  ((${#wanted[@]})) || return 0

  local -a rights=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
      die 7 "Debian packages are missing, and there are no rights to install them. Please run:" \
        "  sudo apt-get update && sudo apt-get install --no-install-recommends ${wanted[*]}"
    fi
    rights=(sudo -n)
  fi
  say "installing Debian packages: ${wanted[*]}"
  mkdir -p "$SYNFACE_LOGS"
  local log=$SYNFACE_LOGS/apt.log
  local -a apt=("${rights[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${wanted[@]}"; } \
    >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    die 7 "apt-get could not install ${wanted[*]} (log: $log)." \
      "Is the network there, and are the package sources right?"
  fi
  local -a left=()
  missing_packages left "$@"
  ((${#left[@]} == 0)) ||
    die 7 "this system offers only older versions of ${left[*]}; the minimum versions are in" \
      "  $SYNFACE_LOCK_FILE (tested on Debian 12)"
}

# missing_packages ARRAY TIER...
missing_packages() {
  local -n _missing=$1
  shift
  local -A have=()
  local package version word tier minimum
  while read -r package version; do
    have[$package]=$version
  done < <(dpkg-query -W -f '${db:Status-Status} ${Package} ${Version}\n' 2>/dev/null |
    sed -n 's/^installed //p')
  while read -r word tier package minimum; do
    [[ $word == apt && " $* " == *" $tier "* ]] || continue
    if [[ -z ${have[$package]:-} ]] ||
      dpkg --compare-versions "${have[$package]}" lt "$minimum"; then
      _missing+=("$package")
    fi
  done <"$SYNFACE_LOCK_FILE"
}

# ensure_folders TIER...: fills the folders of these tiers that are not complete.
ensure_folders() {
  local tier name
  while read -r tier name; do
    [[ " $* " == *" $tier "* ]] || continue
    if ! folder_is_replaced "$name" && ! folder_complete "$name"; then
      fill_folder "$name"
    fi
  done < <(sed -n 's/^folder \([^ ]*\) \([^ ]*\) .*/\1 \2/p' "$SYNFACE_LOCK_FILE")
}

# With TORCH_ROOT the user brings a LibTorch, and ours is not fetched.
folder_is_replaced() { [[ -n ${TORCH_ROOT:-} && $1 == libtorch-* ]]; }

# The lines of one folder; they are also its fingerprint, kept in FOLDER/.complete.
folder_lines() {
  awk -v name="$1" '/^folder / {on = ($3 == name)} on && /^(folder|wheel|keep|link) /' \
    "$SYNFACE_LOCK_FILE"
}

folder_complete() {
  local stamp=$SYNFACE_DEPS/$1/.complete
  [[ -f $stamp && $(<"$stamp") == "$(folder_lines "$1")" ]]
}

fill_folder() {
  local name=$1
  [[ $(uname -m) == x86_64 ]] ||
    die 7 "the pinned wheels are for x86-64, this is $(uname -m). Build by hand with CMake," \
      "  and name a LibTorch of your own with -DTORCH_ROOT=FOLDER"
  hold_lock "$SYNFACE_DEPS/.lock" "the set-up"
  if folder_complete "$name"; then
    release_lock
    return
  fi
  check_space "$name"
  local tmp
  # A torn attempt leaves such a folder; the lock says that nobody is at work in it.
  rm -rf "$SYNFACE_DEPS/.tmp."*
  tmp=$(mktemp -d "$SYNFACE_DEPS/.tmp.XXXXXX") || die 7 "cannot write to $SYNFACE_DEPS"
  # shellcheck disable=SC2064 # this folder, not a later one
  trap "rm -rf '$tmp'" EXIT
  mkdir "$tmp/folder" "$tmp/wheels"

  local word first second third wheel
  while read -r word first second third; do
    [[ $word == wheel ]] || continue
    wheel=$(get_wheel "$first" "$second" "$third" "$tmp/wheels") || exit $?
    local -a keep
    read -r -a keep < <(folder_lines "$name" |
      awk -v name="$first" '/^wheel / {on = ($2 == name)} on && /^keep / {sub(/^keep /, ""); print}') ||
      true
    python3 "$SYNFACE_ROOT/platform/cmake/wrapper/unpack_wheel.py" "$wheel" "$tmp/folder" \
      "${keep[@]}" >&2 || die $? "cannot unpack ${wheel##*/} into $SYNFACE_DEPS"
    [[ $wheel != "$tmp"/* ]] || rm -f "$wheel"
  done < <(folder_lines "$name")
  while read -r word first second; do
    [[ $word != link ]] || ln -s "$second" "$tmp/folder/$first"
  done < <(folder_lines "$name")

  folder_lines "$name" >"$tmp/folder/.complete"
  sync -f "$tmp/folder" 2>/dev/null || true
  if [[ -e $SYNFACE_DEPS/$name ]]; then
    mv "$SYNFACE_DEPS/$name" "$tmp/old"
  fi
  mv "$tmp/folder" "$SYNFACE_DEPS/$name" || die 7 "cannot write to $SYNFACE_DEPS"
  rm -rf "$tmp"
  trap - EXIT
  release_lock
}

check_space() {
  local need have
  need=$(folder_lines "$1" | awk '/^folder / {print $4}')
  have=$(df -Pm "$SYNFACE_DEPS" | awk 'NR == 2 {print $4}')
  ((have >= need)) ||
    die 8 "$1 needs $need MB while it is unpacked, $have MB are free in $SYNFACE_DEPS." \
      "Make room, or name another cache folder with XDG_CACHE_HOME."
}

# get_wheel NAME VERSION SHA256 FOLDER: prints the path of the wheel: from a folder of the user's
# (SYNFACE_WHEELS) where it lies there with the right hash, else fetched by pip into FOLDER.
get_wheel() {
  local name=$1 version=$2 sha256=$3 folder=$4 file
  for file in "${SYNFACE_WHEELS:-/nonexistent}/${name//-/_}-$version-"*.whl; do
    if [[ -f $file && $(sha256sum "$file") == "$sha256 "* ]]; then
      echo "$file"
      return
    fi
  done
  say "fetching $name $version"
  printf '%s==%s --hash=sha256:%s\n' "$name" "$version" "$sha256" >"$folder/wanted.txt"
  mkdir -p "$SYNFACE_LOGS"
  local log=$SYNFACE_LOGS/pip-$name.log
  local -a options=(--no-deps --only-binary :all: --require-hashes --no-input
    --python-version 3.11 --implementation cp --abi cp311 --abi abi3 --abi none)
  local platform
  for platform in manylinux_2_28 manylinux_2_27 manylinux_2_25 manylinux_2_18 manylinux_2_17 \
    manylinux2014 manylinux_2_12 manylinux2010 manylinux_2_5 manylinux1; do
    options+=(--platform "${platform}_x86_64")
  done
  local attempt
  for attempt in 1 2 3; do
    if pip_download "$log" "$folder" "${options[@]}" --requirement "$folder/wanted.txt"; then
      ls "$folder/${name//-/_}-$version-"*.whl
      return
    fi
    ! grep -q 'DO NOT MATCH THE HASHES' "$log" ||
      die 7 "what pip fetched as $name $version has not the pinned hash (log: $log)." \
        "A mirror may be broken; nothing of it was used."
    ! grep -q 'No space left' "$log" || die 8 "no space in $SYNFACE_DEPS for $name $version"
    ((attempt == 3)) || sleep $((attempt * 2))
  done
  tail -n 8 "$log" | cut -c 1-300 >&2
  die 7 "pip could not fetch $name $version with the pinned hash (log: $log)." \
    "Is the network there? pip's own configuration is used (pip config list); wheels that you have" \
    "already may lie in a folder named by SYNFACE_WHEELS."
}

# pip_download LOG FOLDER ARGUMENT...
pip_download() {
  local log=$1 folder=$2 watcher="" status=0
  shift 2
  if [[ -t 2 ]]; then
    watch_size "$folder" &
    watcher=$!
  fi
  # pip unpacks into TMPDIR first: beside the target, where the space was checked.
  TMPDIR=$folder python3 -m pip download --dest "$folder" "$@" >"$log" 2>&1 </dev/null || status=$?
  if [[ -n $watcher ]]; then
    kill "$watcher" 2>/dev/null || true
    wait "$watcher" 2>/dev/null || true
    printf '\r\033[K' >&2
  fi
  return "$status"
}

# Shows how much has come, for as long as the wrapper lives.
watch_size() {
  while kill -0 $$ 2>/dev/null; do
    printf '\r\033[Ksynface: %s MB' "$(du -sm "$1" 2>/dev/null | cut -f 1)" >&2
    sleep 0.5
  done
}

# ensure_tiers TIER...: all that these tiers need.
ensure_tiers() {
  ensure_packages "$@"
  ensure_folders "$@"
}

# The tiers of a preset: clang for fuzz, the CUDA compiler for cuda, and LibTorch's CUDA half where a
# driver is.
tiers_of_preset() {
  echo needed
  [[ $1 != fuzz ]] || echo tools
  if [[ $1 == cuda ]]; then
    echo cuda
    if [[ -e /dev/nvidiactl ]] || command -v nvidia-smi >/dev/null; then
      echo gpu
    fi
  fi
}

setup_command() {
  local -a tiers=(needed)
  local argument
  for argument in "$@"; do
    case $argument in
      --tools | --cuda | --gpu | --judge | --python-bridge | --python) tiers+=("${argument#--}") ;;
      *) die 2 "setup: unknown argument '$argument'; there are --tools, --cuda, --gpu, --judge," \
        "  --python-bridge and --python" ;;
    esac
  done
  ensure_tiers "${tiers[@]}"
  say "set-up is complete (${tiers[*]}): $SYNFACE_DEPS"
}
