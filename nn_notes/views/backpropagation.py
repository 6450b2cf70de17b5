"""The live view of notebook 04: the backward pass over a drawn network, and a weight whose gradient foretells E."""

import numpy as np

from .. import reasons
from ..descent import with_real_parameters
from ..explore import Choice, Drawing, Matrix, Slider, View
from ..family import member
from ..losses import LOSSES, Loss
from ..network import Layer, Network
from ..show import BACK, NEGATIVE, POSITIVE, ZERO, factor, number, tint
from ..validate import array

__all__ = ["view"]

SCALE = 0.5
# A network of more weights than this is not drawn: nobody could tell its edges apart.
EDGES = 150
# In pixels: from one layer to the next, from one neuron to the next, for the names at the top, on the left of the
# whole, and a neuron's radius. So narrow that a phone shows it nearly as large as it is.
ACROSS, DOWN, HEAD, MARGIN, RADIUS = 120, 56, 24, 22, 20


def view(network, x, t, loss):
    """Step the backward pass one factor at a time, and nudge a weight: E moves as its gradient says.

    The weight that is chosen at first is the one over which E bends most. Another is chosen by its edge.

    Args:
        network: a ``Network`` of L layers, with real parameters.
        x: input, ``(M_0,)``.
        t: target, ``(M_L,)``.
        loss: one of ``LOSSES``, as an object or by its name, that takes what the last layer gives.

    Returns:
        A ``View`` (4.2–4.8). Its arrays are dicts by layer: z, F, W, and δ, ξ and G = ∂E/∂W, which are NaN as long as
        the pass has not come to them; the board has dots there.

    Raises:
        TypeError, ValueError: no such network or loss; x or t not numbers, not finite, or of shapes that do not fit
            the network.
    """
    L, loss = len(with_real_parameters("network", network).layers), member("loss", loss, LOSSES, Loss)
    loss.check_last(network.layers[-1].activation)
    x = array("x", x, shape=(len(network.layers[0].W),))
    t = array("t", t, shape=(len(network.layers[-1].b),))
    weights = {
        f"W({l})[{i}, {j}]": (l, i, j)
        for l, layer in enumerate(network.layers, start=1)
        for i, j in np.ndindex(layer.W.shape)
    }
    stages = [(name, l) for l in range(L, 0, -1) for name in ("δ", "ξ", "G")]

    def model(weight, nudge, network, x, step):
        l, i, j = weights[weight]
        before, now = passes(network, x), passes(_nudged(network, l, i, j, nudge), x)
        for name, m in stages[step + 1 :]:
            before[name][m] = now[name][m] = np.full_like(now[name][m], np.nan)
        slope = before["G"][l][i, j]
        return now | {
            "known": stages[: step + 1], "step": step, "weight": weight, "nudge": nudge, "E before": before["E"],
            "W before": before["W"],
            "foretold": ("G", l) in stages[: step + 1],
            "slope": slope, "ΔE predicted": slope * nudge, "ΔE actual": now["E"] - before["E"],
        }  # fmt: skip

    def passes(network, x):
        """What a pass forwards and a pass backwards leave behind, by name and layer."""
        u, z = network.forward(x)
        W, F, xi, G = {}, {}, {}, {}
        delta = {L: loss.gradient(z[L], t)}
        for l in range(L, 0, -1):
            W[l], F[l] = network.layers[l - 1].W, network.layers[l - 1].activation.jacobian(u[l - 1])
            xi[l] = delta[l] @ F[l]
            G[l] = np.outer(z[l - 1], xi[l])
            if l > 1:
                delta[l - 1] = xi[l] @ W[l].T
        return {"z": z, "E": loss(z[L], t), "W": W, "F": F, "δ": delta, "ξ": xi, "G": G}

    def layout(a):
        def backward(name, l, label, axes="", made=None):
            return Matrix(label, a[name][l], axes, 3, known=(name, l) in a["known"], made=made)

        def xi(l):
            return f"{_of('ξ', l)} = ∂<i>E</i>/∂{_of('b', l)}"

        def forward(l):
            """z(l), of whose factors some are on no board."""

            def made(*at):
                value = reasons.value(network.layers[l - 1].activation, f"u({l})")
                return f"{value(*at)}, where u({l}) = z({l - 1}) W({l}) + b({l})"

            return Matrix(_of("z", l), a["z"][l], made=made if l else None)

        def back(l):
            """Of δ(l): what an output hands back for its forward step, or what comes along every edge from ξ(l+1)."""
            if l == L:
                return lambda _, k: f"how far E goes for a nudge to z({l})[{k}]"
            columns = range(len(a["ξ"][l + 1]))
            return lambda _, k: [(1, (xi(l + 1), 0, j), (_of("W", l + 1, "⊤"), j, k)) for j in columns]

        def product(l):
            """Of ∂E/∂W(l)."""
            return lambda i, j: [(1, (_of("z", l - 1), 0, i), (xi(l), 0, j))]

        rows = [
            [_step(a, stages, L, weights[a["weight"]])],
            [_change(a)],
            *drawn(a),
            [*map(forward, range(L + 1)), Matrix("<i>t</i>", t)],
        ]
        for l in range(L, 0, -1):
            reason = f"∂<i>E</i>/∂{_of('z', l)}" if l == L else f"{_of('ξ', l + 1)}{_of('W', l + 1, '⊤')}"
            outer = f"{_of('z', l - 1, '⊤')}{_of('ξ', l)}"
            F = reasons.slope(network.layers[l - 1].activation, f"u({l})", f"z({l})", _of("z", l))
            row = [
                backward("δ", l, f"{_of('δ', l)} = {reason}", made=back(l)),
                "·",
                Matrix(_of("F", l), a["F"][l], "row k, column l", 3, made=F),
                "=",
                backward("ξ", l, xi(l)),
                "gives",
                backward("G", l, f"∂<i>E</i>/∂{_of('W', l)} = {outer}", "row i, column j", made=product(l)),
            ]
            rows.append(row)
            if l > 1:
                rows.append(["one layer back by", Matrix(_of("W", l, "⊤"), a["W"][l].T, "row j, column i")])
        return rows

    def drawn(a):
        if len(weights) > EDGES:
            return []
        meant, *taken = _thickness(a, stages[a["step"]])
        return [[_drawing(a, taken, weights[a["weight"]])], [f"{meant} Below a neuron, ← is its <i>δ</i>."]]

    def bend(weight):
        l, i, j = weights[weight]
        ahead, here, behind = (loss(_nudged(network, l, i, j, nudge)(x), t) for nudge in (1, 0, -1))
        return abs(ahead - 2 * here + behind)

    def new_numbers(state):
        sizes = [len(x), *(len(layer.b) for layer in network.layers)]
        fresh = Network.init(sizes, [layer.activation for layer in network.layers], state["rng"])
        return {"network": fresh, "x": state["rng"].normal(size=len(x)), "nudge": 0.0}

    last = len(stages) - 1
    return View(
        {"weight": Choice("weight", max(weights, key=bend), list(weights)), "nudge": Slider("nudge", 0, -1, 1)},
        model,
        layout,
        memory={"network": network, "x": x, "step": 0},
        actions={
            "Next factor": lambda state: {"step": min(state["step"] + 1, last)},
            "All factors": lambda state: {"step": last},
            "Start again": lambda state: {"step": 0},
            "Start from here": lambda state: {
                "network": _nudged(state["network"], *weights[state["weight"]], state["nudge"]),
                "nudge": 0.0,
            },
            "New random numbers": new_numbers,
        },
        repeated="Next factor",
        ended=lambda a: a["step"] == last,
        pace="slow",
        scale=SCALE,
        tries={
            "bring the way back to the first layer": lambda a: len(a["known"]) == len(stages),
            "lower <i>E</i> by 0.2 with one nudge": lambda a: a["ΔE actual"] < -0.2,
            "nudge so far that the gradient is wrong by a tenth of what it foretells": lambda a: (
                a["foretold"] and abs(a["ΔE predicted"] - a["ΔE actual"]) > abs(a["ΔE predicted"]) / 10 > 0
            ),
        },
    )


