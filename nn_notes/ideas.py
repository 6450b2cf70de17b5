"""The map of the series: nine ideas and what leads to what, drawn, with a link to each."""

from html import escape
from typing import NamedTuple

__all__ = ["IDEAS", "Idea", "Map", "drawn"]


class Idea(NamedTuple):
    """A page's idea, its place on the map, counted in columns and rows, and the pages that lead to it."""

    page: str
    title: str
    words: str
    column: float
    row: int
    before: tuple = ()


IDEAS = [
    Idea("00_derivative_shapes", "Shapes", "What moves first, then what is nudged", 0.5, 0),
    Idea("01_single_layer", "One layer", "Nudge its input, its weights, its bias", 0.5, 1, ("00",)),
    Idea("02_jacobians", "Jacobians", "They multiply, and can be trusted so far", 0.5, 2, ("01",)),
    Idea("03_weight_tensor", "The weight tensor", "A box of numbers, and how it collapses", 0, 3, ("01", "02")),
    Idea("04_backpropagation", "Backpropagation", "A row travels back and leaves gradients", 0, 4, ("02", "03")),
    Idea("05_gradient_descent", "Gradient descent", "How long a step downhill may be", 0, 5, ("04",)),
    Idea("06_activations", "Activations", "The bend, and what it does to a row", 1, 3, ("01", "02")),
    Idea("07_losses", "Losses", "How wrong it is, and which way is better", 1, 4, ("06",)),
    Idea("08_what_libraries_do", "Libraries", "A graph, and a small rule to each of its parts", 1, 5, ("04", "07")),
]
# In units of the drawing, which fills the width of a phone.
WIDTH, BOX, HEIGHT, GAP = 360, 166, 60, 30
LINK = (
    f"display: block; box-sizing: border-box; height: {HEIGHT}px; padding: 6px 9px; border: 1px solid; "
    "border-radius: 6px; font: 12px/1.3 system-ui, sans-serif; text-decoration: none"
)


class Map:
    """The map as the last line of a cell shows it; in words, where pictures are not shown."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        words = "\n".join(f"{idea.page[:2]} {idea.title}: {idea.words}" for idea in IDEAS)
        return {"text/html": f'<div style="max-width: 22rem">{drawn(".ipynb")}</div>', "text/plain": words}


def drawn(suffix):
    """The map as an SVG in the page's own colour.

    Args:
        suffix: what the address of a page ends in, such as ``".ipynb"``.
    """
    ideas = {idea.page[:2]: idea for idea in IDEAS}
    arrows = [_arrow(ideas[before], idea) for idea in IDEAS for before in idea.before]
    height = 2 + max(_corner(idea)[1] for idea in IDEAS) + HEIGHT
    return "\n".join(
        [
            f'<svg class="nn-map" viewBox="0 0 {WIDTH} {height}" role="group" aria-label="The nine ideas" '
            'fill="currentColor">',
            '<defs><marker id="nn-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
            *(
                f'<path class="nn-arrow" d="{arrow}" fill="none" stroke="currentColor" marker-end="url(#nn-tip)"/>'
                for arrow in arrows
            ),
            *(_box(idea, suffix) for idea in IDEAS),
            "</svg>\n",
        ]
    )


def _corner(idea):
    return 1 + idea.column * (WIDTH - BOX - 2), 1 + idea.row * (HEIGHT + GAP)


def _arrow(start, end):
    """The path from one box to another, around the box that is between them, if there is one."""
    (x, y), (to_x, to_y) = _corner(start), _corner(end)
    side = 0 if to_x < x else BOX
    if end.row == start.row + 1:
        x, y, to_x = x + BOX / 2, y + HEIGHT, to_x + BOX / 2
        return f"M{x:g} {y:g}C{x:g} {y + GAP:g} {to_x:g} {to_y - GAP:g} {to_x:g} {to_y:g}"
    if any(idea.column == start.column and start.row < idea.row < end.row for idea in IDEAS):
        # Out at the side, and in from above.
        x, y, to_x = x + side, y + HEIGHT / 2, to_x + BOX / 4 + side / 2
        return f"M{x:g} {y:g}C{to_x:g} {y:g} {to_x:g} {y + HEIGHT / 2:g} {to_x:g} {to_y:g}"
    # Down in between, and in at the side.
    x, y, to_x, to_y = x + BOX / 2, y + HEIGHT, to_x + BOX - side, to_y + HEIGHT / 2
    return f"M{x:g} {y:g}V{to_y - 8:g}Q{x:g} {to_y:g} {to_x:g} {to_y:g}"


def _box(idea, suffix):
    """A link in a box: where drawings are not shown, the links are left, one below the other."""
    x, y = _corner(idea)
    return (
        f'<foreignObject x="{x:g}" y="{y:g}" width="{BOX}" height="{HEIGHT}"><div><a href="{idea.page}{suffix}" '
        f'style="{LINK}"><b>{idea.page[:2]} {escape(idea.title)}</b><br>{escape(idea.words)}</a></div></foreignObject>'
    )
