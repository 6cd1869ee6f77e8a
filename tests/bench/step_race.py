"""A whole training step through our plugins against the same step in Python at its best.

    ./synface setup --python
    PYTHONPATH=<folder that the set-up names>/torch-python-2.11.0 \
        python3 tests/bench/step_race.py build/release/bench/train_bench [CASE ...]

Both sides: resident data, the same network, batch, CosFace head over 1,000 people and SGD with
Nesterov momentum, float32, one thread. Python: channels-last, fused SGD, freed memory kept; with
--compile, compiled too. Ours also turns uint8 pixels into float32 each step, which Python is spared.
The sides run in turns, block by block; a block's ratio is Python's processor time a step by ours,
and the interval is that of the mean log ratio over the blocks (bootstrap).
"""

import argparse
import math
import os
import random
import subprocess
import sys
import time

KEEP = "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=268435456"
CLASSES = 1000
# Options of train_bench beside each case of backbone_twin.py.
OURS = {
    "fastnet_48": ["--backbone", "fastnet", "--embedding", "128"],
    "tiny_w16_64": ["--backbone", "iresnet", "--embedding", "512", "--set", "width=16",
                    "--set", "blocks=[1,1,1,1]"],
    "tiny_w32_64": ["--backbone", "iresnet", "--embedding", "512", "--set", "width=32",
                    "--set", "blocks=[1,1,1,1]"],
    "r18_w32_64": ["--backbone", "iresnet", "--embedding", "512", "--set", "width=32",
                   "--set", "blocks=[2,2,2,2]"],
    "r18_w64_112": ["--backbone", "iresnet", "--embedding", "512", "--set", "width=64",
                    "--set", "blocks=[2,2,2,2]"],
}


class Ours:
    def __init__(self, program, case, size, batch):
        command = [program, "--blocks", "--plain", "--size", str(size), "--batch", str(batch),
                   "--classes", str(CLASSES), *OURS[case]]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            sys.exit(f"step_race: {' '.join(command)} did not start")

    def block(self, steps):
        print(steps, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline().split()[0]) / steps

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Python:
    def __init__(self, case, compiled):
        import torch
        import backbone_twin
        from torch.nn import functional

        torch.set_num_threads(1)
        torch.manual_seed(0)
        self.size, self.batch, make = backbone_twin.CASES[case]
        net = make().to(memory_format=torch.channels_last)
        x = torch.rand(self.batch, 3, self.size, self.size).mul_(2).sub_(1)
        x = x.to(memory_format=torch.channels_last)
        length = net(x).shape[1]
        centres = torch.nn.Parameter(torch.randn(CLASSES, length) * 0.01)
        optimiser = torch.optim.SGD([*net.parameters(), centres], 1e-3, 0.9, weight_decay=5e-4,
                                    nesterov=True, fused=True)
        labels = torch.randint(0, CLASSES, (self.batch,))
        margin, scale = 0.35, 64.0

        def loss_of(x, labels):
            cosine = functional.linear(functional.normalize(net(x)), functional.normalize(centres))
            target = torch.zeros_like(cosine).scatter_(1, labels[:, None], margin)
            return functional.cross_entropy(scale * (cosine - target), labels)

        forward = torch.compile(loss_of) if compiled else loss_of

        def step():
            optimiser.zero_grad(set_to_none=True)
            loss = forward(x, labels)
            loss.backward()
            optimiser.step()
            return loss.item()  # ours reports each step's loss too

        self.step = step
        for _ in range(10):
            step()

    def block(self, steps):
        before = time.process_time()
        for _ in range(steps):
            self.step()
        return (time.process_time() - before) / steps


def interval(logs, rounds=10_000):
    draw = random.Random(0)
    means = sorted(sum(draw.choices(logs, k=len(logs))) / len(logs) for _ in range(rounds))
    return means[int(0.025 * rounds)], means[int(0.975 * rounds)]


def race(program, case, blocks, seconds, compiled):
    python = Python(case, compiled)
    ours = Ours(program, case, python.size, python.batch)
    steps = max(2, round(seconds / max(python.block(3), ours.block(3))))
    logs, ours_ms, python_ms = [], [], []
    for block in range(blocks):
        sides = [(ours, ours_ms), (python, python_ms)]
        for side, times in sides if block % 2 == 0 else reversed(sides):
            times.append(1e3 * side.block(steps))
        logs.append(math.log(python_ms[-1] / ours_ms[-1]))
    ours.close()
    low, high = interval(logs)
    mean = sum(logs) / len(logs)
    middle = len(ours_ms) // 2
    print(f"{case:12} batch {python.batch:3}: ours {sorted(ours_ms)[middle]:8.2f} ms a step, "
          f"Python{' compiled' if compiled else ''} {sorted(python_ms)[middle]:8.2f} ms: "
          f"{math.exp(mean):.2f}x [{math.exp(low):.2f}, {math.exp(high):.2f}] "
          f"over {blocks} blocks of {steps} steps", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program", help="train_bench")
    parser.add_argument("--blocks", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=1.0, help="a block of one side")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(OURS))
    arguments = parser.parse_intermixed_args()
    for case in arguments.cases:
        if case not in OURS:
            parser.error(f"no case '{case}'; there are {', '.join(OURS)}")
    if os.environ.get("GLIBC_TUNABLES") != KEEP:  # read once, when a program starts
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "GLIBC_TUNABLES": KEEP})
    for case in arguments.cases or ["fastnet_48", "tiny_w16_64", "r18_w32_64"]:
        race(arguments.program, case, arguments.blocks, arguments.seconds, arguments.compile)


if __name__ == "__main__":
    main()
