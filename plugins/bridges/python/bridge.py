"""What the plugins' C++ calls: objects of users' classes, and views of the host's memory.

Authors of .py files import `synface`.
"""
import gc
import inspect
import json
import linecache
import os
import sys
import types
import zlib

import numpy as np
import synface
from synface_process import FILES, INTERNAL, Refused, one_thread, reply

# ---- views -------------------------------------------------------------------------------------


def view(memory, kind, shape, strides):
    if memory is None:
        return np.empty(shape, kind.decode())
    return np.ndarray(shape, kind.decode(), memory, 0, strides)


def structs(memory, kind, shape):
    return np.empty(shape, kind) if memory is None else np.ndarray(shape, kind, memory)


def fail_if_kept(method, names, arrays):
    """Nothing may refer to the host's memory when a call is over; arrays are held by a list only."""
    for again in (False, True):
        kept = [i for i in range(len(arrays)) if sys.getrefcount(arrays[i]) > 2]
        if not kept:
            return
        if not again:
            gc.collect()
    name = names[min(kept[0], len(names) - 1)]
    raise Refused(
        f"{method}() kept `{name}` or a view of it, whose memory is the host's again after the "
        f"call: keep a copy ({name}.copy(), torch.tensor({name}))",
        name,
        INTERNAL,
    )


def unwritten(method, names, arrays):
    for name, array in zip(names, arrays):
        if np.isnan(array).all():
            raise Refused(
                f"{method}() wrote nothing into `{name}`: assign to its elements, {name}[:] = ..., "
                f"not to the name, {name} = ...",
                name,
                INTERNAL,
            )


# ---- an object of a user's class ---------------------------------------------------------------

METHODS = {
    "margin": ("margin",),
    "logits": ("logits", "logits_backward"),
    "embedding": ("loss", "loss_backward"),
    "mixup": ("info", "pick"),
}
UNITS = {"none": 0, "cosine": 1, "radian": 2}
STAGES = {"latent": 1, "batch": 2}
STATE = b"synface python state 1\n"


def filled(defaults, given, owner):
    if not isinstance(given, dict):
        raise Refused(f"{owner}.info() has to return a dict, not {type(given).__name__}", "info")
    for key in given:
        if key not in defaults:
            raise Refused(f"{owner}.info() has no key '{key}'; there are {', '.join(defaults)}", "info")
    return {**defaults, **given}


def choice(table, value, key):
    if value not in table:
        raise Refused(f"info(): {key} is {value!r}, must be one of {', '.join(table)}", "info")
    return table[value]


