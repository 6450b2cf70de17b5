"""Arrays to pictures: matplotlib figures in one look, each with words for those who do not see it.

A cell makes a ``figure``, fills its axes, and ends in ``picture(figure, "what it shows")``. No pyplot: a figure
belongs to whoever made it and goes with it.

For numbers that are not what they need to be, every function raises a ``TypeError`` or ``ValueError``, and draws
nothing.
"""

from io import BytesIO
from itertools import pairwise, product

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from .charts import FURTHEST, OCHRE, TEAL, colours
from .show import NEGATIVE, POSITIVE, ZERO, ink, number, significant
from .validate import array, choice, function, index, items, named, offers, real_number, string

__all__ = [
    "DIVERGING",
    "bend",
    "bowls",
    "box",
    "clouds",
    "curves",
    "descent_path",
    "digits",
    "downhill",
    "fading",
    "figure",
    "graph",
    "heatmap",
    "layer",
    "lines",
    "loglog",
    "network",
    "outer",
    "parting",
    "picture",
    "prediction",
    "shapes",
    "slices",
    "surface",
    "tangent",
    "tensor",
]

DIVERGING = LinearSegmentedColormap.from_list("nudge", [NEGATIVE, ZERO, POSITIVE])
GREYS = LinearSegmentedColormap.from_list("height", ["#ffffff", "#c4c4c4"])
TINTS = LinearSegmentedColormap.from_list("entry", ["#ffffff", "#999999"])
GREY = "#777777"
# What travels back.
BACK = "#7a2ea0"
# The size of names beside lines.
SMALL = 10
DPI = 96
# How wide a page is, in pixels, on which panels stand one below another.
NARROW = 480
# A matrix is drawn cell by cell up to so many rows or columns, and with its numbers up to so many entries.
CELLS, NUMBERS = 40, 64
# So many edges of a gap have their weights on them. What is written on a line has a plate behind it.
ON_EDGES = 6
PLATE = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
# A cube takes milliseconds.
CUBES = 1000
# Of boxes of cells, in cells: how far a sheet is from the one before it, and a box from the next; the room for words.
SHIFT, APART, WORDS = 0.6, 2.4, 8


class Picture:
    """A finished figure: a PNG, with its words as alternative text and as plain text.

    It keeps the bytes and not the figure, which is large: a notebook keeps every output of its cells.
    """

    def __init__(self, figure, words):
        png = BytesIO()
        figure.savefig(png, format="png", dpi=2 * DPI, metadata={"Software": None})
        self.png, self.words = png.getvalue(), words
        self.width, self.height = (round(DPI * inches) for inches in figure.get_size_inches())
        self.panels = _panels(figure)

    def _repr_mimebundle_(self, include=None, exclude=None):
        words = {"alt": self.words, "width": self.width, "height": self.height, "panels": self.panels}
        return {"image/png": self.png, "text/plain": self.words}, {"image/png": words}


def _panels(figure):
    """Where a figure is cut for a narrow page: each piece's left and right, in pixels, as many panels to it as fit.

    Only between panels, and a colour bar stays with those on its left.
    """
    renderer, groups = figure.canvas.get_renderer(), []
    boxes = [(ax.get_tightbbox(renderer).intervalx, ax.get_label() == "<colorbar>") for ax in figure.axes]
    for (left, right), bar in sorted(boxes, key=lambda box: box[0][0]):
        if groups and (bar or left < groups[-1][1]):
            groups[-1][1] = max(right, groups[-1][1])
        else:
            groups.append([left, right])
    between = [round((one[1] + other[0]) / 2) for one, other in pairwise(groups)]
    cuts = [0]
    for here, further in pairwise([*between, round(figure.bbox.width)]):
        if further - cuts[-1] > NARROW:
            cuts.append(here)
    return [*pairwise([*cuts, round(figure.bbox.width)])]


def picture(figure, words):
    """What a cell ends in to show its figure.

    Args:
        figure: a matplotlib ``Figure``.
        words: what the figure shows, for those who do not see it.
    """
    if not string("words", words).strip():
        raise ValueError(f"words is {words!r}; it needs a sentence that says what the figure shows")
    return Picture(figure, words)


def figure(columns=1, rows=1, width=None, height=3.4, **subplots):
    """A figure and its axes, as ``subplots`` gives them: one ``Axes``, or an array of them.

    Args:
        columns, rows: how many axes.
        width, height: in inches; by default 4.2 wide to each column.
        subplots: further arguments of ``Figure.subplots``.
    """
    made = Figure(figsize=(width or 4.2 * columns, height), layout="constrained", dpi=DPI)
    FigureCanvasAgg(made)
    axes = made.subplots(rows, columns, **subplots)
    for ax in np.ravel(axes):
        ax.spines[["top", "right"]].set_visible(False)
        # Of shared axes too: a panel may stand alone on a narrow page.
        ax.tick_params(labelleft=True)
    return made, axes


def heatmap(ax, a, title, rows="", columns="", scale=None, digits=2, blank=None):
    """A matrix as colour, with its numbers where they fit.

    Args:
        ax: the axes.
        a: a matrix, or a vector, which is shown as a row; NaN is a cell without a colour.
        title: above it.
        rows, columns: the names of its axes.
        scale: the absolute value at which the colour is full; by default the largest entry.
        digits: how many decimals.
        blank: where a cell has no number, as booleans of the shape of ``a``; a dot stands there.

    Returns:
        The image, for a colour bar.
    """
    a = array("a", a, ndim=(1, 2), empty_too=False, finite=False)
    blank = np.zeros(a.shape) if blank is None else array("blank", blank, shape=a.shape)
    a, blank = np.atleast_2d(a), np.atleast_2d(blank)
    scale, digits = _scale(scale, a), index("digits", digits)
    image = ax.imshow(a, cmap=DIVERGING, vmin=-scale, vmax=scale, aspect="equal")
    _frame(ax, title, columns, rows)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    if len(rows) <= len("$k$"):
        ax.yaxis.label.set(rotation=0, va="center")
        ax.yaxis.labelpad = 9
    if max(a.shape) <= CELLS:
        ax.set_xticks(range(a.shape[1]))
        ax.set_yticks(range(a.shape[0]))
        ax.set_xticks(np.arange(-0.5, a.shape[1]), minor=True)
        ax.set_yticks(np.arange(-0.5, a.shape[0]), minor=True)
        ax.grid(which="minor", color="#bbbbbb", linewidth=0.6)
        ax.tick_params(which="minor", length=0)
    if a.size <= NUMBERS:
        for (r, c), x in np.ndenumerate(a):
            _write(ax, (c, r), "·" if blank[r, c] else number(x, digits), ink(x, scale))
    return image


