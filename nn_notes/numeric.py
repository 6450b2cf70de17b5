"""The witness: derivatives by nudging, from the function's values alone. It knows no formula that it judges."""

import numpy as np

from .validate import array, function, number

__all__ = ["jacobian"]


def jacobian(f, x, method="complex-step", step=None):
    """∂f(x)/∂x, one nudge to each entry of x (2.1).

    Args:
        f: a function of one array that gives one array or number.
        x: where; real, any shape.
        method: ``"complex-step"``, Im f(x + ih) / h, has no subtraction and so no roundoff: h can be tiny and every
            digit counts. f has to be analytic and take complex numbers. ``"central"``, (f(x + h) − f(x − h)) / 2h,
            needs neither, and is good to about ten digits.
        step: h, above 0. By default 1e-20 for the complex step, and for central differences the cube root of
            machine epsilon times max(1, |x|) of each entry.

    Returns:
        An array of f's output shape followed by x's shape: numerator layout.

    Raises:
        TypeError: f is no function, x or what f gives is not numbers, or f drops the imaginary part that the complex
            step needs.
        ValueError: x or what f gives is not finite, the method is not known, or the step is not above 0.

    Source: Squire and Trapp, Using complex variables to estimate derivatives of real functions, 1998.
    """
    function("f", f)
    x = array("x", x)
    if step is not None:
        step = number("step", step, above=0)
    if method == "complex-step":
        columns = [_complex_step(f, x, i, step or 1e-20) for i in np.ndindex(x.shape)]
    elif method == "central":
        columns = [
            _central(f, x, i, step or np.cbrt(np.finfo(float).eps) * max(1, abs(x[i]))) for i in np.ndindex(x.shape)
        ]
    else:
        raise ValueError(f"method is {method!r}; it needs 'complex-step' or 'central'")
    if not columns:
        return np.zeros(np.shape(f(x)) + x.shape)
    J = np.stack(columns, axis=-1)
    return J.reshape(J.shape[:-1] + x.shape)


def _complex_step(f, x, i, h):
    nudged = x.astype(complex)
    nudged[i] += 1j * h
    y = _value(f, nudged)
    if not np.iscomplexobj(y):
        raise TypeError("f gave real numbers for complex ones, so its derivative is lost; try method='central'")
    return y.imag / h


def _central(f, x, i, h):
    above, below = x.copy(), x.copy()
    above[i] += h
    below[i] -= h
    width = above[i] - below[i]  # f may write to its argument
    return (_value(f, above) - _value(f, below)) / width


def _value(f, x):
    return array("f(x)", f(x), complex_too=True)
