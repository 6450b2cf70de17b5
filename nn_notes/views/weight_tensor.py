"""The live view of notebook 03: a walk through the tensor ∂u/∂W, and its collapse to the outer product."""

from functools import lru_cache

import numpy as np

from .. import tensors
from ..explore import Choice, Drawing, Matrix, Slider, Sliders, View
from ..show import ZERO, number, tint
from ..validate import array
from .single_layer import new_numbers

__all__ = ["view"]

SCALE = 2.0
# A box of more cubes takes a page milliseconds.
CUBES = 1000
AXES = {"k": "k, the output watched", "i": "i, the input", "j": "j, where the weight leads"}
# In pixels: a step down, and one across as far as it is seen from the side. By how much the box is seen from above, how
# far it can be turned, in degrees, and how wide it opens at the chosen slice, in steps.
DOWN, ACROSS, TILT, TURNS, OPENING = 34, 46, 0.4, (10, 80), 0.6


def view(z, xi):
    """Walk through T = ∂u/∂W along any of its axes, move z and ξ, and watch ξT gather to the outer product.

    Args:
        z: the layer's input, ``(M_in,)``.
        xi: ∂E/∂u, ``(M_out,)``.

    Returns:
        A ``View`` (3.5–3.8, 3.10).

    Raises:
        TypeError, ValueError: not numbers, not finite, or not two vectors.
    """
    start = {name: array(name, a, ndim=(1,), empty_too=False) for name, a in (("z", z), ("xi", xi))}
    (M_in,), (M_out,) = (a.shape for a in start.values())
    if (entries := M_out * M_in * M_out) > CUBES:
        raise ValueError(
            f"xi has {M_out} entries and z {M_in}, so T has {entries}; it needs {CUBES} at most, a cube to each"
        )
    size = {"k": len(xi), "i": len(z), "j": len(xi)}
    axis = Choice("walk along", "k", AXES)
    place = Slider("slice", 0, 0, lambda state: size[state["axis"]] - 1, step=1)

    def model(axis, place, turn, z, xi):
        T = tensors.du_dW(z, len(xi))
        place = int(place)
        # ξT, one slice at a time: a whole matrix for each k, a row for each i, a column for each j.
        shares = {
            "k": lambda: np.einsum("k,kij->kij", xi, T),
            "i": lambda: np.einsum("k,kij,ai->aij", xi, T, np.eye(len(z))),
            "j": lambda: np.einsum("k,kij,aj->aij", xi, T, np.eye(len(xi))),
        }[axis]()
        return {
            "axis": axis, "place": place, "turn": turn, "z": z, "ξ": xi, "T": T,
            "slice": T.take(place, "kij".index(axis)), "share": shares[place],
            "gathered": shares[: place + 1].sum(axis=0), "outer": np.outer(z, xi),
        }  # fmt: skip

    def layout(a):
        axis, n = a["axis"], a["place"]
        rows, columns = "kij".replace(axis, "")
        indices = "".join(str(n) if letter == axis else ":" for letter in "kij")

        def entry(row, column):
            """Of the slice: W_ij comes into u_j with z_i, and into no other output."""
            at = {axis: n, rows: row, columns: column}
            if at["j"] == at["k"]:
                return [(1, ("<i>z</i>", 0, at["i"]))]
            return f"W[{at['i']},{at['j']}] is not in u[{at['k']}]"

        def product(i, j):
            """Of zᵀξ."""
            return [(1, ("<i>z</i>", 0, i), ("<i>ξ</i>", 0, j))]

        def part(has):
            """Of a part of zᵀξ: it has the entries whose place along the axis is one for which this holds."""

            def made(i, j):
                place = i if axis == "i" else j
                return product(i, j) if has(place) else f"{axis} = {place} brings this entry"

            return made

        return [
            [
                Matrix("<i>z</i>", a["z"], hand="z"),
                Matrix("<i>ξ</i>", a["ξ"], hand="xi"),
                _sentence(axis, n, a["z"], a["ξ"]),
            ],
            [
                _drawing(a["T"], axis, n, a["turn"]),
                Matrix(
                    f"<i>T</i><sub>{indices}</sub>, the slice {axis} = {n}",
                    a["slice"],
                    f"row {rows}, column {columns}",
                    made=entry,
                ),
                Matrix("its share of <i>ξT</i>", a["share"], "row i, column j", made=part(lambda place: place == n)),
            ],
            [
                Matrix(f"shares added up to {axis} = {n}", a["gathered"], made=part(lambda place: place <= n)),
                "part of",
                Matrix("<i>z</i>ᵀ<i>ξ</i>", a["outer"], "row i, column j", made=product),
            ],
        ]

    return View(
        {
            "axis": axis,
            "place": place,
            "z": Sliders("z", start["z"], -2, 2),
            "xi": Sliders("ξ", start["xi"], -2, 2),
            "turn": Slider("turn the box", 35, *TURNS, step=5),
        },
        model,
        layout,
        actions={
            "Next slice": lambda state: {"place": (state["place"] + 1) % size[state["axis"]]},
            "New random numbers": new_numbers(start),
        },
        repeated="Next slice",
        pace="slow",
        scale=SCALE,
        tries={
            "gather the whole of <i>z</i>ᵀ<i>ξ</i> along <i>j</i>": lambda a: (
                a["axis"] == "j" and a["place"] == len(a["ξ"]) - 1
            ),
            "make a slice the identity": lambda a: np.array_equal(a["slice"], np.eye(len(a["ξ"]))),
            "make a whole column of <i>z</i>ᵀ<i>ξ</i> vanish": lambda a: (
                a["z"].any() and not a["outer"].any(axis=0).all()
            ),
        },
    )