def outer(ax, z, xi, title, names=("z", "ξ"), scale=None):
    """An outer product as the multiplication table that it is: z at the left, ξ above, and their products in between.

    Args:
        ax: the axes.
        z: input of the layer, ``(M_in,)``.
        xi: the row that comes back to it, ``(M_out,)``.
        title: above it.
        names: of z and ξ.
        scale: the absolute value at which the colour is full; by default the largest entry.

    Returns:
        The image, for a colour bar.
    """
    z, xi = (array(name, a, ndim=(1,), empty_too=False) for name, a in (("z", z), ("xi", xi)))
    table = np.full((len(z) + 1, len(xi) + 1), np.nan)
    table[1:, 0], table[0, 1:], table[1:, 1:] = z, xi, np.outer(z, xi)
    image = heatmap(ax, table, title, *names, scale=scale)
    # Where the two meet there is nothing.
    ax.texts[0].remove()
    ax.add_patch(Rectangle((-0.55, -0.55), 1.05, 1.05, facecolor="white", zorder=2))
    ax.axhline(0.5, color="black")
    ax.axvline(0.5, color="black")
    ax.set(xticks=[], yticks=[], anchor="N")
    ax.xaxis.set_label_position("top")
    return image


def bend(axes, f, name):
    """A component-wise activation over two axes, one above the other: its curve, and below it its slope.

    Grey is where f is saturated: the slope is below 1 % of its largest value.

    Args:
        axes: two axes.
        f: the activation.
        name: of f.
    """
    string("name", name)
    line = np.linspace(-8, 8, 801)
    saturated = f.derivative(line) < 0.01 * f.derivative(line).max()
    # What is not bounded would leave the others flat.
    shown = (f, name, (-1.15, 2)), (f.derivative, f"{name}′", (-0.05, 1.1))
    for ax, (y, label, limits) in zip(axes, shown, strict=True):
        ax.fill_between(line, 0, 1, where=saturated, transform=ax.get_xaxis_transform(), color="#dddddd", linewidth=0)
        ax.plot(line, y(line), color=TEAL)
        ax.set(xlim=(line[0], line[-1]), ylim=limits)
        _frame(ax, f"{label}(x)", "", "")
    axes[-1].set_xlabel("x")


def lines(ax, x, series, title, labels, places=None):
    """Curves, each with its name beside it, or in a legend.

    Args:
        ax: the axes.
        x: where, ``(n,)``.
        series: a dict from a name to values at x, ``(n,)``.
        title, labels: the title, and the names of the two axes.
        places: a dict from each name to where it begins, a pair of coordinates; without it there is a legend.
    """
    x = array("x", x, ndim=(1,), empty_too=False)
    series = _series(series, x)
    if places is not None:
        if named("places", places).keys() != series.keys():
            raise ValueError(f"places is for {', '.join(places)}; it needs a place for each of {', '.join(series)}")
        places = {name: array(f"places[{name!r}]", place, shape=(2,)) for name, place in places.items()}
    for (name, y), color in zip(series.items(), colours(len(series)), strict=True):
        ax.plot(x, y, color=color, label=name)
        if places:
            ax.text(*places[name], name, color=color)
    _frame(ax, title, *labels)
    if not places:
        ax.legend(frameon=False)


def box(ax, T, title, scale, cut=None, digits=1):
    """A tensor T_kij as the box that it is: a cube to each entry, in colour; where the entry is zero, only its edges.

    The slice k = 0 stands in front and reads like the matrix it is: i runs down, j to the right.

    Args:
        ax: axes of the projection ``"3d"``.
        T: the tensor, with three axes and at most 1,000 entries.
        title: above it.
        scale: the absolute value at which the colour is full.
        cut: ``"k"``, ``"i"`` or ``"j"``, to draw the slices along that axis apart; None leaves the box whole, and
            writes its numbers on the cubes.
        digits: how many decimals these have.
    """
    T, scale = array("T", T, ndim=(3,), empty_too=False), real_number("scale", scale, above=0)
    digits = index("digits", digits)
    if T.size > CUBES:
        raise ValueError(f"T has {T.size} entries; it needs {CUBES} at most, a cube to each")
    cut = None if cut is None else _cut(cut)
    V = np.transpose(T, (2, 0, 1))
    sides = [np.arange(n)[:, None] * (1 + (letter == cut)) + [0, 1] for n, letter in zip(V.shape, "jki", strict=True)]
    corners = np.meshgrid(*(side.ravel() for side in sides), indexing="ij")
    cells = np.zeros([2 * n - 1 for n in V.shape], bool)
    colours = np.zeros((*cells.shape, 4))
    colours[::2, ::2, ::2] = DIVERGING((V / scale + 1) / 2)
    # Two calls, since voxels leaves out the faces between two cubes of one call.
    cells[::2, ::2, ::2] = V == 0
    ax.voxels(*corners, cells, shade=False, facecolors="#ffffff00", edgecolors="#99999938", linewidth=0.6)
    cells[::2, ::2, ::2] = V != 0
    ax.voxels(*corners, cells, shade=False, facecolors=colours, edgecolors="#222222", linewidth=0.8)
    if cut is None:
        for j, k, i in zip(*V.nonzero(), strict=True):
            where = sides[0][j].mean(), sides[1][k, 0], sides[2][i].mean()
            # Edges of empty cells in front of a cube end where its number stands, and none is drawn after it.
            plate = [withStroke(linewidth=4, foreground=DIVERGING((V[j, k, i] / scale + 1) / 2))]
            text, above = number(V[j, k, i], digits), 99 + T.size
            _write(ax, where, text, ink(V[j, k, i], scale), zorder=above, path_effects=plate)
    for axis, side, letter in zip((ax.xaxis, ax.yaxis, ax.zaxis), sides, "jki", strict=True):
        axis.set_ticks(side.mean(axis=1), range(len(side)))
        axis.set_tick_params(pad=-2, color="#ffffff00")
        axis.set_label_text(f"${letter}$", fontsize=14)
        axis.labelpad = 0
        axis.pane.set_visible(False)
        axis.line.set_visible(False)
    lengths = [side[-1, 1] for side in sides]
    ax.set(xlim=(0, lengths[0]), ylim=(0, lengths[1]), zlim=(lengths[2], 0))
    ax.set_box_aspect(lengths, zoom=0.95)
    ax.set_proj_type("ortho")
    ax.view_init(elev=22, azim=-58)
    ax.grid(False)
    ax.set_title(title, fontsize=11)
    _project(ax)


