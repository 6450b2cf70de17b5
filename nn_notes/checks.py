"""``check`` holds an equation to its proof, and ``answer`` a reader's answer to an exercise."""

import numpy as np

__all__ = ["answer", "check"]


def check(number, got, expected, *others, tolerance=1e-10):
    """Print one line that says the equation holds, or raise.

    Args:
        number: the equation's number on the page, as text: ``"3.7"``.
        got: one form of it, as an array or a number.
        expected: another form, arrived at by another road.
        others: further forms, the numeric witness among them.
        tolerance: the largest difference from ``expected`` that passes, relative to the largest entry of ``expected``
            (absolute, where ``expected`` is zero).

    Raises:
        TypeError: a form is not numbers, or two forms are one and the same object, which proves nothing.
        ValueError: there is nothing to compare.
        AssertionError: shapes or values differ, or a value is not finite; the message says where and by how much.
    """
    if not isinstance(number, str):
        raise TypeError(f"number is {number!r}; it needs an equation's number as text, such as '3.7'")
    forms = [got, expected, *others]
    if len({id(form) for form in forms if isinstance(form, np.ndarray)}) < sum(
        isinstance(f, np.ndarray) for f in forms
    ):
        raise TypeError(f"({number}) compares an array with itself; it needs forms arrived at by different roads")
    got, expected, *others = (_numbers(number, form) for form in forms)
    if expected.size == 0:
        raise ValueError(f"({number}) compares nothing: shape {expected.shape}")
    for form in (got, *others):
        if form.shape != expected.shape:
            raise AssertionError(f"({number}) fails: shape {_shape(form)}, expected {_shape(expected)}")
        worst = np.abs(form - expected).max()
        scale = np.abs(expected).max() or 1.0
        if not worst <= tolerance * scale:
            where = np.unravel_index(np.nanargmax(np.abs(form - expected)) if np.isfinite(worst) else 0, form.shape)
            raise AssertionError(
                f"({number}) fails: {form[where]:.6g} where {expected[where]:.6g} is expected, "
                f"at {[int(n) for n in where]}; the largest difference is {worst:.2g}"
            )
    print(f"({number}) holds: {len(forms)} forms agree, {_shape(expected)}")


def answer(exercise, yours, expected, tolerance=1e-6):
    """Say whether a reader's answer is right: ``not tried yet``, ``right``, or what is amiss.

    Args:
        exercise: its number on the page: ``"3.A"``.
        yours: the reader's answer; ``...`` stands for none yet. Numbers, an array, text, or a tuple.
        expected: the answer, of the same kind.
        tolerance: as for ``check``.
    """
    print(f"{exercise}: {_verdict(yours, expected, tolerance)}")


def _verdict(yours, expected, tolerance):
    if yours is ...:
        return "not tried yet"
    if isinstance(expected, str):
        return "right" if str(yours).strip().lower() == expected.lower() else f"not yet: {yours!r} is not it"
    try:
        yours, expected = np.asarray(yours, dtype=float), np.asarray(expected, dtype=float)
    except (TypeError, ValueError):
        return f"not yet: it needs numbers, and got {yours!r}"
    if yours.shape != expected.shape:
        return f"not yet: the shape is {_shape(yours)}, and {_shape(expected)} is needed"
    if not np.abs(yours - expected).max() <= tolerance * (np.abs(expected).max() or 1.0):
        return "not yet: the shape is right, the numbers are not"
    return "right"


def _numbers(number, form):
    a = np.asarray(form)
    if a.dtype.kind not in "biufc":
        raise TypeError(f"({number}) compares {form!r}; it needs numbers")
    return a.astype(complex if a.dtype.kind == "c" else float)


def _shape(a):
    return "shape " + " × ".join(map(str, a.shape)) if a.ndim else "one number"
