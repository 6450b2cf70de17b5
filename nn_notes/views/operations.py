"""The live view of notebook 08: a graph of two operations, its numbers forwards and back, and its triangle."""

import numpy as np

from ..explore import Drawing, Matrix, Slider, View
from ..graph import Node
from ..show import BACK, number
from ..validate import real_number

__all__ = ["view"]

FAR = 5
# Where each circle of the drawing stands, and from where to where the edges go.
PLACES = {"x": (40, 30), "y": (40, 150), "×": (200, 150), "+": (360, 30), "e": (490, 30)}
RADIUS = 19
# What the entries of v are, in their order.
NAMES = "xype"


def view(x, y):
    """Drag x and y of e = xy + x: what goes forwards changes, and with it what each operation hands back.

    Args:
        x, y: the two numbers.

    Returns:
        A ``View`` (8.1, 8.2).

    Raises:
        TypeError, ValueError: not numbers, or not finite.
    """
    x, y = real_number("x", x), real_number("y", y)

    def model(x, y):
        x, y = Node(x), Node(y)
        p = x * y
        e = p + x
        delta = e.backward()
        v = [x, y, p, e]
        D = np.zeros((4, 4))
        for m, made in enumerate(v):
            for parent, vjp in made.parents:
                D[m, v.index(parent)] += vjp(np.ones(()))
        g = np.array([delta[node] for node in v])
        return {"v": np.array([node.value for node in v]), "D": D, "g": g, "e_K": np.eye(4)[3]}

    def layout(a):
        (x, y, p, e), g = a["v"], _row("<i>g</i>", a["g"])
        return [
            [_drawing(a["v"], a["D"], a["g"])],
            [
                f"Forwards: <i>p</i> = <i>xy</i> = {number(p, 2)}, and <i>e</i> = <i>p</i> + <i>x</i> = "
                f"{number(e, 2)}. Back, in purple: how far <i>e</i> goes for a nudge there, its derivative."
            ],
            [
                f"<i>x</i> is used twice: the product hands back <i>y</i> = {number(y, 1)}, the sum 1, and together "
                f"∂<i>e</i>/∂<i>x</i> = {number(a['g'][0], 1)}. <i>y</i> is used once, and the product hands back "
                f"∂<i>e</i>/∂<i>y</i> = <i>x</i> = {number(x, 1)}."
            ],
            [g, "=", _row("<i>e<sub>K</sub></i>", a["e_K"], made=_start), "+", g, "·", _triangle(a["D"])],
            ["An entry of <i>g</i> needs only those to its right: so it is solved backwards, from <i>e</i> on."],
        ]

    return View(
        {"x": Slider("x", x, -FAR, FAR, step=0.5), "y": Slider("y", y, -FAR, FAR, step=0.5)},
        model,
        layout,
        scale=FAR,
        tries={
            "make ∂<i>e</i>/∂<i>x</i> vanish: a nudge to <i>x</i> no longer moves <i>e</i>": lambda a: a["g"][0] == 0,
            "make ∂<i>e</i>/∂<i>y</i> vanish": lambda a: a["g"][1] == 0,
        },
    )


def _row(label, a, made=None):
    return Matrix(label, a, made=made, names=((), NAMES))


def _start(_, m):
    return "the way back starts at e, with 1" if NAMES[m] == "e" else "the way back does not start here"


def _triangle(D):
    made = {("p", "x"): "p = xy, so by x it is y", ("p", "y"): "p = xy, so by y it is x"}
    made |= {("e", "p"): "e = p + x, so by p it is 1", ("e", "x"): "e = p + x, so by x it is 1"}

    def reason(m, k):
        return made.get((NAMES[m], NAMES[k]), f"{NAMES[m]} is not made of {NAMES[k]}")

    return Matrix("<i>D<sub>mk</sub></i>", D, "row m by column k", made=reason, names=(NAMES, NAMES))


def _drawing(v, D, g):
    (x, y, p, e), (by_x, by_y, by_p, by_e) = v, g
    edges = [
        ("x", "×", x, by_p * D[2, 0]), ("y", "×", y, by_y), ("×", "+", p, by_p, "p = "),
        ("x", "+", x, by_e * D[3, 0]),
        ("+", "e", e, by_e),
    ]  # fmt: skip
    words = "The graph of e = xy + x: " + "; ".join(
        f"from {start} to {end} {number(forward, 1)}, and back {number(back, 1)}"
        for start, end, forward, back, *_ in edges
    )
    lines = "".join(_edge(np.array(PLACES[start]), np.array(PLACES[end]), *both) for start, end, *both in edges)
    circles = "".join(
        f'<circle cx="{at}" cy="{down}" r="{RADIUS}" fill="none" stroke="currentColor"/>'
        f'<text x="{at}" y="{down + 5}">{name}</text>'
        for name, (at, down) in PLACES.items()
    )
    totals = "".join(
        f'<text x="{PLACES[name][0]}" y="{PLACES[name][1] + 38}" fill="{BACK}">← {number(total, 1)}</text>'
        for name, total in (("x", by_x), ("y", by_y))
    )
    return Drawing.of(lines + circles + totals, 520, 200, words, 15)


def _edge(start, end, forward, back, name=""):
    """An arrow between two circles, with the number that goes forwards above it, and what comes back below."""
    along = (end - start) / np.hypot(*(end - start))
    across = np.array([along[1], -along[0]])
    (left, top), (right, low) = start + RADIUS * along, end - (RADIUS + 7) * along
    corners = end - RADIUS * along, *(end - (RADIUS + 8) * along + side * across for side in (-4, 4))
    tip = " ".join(f"{x:.0f},{y:.0f}" for x, y in corners)
    # Words are wide: beside a steep edge they stand further off.
    off = 16 + 16 * abs(along[1])
    (a, b), (c, d) = ((start + end) / 2 + side * off * across + [0, 5] for side in (1, -1))
    return (
        f'<path d="M{left:.0f} {top:.0f}L{right:.0f} {low:.0f}" stroke="currentColor"/><polygon points="{tip}"/>'
        f'<text x="{a:.0f}" y="{b:.0f}">{name}{number(forward, 1)}</text>'
        f'<text x="{c:.0f}" y="{d:.0f}" fill="{BACK}">← {number(back, 1)}</text>'
    )
