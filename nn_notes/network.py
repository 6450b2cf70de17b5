"""A fully connected network: layers u = zW + b, z′ = f(u), and a forward pass that keeps every u and z.

float32 parameters and inputs stay so, and give float32; where they differ, NumPy's promotion makes float64 of them.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from . import archive
from .activations import ACTIVATIONS, Activation
from .family import member
from .validate import array, generator, index, instance, items, result

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
        object.__setattr__(self, "activation", member("activation", self.activation, ACTIVATIONS, Activation))

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
            instance(f"layers[{n}]", layer, Layer)
            if n and len(layer.W) != len(layers[n - 1].b):
                raise ValueError(
                    f"layers[{n}] takes {len(layer.W)} inputs; it needs {len(layers[n - 1].b)}, "
                    f"which is what layers[{n - 1}] gives"
                )
        object.__setattr__(self, "layers", layers)

    @classmethod
    def init(cls, sizes, activations, rng):
        """A network with random parameters.

        Weights are normal, of a variance of the activation's gain / M_in (1/M_in, and 2/M_in before a ReLU), so that u
        neither grows nor fades with depth.
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
        activations = [member(f"activations[{n}]", f, ACTIVATIONS, Activation) for n, f in enumerate(activations)]
        if len(sizes) != len(activations) + 1 or not activations:
            raise ValueError(
                f"sizes has {len(sizes)} entries and activations {len(activations)}; "
                "it needs at least one activation, and one size more"
            )
        return cls(
            Layer(rng.normal(0, np.sqrt(f.gain / M_in), (M_in, M_out)), rng.normal(0, 0.1, M_out), f)
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
            trace = self.bare_forward(x)
        for l, u in enumerate(trace.u):
            result(f"u[{l}]", u)
        return trace

    def bare_forward(self, x):
        """The forward pass alone."""
        u, z = [], [x]
        for layer in self.layers:
            u.append(z[-1] @ layer.W + layer.b)
            z.append(layer.activation.bare_value(u[-1]))
        return Trace(u, z)

    @property
    def parameters(self):
        """Every W and b, layer by layer, as the arrays that they are."""
        return [theta for layer in self.layers for theta in (layer.W, layer.b)]

    def save(self, path):
        """Write the parameters, and the activations by name, to a file that ``load`` reads.

        Whatever ends the process on the way, the old file stands there or the new one. The new one has the permissions
        of the old, and where ``path`` is a link, it is where the link leads. The same network gives the same bytes.

        Args:
            path: where, as ``"network.npz"``. It is a plain NumPy archive: ``format``, ``activations``, ``W0``, ``b0``,
                ``W1``, …

        Raises:
            TypeError: ``path`` is no path.
            ValueError: a parameter is not finite, an activation is none of ``ACTIVATIONS``, or ``path`` is that of a
                device or a pipe.
            OSError: the file cannot be written.
        """
        path, layers = archive.checked_path(path), self.copy().layers
        for layer in layers:
            if type(layer.activation) is not type(ACTIVATIONS.get(layer.activation.name)):
                found = f"activation is {layer.activation.name!r}, of another class"
                raise ValueError(f"{found}; it needs one of {', '.join(ACTIVATIONS)}")
        arrays = {"format": np.array(FORMAT), "activations": np.array([repr(layer.activation) for layer in layers])}
        for n, layer in enumerate(layers):
            arrays |= {f"W{n}": layer.W, f"b{n}": layer.b}
        archive.write(path, arrays)

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
        path = archive.checked_path(path)
        data = archive.read(path)
        try:
            arrays = archive.unpacked(data)
            version = arrays.pop("format", FORMAT)
            if np.asarray(version).tolist() != FORMAT:
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
