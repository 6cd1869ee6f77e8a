"""The interpreter as a part of the host's process: errors, the log, threads, LibTorch.

Every function that C++ calls returns (status, message, where, value), the texts as bytes.
"""
import contextlib
import ctypes
import functools
import importlib.util
import os
import random
import sys
import traceback
import types
import warnings

# Statuses of <synface/status.h>.
INVALID, UNSUPPORTED, MEMORY, CANCELLED, NUMERIC, IO, INTERNAL = range(1, 8)

FILES = {}  # the users' files, run once as modules are: path -> (content, module)


class Refused(Exception):
    """A message that needs no traceback."""

    def __init__(self, message, where="", status=INVALID):
        super().__init__(message)
        self.where, self.status = where, status


# ---- errors ------------------------------------------------------------------------------------


def status_of(error, creating):
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, MemoryError):
        return MEMORY
    if isinstance(error, ImportError):
        return UNSUPPORTED
    if isinstance(error, OSError):
        return IO
    if isinstance(error, FloatingPointError):
        return NUMERIC
    if isinstance(error, NotImplementedError):
        return UNSUPPORTED
    synface = sys.modules.get("synface")
    if synface is not None and isinstance(error, synface.Cancelled):
        return CANCELLED
    return INVALID if creating else INTERNAL


def place_of(error):
    """The user's line: ("my.py:12", "in margin(): `z[:] = 1 / 0`")."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{os.path.basename(error.filename)}:{error.lineno}", f"`{(error.text or '').strip()}`"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in FILES]
    if not frames:
        return "", ""
    last = frames[-1]
    return f"{os.path.basename(last.filename)}:{last.lineno}", f"in {last.name}(): `{last.line}`"


def explain(error, creating):
    try:
        status = status_of(error, creating)
        if isinstance(error, Refused):
            where, message = error.where, str(error)
        else:
            where, line = place_of(error)
            message = f"{type(error).__name__}: {error}"
            if line:
                message += f"; {where} {line}"
            for text in "".join(traceback.format_exception(error)).splitlines():
                sys.stderr.write(text + "\n")
        if isinstance(error, ModuleNotFoundError):
            message += f" (it has to be installed for {sys.executable})"
        error.__traceback__ = None  # its frames hold views of the host's memory
        return status, message.encode("utf-8", "replace"), where.encode("utf-8", "replace"), None
    except BaseException as second:  # an exception whose text raises another
        return INTERNAL, f"{type(second).__name__} while an error was told".encode(), b"", None


def reply(function=None, *, creating=False):
    if function is None:
        return functools.partial(reply, creating=creating)

    def run(*args):
        try:
            return 0, b"", b"", function(*args)
        except BaseException as error:  # SystemExit too: nothing unwinds into the host
            return explain(error, creating)

    return run


# ---- the process -------------------------------------------------------------------------------


class Log:
    """Standard output and error of Python: lines of the trial's log."""

    class Text(ctypes.Structure):
        _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_uint64)]

    def __init__(self, address, level):
        self.level, self.rest = level, ""
        kind = ctypes.CFUNCTYPE(None, ctypes.c_uint32, self.Text)
        self.send = kind(address) if address else None

    def write(self, text):
        *lines, self.rest = (self.rest + text).split("\n")
        for line in lines:
            if line and self.send is not None:
                data = line.encode("utf-8", "replace")
                self.send(self.level, self.Text(data, len(data)))
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False


class OneTorch:
    """Sees to it that `import torch` brings no second LibTorch into a process that has one.

    The loader takes a library of a known soname for loaded: Python's half of torch then works with
    the host's libtorch_cpu.so, which is right where both are the same build, and crashes elsewhere.
    """

    def find_spec(self, name, path=None, target=None):
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec("torch")
        finally:
            sys.meta_path.insert(0, self)
        ours = self.loaded()
        if spec is None or not spec.origin or ours is None:
            return spec
        theirs = os.path.join(os.path.dirname(spec.origin), "lib", "libtorch_cpu.so")
        if not self.same(ours, theirs):
            raise ImportError(
                f"this process has LibTorch from {ours}, and {theirs} is another build: two in one "
                "process crash. Install the build that synface uses (./synface setup --python, "
                "then PYTHONPATH), or do without torch in the .py file"
            )
        return spec

    @staticmethod
    def loaded():
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            for line in maps:
                path = line.rstrip("\n").partition("/")[2]
                if path.endswith("/libtorch_cpu.so"):
                    return "/" + path
        return None

    @staticmethod
    def same(one, other):
        """Same file, or as long and equal in its first and last megabyte (tables of symbols)."""

        def ends(path):
            with open(path, "rb") as file:
                first = file.read(1 << 20)
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - (1 << 20)))
                return size, first, file.read()

        try:
            return os.path.samefile(one, other) or ends(one) == ends(other)
        except OSError:
            return False


@contextlib.contextmanager
def one_thread():
    """Libraries that are imported meanwhile start no threads: the budget is the host's."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    absent = [name for name in names if name not in os.environ]
    for name in absent:
        os.environ[name] = "1"
    try:
        yield
    finally:
        for name in absent:
            os.environ.pop(name, None)


@reply(creating=True)
def start(log, text, program):
    sys.stdout, sys.stderr = Log(log, 1), Log(log, 2)
    sys.meta_path.insert(0, OneTorch())
    # Inputs are read-only views, as the ABI wants it; torch.from_numpy warns of each.
    warnings.filterwarnings("ignore", message="The given NumPy array is not writ")
    try:
        with one_thread():
            import numpy
    except ImportError as error:
        raise Refused(
            f"numpy cannot be imported by {program.decode('utf-8', 'replace')} (Python "
            f"{sys.version.split()[0]}): {error}. Install it: {sys.executable} -m pip install "
            "numpy, or Debian: apt install python3-numpy; SYNFACE_PYTHON=/path/to/bin/python3 "
            "names another Python",
            "numpy",
            UNSUPPORTED,
        ) from None
    module = types.ModuleType("synface", "For .py files of the Python bridge.")
    exec(compile(text, "synface.py", "exec", dont_inherit=True), module.__dict__)
    sys.modules["synface"] = module
    # Who draws from the global generators all the same gets the same numbers in every run.
    random.seed(0)
    numpy.random.seed(0)
