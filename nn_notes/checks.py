"""``check`` holds an equation to its proof, ``refute`` shows a wrong one fail, ``compare`` says how near two forms are.

``answer`` prints the verdict on a reader's answer to an exercise, and ``verdict`` gives it.
"""

from reprlib import repr as repr_of

import numpy as np

from .validate import array, function, items, named, place, real_number, string

__all__ = ["answer", "check", "compare", "refute", "verdict"]


def check(number, got, expected, *others, points=None, tolerance=1e-10):
    """Print one line that says the equation holds, or raise.

    It holds for the numbers at hand: evidence, as strong as they are generic. With ``points`` the forms are functions,
    and they are compared at all of these, which is stronger.

    Args:
        number: the equation's number on the page, as text: ``"3.7"``.
        got: one form of it, as an array or a number, or as a function that gives one.
        expected: another form, arrived at by another road.
        others: further forms, the numeric witness among them.
        points: a list of tuples, the arguments of the forms where these are functions.
        tolerance: the largest difference from ``expected`` that passes, relative to the largest entry of ``expected``
            (absolute, where ``expected`` is zero).

    Raises:
        TypeError: a form is not numbers, or no function where there are points; or two forms are one and the same array
            or function, which proves nothing.
        ValueError: there is nothing to compare, a number is not finite, or the tolerance is below 0.
        AssertionError: shapes or values differ; the message says where and by how much.
    """
    string("number", number, "3.7")
    real_number("tolerance", tolerance, least=0)
    forms = [got, expected, *others]
    if points is None:
        shape = _agreed(f"({number})", forms, tolerance)
        print(f"({number}) holds: {len(forms)} forms agree, {shape}")
        return
    forms, points = [function(f"form {n} of ({number})", form) for n, form in enumerate(forms)], items("points", points)
    if len(set(map(id, forms))) < len(forms):
        raise TypeError(f"({number}) compares a function with itself; it needs forms arrived at by different roads")
    if not points:
        raise ValueError(f"({number}) compares nothing: points is empty; it needs at least one")
    shapes = dict.fromkeys(
        _agreed(f"({number}), at point {n},", [form(*point) for form in forms], tolerance)
        for n, point in enumerate(points)
    )
    print(f"({number}) holds at {len(points)} points: {len(forms)} forms agree, {', '.join(shapes)}")


def _agreed(name, forms, tolerance):
    """The shape of the forms, in words, if they agree."""
    got, expected, *others = _forms(name, forms)
    for form in (got, *others):
        if form.shape != expected.shape:
            raise AssertionError(f"{name} fails: {_shape(form)}, expected {_shape(expected)}")
        # Numbers of opposite sign may be further apart than any number is large.
        with np.errstate(over="ignore"):
            difference = np.abs(form - expected)
        worst, scale = difference.max(), np.abs(expected).max() or 1.0
        if not worst <= tolerance * scale:
            where = np.unravel_index(difference.argmax(), form.shape)
            raise AssertionError(
                f"{name} fails: {form[where]:.6g} where {expected[where]:.6g} is expected, "
                f"at {[int(n) for n in where]}; the largest difference is {worst:.2g}"
            )
    return _shape(expected)


def compare(label, got, expected, *others):
    """Print one line that says how near ``got`` comes to the other forms, and go on whatever it says.

    ``equal`` is a difference below 1e-12 of the largest entry, as far as rounding goes, and ``close`` one below 1e-6,
    as far as central differences go. Bit for bit would be no fair question: the last digit hangs on the order in which
    a machine adds.

    Args:
        label: what is compared, and by which rule, as text.
        got: an array or a number.
        expected: another form of it, arrived at by another road.
        others: further forms, the numeric witness among them.

    Raises:
        TypeError: a form is not numbers, or two forms are one and the same array, which proves nothing.
        ValueError: there is nothing to compare, or a number is not finite.
    """
    string("label", label)
    got, *others = _forms(label, [got, expected, *others])
    print(f"{label:<24}{_shape(got):<16}{_nearness(got, others)}")


def refute(number, wrong, right):
    """Print how ``check`` refuses a wrong form of an equation.

    Args:
        number: the equation's number on the page, as text.
        wrong: a form that does not hold.
        right: one that does.

    Raises:
        AssertionError: the two agree, so nothing is refuted.
    """
    try:
        check(number, wrong, right)
    except AssertionError as refusal:
        print(refusal)
    else:
        raise AssertionError(f"({number}) holds, and was to be refuted")


