"""A fully connected network: layers u = zW + b, z′ = f(u), and a forward pass that keeps every u and z.

float32 parameters and inputs stay so, and give float32; where they differ, NumPy's promotion makes float64 of them.
"""

import math
import os
import stat
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple
from zipfile import ZIP_STORED, ZipFile

import numpy as np

from .activations import ACTIVATIONS, Activation, ReLU
from .validate import array, choice, generator, index, items, result

__all__ = ["Layer", "Network", "Trace"]

# Of a file that save writes. The files of nn_notes 1.0.0 hold none, and are the same otherwise.
FORMAT = 1


class Trace(NamedTuple):
    """What a forward pass leaves behind for the backward one.

    ``z[l]`` is the input of layer ``l`` (``z[0]`` is x and ``z[-1]`` the network's output) and ``u[l]`` its
    pre-activation, so there is one z more than there are u's.
    """

    u: list
    z: list


@dataclass(frozen=True, eq=False, repr=False)
class Layer:
    """One layer, z′ = f(zW + b) (1.1, 1.5).

    Args:
        W: weights, ``(M_in, M_out)``; ``W[i, j]`` joins input i to output j. Copied.
        b: bias, ``(M_out,)``. Copied.
        activation: one of ``ACTIVATIONS``, as an object or by its name.

    Raises:
        TypeError, ValueError: not numbers, not finite, shapes that do not fit, or a name that is not known.
    """

    W: np.ndarray
    b: np.ndarray
    activation: Activation

    def __post_init__(self):
        W = array("W", self.W, ndim=(2,), complex_too=True, empty_too=False)
        b = array("b", self.b, shape=W.shape[1:], complex_too=True)
        object.__setattr__(self, "W", W.copy())
        object.__setattr__(self, "b", b.copy())
        object.__setattr__(self, "activation", choice("activation", self.activation, ACTIVATIONS, Activation))

    def __call__(self, z):
        """z′ = f(zW + b) for ``z`` of shape ``(M_in,)`` or ``(B, M_in)``."""
        z = array("z", z, ndim=(1, 2), last=len(self.W), complex_too=True)
        with np.errstate(all="ignore"):
            u = result("u", z @ self.W + self.b)
        return self.activation(u)

    def __repr__(self):
        return f"Layer({self.W.shape[0]} -> {self.W.shape[1]} {self.activation})"


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """Layers, each fed by the one before.

    Args:
        layers: at least one ``Layer``; each takes as many inputs as the one before it gives.

    Raises:
        TypeError, ValueError: no layers, something that is no layer, or widths that do not fit.
    """

    layers: tuple

    def __post_init__(self):
        layers = (self.layers,) if isinstance(self.layers, Layer) else tuple(items("layers", self.layers))
        if not layers:
            raise ValueError("layers is empty; it needs at least one Layer")
        for n, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(f"layers[{n}] is of type {type(layer).__name__}; it needs a Layer")
            if n and len(layer.W) != len(layers[n - 1].b):
                raise ValueError(
                    f"layers[{n}] takes {len(layer.W)} inputs; it needs {len(layers[n - 1].b)}, "
                    f"which is what layers[{n - 1}] gives"
                )
        object.__setattr__(self, "layers", layers)

    @classmethod
    def init(cls, sizes, activations, rng):
        """A network with random parameters.

        Weights are normal with variance 1/M_in (2/M_in before a ReLU), so that u neither grows nor fades with depth.
        Biases are small and random rather than zero: a zero would hide a wrong formula. All are float64;
        ``Layer(W.astype(np.float32), b.astype(np.float32), f)`` makes a layer in float32 of one.

        Args:
            sizes: the widths [M_0, …, M_L], L + 1 whole numbers.
            activations: L of them, as objects or names.
            rng: a NumPy random generator.

        Raises:
            TypeError, ValueError: as above, or numbers of sizes and activations that do not fit.
        """
        generator("rng", rng)
        sizes, activations = items("sizes", sizes), items("activations", activations)
        sizes = [index(f"sizes[{n}]", size, least=1) for n, size in enumerate(sizes)]
        activations = [choice(f"activations[{n}]", f, ACTIVATIONS, Activation) for n, f in enumerate(activations)]
        if len(sizes) != len(activations) + 1 or not activations:
            raise ValueError(
                f"sizes has {len(sizes)} entries and activations {len(activations)}; "
                "it needs at least one activation, and one size more"
            )
        return cls(
            Layer(
                rng.normal(0, np.sqrt((2 if isinstance(f, ReLU) else 1) / M_in), (M_in, M_out)),
                rng.normal(0, 0.1, M_out),
                f,
            )
            for M_in, M_out, f in zip(sizes, sizes[1:], activations, strict=False)
        )

    def __call__(self, x):
        """The output z^(L) for ``x`` of shape ``(M_0,)`` or ``(B, M_0)``; errors are those of ``forward``."""
        return self.forward(x).z[-1]

    def forward(self, x):
        """The forward pass with its ``Trace``, for ``x`` of shape ``(M_0,)`` or ``(B, M_0)``.

        Raises:
            TypeError, ValueError: ``x`` is not numbers, not finite, or of another shape.
            FloatingPointError: a pre-activation is not finite.
        """
        x = array("x", x, ndim=(1, 2), last=len(self.layers[0].W), complex_too=True)
        with np.errstate(all="ignore"):
            trace = self.trace(x)
        for l, u in enumerate(trace.u):
            result(f"u[{l}]", u)
        return trace

    def trace(self, x):
        """``forward`` without its checks."""
        u, z = [], [x]
        for layer in self.layers:
            u.append(z[-1] @ layer.W + layer.b)
            z.append(layer.activation.value(u[-1]))
        return Trace(u, z)

    def save(self, path):
        """Write the parameters, and the names of the activations, to a file that ``load`` reads.

        The file is written beside its place and moved there when it is whole: whatever ends the process on the way,
        the old file stands there or the new one. The new one has the permissions of the old, and where ``path`` is a
        link, it is where the link leads. The same network gives the same bytes.

        Args:
            path: where, as ``"network.npz"``. It is a plain NumPy archive: ``format``, ``activations``, ``W0``, ``b0``,
                ``W1``, …

        Raises:
            TypeError: ``path`` is no path.
            ValueError: a parameter is not finite, an activation is none of ``ACTIVATIONS``, or ``path`` is that of a
                device or a pipe.
            OSError: the file cannot be written.
        """
        path, layers = _path(path), self.copy().layers
        for layer in layers:
            if layer.activation not in ACTIVATIONS.values():
                found = f"activation is {layer.activation.name!r}, of another class"
                raise ValueError(f"{found}; it needs one of {', '.join(ACTIVATIONS)}")
        arrays = {"format": np.array(FORMAT), "activations": np.array([layer.activation.name for layer in layers])}
        for n, layer in enumerate(layers):
            arrays |= {f"W{n}": layer.W, f"b{n}": layer.b}
        try:
            old = stat.S_IMODE(os.stat(path).st_mode)
        except FileNotFoundError:
            old = None
        if os.path.islink(path):
            path = os.path.realpath(path)
        folder, name = os.path.split(path)
        # Never more than 255 bytes, which is as long as names may be.
        unfinished = os.path.join(folder, f"{name[:60]}.{os.urandom(4).hex()}.tmp")
        try:
            with open(unfinished, "xb", opener=lambda *how: os.open(*how, 0o666 if old is None else old)) as file:
                np.savez(file, **arrays)
                file.flush()
                os.fsync(file.fileno())
            if old is not None:
                os.chmod(unfinished, old)
            os.replace(unfinished, path)
        finally:
            if os.path.exists(unfinished):
                os.remove(unfinished)

    @classmethod
    def load(cls, path):
        """The network that ``save`` wrote to a file, bit for bit.

        Nothing in the file is run, and the memory that is taken stays in proportion to the size of the file, whatever
        it declares.

        Raises:
            TypeError: ``path`` is no path.
            ValueError: the file is damaged, of a later format, or holds something else.
            OSError: the file is missing or cannot be read.
        """
        path = _path(path)
        with open(path, "rb") as file:
            data = file.read()
        try:
            arrays = _unpacked(data)
            version = arrays.pop("format", FORMAT)
            if not np.array_equal(version, FORMAT):
                raise ValueError(f"its format is {version}, and this is nn_notes for format {FORMAT}")
            names = arrays["activations"]
            wanted = ["activations", *(f"{name}{n}" for n in range((len(arrays) - 1) // 2) for name in "Wb")]
            if list(arrays) != wanted or 2 * names.size + 1 != len(arrays) or names.ndim != 1:
                raise ValueError(f"the arrays are {', '.join(arrays)}, for {names.size} activations")
            return cls(Layer(arrays[f"W{n}"], arrays[f"b{n}"], name) for n, name in enumerate(names.tolist()))
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
            raise ValueError(f"path {path!r} holds no network ({found}); it needs a file that save wrote") from error

    def copy(self):
        """A network with parameters of its own."""
        return Network(Layer(layer.W, layer.b, layer.activation) for layer in self.layers)

    def __repr__(self):
        return f"Network({len(self.layers[0].W)}{''.join(f' -> {len(n.b)} {n.activation}' for n in self.layers)})"


def _path(path):
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"path is of type {type(path).__name__}; it needs text or a pathlib.Path")
    path = os.fsdecode(path)
    # To put a file there would be to take them away, and to read may have no end.
    if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
        raise ValueError(f"path {path!r} is a device or a pipe; it needs to be a file")
    return path


def _unpacked(data):
    """The arrays in the bytes of an archive, by name, in their order."""
    arrays = {}
    with ZipFile(BytesIO(data)) as archive:
        # A small file could ask for any amount of memory: by what it unpacks to, or by the same bytes many times.
        members = archive.infolist()
        if packed := [member.filename for member in members if member.compress_type != ZIP_STORED]:
            raise ValueError(f"{packed[0]} is compressed")
        declared = sum(member.compress_size for member in members)
        if declared > len(data):
            raise ValueError(f"{declared} bytes are declared in a file of {len(data)}")
        for member in members:
            file = BytesIO(archive.read(member))
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError(f"{member.filename} is of another version")
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            if not dtype.itemsize or math.prod(shape) * dtype.itemsize != len(file.getbuffer()) - file.tell():
                raise ValueError(f"{member.filename} declares shape {shape} of {dtype}, which is not its size")
            file.seek(0)
            arrays[member.filename.removesuffix(".npy")] = np.lib.format.read_array(file, allow_pickle=False)
    return arrays
