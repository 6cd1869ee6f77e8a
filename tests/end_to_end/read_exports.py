"""Reads what `synface data export` writes, from the formats' public descriptions alone.

    python3 read_exports.py DIR   with DIR/recordio, DIR/webdataset, DIR/safetensors of one set

Prints one JSON document: what was found, and whether the three have the same pixels. RecordIO:
dmlc-core's recordio.h; IRHeader: MXNet's recordio.py; how keys and labels are used: InsightFace's
MXFaceDataset and load_bin; PNG: RFC 2083; safetensors: its README.
"""

import glob
import json
import pickle
import struct
import sys
import tarfile
import zlib

MAGIC = 0xCED7230A


def record_at(data, offset):
    """The record that begins there."""
    parts = []
    while True:
        magic, mark = struct.unpack_from("<II", data, offset)
        assert magic == MAGIC, hex(magic)
        kind, length = mark >> 29, mark & (2**29 - 1)
        parts.append(data[offset + 8 : offset + 8 + length])
        offset += 8 + (length + 3) // 4 * 4
        if kind in (0, 3):
            return struct.pack("<I", MAGIC).join(parts)


def unpack(record):
    """IRHeader: labels, id, image."""
    flag, label, number, _ = struct.unpack_from("<IfQQ", record)
    if flag == 0:
        return [label], number, record[24:]
    return list(struct.unpack_from(f"<{flag}f", record, 24)), number, record[24 + 4 * flag :]


def png_pixels(png):
    """(height, width, RGB bytes) of an 8-bit colour PNG without interlacing."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, body = 8, b""
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        chunk = png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length)[0] == zlib.crc32(kind + chunk)
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunk)
            assert (depth, colour, interlace) == (8, 2, 0)
        elif kind == b"IDAT":
            body += chunk
        at += 12 + length
    raw, stride = zlib.decompress(body), 3 * width
    rows, above = [], bytes(stride)
    for y in range(height):
        how = raw[y * (stride + 1)]
        row = bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for x in range(stride):
            left = row[x - 3] if x >= 3 else 0
            corner = above[x - 3] if x >= 3 else 0
            guess = left + above[x] - corner
            paeth = min((abs(guess - v), i, v) for i, v in enumerate((left, above[x], corner)))[2]
            row[x] = (row[x] + (0, left, above[x], (left + above[x]) // 2, paeth)[how]) & 255
        rows.append(bytes(row))
        above = row
    return height, width, b"".join(rows)


def read_recordio(folder):
    data = open(f"{folder}/train.rec", "rb").read()
    lines = open(f"{folder}/train.idx").read().splitlines()
    index = {int(key): int(offset) for key, offset in (line.split("\t") for line in lines)}
    people, side, _ = map(int, open(f"{folder}/property").read().strip().split(","))
    header, _, _ = unpack(record_at(data, index[0]))
    images = {}
    for key in range(1, int(header[0])):
        labels, number, image = unpack(record_at(data, index[key]))
        assert number == key and len(labels) == 1
        images[key] = (int(labels[0]), image)
    ranges = [unpack(record_at(data, index[k]))[0] for k in range(int(header[0]), int(header[1]))]
    for person, (first, last) in enumerate(ranges):
        assert all(images[k][0] == person for k in range(int(first), int(last)))
    assert sum(int(last - first) for first, last in ranges) == len(images)
    assert len(ranges) == people and len(index) == 1 + len(images) + people
    bins, same = pickle.load(open(f"{folder}/heldout.bin", "rb"), encoding="bytes")
    assert len(bins) == 2 * len(same)
    pixels = [png_pixels(image) for _, image in images.values()]
    assert all((h, w) == (side, side) for h, w, _ in pixels)
    return {
        "people": people,
        "labels": [label for label, _ in images.values()],
        "pixels": [p for _, _, p in pixels],
        "pairs": len(same),
        "same": sum(same),
        "pair_pixels": [png_pixels(b)[2] for b in bins],
    }


def read_webdataset(folder, part):
    labels, pixels = [], []
    for path in sorted(glob.glob(f"{folder}/{part}-*.tar")):
        with tarfile.open(path, "r:") as tar:
            members = tar.getmembers()
            for image, label in zip(members[::2], members[1::2]):
                assert image.name[:-4] == label.name[:-4] and label.name.endswith(".cls")
                pixels.append(png_pixels(tar.extractfile(image).read())[2])
                labels.append(int(tar.extractfile(label).read()))
    return labels, pixels


def read_safetensors(folder, part):
    labels, pixels = [], []
    for path in sorted(glob.glob(f"{folder}/{part}-*.safetensors")):
        data = open(path, "rb").read()
        size = struct.unpack_from("<Q", data)[0]
        header = json.loads(data[8 : 8 + size])

        def tensor(name):
            first, last = header[name]["data_offsets"]
            return header[name], data[8 + size + first : 8 + size + last]

        about, images = tensor("images")
        n, height, width, channels = about["shape"]
        assert about["dtype"] == "U8" and channels == 3
        each = height * width * channels
        pixels += [images[i * each : (i + 1) * each] for i in range(n)]
        labels += struct.unpack(f"<{n}q", tensor("labels")[1])
    return labels, pixels


def main(root):
    rec = read_recordio(f"{root}/recordio")
    tar_labels, tar_pixels = read_webdataset(f"{root}/webdataset", "train")
    labels, pixels = read_safetensors(f"{root}/safetensors", "train")
    _, heldout = read_safetensors(f"{root}/safetensors", "heldout")
    print(
        json.dumps(
            {
                "people": rec["people"],
                "images": len(labels),
                "same_labels": rec["labels"] == tar_labels == labels,
                "same_pixels": rec["pixels"] == tar_pixels == pixels,
                "pairs": rec["pairs"],
                "genuine": rec["same"],
                "pairs_are_heldout": set(rec["pair_pixels"]) <= set(heldout),
                "pairs_are_new": not set(rec["pair_pixels"]) & set(pixels),
            }
        )
    )


main(sys.argv[1])