def _sentence(axis, n, z, xi):
    """What ξ makes of the chosen slice, with the numbers in it."""
    outer, x = "<i>z</i>ᵀ<i>ξ</i>", number((z if axis == "i" else xi)[n], 2)
    return {
        "k": f"Column {n} of this slice is <i>z</i>, and the rest is empty. "
        f"Times <i>ξ</i><sub>{n}</sub> = {x} it is column {n} of {outer}.",
        "i": f"This slice is <i>z</i><sub>{n}</sub><i>I</i>, with <i>z</i><sub>{n}</sub> = {x}. "
        f"So <i>ξ</i> times the slice is {x} · <i>ξ</i>, and that is row {n} of {outer}.",
        "j": f"Row {n} of this slice is <i>z</i>, and the rest is empty. So <i>ξ</i> times the slice is "
        f"<i>ξ</i><sub>{n}</sub><i>z</i> with <i>ξ</i><sub>{n}</sub> = {x}, and that is column {n} of {outer}.",
    }[axis]


def _drawing(T, axis, n, turn):
    """T as a box that is open at slice n of an axis, in SVG; it is turned by a drag."""
    left, top, width, height = _frame(T.shape)
    cells, letters = _outline(T.shape, axis, n, turn)
    paths = ""
    for at, path, chosen in cells:
        color, share, _ = tint(T[at], SCALE)
        # One opacity for the whole of a cell would be slow to paint.
        see = 1 if chosen else 0.25
        if chosen:
            # What stands behind does not shine through; the page's ground does, as it does in a table.
            paths += f'<path d="{path}" fill="var(--nn-ground, {ZERO})" stroke="none"/>'
        fill = color if T[at] else "none"
        paths += f'<path d="{path}" fill-opacity="{see * share:.3f}" stroke-opacity="{see}" fill="{fill}"/>'
    words = f"T as a box, open at slice {n} along {axis}"
    return Drawing(
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}" width="{width}" height="{height}" '
        f'viewBox="{left} {top} {width} {height}" stroke="#777" stroke-width="0.8" stroke-linejoin="round" '
        f'data-drag="turn">{paths}<g fill="currentColor" stroke="none" font-style="italic" font-size="16">{letters}</g>'
        "</svg>",
        words,
    )


def _steps(turn):
    """Where a step along each axis leads on the page, in pixels, of a box that is turned so far."""
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return {
        "k": ACROSS * np.array([sin, -TILT * cos]),
        "i": np.array([0, DOWN]),
        "j": ACROSS * np.array([cos, TILT * sin]),
    }


@lru_cache
def _frame(shape):
    """Left, top, width and height of a frame for the box, however it is turned and opened: it keeps its place."""
    ends = np.array([*np.ndindex(2, 2, 2)])
    corners = np.concatenate([ends * (shape + opened) for opened in 2 * OPENING * np.eye(3)])
    places = np.concatenate([corners @ [*_steps(turn).values()] for turn in range(TURNS[0], TURNS[1] + 1)])
    (left, top), (right, bottom) = np.floor(places.min(axis=0)), np.ceil(places.max(axis=0))
    # With room for the letters.
    return int(left) - 20, int(top) - 4, int(right - left) + 40, int(bottom - top) + 26


@lru_cache(maxsize=256)
def _outline(shape, axis, n, turn):
    """The box without its colours.

    Returns:
        Its cells from the furthest to the nearest: of each the place in T, the path around the three faces that can be
        seen, and whether it is in the slice. And the letters of its axes.
    """
    step = _steps(turn)

    def point(k, i, j):
        return k * step["k"] + i * step["i"] + j * step["j"]

    cells = []
    for at in sorted(np.ndindex(shape), key=lambda at: (-at[0], -at[1], at[2])):
        place = dict(zip("kij", at, strict=True))
        chosen = place[axis] == n
        place[axis] += OPENING * ((place[axis] >= n > 0) + (place[axis] > n))
        corner = point(**place)
        faces = (corner, "i", "j"), (corner + step["j"], "i", "k"), (corner, "j", "k")
        cells.append((at, "".join(_face(start, step[a], step[b]) for start, a, b in faces), chosen))

    size = dict(zip("kij", shape, strict=True))
    size[axis] += OPENING * ((n > 0) + (n < size[axis] - 1))
    letters = "".join(
        f'<text x="{x + right:.0f}" y="{y + down:.0f}">{letter}</text>'
        for letter, (x, y), right, down in (
            ("k", point(size["k"] / 2, size["i"], size["j"]), 8, 10),
            ("i", point(0, size["i"] / 2, 0), -14, 4),
            ("j", point(0, size["i"], size["j"] / 2), -8, 20),
        )
    )
    return cells, letters


def _face(corner, a, b):
    return "M" + " ".join(f"{x:.0f},{y:.0f}" for x, y in (corner, corner + a, corner + a + b, corner + b)) + "Z"
