"""The witness: derivatives by nudging, from the function's values alone. It knows no formula that it judges.

It is cross-examined. The complex step is right to the last digit where a function is analytic, and wrong without a
sign of it where one is not: behind an absolute value, a norm, a conjugate. So real nudges, which do not share that
weakness, follow it along a direction that moves every entry at once. They know how many digits they vouch for, and they
see a kink.
"""

from typing import NamedTuple

import numpy as np

from .validate import array, function, place, real_number

__all__ = ["central", "jacobian"]

# The complex step's h.
TINY = 1e-20
# How long real nudges are, beside x or 1. Powers of two: then x ± hd is exact, and what was meant is what is nudged.
STEPS = 2.0 ** -np.arange(3, 44, 2)
# A few long ones will do where f is smooth.
QUICK = STEPS[1:5]


def jacobian(f, x, method="complex-step", step=None):
    """∂f(x)/∂x, one nudge to each entry of x (2.1), cross-examined.

    Args:
        f: a function of one array that gives one array or number.
        x: where; real, any shape. f gets it in double precision.
        method: ``"complex-step"``, Im f(x + ih) / h (2.10), has no subtraction and so no roundoff: every digit counts.
            f has to be analytic and take complex numbers. ``"central"`` needs neither, and is good to about twelve
            digits: see ``central``.
        step: h, for the bare formula (2.9 or 2.10) with this one step, to study its error. Nobody cross-examines it.

    Returns:
        An array of f's output shape followed by x's shape: numerator layout.

    Raises:
        TypeError: f is no function, x or what f gives is not numbers, or f takes no complex numbers, or drops their
            imaginary part.
        ValueError: x or what f gives is not finite, the method is not known, or x does not move by the step. Or f is
            not analytic at x, which counts for the complex step; has a kink or an edge there; or is too rough to tell.

    Source: Squire and Trapp, Using complex variables to estimate derivatives of real functions, 1998.
    """
    function("f", f)
    x = array("x", x).astype(float)
    if method not in ("complex-step", "central"):
        raise ValueError(f"method is {method!r}; it needs 'complex-step' or 'central'")
    if step is not None:
        step, formula = real_number("step", step, least=1e-200), _central_step if method == "central" else _complex_step
        return _stacked(f, x, [formula(f, x, i, step) for i in np.ndindex(x.shape)])
    if method == "central":
        return _stacked(f, x, [slope.value for _, slope in _trusted_slopes(f, x)])
    J = _stacked(f, x, [_complex_step(f, x, i, TINY * min(1, abs(x[i]) or 1)) for i in np.ndindex(x.shape)])
    _cross_examine(f, x, J)
    return J


def central(f, x):
    """∂f(x)/∂x from real nudges that choose their own length, and how far each entry may be off.

    Central differences (2.9) over many steps h, with their terms in h² and h⁴ taken off. A short step is true and
    blurred by roundoff; a longer one is sharper, until f has bent too much. So the step grows from the shortest for as
    long as its slope lies within the blur of those before. How much blur there is, the precision of what f gives says,
    and how f trembles at the shortest steps.

    Args:
        f: a function of one array that gives one array or number.
        x: where; real, any shape. f gets it in double precision.

    Returns:
        A pair: the Jacobian, of f's output shape followed by x's shape, and the error of each entry.

    Raises:
        TypeError: f is no function, or x or what f gives is not real numbers.
        ValueError: x or what f gives is not finite, or f has a kink or an edge at x.
    """
    function("f", f)
    x = array("x", x).astype(float)
    slopes = [slope for _, slope in _slopes(f, x)]
    return _stacked(f, x, [slope.value for slope in slopes]), _stacked(f, x, [slope.error for slope in slopes])


def _complex_step(f, x, i, h):
    nudged = x.astype(complex)
    nudged[i] += 1j * h
    try:
        y = f(nudged)
    except TypeError as error:
        raise TypeError(f"f takes no complex numbers ({error}); try method='central'") from error
    y = array("f(x)", y, complex_too=True)
    if not np.iscomplexobj(y):
        raise TypeError("f gave real numbers for complex ones, so its derivative is lost; try method='central'")
    return y.imag.astype(float) / h