def _nudged(network, l, i, j, nudge):
    layers = list(network.layers)
    W = layers[l - 1].W.copy()
    W[i, j] += nudge
    layers[l - 1] = Layer(W, layers[l - 1].b, layers[l - 1].activation)
    return Network(layers)


def _step(a, stages, L, chosen):
    """The step taken last, its equation, and an entry with numbers: where the chosen weight is, begins or ends."""
    name, l = stages[a["step"]]
    layer, begins, ends = chosen
    i, j = begins if l == layer else 0, {layer: ends, layer - 1: begins}.get(l, 0)
    if name == "δ" and l == L:
        rule, entry, terms = "what the loss by itself hands back, ∂<i>E</i>/∂<i>z</i>, by (4.3)", _of("δ", l), []
    elif name == "δ":
        rule, entry = f"one factor {_of('W', l + 1, '⊤')}, by (4.4)", _of("δ", l)
        terms = zip(a["ξ"][l + 1], a["W"][l + 1][j], strict=True)
    elif name == "ξ":
        rule, entry = f"one factor {_of('F', l)}, by (4.5)", _of("ξ", l)
        terms = zip(a["δ"][l], a["F"][l][:, j], strict=True)
    else:
        rule, entry = "the gradients branch off, by (4.6) and (4.7)", f"∂<i>E</i>/∂{_of('W', l)}"
        terms = [(a["z"][l - 1][i], a["ξ"][l][j])]
    products = " + ".join(f"{factor(p)}·{factor(q)}" for p, q in terms)
    at = (i, j) if name == "G" else (j,)
    value = a[name][l][at]
    return (
        f"<b>Step {a['step'] + 1} of {len(stages)}:</b> {rule}<br>"
        f"{entry}[{', '.join(map(str, at))}] = {products + ' = ' if products else ''}{number(value)}"
    )


