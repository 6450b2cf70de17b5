"""Why an entry is what it is, where several views have the same reason: functions for ``Matrix.made``."""

from .activations import sigmoid, softmax, tanh

__all__ = ["slope", "transposed", "value"]


def transposed(label):
    """Of a table that is another one with rows and columns exchanged."""
    return lambda row, column: [(1, (label, column, row))]


def value(f, u):
    """Of f(u), a row: u is what the reader calls the row that f is given (1.5, 6.5)."""
    if f is softmax:
        return lambda _, k: f"e to the power of {u}[{k}], over the sum of such powers of all of {u}"
    return lambda _, k: f"{f.name} of {u}[{k}]"


def slope(f, u, y, label):
    """Of F, the Jacobian of y = f(u): u and y are what the reader calls the rows, and ``label`` is that of y's table.

    The slopes of sigmoid, tanh and softmax are made of what they give (6.2, 6.4, 6.6).
    """

    def made(k, l):
        y_k, y_l = (label, 0, k), (label, 0, l)
        if f is softmax:
            return [*[(1, y_k)] * (k == l), (-1, y_k, y_l)]
        if k != l:
            return f"{u}[{l}] does not reach {y}[{k}]"
        if f in (sigmoid, tanh):
            return [(1, y_k) if f is sigmoid else (1,), (-1, y_k, y_k)]
        return f"the slope of {f.name} at {u}[{k}]"

    return made
