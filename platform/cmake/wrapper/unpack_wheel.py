"""Unpacks a wheel: unpack_wheel.py WHEEL FOLDER [PATTERN...]

Keeps the file modes (zipfile's own extraction loses the x of a compiler) and the times that the
wheel carries, so that unpacking again makes no build rule stale. A file that two wheels bring
must be the same in both.
"""

import errno
import fnmatch
import os
import shutil
import sys
import time
import zipfile


def main(wheel, folder, patterns):
    kept = 0
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or (
                patterns and not any(fnmatch.fnmatch(entry.filename, p) for p in patterns)
            ):
                continue
            path = os.path.join(folder, entry.filename)
            if not os.path.abspath(path).startswith(os.path.abspath(folder) + os.sep):
                sys.exit(f"{wheel}: {entry.filename} points outside of the folder")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(entry) as source, open(path, "wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            mode = (entry.external_attr >> 16) & 0o777
            os.chmod(path, (mode or 0o644) | 0o200)
            when = time.mktime(entry.date_time + (0, 0, -1))
            os.utime(path, (when, when))
            kept += 1
    if kept == 0:
        sys.exit(f"{wheel}: nothing in it matches {' '.join(patterns)}")


try:
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
except OSError as error:
    print(f"{sys.argv[1]}: {error}", file=sys.stderr)
    sys.exit(8 if error.errno in (errno.ENOSPC, errno.EDQUOT) else 7)
except zipfile.BadZipFile as error:
    print(f"{sys.argv[1]}: {error}", file=sys.stderr)
    sys.exit(7)