def _project(ax):
    """Let 3-D axes learn where things on them are: undrawn, they seem far wider than they are to a layout."""
    figure = ax.get_figure(root=True)
    engine = figure.get_layout_engine()
    figure.set_layout_engine("none")
    figure.draw_without_rendering()
    figure.set_layout_engine(engine or "none")


def slices(T, cut, scale):
    """A tensor T_kij with its slices along one axis drawn apart, and beside it each slice flat.

    Args:
        T: the tensor, with three axes.
        cut: along which axis, ``"k"``, ``"i"`` or ``"j"``.
        scale: the absolute value at which the colour is full.

    Returns:
        The figure.
    """
    T, cut = array("T", T, ndim=(3,), empty_too=False), _cut(cut)
    scale = real_number("scale", scale, above=0)
    parts = np.moveaxis(T, "kij".index(cut), 0)
    rows, columns = "kij".replace(cut, "")
    across = max(1, 10 // parts.shape[2])
    places = [*range(len(parts)), *"." * (-len(parts) % across)]
    made = Figure(figsize=(9.6, 3.2 + 0.6 * len(places) / across), layout="constrained", dpi=DPI)
    FigureCanvasAgg(made)
    made.get_layout_engine().set(hspace=0.08)
    axes = made.subplot_mosaic(
        [["box", *places[n : n + across]] for n in range(0, len(places), across)],
        per_subplot_kw={"box": {"projection": "3d"}},
        width_ratios=[0.6 * across, *[1] * across],
    )
    box(axes["box"], T, f"cut along ${cut}$", scale, cut)
    for n, part in enumerate(parts):
        image = heatmap(axes[n], part, f"${cut} = {n}$", f"${rows}$", f"${columns}$", scale, digits=1)
    made.colorbar(image, ax=list(axes.values()), label="entry", shrink=0.7)
    return made


def curves(ax, history):
    """Training and validation loss of a ``descent.History`` by epoch, with the kept epoch marked."""
    train = array("history.train", history.train, ndim=(1,), empty_too=False)
    validation = array("history.validation", history.validation, shape=train.shape)
    kept = index("history.best", history.best, most=len(validation) - 1)
    ax.plot(train, color=TEAL)
    ax.plot(validation, color=OCHRE)
    ax.axvline(kept, color=GREY, linewidth=1, linestyle=":")
    ax.plot(kept, validation[kept], "o", color="black")
    # A loss of zero has no place on a logarithmic axis.
    if (train > 0).all() and (validation > 0).all():
        ax.set_yscale("log")
    _frame(ax, "Mean loss by epoch", "epoch", "mean loss")
    ax.annotate(f"kept: epoch {kept}", (kept, 1), (4, -4), ("data", "axes fraction"), "offset points", va="top")
    last = len(train) - 1
    _beside(ax, [(last, train[-1], "training", TEAL), (last, validation[-1], "validation", OCHRE)])


def surface(ax, J, x, y, title, labels):
    """A loss over two parameters: the darker, the higher; each line is a loss half as high as that of the next.

    Args:
        ax: the axes.
        J: a function of an array ``(2, ...)`` that gives ``(...)``.
        x, y: where to evaluate it, as two vectors that rise.
        title, labels: the title, and the names of the two axes.

    Returns:
        The fields and the lines, to be taken away when others are to stand there.
    """
    x, y = (array(name, v, ndim=(1,)) for name, v in (("x", x), ("y", y)))
    for name, v in (("x", x), ("y", y)):
        if len(v) < 2 or not (np.diff(v) > 0).all():
            raise ValueError(f"{name} is {v}; it needs two numbers or more that rise")
    values = array("J(x, y)", J(np.stack(np.meshgrid(x, y))), shape=(len(y), len(x)))
    if values.max() <= 0:
        raise ValueError(f"J(x, y) is {values.max():g} at most; it needs to be above 0 somewhere")
    levels = values.max() / 2.0 ** np.arange(11)[::-1]
    fields = ax.contourf(x, y, values, levels, cmap=GREYS, norm="log", extend="min")
    lines = ax.contour(x, y, values, levels, colors="#999999", linewidths=0.5)
    ax.spines[:].set_visible(True)
    ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), aspect="equal")
    _frame(ax, title, *labels)
    return fields, lines


def downhill(ax, E, target, title):
    """A loss over two outputs between 0 and 1, as a landscape, with arrows against its gradient.

    A cross is the target, and a dashed line has the outputs that sum to one.

    Args:
        ax: the axes.
        E: a loss, as ``losses.mse``.
        target: what it compares with, ``(2,)``.
        title: above it.
    """
    E, target = offers("E", E, "a loss object, such as losses.mse", "gradient"), array("target", target, shape=(2,))

    def J(y):
        rows = y.reshape(2, -1).T
        return E(rows, np.tile(target, (len(rows), 1))).reshape(y.shape[1:])

    grid = np.linspace(0.02, 1, 99)
    surface(ax, J, grid, grid, title, ("y₀", "y₁"))
    spots = np.array([*product([0.15, 0.4, 0.65, 0.9], repeat=2)])
    ax.plot([0, 1], [1, 0], "--", color="black", linewidth=1)
    ax.quiver(*spots.T, *-E.gradient(spots, np.tile(target, (len(spots), 1))).T, color=TEAL, width=0.006)
    ax.plot(*target, "x", color="black", markersize=8, markeredgewidth=2)


