"""The networks of backbone_bench in Python at their best: channels-last, fused SGD, memory kept.

    python backbone_twin.py [--threads N] [--seconds S] [--compile] [CASE ...]

Run it with glibc told to keep what is freed:
    GLIBC_TUNABLES=glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=268435456
"""

import argparse
import resource
import time

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inside, out, first):
        super().__init__()
        stride = 2 if first else 1
        self.bn1 = nn.BatchNorm2d(inside)
        self.conv1 = nn.Conv2d(inside, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.prelu = nn.PReLU(out)
        self.conv2 = nn.Conv2d(out, out, 3, stride, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.downsample = None
        if first:
            self.downsample = nn.Sequential(
                nn.Conv2d(inside, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.conv1(self.bn1(x))
        y = self.bn3(self.conv2(self.prelu(self.bn2(y))))
        return y + (x if self.downsample is None else self.downsample(x))


class IResNet(nn.Module):
    def __init__(self, size, width, blocks, embedding=512):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.PReLU(width))
        layers, inside = [], width
        for stage, count in enumerate(blocks):
            out = width << stage
            for i in range(count):
                layers.append(Block(inside, out, i == 0))
                inside = out
            size = (size + 1) // 2
        self.blocks = nn.Sequential(*layers)
        self.bn2 = nn.BatchNorm2d(inside)
        self.fc = nn.Linear(inside * size * size, embedding)
        self.features = nn.BatchNorm1d(embedding)

    def forward(self, x):
        x = self.bn2(self.blocks(self.stem(x)))
        return self.features(self.fc(torch.flatten(x, 1)))


def fastnet(size=48, embedding=128):
    layers, inside = [], 3
    for out, kernel, stride in ((24, 5, 2), (48, 3, 2), (48, 3, 1), (96, 3, 2), (96, 3, 1)):
        layers += [nn.Conv2d(inside, out, kernel, stride, kernel // 2, bias=False),
                   nn.BatchNorm2d(out), nn.PReLU(out)]
        inside, size = out, (size + stride - 1) // stride
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(inside * size * size, embedding, bias=False),
                         nn.BatchNorm1d(embedding))


CASES = {
    "fastnet_48": (48, 64, fastnet),
    "tiny_w16_64": (64, 128, lambda: IResNet(64, 16, (1, 1, 1, 1))),
    "tiny_w32_64": (64, 128, lambda: IResNet(64, 32, (1, 1, 1, 1))),
    "r18_w32_64": (64, 64, lambda: IResNet(64, 32, (2, 2, 2, 2))),
    "r18_w64_112": (112, 32, lambda: IResNet(112, 64, (2, 2, 2, 2))),
}


def time_calls(seconds, body):
    body(), body()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return sorted(times)


def run(name, threads, seconds, compiled):
    size, batch, make = CASES[name]
    torch.manual_seed(0)
    net = make().to(memory_format=torch.channels_last)
    forward = torch.compile(net) if compiled else net
    optimiser = torch.optim.SGD(net.parameters(), 0.01, 0.9, weight_decay=5e-4, fused=True)
    x = torch.rand(batch, 3, size, size).mul_(2).sub_(1).to(memory_format=torch.channels_last)

    def step():
        optimiser.zero_grad(set_to_none=True)
        y = forward(x)
        y.backward(y.detach() / batch)
        optimiser.step()

    def embed():
        with torch.inference_mode():
            net(x)

    step(), step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    step()
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    cpu = time.process_time()
    steps = time_calls(seconds, step)
    cpu = (time.process_time() - cpu) / (len(steps) + 2)
    net.eval()
    embeds = time_calls(seconds / 3, embed)
    middle, best = steps[len(steps) // 2], steps[0]
    print(f"{name:12} batch {batch:3} threads {threads}: step {1e3 * middle:8.2f} ms "
          f"(best {1e3 * best:.2f}, CPU {1e3 * cpu:.2f}), {batch / middle:7.1f} images/s; "
          f"embed {batch / embeds[len(embeds) // 2]:7.1f} images/s; "
          f"page faults a step {faults}{' (compiled)' if compiled else ''}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("cases", nargs="*", default=list(CASES))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    for name in arguments.cases:
        run(name, arguments.threads, arguments.seconds, arguments.compile)


if __name__ == "__main__":
    main()