class Handle:
    def __init__(self, kind, plugin, numbers):
        self.kind, self.plugin, self.numbers = kind, plugin, numbers
        self.first = set()  # methods whose outputs have been looked at

    # Lends the tensors, calls, and takes them back. `outputs` are the names that must be written.
    # An empty batch is no concern of an author's.
    def _call(self, method, context, names, tensors, outputs, *between):
        if tensors[0][2][0] == 0:
            return None
        arrays = [view(*t) for t in tensors]
        if method not in self.first:
            results = [arrays[names.index(name)] for name in outputs]
            for array in results:
                array.fill(np.nan)
            result = self._run(method, context, between, arrays)
            unwritten(method, outputs, results)
            self.first.add(method)
            del results, array
        else:
            result = self._run(method, context, between, arrays)
        fail_if_kept(method, names, arrays)
        return result

    def _run(self, method, context, between, arrays):
        ctx = synface.Context(*context)
        try:
            return getattr(self.plugin, method)(ctx, *between, *arrays)
        finally:
            ctx._end()

    @reply(creating=True)
    def loss_info(self):
        margin = self.kind == "margin"
        defaults = {
            "scale": self.numbers["scale"] if margin else 1.0,
            "margin": self.numbers["margin"] if margin else 0.0,
            "margin_unit": "none",
            "normalise_embeddings": True,
            "normalise_weights": True,
            "joint_targets": False,
            "subcentres": 1,
        }
        owner = type(self.plugin).__name__
        info = filled(defaults, getattr(self.plugin, "info", dict)(), owner)
        unit = choice(UNITS, info["margin_unit"], "margin_unit")
        flags = (int(bool(info[k])) for k in list(defaults)[3:6])
        return float(info["scale"]), float(info["margin"]), unit, *flags, int(info["subcentres"])

    @reply
    def margin(self, context, *tensors):
        *most, by_norm = tensors
        if by_norm is None:  # not wanted: written nevertheless, so that no author has to ask
            by_norm = (None, most[3][1], most[3][2], None)
        names = ("cos", "norm", "weights", "z", "dz_dcos", "dz_dnorm")
        arrays = most + [zeroed(by_norm)]
        self._call("margin", context, names, arrays, ("z", "dz_dcos"))

    @reply
    def logits(self, context, *tensors):
        names = ("dot", "norm", "labels", "weights", "z")
        return self._call("logits", context, names, tensors, ("z",))

    @reply
    def logits_backward(self, context, tape, d_z, d_dot, d_norm):
        if d_norm is None:
            d_norm = (None, d_z[1], d_z[2][:1], None)
        tensors = (d_z, d_dot, zeroed(d_norm))
        names = ("d_z", "d_dot", "d_norm")
        self._call("logits_backward", context, names, tensors, ("d_dot",), tape)

    @reply
    def loss(self, context, *tensors):
        names = ("embeddings", "labels", "weights", "value")
        return self._call("loss", context, names, tensors, ("value",))

    @reply
    def loss_backward(self, context, tape, *tensors):
        names = ("d_value", "d_embeddings")
        self._call("loss_backward", context, names, tensors, ("d_embeddings",), tape)

    @reply(creating=True)
    def mixup_info(self):
        defaults = {"stage": "batch", "sources": 2, "sets": 1}
        info = filled(defaults, self.plugin.info(), type(self.plugin).__name__)
        self.sources = int(info["sources"])
        applies = callable(getattr(self.plugin, "apply", None))
        stage = choice(STAGES, info["stage"], "stage")
        return stage, self.sources, int(info["sets"]), int(applies)

    @reply
    def pick(self, context, n, keys, sets, sources):
        if n == 0:
            return
        arrays = [
            structs(keys, synface.KEY, (n,)),
            structs(sources, synface.SOURCE, (n, self.sources)),
            *(structs(samples, np.uint32, (size,)) for _, _, size, samples in sets),
        ]
        arrays[1]["key"] = arrays[0][:, None]
        arrays[1]["coefficient"] = 0
        arrays[1]["label_weight"] = 0
        known = [synface.Set(*s[:3], a) for s, a in zip(sets, arrays[2:])]
        self._run("pick", context, (), (arrays[0], known, arrays[1]))
        known.clear()
        fail_if_kept("pick", ("keys", "sources", "sets"), arrays)

    @reply
    def apply(self, context, n, sources, picked, out):
        if n == 0:
            return
        arrays = [view(*t) for t in (*sources, out)]
        arrays.append(structs(picked, synface.SOURCE, (n, self.sources)))
        given = arrays[: len(sources)]
        self._run("apply", context, (), (given, arrays[-1], arrays[-2]))
        given.clear()
        fail_if_kept("apply", ("sources",) * len(sources) + ("out", "picked"), arrays)

    @reply
    def save(self):
        state = self.plugin.save() if hasattr(self.plugin, "save") else b""
        if not isinstance(state, bytes):
            raise Refused(f"save() has to return bytes, not {type(state).__name__}", "save", INTERNAL)
        return STATE + zlib.crc32(state).to_bytes(4, "little") + state

    @reply
    def load(self, framed):
        head, sum_of, state = framed[: len(STATE)], framed[len(STATE) :][:4], framed[len(STATE) + 4 :]
        if head != STATE or sum_of != zlib.crc32(state).to_bytes(4, "little"):
            raise Refused("the state is damaged, or was written by something else", "state")
        if hasattr(self.plugin, "load"):
            self.plugin.load(state)
        elif state:
            raise Refused("there is a state, and the class has no load()", "state")