def descent_path(ax, visited, label=""):
    """The parameters that gradient descent visits, ``(steps, 2)``: a dot to each, and a large one at the start.

    Returns:
        The line and the large dot.
    """
    visited = array("visited", visited, ndim=(2,), last=2, empty_too=False)
    (line,) = ax.plot(*visited.T, ".-", color=TEAL, linewidth=1, markersize=5, label=label)
    (start,) = ax.plot(*visited[0], "o", color=TEAL, markersize=9)
    return line, start


def bowls(walks, half, labels):
    """Bowls of two parameters seen from above, each with a walk on it: the darker, the higher.

    Args:
        walks: a dict from a title to a pair: the curvature H of the bowl, ``(2, 2)``, symmetric, and the places that
            are visited, ``(steps, 2)``, as seen from its lowest point.
        half: how far each picture reaches from there, to all sides.
        labels: the names of the two axes.

    Returns:
        The figure, with a panel to each walk.
    """
    half, pairs = real_number("half", half, above=0), {}
    for title, pair in named("walks", walks).items():
        if len(pair := items(f"walks[{title!r}]", pair)) != 2:
            raise ValueError(f"walks[{title!r}] has {len(pair)} entries; it needs two, a curvature and a walk")
        H = array(f"the curvature of walks[{title!r}]", pair[0], shape=(2, 2))
        pairs[title] = H, array(f"the walk of walks[{title!r}]", pair[1], ndim=(2,), last=2, empty_too=False)
    if not pairs:
        raise ValueError("walks is empty; it needs a walk at least")
    made, axes = figure(len(pairs), width=3 * len(pairs), height=2.9, sharey=True, squeeze=False)
    side = np.linspace(-half, half, 61)
    for ax, (title, (H, visited)) in zip(axes[0], pairs.items(), strict=True):
        surface(ax, lambda far, H=H: np.einsum("pxy,pq,qxy->xy", far, H, far) / 2, side, side, title, labels)
        descent_path(ax, visited)
    return made


def fading(series, titles, labels):
    """What is left of several distances, step by step, on logarithmic axes: where each step has one factor, a line.

    Args:
        series: a dict from a name, which stands beside its line, to ``(steps, K)``, all above 0.
        titles: of the K panels.
        labels: the names of the two axes.

    Returns:
        The figure.
    """
    titles = items("titles", titles)
    if not named("series", series):
        raise ValueError("series is empty; it needs a curve at least")
    series = {name: array(f"series[{name!r}]", y, ndim=(2,), last=len(titles)) for name, y in series.items()}
    for name, y in series.items():
        if not (y > 0).all():
            raise ValueError(f"series[{name!r}] has the entry {y.min():g}; it needs numbers above 0")
    made, axes = figure(len(titles), width=4.5 * len(titles), height=3, sharey=True, squeeze=False)
    drawn = [*zip(series.items(), colours(len(series)), strict=True)]
    for k, (ax, title) in enumerate(zip(axes[0], titles, strict=True)):
        for (_, y), color in drawn:
            ax.semilogy(y[:, k], color=color)
        _frame(ax, title, *labels)
    # The height that they share is known when all are drawn.
    for k, ax in enumerate(axes[0]):
        _beside(ax, [(len(y) - 1, y[-1, k], name, color) for (name, y), color in drawn])
    return made


def clouds(dots, middle, labels):
    """Clouds of dots, one to a panel and all in the same axes, around a cross.

    Args:
        dots: a dict from a title to places, ``(n, 2)``.
        middle: where the cross is, ``(2,)``.
        labels: the names of the two axes.

    Returns:
        The figure.
    """
    middle = array("middle", middle, shape=(2,))
    dots = {title: array(f"dots[{title!r}]", a, ndim=(2,), last=2) for title, a in named("dots", dots).items()}
    if not dots:
        raise ValueError("dots is empty; it needs a cloud at least")
    made, axes = figure(len(dots), width=3 * len(dots), height=2.9, sharex=True, sharey=True, squeeze=False)
    for ax, (title, places) in zip(axes[0], dots.items(), strict=True):
        ax.plot(*places.T, "o", color="#444444", markersize=4)
        ax.plot(*middle, "x", color=TEAL, markersize=10, markeredgewidth=2.5)
        _frame(ax, title, *labels)
    return made


def digits(axes, images, probabilities, labels):
    """Handwritten digits, each above what a network says of it: a bar to each class, from 0 to 1.

    The bar of the true label is teal. Where another one is higher, that one is ochre.

    Args:
        axes: two rows of n axes.
        images: ``(n, 8, 8)`` or ``(n, 64)``.
        probabilities: ``(n, 10)``.
        labels: the true ones, ``(n,)``.
    """
    n = len(axes[0])
    images = array("images", images, ndim=(2, 3))
    if images.size != 64 * n or len(images) != n:
        raise ValueError(f"images has shape {images.shape}; it needs {n} images of 64 pixels, one to each axes")
    probabilities = array("probabilities", probabilities, shape=(n, 10))
    if ((probabilities < 0) | (probabilities > 1 + 1e-6)).any():
        least, most = probabilities.min(), probabilities.max()
        raise ValueError(f"probabilities runs from {least:g} to {most:g}; it needs probabilities, from 0 to 1")
    labels = [index(f"labels[{k}]", label, most=9) for k, label in enumerate(items("labels", labels))]
    for top, bottom, image, p, label in zip(*axes, images, probabilities, labels, strict=True):
        said = p.argmax()
        top.imshow(np.reshape(image, (8, 8)), cmap="Greys")
        top.set_title(f"says {said}" if said == label else f"says {said}, is {label}", fontsize=10)
        top.set_axis_off()
        colours = np.full(10, GREY, dtype=object)
        colours[said], colours[label] = OCHRE, TEAL
        bottom.bar(range(10), p, color=colours)
        bottom.set(ylim=(0, 1), xticks=range(10), yticks=[])
        bottom.tick_params(length=0, labelsize=8)
        bottom.set_xlabel(f"{100 * p[said]:.0f} %", fontsize=9)