def _change(a):
    """What the gradient says of the nudge, and what comes of it."""
    if not a["foretold"]:
        foretold = "the gradient is not known yet"
    else:
        product = f"{factor(a['slope'], 4)}·{factor(a['nudge'], 2)} = {number(a['ΔE predicted'], 4)}"
        foretold = f"its gradient before the nudge, times the nudge, foretells {product}"
    return (
        f"<b>Nudge {a['weight']} by {number(a['nudge'], 2)}:</b> {foretold}<br>"
        f"<i>E</i> goes from {number(a['E before'], 4)} to {number(a['E'], 4)}, a change of {number(a['ΔE actual'], 4)}"
    )


def _thickness(a, stage):
    """What the thickness of the edges means; and where they show what the last step did, in which layer, and that."""
    name, l = stage
    if name == "δ" and l + 1 in a["W"]:
        numbers, l = a["ξ"][l + 1] * a["W"][l + 1], l + 1
        meant = "what travels back along it, <i>ξ</i> times its weight"
    elif name == "G":
        numbers, meant = a["G"][l], "the gradient of its weight"
    else:
        return "An edge is as thick as its weight.", None, None
    between = f"Between {_of('z', l - 1)} and {_of('z', l)}"
    return f"{between} an edge is as thick as {meant}; elsewhere as its weight.", l, numbers