def _central_step(f, x, i, h):
    above, below = x.copy(), x.copy()
    above[i] += h
    below[i] -= h
    width = above[i] - below[i]  # f may write to its argument
    if not width:
        raise ValueError(f"step is {h}; it needs more, since {_at(x, i)} does not move by it")
    return (_real(f(above)) - _real(f(below))) / width


def _real(y, finite=True):
    """What f gives for real numbers, in double precision."""
    y = array("f(x)", y, complex_too=True, finite=finite)
    if y.imag.any():
        raise TypeError("f(x) is complex for a real x; it needs real numbers")
    return y.real.astype(float)


def _stacked(f, x, columns):
    """One column to each entry of x, as an array of f's shape followed by that of x."""
    if not columns:
        return np.zeros(np.shape(f(x)) + x.shape)
    J = np.stack(columns, axis=-1)
    return J.reshape(J.shape[:-1] + x.shape)


class _Slope(NamedTuple):
    """What real nudges along a direction find, an entry to each of f's.

    The slope, and how far it may be off; how much steeper f is in front of x than behind, and how far that may be off;
    and the largest error with which a third of the digits still hold.
    """

    value: np.ndarray
    error: np.ndarray
    jump: np.ndarray
    jump_error: np.ndarray
    bearable: float

    def kinked(self):
        return (np.abs(self.jump) > 8 * self.jump_error) & (np.abs(self.jump) > self.bearable)

    def refutes(self, claimed, size):
        """Whether it is at odds with a complex step whose terms have this size; what is tiny, that step loses."""
        roundoff = 8 * np.finfo(float).eps * size + np.finfo(float).tiny / TINY
        return np.abs(claimed - self.value) > 4 * self.error + roundoff


def _slopes(f, x):
    """Each entry's index and the slope along it, if f has one on both sides of x, and the same."""
    for i in np.ndindex(x.shape):
        d, size, exponent = np.zeros(x.shape), _size(x[i]), max(-200, min(0, int(np.frexp(x[i])[1])))
        d[i] = size
        # Down to where a nudge is short beside an x that is itself near zero.
        slope = _along(f, x, d, 2.0 ** -np.arange(3, 44 - exponent, 2), 2.0**exponent)
        slope = _Slope(*(part / size for part in slope))
        if (outside := np.isnan(slope.value)).any():
            y_k = place("f(x)", _first(outside))
            raise ValueError(f"{y_k} has no value on one side of {_at(x, i)}; it needs an x inside f's domain")
        if (kinked := slope.kinked()).any():
            k = _first(kinked)
            below, above = (slope.value[k] + sign * slope.jump[k] / 2 for sign in (-1, 1))
            raise ValueError(
                f"f has a kink at {_at(x, i)}: {place('f(x)', k)} has the slope {below:.4g} below it and {above:.4g} "
                "above; it needs an x off the kink, since a derivative there is a choice"
            )
        yield i, slope


def _trusted_slopes(f, x):
    """The same, if enough of their digits are known."""
    slopes = list(_slopes(f, x))
    for i, slope in slopes:
        bearable = max(slope.bearable for _, slope in slopes)
        if (vague := ~(slope.error <= bearable)).any():
            k = _first(vague)
            raise ValueError(
                f"f is too rough at {_at(x, i)}: {place('f(x)', k)} has the slope {slope.value[k]:.4g}, give or take "
                f"{slope.error[k]:.2g}; it needs a function with less noise, or one that does not round inside"
            )
    return slopes


