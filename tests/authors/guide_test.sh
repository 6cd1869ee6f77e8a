#!/usr/bin/env bash
# Given an installed synface, when the commands of the author's guide are typed one after the other
# in an empty folder, then each ends with 0 and says what the guide shows, numbers aside.
#   guide_test.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source=tests/authors/common.sh
source "$(dirname "$0")/common.sh"
if ! command -v python3 >/dev/null; then
  echo "skipped: python3 is not installed, which reads the guide"
  exit 77
fi
install_synface
python3 "$source_dir/tests/authors/guide.py" "$prefix/share/synface/docs/guide.md"