def answer(exercise, yours, expected, tolerance=1e-6):
    """Say whether a reader's answer is right: ``not tried yet``, ``right``, or what is amiss.

    Args:
        exercise: its number on the page: ``"3.A"``.
        yours: the reader's answer; ``...`` stands for none yet. Numbers, an array, text, or a tuple; a formula as text;
            or a dict of named arrays.
        expected: the answer, of the same kind; for a formula what has a ``verdict`` on it, a ``derivation.Goal``. Of a
            dict the arrays are judged in its order, so that a mistake is told where it is made and not where it leads.
        tolerance: as for ``check``.

    Raises:
        TypeError, ValueError: ``exercise`` is no text, ``expected`` neither text nor numbers nor a dict of these, or an
            empty one, or the tolerance below 0.
    """
    string("exercise", exercise, "3.A")
    print(f"{exercise}: {verdict(yours, expected, tolerance)}")


def verdict(yours, expected, tolerance=1e-6):
    """What ``answer`` says, as text that begins with ``right`` or does not; arguments and errors are the same."""
    real_number("tolerance", tolerance, least=0)
    if isinstance(expected, dict):
        expected = {
            name: array(f"expected[{name!r}]", a, empty_too=False) for name, a in named("expected", expected).items()
        }
        if not expected:
            raise ValueError("expected is empty; it needs an array at least")
    elif not isinstance(expected, str) and not hasattr(expected, "verdict"):
        expected = array("expected", expected, finite=False)
    return _verdict(yours, expected, tolerance)


def _forms(name, forms):
    """The forms as arrays, unless there is nothing to compare."""
    arrays = [id(form) for form in forms if isinstance(form, np.ndarray)]
    if len(set(arrays)) < len(arrays):
        raise TypeError(f"{name} compares an array with itself; it needs forms arrived at by different roads")
    forms = [array(name, form, complex_too=True) for form in forms]
    if forms[1].size == 0:
        raise ValueError(f"{name} compares nothing: shape {forms[1].shape}; it needs at least one entry")
    return forms


def _nearness(got, others):
    for form in others:
        if form.shape != got.shape:
            return f"DIFFERENT: {_shape(form)} expected"
    with np.errstate(over="ignore"):
        differences = [np.abs(got - form).max() for form in others]
    furthest = max(d / (np.abs(form).max() or 1.0) for d, form in zip(differences, others, strict=True))
    if furthest <= 1e-12:
        return "equal: largest difference below 1e-12"
    if furthest <= 1e-6:
        return "close: largest difference below 1e-6"
    return f"DIFFERENT: largest difference {max(differences):.2g}"


def _verdict(yours, expected, tolerance):
    if yours is ...:
        return "not tried yet"
    if hasattr(expected, "verdict"):
        return (
            expected.verdict(yours) if isinstance(yours, str) else f"not yet: it needs text, and got {repr_of(yours)}"
        )
    if isinstance(expected, dict):
        return _verdict_by_name(yours, expected, tolerance)
    if isinstance(expected, str):
        return "right" if str(yours).strip().lower() == expected.lower() else f"not yet: {repr_of(yours)} is not it"
    try:
        yours = array("yours", float(yours) if isinstance(yours, str) else yours, finite=False)
    except (TypeError, ValueError):
        return f"not yet: it needs numbers, and got {repr_of(yours)}"
    if yours.shape != expected.shape:
        return f"not yet: it has {_shape(yours)}, and needs {_shape(expected)}"
    if _wrong(yours, expected, tolerance).any():
        return "not yet: the shape is right, the numbers are not"
    return "right"


def _verdict_by_name(yours, expected, tolerance):
    """On a dict of arrays: which of them is the first to be amiss, and which entry of it."""
    if not isinstance(yours, dict):
        return f"not yet: it needs a dict of arrays, and got {repr_of(yours)}"
    for n, (name, right) in enumerate(expected.items()):
        so_far = f"; what comes before it is right, {n} of {len(expected)}" if n else ""
        if name not in yours:
            return f"not yet: {name} is missing{so_far}"
        try:
            a = array(name, yours[name], finite=False)
        except (TypeError, ValueError):
            return f"not yet: {name} needs numbers, and got {repr_of(yours[name])}{so_far}"
        if a.shape != right.shape:
            return f"not yet: {name} has {_shape(a)}, and needs {_shape(right)}{so_far}"
        wrong = _wrong(a, right, tolerance)
        if wrong.any():
            where = np.unravel_index(wrong.argmax(), a.shape)
            others = f", as {wrong.sum() - 1} more of its {a.size} entries" if wrong.sum() > 1 else ""
            return f"not yet: {place(name, where)} is {a[where]:.6g}, which is wrong{others}{so_far}"
    return "right"


def _wrong(yours, expected, tolerance):
    """Which entries are too far from what is expected, measured by its largest entry."""
    scale = np.abs(expected[np.isfinite(expected)]).max(initial=0) or 1.0
    return ~np.isclose(yours, expected, rtol=0, atol=tolerance * scale)


def _shape(a):
    return f"shape {a.shape}" if a.ndim else "one number"