def loglog(ax, x, series, title, labels, fit=slice(None), ends="right"):
    """Curves on log-log axes, each with its name and its fitted slope beside one of its ends.

    Args:
        ax: the axes.
        x: where, ``(n,)``.
        series: a dict from a name to values at x, ``(n,)``, NaN where there is none. A 0, such as a time that is
            shorter than a tick of the clock, has no place on such axes: it leaves a gap.
        title, labels: the title, and the names of the two axes.
        fit: which of the points the slopes are fitted to, as an index; by default all.
        ends: where the names stand: ``"right"``, beside the last points, or ``"left"``, above the first ones; or a dict
            from a name to one of the two, where a name that is not in it stands at the right.

    Returns:
        A dict from each name to its slope; NaN where fewer than two points have a place.
    """
    x, slopes = array("x", x, ndim=(1,), empty_too=False), {}
    if not (x > 0).all():
        raise ValueError(f"x has the entry {x.min():g}; it needs numbers above 0, which have a logarithm")
    series = _series(series, x)
    ends = ends if isinstance(ends, dict) else dict.fromkeys(series, ends)
    if unknown := [name for name in ends if name not in series]:
        raise ValueError(f"ends is for {unknown[0]!r}; it needs names of series: {', '.join(series)}")
    ends = {name: choice("ends", ends.get(name, "right"), {end: end for end in ("left", "right")}) for name in series}
    at_right, order = [], np.argsort(x, kind="stable")
    for (name, y), color in zip(series.items(), colours(len(series)), strict=True):
        if (y < 0).any():
            raise ValueError(f"series[{name!r}] has the entry {np.nanmin(y):g}; it needs numbers from 0 on")
        slopes[name], label = np.nan, name
        known = np.isfinite(y[fit]) & (y[fit] > 0)
        if known.sum() > 1:
            if np.ptp(x[fit][known]) == 0:
                raise ValueError(f"x is {x[fit][known]} where a slope is fitted; it needs two different numbers")
            slopes[name] = float(np.polyfit(np.log(x[fit][known]), np.log(y[fit][known]), 1)[0])
            label = f"{name}: slope {number(slopes[name], 1)}"
        ax.loglog(x, y, "o-", color=color, markersize=4, label=label, nonpositive="mask")
        shown = order[np.isfinite(y[order]) & (y[order] > 0)]
        if len(shown) and ends[name] == "right":
            at_right.append((x[shown[-1]], y[shown[-1]], label, color))
        elif len(shown):
            at = x[shown[0]], y[shown[0]]
            ax.annotate(label, at, (0, 9), textcoords="offset points", color=color, fontsize=SMALL)
    _frame(ax, title, *labels)
    _beside(ax, at_right)
    return slopes


def parting(ax, lengths, actual, predicted, title, labels):
    """Changes that happen, as solid lines, and those that a Jacobian predicts, dashed, as a nudge grows.

    Each has its name beside its end.

    Args:
        ax: the axes.
        lengths: of the nudge, ``(n,)``.
        actual, predicted: ``(n, M)``, a column to each output.
        title, labels: the title, and the names of the two axes.

    Returns:
        The lines: a solid one to each output, then a dashed one to each.
    """
    lengths, actual = (
        array(name, a, ndim=(axes,), empty_too=False)
        for name, a, axes in (("lengths", lengths, 1), ("actual", actual, 2))
    )
    actual = array("actual", actual, shape=(len(lengths), actual.shape[1]))
    predicted = array("predicted", predicted, shape=actual.shape)
    lines, ends = [], []
    for changes, style, name in ((actual, "-", "actual"), (predicted, "--", "predicted")):
        for k, (change, color) in enumerate(zip(changes.T, colours(changes.shape[1]), strict=True)):
            lines += ax.plot(lengths, change, style, color=color)
            ends.append((lengths[-1], change[-1], f"output {k}, {name}", color))
    _frame(ax, title, *labels)
    _beside(ax, ends)
    return lines


def network(ax, weights, values, back=None, names=(), gradients=None, digits=2):
    """A network, drawn: numbers in its neurons, edges as thick as their weights, and the row that travels back.

    Blue weights are negative, orange ones positive. Where a gap has few edges, their weights stand on them.

    Args:
        ax: the axes; nothing else should be in them.
        weights: a list of matrices, one to each gap between two columns of neurons, ``(M_in, M_out)`` each.
        values: a list of rows, the numbers in each column of neurons.
        back: a list of rows, numbers that stand below the neurons, in violet; None for a column without.
        names: a heading to each column.
        gradients: a list of matrices, numbers on the edges beside the weights, in violet.
        digits: how many decimals.
    """
    weights = [array(f"weights[{n}]", W, ndim=(2,), empty_too=False) for n, W in enumerate(items("weights", weights))]
    if not weights:
        raise ValueError("weights is empty; it needs a matrix to each gap between two columns of neurons")
    widths = [len(weights[0])]
    for n, W in enumerate(weights):
        array(f"weights[{n}]", W, shape=(widths[-1], W.shape[1]))
        widths.append(W.shape[1])
    values = _to_each_column("values", values, widths)
    back = _to_each_column("back", [None] * len(widths) if back is None else back, widths)
    gradients = items("gradients", [None] * len(weights) if gradients is None else gradients)
    if len(gradients) != len(weights):
        raise ValueError(f"gradients has {len(gradients)} matrices; it needs {len(weights)}, as many as weights")
    gradients = [
        None if G is None else array(f"gradients[{n}]", G, shape=W.shape)
        for n, (G, W) in enumerate(zip(gradients, weights, strict=True))
    ]
    digits, heaviest = index("digits", digits), max(np.abs(W).max() for W in weights) or 1.0
    ax.set_axis_off()
    ax.set_xlim(-0.35, len(weights) + 0.35)
    most = max(widths)
    ax.set_ylim(-most / 2 - 0.35, most / 2 + 0.1)
    # In points.
    pitch = ax.get_position().height * ax.figure.get_figheight() * 72 / (most + 0.45)
    size = min(36.0, 0.62 * pitch)
    places = [[(n, (M - 1) / 2 - k) for k in range(M)] for n, M in enumerate(widths)]
    for W, G, starts, ends in zip(weights, gradients, places, places[1:], strict=False):
        for (i, start), (j, end) in product(enumerate(starts), enumerate(ends)):
            color = POSITIVE if W[i, j] > 0 else NEGATIVE
            thickness = 0.4 + 3.6 * abs(W[i, j]) / heaviest
            ax.plot(*zip(start, end, strict=True), color=color, linewidth=thickness, alpha=0.75, zorder=1)
            if W.size <= ON_EDGES:
                # Not in the middle, where edges cross; and not all at one place, where they meet.
                near, far = (0.24 + 0.1 * (j % 2), 0.56 + 0.1 * (i % 3)) if W.size > 1 else (0.36, 0.64)
                _label(ax, start, end, near, number(W[i, j], digits), color)
                if G is not None:
                    _label(ax, start, end, far, number(G[i, j], digits), BACK)
    for n, (column, forward, backward) in enumerate(zip(places, values, back, strict=True)):
        ax.scatter(*zip(*column, strict=True), s=size**2, color="white", edgecolor="#444444", zorder=3)
        for k, place in enumerate(column):
            _write(ax, place, number(forward[k], digits), "black", size=max(6.5, 0.3 * size), zorder=4)
            if backward is not None:
                words = number(backward[k], digits)
                ax.annotate(
                    words, place, (0, -0.5 * size - 2), textcoords="offset points", ha="center", va="top", color=BACK,
                    fontsize=max(6.5, 0.29 * size), zorder=5, bbox=PLATE,
                )  # fmt: skip
        if n < len(names):
            ax.annotate(
                names[n], (n, column[0][1]), (0, 0.5 * size + 5), textcoords="offset points", ha="center", fontsize=11
            )