def zeroed(tensor):
    """Derivatives by the norm are zero unless the author writes something else."""
    if tensor[0] is not None:
        view(*tensor).fill(0)
        return tensor
    scratch = np.zeros(tensor[2], tensor[1].decode())
    return memoryview(scratch), tensor[1], tensor[2], None


# ---- making one --------------------------------------------------------------------------------


def run_file(path, source):
    """The file as a module that nobody can import; run again only where its content is another."""
    if FILES.get(path, (None,))[0] == source:
        return FILES[path][1]
    module = types.ModuleType(os.path.splitext(os.path.basename(path))[0])
    module.__file__ = path
    text = source.decode("utf-8", "replace")
    linecache.cache[path] = (len(source), None, text.splitlines(True), path)
    FILES[path] = None, module  # its frames are known from here on
    with one_thread():
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
    FILES[path] = source, module
    gc.collect()
    gc.freeze()  # what was imported stays: it need not be looked through whenever an instance goes
    return module


def class_of(module, path, name, kind):
    found = getattr(module, name, None)
    if not isinstance(found, type):
        classes = [k for k, v in vars(module).items() if isinstance(v, type)]
        raise Refused(
            f"{os.path.basename(path)} has no class '{name}'"
            + (f"; it has {', '.join(classes)} (parameter `class`)" if classes else ""),
            "class",
        )
    missing = [m for m in METHODS[kind] if not callable(getattr(found, m, None))]
    if missing:
        fits = [k for k, ms in METHODS.items() if all(callable(getattr(found, m, None)) for m in ms)]
        raise Refused(
            f"{name} of {os.path.basename(path)} has no {missing[0]}(), which python_{kind} calls"
            + (f"; its methods are those of python_{fits[0]}" if fits else ""),
            "class",
        )
    return found


def keywords_of(found, name, args, numbers):
    try:
        given = json.loads(args)
    except ValueError as error:
        raise Refused(f"args is no JSON: {error}", "args") from None
    if not isinstance(given, dict):
        raise Refused("args has to be a JSON object: '{\"steps\": 20}'", "args")
    taken = inspect.signature(found).parameters
    any_key = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in taken.values())
    for key, value, usual in numbers:
        key = key.decode()
        if key in given:
            raise Refused(f"{key} is a parameter of its own, not one of args", "args")
        if key in taken or any_key:
            given[key] = value
        elif value != usual:
            raise Refused(f"{key} is given, and {name}.__init__() does not take it", key)
    for key in given:
        if key not in taken and not any_key:
            known = [k for k in list(taken)[1:]]
            raise Refused(
                f"args: {name}.__init__() does not take '{key}'"
                + (f"; it takes {', '.join(known)}" if known else ""),
                "args",
            )
    return given


@reply
def collect():
    gc.collect()


@reply(creating=True)
def create(kind, path, source, name, args, numbers, dims):
    kind, path = kind.decode(), path.decode("utf-8", "replace")
    name, args = name.decode("utf-8", "replace"), args.decode("utf-8", "replace")
    found = class_of(run_file(path, source), path, name, kind)
    keywords = keywords_of(found, name, args, numbers)
    with one_thread():
        sizes = () if found.__init__ is object.__init__ else (synface.Dims(*dims),)
        plugin = found(*sizes, **keywords)
    handle = Handle(kind, plugin, {k.decode(): v for k, v, _ in numbers})
    sys.stdout.write(
        f"python_{kind}: {os.path.basename(path)} with Python {sys.version.split()[0]} "
        f"({sys.executable}), numpy {np.__version__}"
        + (f", torch {sys.modules['torch'].__version__}" if "torch" in sys.modules else "")
        + "\n"
    )
    return handle