def _drawing(a, taken, chosen):
    """The network: numbers forwards in its neurons, what has come back below them, and its edges."""
    sizes = [len(z) for z in a["z"]]
    tall, last = max(sizes) * DOWN, MARGIN + len(sizes[1:]) * ACROSS

    def place(m, n):
        return MARGIN + m * ACROSS, HEAD + tall / 2 + (n - (sizes[m] - 1) / 2) * DOWN

    edges, hits = _edges(a, taken, chosen, place)
    neurons = "".join(
        _neuron(*place(m, n), z, a["δ"][m][n] if m else np.nan)
        for m, row in enumerate(a["z"])
        for n, z in enumerate(row)
    )
    names = "".join(
        f'<text x="{place(m, 0)[0]}" y="16" font-style="italic" font-size="15">z'
        f'<tspan dy="-5" font-size="10">({m})</tspan></text>'
        for m in range(len(sizes))
    )
    known = ", ".join(f"{name}({m})" for name, m in a["known"])
    words = f"A network of {', '.join(map(str, sizes))} neurons, in each its number. Of the way back are known {known}."
    return Drawing.of(
        f'<g fill="none">{edges}</g>{neurons}{names}'
        f'<text x="{last + 38}" y="{HEAD + tall / 2 + 4:.1f}" text-anchor="start">'
        f'<tspan font-style="italic">E</tspan> = {number(a["E"], 4)}</text>'
        f'<g fill="none" stroke-width="11" pointer-events="stroke" cursor="pointer">{hits}</g>',
        last + 108,
        HEAD + tall + 8,
        words,
        12,
    )


def _edges(a, taken, chosen, place):
    """The edges of the network, and what is clicked to choose one. Where a layer is ``taken``, so are its numbers."""
    (layer, numbers), (l, i, j) = taken, chosen
    edges, hits = [], []
    for m, W in a["W"].items():
        shown = numbers if m == layer else W
        # A nudge makes its own edge thicker, and no other one thinner.
        most = np.abs(shown if m == layer else a["W before"][m]).max() or 1
        for p, q in np.ndindex(W.shape):
            (x, y), (right, down) = place(m - 1, p), place(m, q)
            path = f"M{x + RADIUS:.0f} {y:.1f}L{right - RADIUS:.0f} {down:.1f}"
            is_chosen = (m, p, q) == (l, i, j)
            # A nudge goes from its weight on to everything after it.
            carries = a["nudge"] and (m > l + 1 or (m == l + 1 and p == j))
            color = BACK if m == layer else NEGATIVE if shown[p, q] < 0 else POSITIVE
            edges.append(
                f'<path d="{path}" stroke="{color}" stroke-width="{0.5 + 5 * abs(shown[p, q]) / most:.1f}" '
                f'stroke-opacity="{1 if m == layer or carries or is_chosen else 0.35}"/>'
            )
            hits.append(f'<path data-set="weight" data-to="W({m})[{p}, {q}]" d="{path}"/>')
            if is_chosen:
                edges.append(f'<path d="{path}" stroke="currentColor" stroke-dasharray="2 5" stroke-width="2"/>')
                at_middle = f'x="{(x + right) / 2:.0f}" y="{(y + down) / 2 - 6:.1f}"'
                hits.append(f'<text {at_middle} class="nn-halo">{number(W[p, q], 2)}</text>')
    return "".join(edges), "".join(hits)


def _neuron(x, y, z, delta):
    """A neuron: its number in the colour that it has in a table, and what has come back to it."""
    color, share, text = tint(z, SCALE)
    back = "" if np.isnan(delta) else f'<text x="{x}" y="{y + RADIUS + 13:.1f}" fill="{BACK}">← {number(delta)}</text>'
    return (
        f'<circle cx="{x}" cy="{y:.1f}" r="{RADIUS}" style="fill:var(--nn-ground,{ZERO})"/>'
        f'<circle cx="{x}" cy="{y:.1f}" r="{RADIUS}" fill="{color}" fill-opacity="{share:.2f}" stroke="currentColor"/>'
        f'<text x="{x}" y="{y + 4:.1f}" style="fill:{text}">{number(z, 2)}</text>{back}'
    )


def _of(name, l, mark=""):
    return f"<i>{name}</i><sup>({l}){mark}</sup>"