def _along(f, x, d, steps, near=1.0):
    """The slope of f at x along d, from nudges hd for each h in steps, from long to short.

    ``near`` is how long x is beside d, or 1: nudges that are much shorter do not show in the digits of f.
    """
    given = f(x.copy())
    y, dtype = _real(given), np.asarray(given).dtype
    eps = np.finfo(dtype if dtype.kind in "fc" else float).eps
    steps = steps[steps >= min(2**9 * eps * near, steps[3])]
    with np.errstate(all="ignore"):
        above, below = (np.array([_probed(f, x + s * h * d, y.shape) for h in steps]) for s in (1, -1))
        h = steps.reshape(-1, *[1] * y.ndim)
        bend = above - 2 * y + below
        # What is left of the bend at the four shortest steps that show at all is not f's own, nor what their rise has
        # beside a quarter of that of a step four times as long.
        shows = (above != below) & (h < 2.0**-36)
        shortest = shows & (np.cumsum(shows[::-1], axis=0)[::-1] <= 4)
        rise = above - below
        uneven = np.abs(rise - np.concatenate([rise[:1], rise[:-1]]) / 4)
        tremble = 4 * np.maximum(np.abs(bend), uneven).max(axis=0, where=shortest, initial=0)
        blur = ((2 * eps * (np.abs(above) + np.abs(below) + 2 * np.abs(y)) + tremble) / h)[2:]
        slopes, jumps = _extrapolated(rise / (2 * h), 2, 4), _extrapolated(bend / h, 1, 3)
        (value, error), (jump, jump_error) = _limit(slopes, blur), _limit(jumps, 2 * blur)

        # Long steps may tell another story, as they do where f rounds inside. With a kink on the way, they may not.
        doubt = blur + np.abs(np.diff(slopes, axis=0, append=np.nan))
        sharpest = np.where(np.isnan(doubt), np.inf, doubt).argmin(axis=0)[None]
        other, bent = (np.take_along_axis(a, sharpest, axis=0)[0] for a in (slopes, jumps))
        gap = np.abs(other - value)
        error = np.where((np.abs(bent) < 0.1 * gap) & (gap > error), gap, error)

        largest = np.nanmax(np.abs([above, below]), initial=0)
        steepest = np.maximum(np.abs(value), np.abs(jump) / 2).max(initial=0)
    return _Slope(value, error, jump, jump_error, np.cbrt(eps) * steepest + np.sqrt(eps) * largest)


def _probed(f, x, shape):
    """f(x), and NaN where x lies outside of f's domain."""
    try:
        return _real(f(x), finite=False)
    except (ArithmeticError, ValueError):
        return np.full(shape, np.nan)


def _extrapolated(a, *powers):
    """Values at steps that shrink by 4, without their terms in these powers of the step."""
    for p in powers:
        a = (4**p * a[1:] - a[:-1]) / (4**p - 1)
    return a


def _limit(values, blur):
    """What values at ever shorter steps tend to, and its error."""
    gaps = np.abs(np.diff(values, axis=0))
    value, error = values[-1], blur[-1] + gaps[-1]
    credible = np.full(value.shape, True)
    for n in reversed(range(len(gaps))):
        credible &= np.abs(values[n] - value) <= error + blur[n]
        better = credible & (blur[n] + gaps[n] < error)
        value, error = np.where(better, values[n], value), np.where(better, blur[n] + gaps[n], error)
    return value, error


def _cross_examine(f, x, J):
    """Raise unless real nudges, along a direction that moves every entry, find the slope that J says."""
    if not J.size:
        return
    # Few digits, to keep x ± hd exact; and about as long as a nudge to one entry.
    d = np.random.default_rng(0).integers(8, 16, x.shape) / 16 * _size(x) / _size(np.sqrt(x.size))
    claimed, size = np.tensordot(J, d, x.ndim), np.tensordot(np.abs(J), np.abs(d), x.ndim)
    quick = _along(f, x, d, QUICK)
    if not (quick.refutes(claimed, size) | quick.kinked() | ~(quick.error <= quick.bearable / 1000)).any():
        return
    for i, slope in _trusted_slopes(f, x):
        column = J[(..., *i)]
        if (refuted := slope.refutes(column, np.abs(column))).any():
            k = _first(refuted)
            raise ValueError(
                f"f is not analytic at {_at(x, i)}: {place('f(x)', k)} has the slope {column[k]:.4g} by the complex "
                f"step, and {slope.value[k]:.4g} by real nudges; it needs method='central', as does everything with "
                "|·|, a norm, a conjugate or a real part in it"
            )
    together = _along(f, x, d, STEPS)
    if (refuted := (together.refutes(claimed, size) | together.kinked()) & (together.error <= together.bearable)).any():
        k = _first(refuted)
        raise ValueError(
            f"f has no derivative at x: its slopes along each entry promise {place('f(x)', k)} the slope "
            f"{claimed[k]:.4g} along all of them at once, and it has {together.value[k]:.4g}; it needs another x"
        )


def _size(x):
    """The next power of two above |x| or 1, as long as there is one."""
    return 2.0 ** np.clip(np.frexp(x)[1], 0, 1000)


def _first(where):
    return tuple(int(n) for n in np.unravel_index(np.argmax(where), where.shape))


def _at(x, i):
    return f"{place('x', i)} = {x[i]:.6g}"
