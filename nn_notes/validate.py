"""What an argument must be. No formula stands here, so the short and the long form may both call it.

Every error names the argument, says what it got and what it needs.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np

__all__ = [
    "array",
    "choice",
    "described",
    "first",
    "function",
    "generator",
    "index",
    "instance",
    "items",
    "named",
    "offers",
    "place",
    "real_number",
    "result",
    "string",
]


def array(name, value, *, ndim=None, shape=None, last=None, complex_too=False, empty_too=True, finite=True):
    """``value`` as an array of numbers, finite ones unless told otherwise.

    float32 stays float32, and complex64 complex64; all other numbers become float64 or complex128.

    Args:
        name: what the caller calls it, for the error.
        value: numbers: an array, a nested list or a scalar.
        ndim: a tuple of the numbers of axes that will do, or None for any.
        shape: the exact shape that it needs, or None.
        last: the length that its last axis needs, or None.
        complex_too: let complex numbers through, as complex-step derivatives need them.
        empty_too: let an array without entries through.
        finite: let only finite numbers through.

    Raises:
        TypeError: not numbers, complex where only real ones will do, or numbers with a mask or a unit, which
            ``numpy.asarray`` would strip off.
        ValueError: ragged, of the wrong shape, empty, or not finite.
    """
    if meaning := _stripped(value):
        raise TypeError(f"{name} carries {meaning}")
    try:
        a = np.asarray(value)
    except Exception as error:
        if isinstance(value, (list, tuple)):
            raise ValueError(f"{name} is ragged ({error}); it needs rows of equal length") from None
        raise TypeError(f"{name} is {described(value)} and gives no array ({error}); it needs real numbers") from None
    if a.dtype.kind not in "biufc":
        raise TypeError(f"{name} is {described(value, a)}; it needs real numbers")
    if a.dtype.kind == "c" and not complex_too:
        raise TypeError(f"{name} is complex; it needs real numbers")
    # The scalar type is the same for either order of bytes.
    single = a.dtype.type in (np.float32, np.complex64)
    a = a.astype(a.dtype.type if single else complex if a.dtype.kind == "c" else float, copy=False)
    if ndim is not None and a.ndim not in ndim:
        raise ValueError(f"{name} has shape {a.shape}; its number of axes needs to be {' or '.join(map(str, ndim))}")
    if shape is not None and a.shape != tuple(shape):
        raise ValueError(f"{name} has shape {a.shape}; it needs shape {tuple(shape)}")
    if last is not None and (a.ndim == 0 or a.shape[-1] != last):
        raise ValueError(f"{name} has shape {a.shape}; its last axis needs length {last}")
    if a.size == 0 and not empty_too:
        raise ValueError(f"{name} is empty, of shape {a.shape}; it needs at least one entry on every axis")
    if finite and not np.isfinite(a).all():
        raise ValueError(f"{first(name, a, ~np.isfinite(a))}; it needs finite numbers")
    return a


def result(name, a, *, infinite_too=False):
    """``a``, computed from numbers that were finite, if it is so too: not NaN, and not infinite unless that may be."""
    lost = np.isnan(a) if infinite_too else ~np.isfinite(a)
    if lost.any():
        raise FloatingPointError(f"{first(name, a, lost)}; it needs numbers that {a.dtype} can hold on the way to it")
    return a


def first(name, a, there):
    """The first entry of ``a`` that is ``there``, with its place: ``W[1, 0] is nan``."""
    where = np.unravel_index(np.argmax(there), a.shape)
    return f"{place(name, where)} is {a[where]}"


def place(name, where):
    """An entry of an array by its indices, ``W[1, 0]``; what has none is the array's own name."""
    return f"{name}[{', '.join(map(str, where))}]" if len(where) else name


def real_number(name, value, *, above=None, least=None, finite=True):
    """``value`` as a float, more than ``above`` and not less than ``least`` where these are given."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} is {described(value)}; it needs one real number")
    if finite and not np.isfinite(value):
        raise ValueError(f"{name} is {value}; it needs a finite number")
    if above is not None and not value > above:
        raise ValueError(f"{name} is {value}; it needs more than {above}")
    if least is not None and value < least:
        raise ValueError(f"{name} is {value}; it needs {least} or more")
    return float(value)


def index(name, value, *, least=0, most=None):
    """``value`` as an int between ``least`` and ``most``, both included."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} is {described(value)}; it needs a whole number")
    if value < least or (most is not None and value > most):
        needs = f"{least} or more" if most is None else f"{least} to {most}"
        raise ValueError(f"{name} is {value}; it needs {needs}")
    return int(value)


def items(name, value):
    """``value`` as a list of what it holds; text is not taken for its letters."""
    # An array without axes has the method for it, and no items.
    if isinstance(value, str) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0:
        raise TypeError(f"{name} is {described(value)}; it needs a list")
    return list(value)


def choice(name, value, table):
    """The entry of a dict that ``value`` names."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {described(value)}; it needs one of {', '.join(table)}")
    if value not in table:
        raise ValueError(f"{name} is {value!r}; it needs one of {', '.join(table)}")
    return table[value]


def instance(name, value, kind):
    """``value``, if it is of that ``kind``, a class."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise TypeError(f"{name} is {described(value)}; it needs {article} {kind.__name__}")
    return value


def offers(name, value, kind, *parts):
    """``value``, if it has the ``parts`` that make it a ``kind``, in words: for who may not know its class."""
    if isinstance(value, type) or not all(hasattr(value, part) for part in parts):
        raise TypeError(f"{name} is {described(value)}; it needs {kind}")
    return value


def function(name, value):
    """``value``, if it can be called."""
    if not callable(value):
        raise TypeError(f"{name} is {described(value)}; it needs a function")
    return value


def string(name, value, example=""):
    """``value``, if it is text."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {described(value)}; it needs text{example and f', such as {example!r}'}")
    return value


def named(name, value):
    """``value``, if it is a dict whose keys are text."""
    if not isinstance(value, dict):
        raise TypeError(f"{name} is {described(value)}; it needs a dict")
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"{name} has the key {key!r}; it needs text for its keys")
    return value


def generator(name, value):
    """``value``, if it is a NumPy random generator."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name} is {described(value)}; it needs a generator, as np.random.default_rng(0) gives")
    return value


# What `numpy.asarray` strips off without a word, and how to come by the plain numbers.
_MEANING = {
    "mask": "a mask; it needs plain numbers: fill or drop the masked ones first",
    "unit": "a unit; it needs plain numbers: divide by the unit first",
    "units": "units; it needs plain numbers: divide by the units first",
}


def _stripped(value):
    """What of its meaning a value would lose as an array, in words, or None."""
    if isinstance(value, (list, tuple)):
        return next(filter(None, map(_stripped, value)), None)
    return next((_MEANING[part] for part in _meaningful(type(value)) if getattr(value, part) is not None), None)


@cache
def _meaningful(kind):
    # pandas has methods of these names.
    return [part for part in _MEANING if not callable(getattr(kind, part, len))]


def described(value, a=None):
    """What a value is, in words, where it is not what it needs to be; ``a`` is the array that NumPy makes of it."""
    if isinstance(value, str):
        return repr(value)
    if a is not None and a.ndim:
        return f"an array of {a.dtype}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return f"of type {type(value).__name__}"