def layer(ax, z, W, b, digits=2):
    """One layer, drawn before its bend: numbers go in, each line has its weight, each output u its bias (1.1).

    Args:
        ax: the axes; nothing else should be in them.
        z: input, ``(M_in,)``.
        W: weights, ``(M_in, M_out)``; on the lines where there are few.
        b: bias, ``(M_out,)``.
        digits: how many decimals.

    Returns:
        u, ``(M_out,)``.
    """
    W = array("W", W, ndim=(2,), empty_too=False)
    z, b = array("z", z, shape=W.shape[:1]), array("b", b, shape=W.shape[1:])
    u = z @ W + b
    network(ax, [W], [z, u], names=("$z$", "$u$"), digits=digits)
    for j, bias in enumerate(b):
        place, color = (1.17, (len(b) - 1) / 2 - j), POSITIVE if bias > 0 else NEGATIVE
        ax.text(*place, f"bias {number(bias, digits)}", va="center", fontsize=9, color=color)
    ax.set_xlim(-0.35, 1.6)
    return u


def _to_each_column(name, rows, widths):
    rows = items(name, rows)
    if len(rows) != len(widths):
        raise ValueError(f"{name} has {len(rows)} rows; it needs {len(widths)}, one to each column of neurons")
    return [
        None if row is None else array(f"{name}[{n}]", row, shape=(M,))
        for n, (row, M) in enumerate(zip(rows, widths, strict=True))
    ]


def _label(ax, start, end, at, text, color):
    x, y = (a + at * (b - a) for a, b in zip(start, end, strict=True))
    _write(ax, (x, y), text, color, size=9, zorder=2, bbox=PLATE)


def prediction(ax, f, slope, x, nudge, labels):
    """A curve from x to a nudge further, and the straight line that predicts it, dashed; the gap at the end is ochre.

    The title says how long the nudge is, and how far off the prediction.

    Args:
        ax: the axes.
        f: a function of an array of numbers, entry by entry.
        slope: its derivative at x.
        x: where the nudge begins.
        nudge: how long it is, above 0.
        labels: the names of the two axes.

    Returns:
        A pair: the predicted and the actual change of f.
    """
    x, slope = real_number("x", x), real_number("slope", slope)
    nudge = real_number("nudge", nudge, above=0)
    way = x + nudge * np.linspace(-0.25, 1, 71)
    line = array("f(x)", function("f", f)(np.append(way, x)), shape=(len(way) + 1,))
    start, end = line[-1], line[-2]
    predicted, actual = slope * nudge, end - start
    ax.plot([x, x + nudge, x + nudge], [start, start, start + predicted], color=GREY, linewidth=1)
    below = {"xytext": (0, -13), "textcoords": "offset points", "ha": "center"}
    ax.annotate(f"nudge {significant(nudge)}", (x + nudge / 2, start), color=GREY, fontsize=SMALL, **below)
    ax.plot(way, start + slope * (way - x), "--", color=TEAL)
    ax.plot(way, line[:-1], color=TEAL)
    ax.plot([x + nudge] * 2, [start + predicted, end], color=OCHRE, linewidth=4, solid_capstyle="butt")
    ax.plot(x, start, "o", color="black", markersize=5)
    ax.set_xticks([x, x + nudge], map(significant, (x, x + nudge)))
    ax.set_yticks([start, end], map(significant, (start, end)))
    _frame(ax, f"A nudge of {significant(nudge)}: off by {significant(actual - predicted)}", *labels)
    said = {"actual": actual, "predicted": predicted}
    _beside(ax, [(x + nudge, start + by, f"{name} {significant(by)}", TEAL) for name, by in said.items()])
    return predicted, actual


def tangent(ax, f, slope, at, x, title, labels):
    """A curve, and in ochre the straight line that touches it at one point, with its slope beside the point.

    Args:
        ax: the axes.
        f: a function of an array of numbers, entry by entry.
        slope: its derivative at the point.
        at: where the line touches, in x.
        x: where to draw the curve, ``(n,)``; the line is as wide, as far as it is as high.
        title, labels: the title, and the names of the two axes.

    Returns:
        The value of f there.
    """
    slope, at, x = real_number("slope", slope), real_number("at", at), array("x", x, ndim=(1,), empty_too=False)
    *curve, value = array("f(x)", function("f", f)(np.append(x, at)), shape=(len(x) + 1,))
    ax.plot(x, curve, color=TEAL)
    ax.set_ylim(ax.get_ylim())
    ax.plot(x, value + slope * (x - at), color=OCHRE)
    ax.plot(at, value, "o", color="black", markersize=5)
    words = f"value {significant(value)}, slope {significant(slope)}"
    # Below a bowl where it rises, above −log where it falls, and inside where it is level.
    offset, ha = ((0, 24), "center") if slope == 0 else ((9, -13 if slope > 0 else 7), "left")
    ax.annotate(words, (at, value), offset, textcoords="offset points", ha=ha, fontsize=SMALL)
    _frame(ax, title, *labels)
    return value


