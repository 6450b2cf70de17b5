"""What a product costs: its multiplications, counted by doing it."""

import numpy as np

from .validate import array, function

__all__ = ["multiplications"]


def multiplications(f, *arrays):
    """How many multiplications of two numbers there are in ``f(*arrays)``.

    The arrays are handed to ``f`` with numbers in them that count how often they are multiplied; products and sums of
    them go on counting.

    Args:
        f: a function of the arrays, made of products and sums: by ``@``, ``*``, ``+`` and ``np.einsum``.
        arrays: arrays of any shapes.

    Returns:
        A whole number.

    Raises:
        TypeError: f cannot be called, or an array is not numbers.
        ValueError: a number is not finite.
    """
    counted = 0

    class Counted(float):
        def __mul__(self, other):
            nonlocal counted
            counted += 1
            return Counted(float(self) * float(other))

        def __add__(self, other):
            return Counted(float(self) + float(other))

        __rmul__, __radd__ = __mul__, __add__

    counting = np.frompyfunc(Counted, 1, 1)
    function("f", f)(*(counting(array(f"array {n}", a)) for n, a in enumerate(arrays)))
    return counted
