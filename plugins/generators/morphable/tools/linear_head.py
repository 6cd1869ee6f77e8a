#!/usr/bin/env python3
"""Writes a linear head model for `synface-headc linear` from numpy arrays.

Own models:   from linear_head import write_linear   (HEAD_MODEL.md says what each array is)
Worked example, the ICT face model as an owner of it would bring it:

    python3 linear_head.py ict_face_model.safetensors linear.safetensors
    synface-headc linear linear.safetensors head.safetensors
    synface render --set head=head.safetensors --out faces.png

Needs numpy and nothing else.
"""
import json
import struct
import sys

import numpy as np

DTYPES = {"F32": "<f4", "F16": "<f2", "I32": "<i4", "U16": "<u2", "U8": "u1"}
SKIN, MOUTH, SOCKET, LEFT_EYE, RIGHT_EYE, TEETH, TONGUE = range(7)


def write_safetensors(path, tensors, notes):
    """tensors: name -> numpy array of float32, float16, int32 or uint8."""
    header, pieces, at = {"__metadata__": notes}, [], 0
    for name, value in tensors.items():
        piece = np.ascontiguousarray(value)
        kind = next(k for k, d in DTYPES.items() if np.dtype(d) == piece.dtype)
        header[name] = {"dtype": kind, "shape": list(piece.shape),
                        "data_offsets": [at, at + piece.nbytes]}
        pieces.append(piece.tobytes())
        at += piece.nbytes
    text = json.dumps(header, ensure_ascii=False).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(pieces))


def read_safetensors(path):
    """(tensors, notes) of a file."""
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header, bytes_ = json.loads(file.read(size)), file.read()
    notes = header.pop("__metadata__", {})
    return {name: np.frombuffer(bytes_[slice(*entry["data_offsets"])],
                                DTYPES[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}, notes


def write_linear(path, mean, identity_basis, triangles, landmarks, *, model, source, licence,
                 part=None, ear=None, expressions=None, eyes=None):
    """mean [V, 3]; identity_basis [K, V, 3], one standard deviation each; triangles [T, 3];
    landmarks [68] or [68, 2] vertex indices (a pair stands for its mean; -1: none, jaw only).

    part [T]: SKIN ...; ear [V]: 0..1; expressions: ARKit name -> [V, 3] displacement at weight 1;
    eyes: center [2, 3], radius [2], center_basis [K, 2, 3], radius_basis [K, 2], left eye first.
    """
    landmarks = np.asarray(landmarks, np.int32)
    if landmarks.ndim == 1:
        landmarks = np.stack([landmarks, landmarks], 1)
    tensors = {"mean": np.asarray(mean, np.float32),
               "identity_basis": np.asarray(identity_basis, np.float32),
               "triangles": np.asarray(triangles, np.int32),
               "landmarks": landmarks}
    notes = {"format": "synface-linear", "version": "1", "model": model, "source": source,
             "licence": licence}
    if part is not None:
        tensors["part"] = np.asarray(part, np.uint8)
    if ear is not None:
        tensors["ear"] = np.asarray(ear, np.float32)
    if expressions:
        notes["expression_names"] = "\n".join(expressions)
        tensors["expression_basis"] = np.stack([np.asarray(d, np.float32)
                                                for d in expressions.values()])
    if eyes is not None:
        names = ("eye_center", "eye_radius", "eye_center_identity_basis",
                 "eye_radius_identity_basis")
        tensors.update({n: np.asarray(e, np.float32) for n, e in zip(names, eyes)})
    write_safetensors(path, tensors, notes)


def ict_example(source, target):
    ict, notes = read_safetensors(source)
    region = ict["triangle_region"]
    part_of = np.array([SKIN, SKIN, SKIN, LEFT_EYE, RIGHT_EYE, TEETH, MOUTH, TONGUE, SOCKET],
                       np.uint8)
    triangles = ict["vertex_position"][ict["triangles"]].astype(np.int32)  # without UV seams
    ear = np.zeros(len(ict["mean"]), np.float32)
    ear[triangles[region == 2]] = 1.0
    # Two sides of one ARKit unit are given under one name: they are added.
    expressions = {}
    for name, moves in zip(json.loads(notes["expression_names"]), ict["expression_basis"]):
        stem = name[:-2] if name.endswith(("_L", "_R")) else name
        if stem != name and stem not in ("browInnerUp", "cheekPuff"):
            stem += "Left" if name.endswith("_L") else "Right"
        expressions[stem] = expressions.get(stem, 0) + moves.astype(np.float32)
    write_linear(target, ict["mean"], ict["identity_basis"], triangles, ict["landmarks68"],
                 model="ICT face model", source=notes["source"], licence=notes["license"],
                 part=part_of[region], ear=ear, expressions=expressions,
                 eyes=[ict[n] for n in ("eye_center", "eye_radius", "eye_center_identity_basis",
                                        "eye_radius_identity_basis")])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    ict_example(sys.argv[1], sys.argv[2])