def _beside(ax, ends):
    """Names beside where their lines end, to the right; moved apart where they would cover each other.

    Args:
        ax: the axes, with their lines.
        ends: for each line the two coordinates of its end, its name, and its colour.
    """
    height = 72 * ax.get_position().height * ax.figure.get_figheight()
    # Asked for, limits are those of the lines.
    ax.get_xlim(), ax.get_ylim()
    places = [ax.transAxes.inverted().transform(ax.transData.transform((x, y)))[1] * height for x, y, *_ in ends]
    for n, (x, y, name, color) in enumerate(ends):
        offset = (8, _apart(places, 1.3 * SMALL)[n] - places[n])
        ax.annotate(name, (x, y), offset, textcoords="offset points", va="center", color=color, fontsize=SMALL)


def _apart(places, least):
    """The places, moved as little as need be for any two to be so far apart."""
    order = np.argsort(places, kind="stable")
    groups = []
    for place in np.array(places, float)[order]:
        groups.append([place])
        # Those that touch stand evenly around the middle of where they were to stand.
        while len(groups) > 1 and _row(groups[-1], least)[0] - _row(groups[-2], least)[-1] < least:
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = np.empty(len(places))
    moved[order] = [place for group in groups for place in _row(group, least)]
    return moved


def _row(places, least):
    return np.mean(places) + least * (np.arange(len(places)) - (len(places) - 1) / 2)


def graph(ax, places, edges, back=None, digits=0):
    """A graph of operations, drawn: on each edge the number that goes forward, and below it in violet what comes back.

    Args:
        ax: the axes; nothing else should be in them.
        places: a dict from what is written in a circle, a letter or a sign, to where it stands, ``(x, y)``.
        edges: a list of ``(start, end, forward, backward)``: two names of places, and two numbers.
        back: a dict from names of places to a number that stands below the circle in violet: all that arrives there.
        digits: how many decimals.
    """
    places = {name: array(f"places[{name!r}]", at, shape=(2,)) for name, at in named("places", places).items()}
    back = {name: real_number(f"back[{name!r}]", x) for name, x in named("back", {} if back is None else back).items()}
    edges, digits = (
        [items(f"edges[{n}]", edge) for n, edge in enumerate(items("edges", edges))],
        index("digits", digits),
    )
    for n, edge in enumerate(edges):
        if len(edge) != 4:
            raise ValueError(f"edges[{n}] has {len(edge)} entries; it needs 4: start, end, forward and backward")
        edge[:2] = (choice(f"edges[{n}][{k}]", edge[k], places) for k in (0, 1))
        edge[2:] = (number(real_number(f"edges[{n}][{k}]", edge[k]), digits) for k in (2, 3))
    for name in back:
        choice("back", name, places)
    ax.set_axis_off()
    ax.set_aspect("equal")
    for start, end, forward, backward in edges:
        line = {"arrowstyle": "-|>", "shrinkA": 17, "shrinkB": 17, "color": "#444444", "linewidth": 1.4}
        ax.annotate("", end, start, arrowprops=line, zorder=1)
        middle, (right, up) = (start + end) / 2, end - start
        # Across the edge: what goes forward above it, and what comes back below.
        across = np.array([-up, right]) / np.hypot(right, up)
        for text, side, color in ((forward, 1, "black"), (backward, -1, BACK)):
            ax.annotate(
                text, middle, 11 * side * across, textcoords="offset points", ha="center", va="center", color=color,
                fontsize=12, zorder=2,
            )  # fmt: skip
    for name, place in places.items():
        ax.scatter(*place, s=30**2, color="white", edgecolor="#444444", zorder=3)
        _write(ax, place, name, "black", size=13, zorder=4)
    for name, x in back.items():
        ax.annotate(
            number(x, digits), places[name], (0, -19), textcoords="offset points", ha="center", va="top", color=BACK,
            fontsize=12, zorder=5,
        )  # fmt: skip
    corners = np.array([*places.values()])
    ax.set_xlim(corners[:, 0].min() - 0.35, corners[:, 0].max() + 0.35)
    ax.set_ylim(corners[:, 1].min() - 0.45, corners[:, 1].max() + 0.35)


def _series(series, x):
    """Values at x by name, NaN where there is none."""
    if not named("series", series):
        raise ValueError("series is empty; it needs a curve at least")
    return {name: array(f"series[{name!r}]", y, shape=x.shape, finite=False) for name, y in series.items()}


def _scale(scale, a):
    """Where the colour is full: as it is given, or at the largest entry that is a number and finite."""
    largest = np.abs(a[np.isfinite(a)]).max(initial=0) or 1.0
    return min(largest, FURTHEST) if scale is None else real_number("scale", scale, above=0)


def _cut(cut):
    return choice("cut", cut, {letter: letter for letter in "kij"})


def _write(ax, where, text, color, size=9, **more):
    ax.text(*where, text, ha="center", va="center", color=color, fontsize=size, **more)


def _frame(ax, title, x, y):
    ax.set_title(title, fontsize=11)
    ax.set_xlabel(x)
    ax.set_ylabel(y)


def tensor(ax, a, title, axes="", scale=None, digits=0):
    """An array of up to four axes as what it looks like: a cell, a row, a matrix, a stack of matrices, several stacks.

    A cell is a square of size 1, so that arrays in axes with shared limits can be compared by eye.

    Args:
        ax: the axes.
        a: an array; a vector is a row. Of three axes, the first counts the sheets of a stack from front to back, and
            of four, the first counts the stacks.
        title: above it.
        axes: a letter to each axis of ``a``, a space where it needs none.
        scale: the absolute value at which the colour is full; by default the largest entry.
        digits: how many decimals.

    Returns:
        The front sheet, for a colour bar.
    """
    a = array("a", a, ndim=range(5), empty_too=False)
    scale, digits = _scale(scale, a), index("digits", digits)
    if len(axes) > a.ndim:
        raise ValueError(f"axes is {axes!r}; it needs {a.ndim} letters at most for shape {a.shape}")
    stacks, places, (width, height) = _stacked(a, 0.8)
    n_rows, n_columns = stacks.shape[2:]
    stack, sheet, row, column = axes.rjust(4)
    letter = {"ha": "center", "va": "center", "style": "italic", "fontsize": 10, "color": "#444444"}
    colours = {"cmap": DIVERGING, "vmin": -scale, "vmax": scale}
    for (s, k), (x, y) in places.items():
        x, y = x - width / 2, y + height / 2
        mesh = _sheet(ax, stacks[s, k], (x, y), k, **colours)
        if k:
            continue
        front = mesh
        if n_rows * n_columns <= NUMBERS:
            for (r, c), entry in np.ndenumerate(stacks[s, 0]):
                where = (x + c + 0.5, y - r - 0.5)
                _write(ax, where, number(entry, digits), ink(entry, scale), size=8, zorder=mesh.get_zorder())
        below, behind = y - n_rows - 0.7, height - n_rows
        ax.text(x + n_columns / 2, below, column, **letter)
        ax.text(x - 0.6, y - n_rows / 2, row, **letter)
        if sheet.strip():
            ax.text(x + n_columns + behind / 2 + 0.7, y - n_rows + behind / 2 - 0.3, f"{sheet}↗", **letter)
        if stack.strip():
            ax.text(x + n_columns / 2, below - 1, f"{stack} = {s}", **letter)
    ax.update_datalim([(-width / 2 - 1, -height / 2 - 2), (width / 2 + 1, height / 2 + 0.5)])
    ax.autoscale_view()
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(title, fontsize=11)
    return front


