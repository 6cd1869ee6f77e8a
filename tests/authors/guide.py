"""Types the commands of a guide's console blocks into bash, in the working folder, and compares
what they say with what the guide shows. Numbers, colours and runs of spaces or dashes are no
difference; a line "..." of the guide stands for any lines, "..." at a line's end for any rest of it.

    guide.py GUIDE.md
"""

import re
import subprocess
import sys
import time


def steps(text):
    """(command, lines shown) of every console block, in order."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        command, shown = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, shown
                command, shown = line[2:], []
            else:
                shown.append(line)
        if command:
            yield command, shown


def masked(line):
    line = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line)
    line = re.sub(r"[-+−]?\d[\d.,]*", "#", line)
    line = re.sub(r"─+|\.{4,}", "-", line)
    return re.sub(r"\s+", " ", line).strip()


def matches(shown, said):
    """Whether the lines shown are those said, "..." being any number of lines."""
    if not shown:
        return not said
    if shown[0] == "...":
        return any(matches(shown[1:], said[i:]) for i in range(len(said) + 1))
    return bool(said) and same(shown[0], said[0]) and matches(shown[1:], said[1:])


def same(shown, said):
    if shown.endswith(" ..."):
        return said.startswith(shown[:-4])
    return shown == said


def main(path):
    with open(path, encoding="utf-8") as file:
        all_steps = list(steps(file.read()))
    if len(all_steps) < 5:
        sys.exit(f"FAILED: {path} shows {len(all_steps)} commands, at least 5 are expected")
    start = time.monotonic()
    for command, shown in all_steps:
        done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit(f"FAILED: {command}: exit code {done.returncode}\n{done.stdout}")
        said = [m for line in done.stdout.splitlines() if (m := masked(line))]
        wanted = ["..." if line.strip() == "..." else m for line in shown if (m := masked(line))]
        if not matches(wanted, said):
            sys.exit(f"FAILED: {command} does not say what the guide shows\n--- shown\n"
                     + "\n".join(wanted) + "\n--- said\n" + "\n".join(said))
    print(f"{len(all_steps)} commands of the guide in {time.monotonic() - start:.0f} s")


main(sys.argv[1])