def _stacked(a, behind):
    """An array as stacks of sheets, where each sheet has its upper left corner, and how wide and how high it all is.

    Args:
        a: an array of up to four axes.
        behind: how far to the right and up a sheet is from the one before it.

    Returns:
        The array with four axes; a dict from stack and sheet to a corner, below and to the right of (0, 0); width and
        height.
    """
    stacks = a.reshape((1,) * (4 - a.ndim) + a.shape)
    n_stacks, n_sheets, n_rows, n_columns = stacks.shape
    back = behind * (n_sheets - 1)
    apart = n_columns + back + 1.5
    places = {(s, k): (s * apart + behind * k, behind * k - back) for s, k in np.ndindex(n_stacks, n_sheets)}
    return stacks, places, (n_stacks * apart - 1.5, n_rows + back)


def _sheet(ax, a, corner, k, edges="#bbbbbb", **colours):
    """A matrix as cells of size 1, as the k-th sheet of a stack: it hides a part of those behind it."""
    (x, y), (n_rows, n_columns) = corner, a.shape
    depth = {"zorder": 2 + 1 / (1 + k), "clip_on": False}
    cells = x + np.arange(n_columns + 1), y - np.arange(n_rows + 1)
    mesh = ax.pcolormesh(*cells, a, edgecolors=edges, linewidth=0.6, **depth, **colours)
    ax.add_patch(Rectangle((x, y), n_columns, -n_rows, fill=False, linewidth=0.9, **depth))
    return mesh


def shapes(ax, outputs, inputs):
    """What derivatives look like: a column for each output, below its own shape, a row for each input, beside its own.

    Each cell is a number. It has the grey of that entry of the output of which it is a derivative.

    Args:
        ax: the axes; nothing else should be in them.
        outputs, inputs: two dicts, each from a name to a shape of up to two axes.
    """
    outputs, inputs = _shapes("outputs", outputs), _shapes("inputs", inputs)
    # Which entry of the output a cell belongs to: first in the outputs themselves, and then in each row of derivatives.
    rows = [[_counted(y, ()) for y in outputs.values()]]
    rows += [[_counted(y, x) for y in outputs.values()] for x in inputs.values()]
    sizes = np.array([[_stacked(a, SHIFT)[2] for a in row] for row in rows])
    # A column has room for the words above it, and the words beside a row have a column of their own.
    widths, heights = sizes[..., 0].max(axis=0).clip(WORDS), sizes[..., 1].max(axis=1)
    lefts, tops = 2 * WORDS + np.cumsum([APART, *(widths + APART)]), -np.cumsum([0, *(heights + APART)])
    middles = tops[:-1] - heights / 2
    for c, (name, y) in enumerate(outputs.items()):
        x_middle = lefts[c] + widths[c] / 2
        for r, x in enumerate([None, *inputs.values()]):
            label = f"of a {name}\n{y}" if x is None else f"{y + x}"
            _boxed(ax, rows[r][c], (x_middle, middles[r]), label, max(1, np.prod(y) - 1))
    for (name, x), middle in zip(inputs.items(), middles[1:], strict=True):
        _boxed(ax, np.zeros(x), (1.5 * WORDS, middle), "", 1)
        ax.text(0, middle, f"by a {name}\n{x}", ha="left", va="center", fontsize=9)
    rule = {"color": GREY, "linewidth": 0.8, "clip_on": False}
    ax.plot([2 * WORDS + APART / 2] * 2, [APART, tops[-1] + APART], **rule)
    ax.plot([0, lefts[-1] - APART], [tops[1] + APART * 0.8] * 2, **rule)
    ax.set(xlim=(0, lefts[-1]), ylim=(tops[-1] + APART, APART), aspect="equal")
    ax.set_axis_off()


def _shapes(name, shapes):
    if not named(name, shapes):
        raise ValueError(f"{name} is empty; it needs a shape at least")
    found = {}
    for key, shape in shapes.items():
        sizes = items(f"{name}[{key!r}]", shape)
        if len(sizes) > 2:
            raise ValueError(f"{name}[{key!r}] has {len(sizes)} axes; it needs 2 at most")
        found[key] = tuple(index(f"{name}[{key!r}][{n}]", size, least=1, most=CELLS) for n, size in enumerate(sizes))
    return found


def _counted(y, x):
    """The number of an output's entry at each entry of its derivative; a vector by a scalar stands upright."""
    shape = y + x if x or len(y) != 1 else (*y, 1)
    return np.repeat(np.arange(np.prod(y, dtype=int)), np.prod(x, dtype=int)).reshape(shape)


def _boxed(ax, a, middle, label, most):
    """A box of cells around a place, with a label above it; the darkest is the cell in which ``most`` stands."""
    stacks, places, (width, height) = _stacked(a, SHIFT)
    left, top = middle[0] - width / 2, middle[1] + height / 2
    for (s, k), (x, y) in places.items():
        _sheet(ax, stacks[s, k], (left + x, top + y), k, edges="#666666", cmap=TINTS, vmin=0, vmax=most)
    ax.text(middle[0], top + 0.4, label, ha="center", va="bottom", fontsize=9)
