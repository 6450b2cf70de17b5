"""Every number of nn_notes against an independent oracle: autograd at ordinary sizes, 80 digits at any size.

The oracle (``oracle.py``) has the values of the equations only; it gets its derivatives from automatic differentiation
and from a complex step of 1e-400. Errors are measured against what the oracle says, exactly, in one of two ways:

- ``ulp``: in distances of two floats at the wanted number; 0.5 is the best that rounding allows.
- ``relative``: where a sum may cancel, or roundings pile up, against the largest term; ``EPS`` is 2.2e-16.

What is held in float32 too has the same bound there, in its own ulps and its own ``EPS``, which is 1.2e-7.

``BOUNDS`` says for each function how large its error may be, and pytest's summary how large it was.
"""

import random
from functools import cache, partial
from itertools import pairwise
from typing import NamedTuple

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import oracle
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from mpmath import mpf
from oracle import EPS, by_complex_step, errors, exact, ulp
from strategies import FITTING, targets

from nn_notes import ACTIVATIONS, LOSSES, Layer, Network, backprop, descent, numeric, tensors
from nn_notes.activations import ComponentWise, ReLU, Sigmoid, Softmax, Tanh
from nn_notes.losses import MSE, CrossEntropy, SoftmaxCrossEntropy

COMPONENTWISE = [name for name, f in ACTIVATIONS.items() if isinstance(f, ComponentWise)]
FULL = [name for name in ACTIVATIONS if name not in COMPONENTWISE]
FAMILIES = oracle.ACTIVATIONS | oracle.LOSSES

# The largest error allowed of each function: in ulps, at any size, against mpmath
IN_ULPS = {f"{name}{form}": bound for name, row in FAMILIES.items() for form, bound in row.ulps.items()}
# Relative to the terms that are said beside it, at any size, against mpmath
OF_TERMS = {f"{name}{form}": bound * EPS for name, row in FAMILIES.items() for form, bound in row.relative.items()} | {
    # Of the sum of the terms' absolute values.
    "tensors.chain at any size": 4 * EPS,
    "tensors.dz_dz at any size": 4 * EPS,
    "tensors.twin_dz_dz at any size": 4 * EPS,
    "tensors.dz_dW at any size": 4 * EPS,
    "tensors.pull_back at any size": 4 * EPS,
    "tensors.dE_dW at any size": 4 * EPS,
    "descent.step": 2 * EPS,  # of the larger of θ and γ∇J
    "descent.path": 2 * EPS,
    # Of the largest entry, or what rounding each number once would change of it.
    "backprop.gradients at any size": 30 * EPS,
    "tensors.gradients at any size": 30 * EPS,
}
# Relative to the largest entry, or to 0.01 where all are smaller, against autograd, whose own roundings are in it
OF_ENTRIES = {
    "values by autograd": 10 * EPS,
    "derivatives by autograd": 6 * EPS,
    "jacobians by autograd": 200 * EPS,
    "vjps by autograd": 6 * EPS,
    "losses by autograd": 15 * EPS,
    "loss gradients by autograd": 250 * EPS,
    "Layer": 100 * EPS,
    "Network": 100 * EPS,
    "backprop.gradients": 400 * EPS,
    "tensors.gradients": 400 * EPS,
    "numeric.jacobian: complex step": 600 * EPS,
    "numeric.jacobian: central": 2e-9,
    "descent.epoch": 15 * EPS,
    "tensors.chain": 4 * EPS,
    "tensors.other_layout": 4 * EPS,
    "tensors.du_dz": 0,
    "tensors.du_dW": 0,
    "tensors.du_db": 0,
    "tensors.dz_db": 6 * EPS,
    "tensors.dz_dz": 6 * EPS,
    "tensors.twin_dz_dz": 6 * EPS,
    "tensors.dz_dW": 6 * EPS,
    "tensors.pull_back": 10 * EPS,
    "tensors.dE_dW": 10 * EPS,
}
BOUNDS = (
    {name: (bound, "ulp", "mpmath") for name, bound in IN_ULPS.items()}
    | {name: (bound, "relative", "mpmath") for name, bound in OF_TERMS.items()}
    | {name: (bound, "relative", "autograd") for name, bound in OF_ENTRIES.items()}
)


class Precision(NamedTuple):
    """A kind of floats, and what stands behind the name of a function that is held in it."""

    kind: type
    suffix: str
    corners: tuple  # where an exponential rounds to 0, 1 or a subnormal number
    grid: float  # on it the difference of two numbers up to 1e4 is exact
    least: float  # of the probabilities
    shares: int  # of which a probability is made

    @property
    def eps(self):
        return float(np.finfo(self.kind).eps)

    @property
    def normal(self):
        """Below this a number is subnormal, with fewer digits."""
        return float(np.finfo(self.kind).tiny)


DOUBLE = Precision(
    np.float64,
    "",
    (0.0, 1e-8, 0.5, 1.0, 18.4, 19.1, 36.7, 37.5, 350.0, 372.5, 708.4, 709.8, 744.4, 745.2, 1e4),
    2.0**-27,
    1e-300,
    2**27,
)
SINGLE = Precision(
    np.float32,
    " in float32",
    (0.0, 1e-8, 0.5, 1.0, 8.3, 9.0, 16.6, 17.4, 43.5, 51.9, 87.3, 88.8, 103.2, 104.0, 1e4),
    2.0**-9,
    1e-37,
    2**24,
)
precisions = pytest.mark.parametrize("precision", [DOUBLE, SINGLE], ids=["float64", "float32"])

# By autograd, in float32 too.
OF_NETWORKS = ["Layer", "Network", "losses by autograd", "loss gradients by autograd", "descent.epoch"]
OF_NETWORKS += ["backprop.gradients", "tensors.gradients"]
BOUNDS |= {
    name + SINGLE.suffix: (bound * SINGLE.eps / EPS if measure == "relative" else bound, measure, by)
    for name, (bound, measure, by) in BOUNDS.items()
    if name in OF_NETWORKS or (by == "mpmath" and "step" not in name.split() and "gradients" not in name)
}

PHASES = tuple(Phase)


def examples(n):
    return settings(
        max_examples=n, phases=PHASES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
    )


def holder(figures):
    functions = figures["functions"] = {}
    figures["cases"] = figures["numbers"] = 0

    def hold(name, got, wanted, unit, where):
        bound, measure, by = BOUNDS[name]
        found = errors(got, wanted, unit)
        worst = max(found, default=0.0)
        seen = functions.setdefault(
            name, {"bound": bound, "cases": 0, "measure": measure, "oracle": by, "where": "", "worst": 0.0}
        )
        seen["cases"] += 1
        figures["cases"] += 1
        figures["numbers"] += len(found)
        if worst > seen["worst"]:
            where = where.flat[found.index(worst)] if isinstance(where, np.ndarray) else where
            seen.update(worst=worst, where=str(where)[:200])
        assert worst <= bound, f"{name} is off by {worst:.3g} ({measure}) at {where}; {bound:g} is allowed"

    return hold


@pytest.fixture(scope="module")
def hold(figures):
    """Holds numbers to the oracle's, each in its unit, and keeps count and the worst case of each function."""
    return holder(figures)


# What is drawn: numbers from 1e-8 to 1e4 of either sign, in sizes from 0 to 9


@cache
def anything(precision=DOUBLE):
    magnitudes = st.floats(-8, 4).map(lambda e: 10**e) | st.sampled_from(precision.corners) | st.floats(1e-8, 800)
    return st.builds(lambda sign, a: sign * a, st.sampled_from([1, -1]), magnitudes)


def on_the_grid(precision):
    return anything(precision).map(lambda a: round(a / precision.grid) * precision.grid)


samples = array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=9)
few_samples = st.tuples(st.integers(0, 9)) | st.tuples(st.integers(0, 3), st.integers(0, 9))


def drawn(shape, elements=None, precision=DOUBLE):
    elements = anything(precision) if elements is None else elements
    return arrays(float, shape, elements=elements).map(lambda a: a.astype(precision.kind))


def rows(a):
    return [exact(row) for row in np.atleast_2d(a)] if a.size else []


def lost(x):
    """What a complex step cannot hold of a slope at x: the smallest number of all, over a step as short as x is."""
    return 5e-324 / (1e-20 * np.min(np.abs(x), initial=1, where=x != 0))


# What 80 digits leave of a sum that is zero.
DIGITS = 1e-60


# Activations


@precisions
@pytest.mark.parametrize("f", COMPONENTWISE)
def test_a_componentwise_activation_at_any_size(f, precision, hold):
    value, f_, ulp = oracle.ACTIVATIONS[f].exact, ACTIVATIONS[f], partial(oracle.ulp, kind=precision.kind)

    @examples(250)
    @given(samples.flatmap(lambda shape: st.tuples(*[drawn(shape, precision=precision)] * 2)))
    def check(pair):
        u, delta = pair
        u = np.where(u == 0, 1e-8, u).astype(u.dtype)  # off a kink
        flat, M = exact(u.ravel()), u.shape[-1]
        slope = [by_complex_step(value, [a])[0][0] for a in flat]
        F = [slope[n] if k == n % M else mpf(0) for n in range(len(flat)) for k in range(M)]
        pulled = [a * b for a, b in zip(exact(delta.ravel()), slope, strict=True)]
        name = f + "{}" + precision.suffix
        hold(name.format(""), f_(u), value(flat), ulp(value(flat)), u)
        hold(name.format(".derivative"), f_.derivative(u), slope, ulp(slope), u)
        hold(name.format(".jacobian"), f_.jacobian(u), F, ulp(F), u.tolist())
        # Where the slope is subnormal, δ times it has no more digits than it has.
        unit = np.maximum(ulp(pulled), abs(delta.ravel()) * ulp(slope))
        hold(name.format(".vjp"), f_.vjp(delta, u), pulled, unit, u)
        if u.ndim == 1 and precision == DOUBLE:
            hold(f"{f} by complex step", numeric.jacobian(f_, u), F, np.maximum(ulp(F), lost(u)), u.tolist())

    check()


@precisions
@pytest.mark.parametrize("f", FULL)
def test_a_full_activation_at_any_size(f, precision, hold):
    value, f_ = oracle.ACTIVATIONS[f].exact, ACTIVATIONS[f]
    ulp, suffix, normal = partial(oracle.ulp, kind=precision.kind), precision.suffix, precision.normal
    pairs = few_samples.flatmap(
        lambda shape: st.tuples(drawn(shape, on_the_grid(precision), precision), drawn(shape, precision=precision))
    )

    @examples(150)
    @given(pairs)
    def check(pair):
        u, delta = pair
        S, F = [value(row) for row in rows(u)], [by_complex_step(value, row) for row in rows(u)]
        pulled = [
            [mpmath.fdot(d, column) for column in zip(*J, strict=True)] for d, J in zip(rows(delta), F, strict=True)
        ]
        # (δF)_k is the sum of S_k S_i (δ_k − δ_i), of either sign. The witness has 1 − S_k, and loses digits.
        term = np.array(oracle.flat(S), float).reshape(u.shape)
        by_row = np.repeat(term.ravel(), u.shape[-1])
        apart = abs(delta[..., :, None].astype(float) - delta[..., None, :])
        terms = np.einsum("...k,...i,...ki->...k", *[term.clip(normal)] * 2, apart) + DIGITS * abs(delta)
        where = f"u = {u.tolist()}, delta = {delta.tolist()}"
        hold(f"{f}{suffix}", f_(u), S, ulp(S), u.tolist())
        hold(f"{f}.jacobian{suffix}", f_.jacobian(u), F, ulp(F), u.tolist())
        hold(f"{f}.vjp{suffix}", f_.vjp(delta, u), pulled, terms.clip(normal), where)
        if u.ndim == 1 and precision == DOUBLE:
            numbers = numeric.jacobian(f_, u)
            hold(f"{f} by complex step", numbers, F, np.maximum(by_row, lost(u) / EPS), u.tolist())

    check()


@precisions
def test_softmax_off_the_grid(precision, hold):
    """The shift v = u − max u rounds, and e^v is wrong by |v| as much."""

    @examples(150)
    @given(few_samples.flatmap(lambda shape: drawn(shape, precision=precision)))
    def check(u):
        S = [oracle.exact_softmax(row) for row in rows(u)]
        unit = ulp(S, precision.kind) * (1 + (u.max(axis=-1, keepdims=True, initial=-np.inf) - u).ravel())
        hold(f"softmax off the grid{precision.suffix}", ACTIVATIONS["softmax"](u), S, unit, u.tolist())

    check()


# Losses


@st.composite
def predictions(draw, loss, precision):
    shape = (*draw(st.sampled_from([(), (1,), (3,), (0,)])), draw(st.integers(1, 9)))
    takes, target = oracle.LOSSES[loss].takes, oracle.LOSSES[loss].target
    if takes == "probabilities":
        least = st.floats(-8, 0).map(lambda e: 10**e) | st.sampled_from([1.0, 0.5, precision.least])
        y = draw(drawn(shape, least, precision))
    else:
        # A distribution's logits are compared with one another.
        grid = on_the_grid(precision) if (takes, target) == ("logits", "distribution") else None
        y = draw(drawn(shape, grid, precision))
    if target == "numbers":
        return y, draw(drawn(shape, precision=precision))
    if target == "labels":
        return y, draw(drawn(shape, st.floats(0, 1) | st.sampled_from([0.0, 1.0, 1e-8]), precision))
    # Shares that are exact, and so is their sum, 1; often all of it is one entry's.
    share = st.integers(0, precision.shares) | st.sampled_from([0, precision.shares])
    shares = st.lists(share, min_size=8, max_size=8)
    cuts = [sorted(draw(shares)[: shape[-1] - 1]) for _ in range(int(np.prod(shape[:-1])))]
    t = [np.diff([0, *row, precision.shares]) / precision.shares for row in cuts]
    return y, np.array(t).reshape(shape).astype(precision.kind)


@precisions
@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_at_any_size(loss, precision, hold):
    value, E, ulp = oracle.LOSSES[loss].exact, LOSSES[loss], partial(oracle.ulp, kind=precision.kind)

    @examples(200)
    @given(predictions(loss, precision))
    def check(pair):
        y, t = pair
        both = list(zip(rows(y), rows(t), strict=True))
        wanted = [value(*case) for case in both]
        gradient = [by_complex_step(lambda y, t=t: [value(y, t)], y)[0] for y, t in both]
        where = f"y = {y.tolist()}, t = {t.tolist()}"
        unit = ulp(gradient)
        if oracle.LOSSES[loss].takes == "logits":
            # S − t cancels: against the larger of t and the difference, which is at least half of the larger of both.
            unit = np.maximum(abs(np.array(oracle.flat(gradient), float)), t.ravel()).clip(precision.normal)
        hold(f"{loss}{precision.suffix}", E(y, t), wanted, ulp(wanted), where)
        hold(f"{loss}.gradient{precision.suffix}", E.gradient(y, t), gradient, unit, where)
        # A step of 1e-20 is small beside numbers from 1e-8 on.
        if precision == DOUBLE and y.ndim == 1 and (oracle.LOSSES[loss].takes != "probabilities" or y.min() > 1e-9):
            stepped = numeric.jacobian(lambda y: E(y, t), y)
            hold(f"{loss} by complex step", stepped, gradient, np.maximum(unit, lost(y) / EPS), where)

    check()


# Automatic differentiation of the same plain values, at ordinary sizes


moderate = st.floats(-5, 5).map(lambda a: a if abs(a) > 1e-3 else a + 0.5)


def largest(*wanted):
    """The largest entry there is, and not less than 0.01: all of them may be 0, as behind a softmax of one neuron."""
    return max([0.01, *(float(abs(a).max(initial=0)) for a in wanted)])


def by_row(derivative, u):
    """A derivative of one sample, for each sample of a batch."""
    return derivative(u) if u.ndim == 1 else np.array([derivative(row) for row in u])


@pytest.mark.parametrize("f", ACTIVATIONS)
def test_an_activation_by_autograd(f, hold):
    plain, f_ = oracle.ACTIVATIONS[f].plain, ACTIVATIONS[f]

    @examples(40)
    @given(array_shapes(min_dims=1, max_dims=2, max_side=9).flatmap(lambda s: st.tuples(*[drawn(s, moderate)] * 2)))
    def check(pair):
        u, delta = pair
        F = by_row(autograd.jacobian(plain), u)
        pulled = autograd.grad(lambda u: anp.sum(delta * plain(u)))(u)
        hold("values by autograd", f_(u), plain(u), largest(plain(u)), (f, u.tolist()))
        hold("jacobians by autograd", f_.jacobian(u), F, largest(F), (f, u.tolist()))
        hold("vjps by autograd", f_.vjp(delta, u), pulled, largest(delta), (f, u.tolist(), delta.tolist()))
        if isinstance(f_, ComponentWise):
            slope = autograd.elementwise_grad(plain)(u)
            hold("derivatives by autograd", f_.derivative(u), slope, largest(slope), (f, u.tolist()))

    check()


@st.composite
def problems(draw, loss, last, depth, widest=9, below=tuple(ACTIVATIONS)):
    """A network, its activations' names, x and t, of widths and batches to 9. Numbers are generic, by a drawn seed."""
    M = draw(st.lists(st.integers(1, widest), min_size=depth + 1, max_size=depth + 1))
    names = [*draw(st.lists(st.sampled_from(below), min_size=depth - 1, max_size=depth - 1)), last]
    batch = draw(st.just(()) | st.tuples(st.integers(1, 9)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    network = Network.init(M, names, rng)
    x, t = rng.normal(size=(*batch, M[0])), targets(loss, (*batch, M[-1]), rng)
    # At a kink there is no derivative.
    kinked = [oracle.ACTIVATIONS[name].kinked for name in names]
    assume(all(abs(u).min() > 1e-4 for kink, u in zip(kinked, network.forward(x).u, strict=True) if kink))
    return network, names, x, t


def parameters(network):
    return [(layer.W, layer.b) for layer in network.layers]


def flat(grads):
    return np.concatenate([a.ravel() for pair in grads for a in pair])


@precisions
@pytest.mark.parametrize(("loss", "last"), FITTING)
def test_a_network_by_autograd(loss, last, precision, hold):
    E, kind, suffix = LOSSES[loss], precision.kind, precision.suffix

    def check(problem, learning_rate, batch_size):
        network, names, x, t = problem
        network = Network(Layer(n.W.astype(kind), n.b.astype(kind), n.activation) for n in network.layers)
        x, t = x.astype(kind), t.astype(kind)
        # autograd works in float64, from the same numbers.
        theta, exact_x, exact_t = parameters(network), x.astype(float), t.astype(float)
        theta = [(W.astype(float), b.astype(float)) for W, b in theta]
        where = (loss, network, x.shape)
        z = oracle.output(theta, names, exact_x)
        J, wanted = autograd.value_and_grad(oracle.objective)(theta, names, exact_x, exact_t, loss)
        hold(f"Network{suffix}", network(x), z, largest(z), where)
        first = oracle.output(theta[:1], names[:1], exact_x)
        hold(f"Layer{suffix}", network.layers[0](x), first, largest(first), where)
        each = oracle.LOSSES[loss].plain(z, exact_t)
        hold(f"losses by autograd{suffix}", E(network(x), t), each, largest(np.array(J)), where)
        row = autograd.grad(lambda z: anp.sum(oracle.LOSSES[loss].plain(z, exact_t)))(z)
        hold(f"loss gradients by autograd{suffix}", E.gradient(z.astype(kind), t), row, largest(row), where)
        # The row may cancel behind a softmax, and where it should leave 0, autograd leaves a rounding.
        cancelled = largest(row) / len(np.atleast_2d(row)) * max(1, abs(x).max())
        unit = max(cancelled, largest(*(a for pair in wanted for a in pair)))
        for form in (backprop, tensors):
            value, grads = form.gradients(network, x, t, E)
            name = f"{form.__name__.rpartition('.')[2]}.gradients{suffix}"
            hold(name, value, J, largest(np.array(J)), where)
            hold(name, flat(grads), flat(wanted), unit, where)
        if precision == DOUBLE:
            by_witness(network, x, t, E, wanted[0][0][0], unit, float(J), where)

        X, T = np.atleast_2d(x, t)
        order = np.random.default_rng(0).permutation(len(X))

        def descended(theta):
            """All parameters after an epoch, and its mean loss."""
            total = 0.0
            for start in range(0, len(X), batch_size):
                some = order[start : start + batch_size]
                J, grads = autograd.value_and_grad(oracle.objective)(
                    theta, names, X[some].astype(float), T[some].astype(float), loss
                )
                total += J * len(some)
                theta = [
                    tuple(a - learning_rate * g for a, g in zip(*pairs, strict=True))
                    for pairs in zip(theta, grads, strict=True)
                ]
            return np.append(flat(theta), total / len(X))

        # Long steps enlarge whatever the first of them has rounded: here, every parameter up or down.
        signs = np.random.default_rng(1)
        rounded = [tuple(a * (1 + precision.eps * signs.choice([-1, 1], a.shape)) for a in pair) for pair in theta]
        with np.errstate(over="ignore", invalid="ignore"):
            wanted, other = descended(theta), descended(rounded)
        # Too long ones diverge.
        assume(np.isfinite([wanted, other]).all() and abs(wanted).max() < np.finfo(kind).max ** 0.25)
        enlarged = abs(other - wanted).max() / precision.eps
        trained, optimiser = network.copy(), descent.GradientDescent(learning_rate)
        mean = descent.epoch(trained, X, T, E, optimiser, batch_size, np.random.default_rng(0))
        got = np.append(flat(parameters(trained)), mean)
        hold(f"descent.epoch{suffix}", got, wanted, max(largest(wanted), enlarged, learning_rate * cancelled), where)

    def by_witness(network, x, t, E, wanted, unit, J, where):
        """By the first row of W alone: an entry is nudged like any other, and each costs many runs of the network."""
        first, *rest = network.layers

        def objective(row):
            return E(Network([Layer([row, *first.W[1:]], first.b, first.activation), *rest])(x), t).mean()

        hold("numeric.jacobian: complex step", numeric.jacobian(objective, first.W[0]), wanted, unit, where)
        # A central difference has the roundings of J over its step of 6e-6, and the step's square.
        central = numeric.jacobian(objective, first.W[0], "central")
        hold("numeric.jacobian: central", central, wanted, max(unit, J), where)

    for depth in range(1, 6):
        examples(6)(given(problems(loss, last, depth), st.floats(0.01, 1), st.integers(1, 9))(check))()


# Networks at any size: the same values at 80 digits


@pytest.mark.parametrize(("loss", "last"), FITTING)
def test_a_network_at_any_size(loss, last, hold):
    """Against what rounding every number once would change: there is no fixed number of digits in e^10000."""
    E = LOSSES[loss]

    def check(problem, decades, samples):
        network, names, x, t = problem
        *sizes, size_of_x = decades
        x, t = np.atleast_2d(x, t)
        x, t = 10**size_of_x * x[:samples], t[:samples]
        target = oracle.LOSSES[loss].target
        if target != "numbers":
            t = np.floor(t * 2**10) / 2**10
        if target == "distribution":
            t[:, 0] = 1 - t[:, 1:].sum(axis=1)  # exactly a distribution
        network = Network(
            Layer(layer.W * 10**size, layer.b * 10**size, layer.activation)
            for layer, size in zip(network.layers, sizes, strict=True)
        )
        u, _ = network.forward(x)
        rows_of = [oracle.ACTIVATIONS[name] for name in names]
        assume(all(abs(a).min() > 1e-9 * abs(a).max() for f, a in zip(rows_of, u, strict=True) if f.kinked))
        # What has underflowed on the way stays lost when 1/y makes it ordinary again.
        depth_of_slopes = sum(f.depth(a) for f, a in zip(rows_of, u, strict=True))
        assume(oracle.LOSSES[loss].takes != "probabilities" or depth_of_slopes < 640)
        theta = [tuple(exact(a) for a in pair) for pair in parameters(network)]
        case = theta, names, x, t, loss
        right = exact_samples(*case)
        # All roundings upwards, and each in a direction of its own: where the one cancels, the other hardly does.
        directions = [EPS], [-EPS, EPS]
        moved = [exact_samples(*case, partial(random.Random(0).choice, signs)) for signs in directions]
        # J is the mean of the samples' losses, and so is its gradient (5.3): array after array, J first.
        arrays = [
            (mean(right), terms(right, moved)) for right, *moved in zip(*map(by_array, [right, *moved]), strict=True)
        ]
        where = (loss, network, decades, x.tolist())
        for form in (backprop, tensors):
            name = f"{form.__name__.rpartition('.')[2]}.gradients at any size"
            value, grads = form.gradients(network, x, t, E)
            got = [value, *(a for pair in grads for a in pair)]
            for a, (wanted, unit) in zip(got, arrays, strict=True):
                hold(name, a, wanted, unit, where)

    for depth in range(1, 6):
        of_all = st.floats(-8, 4).map(lambda size, depth=depth: [size] * depth + [0])
        sizes = of_all | st.lists(st.floats(-8, 4), min_size=depth + 1, max_size=depth + 1)
        examples(8)(given(problems(loss, last, depth, 3), sizes, st.integers(1, 3))(check))()


def exact_samples(theta, names, x, t, loss, *nudge):
    """Of each sample the numbers of each array: of J, and of every dW and db."""
    each = []
    for row, target in zip(x, t, strict=True):
        J, grads = oracle.exact_gradients(theta, names, exact(row), exact(target), loss, *nudge)
        each.append([[J], *(oracle.flat(a) for pair in grads for a in pair)])
    return each


def by_array(samples):
    return list(zip(*samples, strict=True))


def mean(samples):
    """Of the numbers of one array, the means over the samples."""
    return [sum(numbers) / len(samples) for numbers in zip(*samples, strict=True)]


def terms(right, moved):
    """The largest of an array, or of what rounding would change of it, before the samples are added and may cancel."""
    sizes = [[abs(a) for a in sample] for sample in right]
    for other in moved:
        moves = [
            [abs(a - b) / mpf(float(EPS)) for a, b in zip(*pair, strict=True)]
            for pair in zip(right, other, strict=True)
        ]
        sizes = [[max(pair) for pair in zip(*both, strict=True)] for both in zip(sizes, moves, strict=True)]
    return max(float(max(mean(sizes))), 1e-280)


# Tensors


@examples(60)
@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.sampled_from(list(ACTIVATIONS)),
    st.just(()) | st.tuples(st.integers(1, 9)),
    st.integers(0, 2**32 - 1),
)
def test_the_tensors_of_a_layer_by_autograd(hold, M_in, M_out, name, batch, seed):
    rng = np.random.default_rng(seed)
    W, b, z = rng.normal(size=(M_in, M_out)), rng.normal(size=M_out), rng.normal(size=(*batch, M_in))
    delta = rng.normal(size=(*batch, M_out))
    u = z @ W + b
    assume(not oracle.ACTIVATIONS[name].kinked or abs(u).min() > 1e-4)
    where = (name, M_in, M_out, batch, seed)
    f = oracle.ACTIVATIONS[name].plain

    # In autograd's F, the Jacobian of a softmax is a difference of terms as large as S, whose rounding comes along.
    S = abs(f(u)).max() if name in FULL else np.zeros(())

    def u_of(z, W, b):
        return anp.dot(z, W) + b

    def z_of(z, W, b):
        return f(u_of(z, W, b))

    def twin(z, W, b):
        return f(anp.dot(W.T, z) + b)

    def against(name, of, which, got, *terms):
        """Each derivative against that of u or z′ by z, W or b, which are argument 0, 1 and 2."""
        wanted = by_row(lambda z: autograd.jacobian(of, which)(z, W, b), z)
        hold(f"tensors.{name}", got, wanted, largest(wanted, *terms), where)
        return wanted

    against("du_dz", u_of, 0, np.broadcast_to(tensors.du_dz(W), (*batch, M_out, M_in)))
    T = against("du_dW", u_of, 1, tensors.du_dW(z, M_out))
    against("du_db", u_of, 2, np.broadcast_to(tensors.du_db(M_out), (*batch, M_out, M_out)))
    F = by_row(autograd.jacobian(f), u)
    against("dz_db", z_of, 2, tensors.dz_db(F), S)
    against("dz_dz", z_of, 0, tensors.dz_dz(F, W), S * W)
    against("twin_dz_dz", twin, 0, tensors.twin_dz_dz(F, W.T), S * W)
    against("dz_dW", z_of, 1, tensors.dz_dW(F, T), S * z)
    # The rows of a batch do not touch, so the gradient of the sum of δ·z′ has a row for each.
    row = autograd.grad(lambda u: anp.sum(delta * f(u)))(u)
    hold("tensors.pull_back", tensors.pull_back(delta, F), row, largest(row, S * delta), where)
    each = zip(np.atleast_2d(delta), np.atleast_2d(z), strict=True)
    by_W = [autograd.grad(lambda W, d=d, z=z: anp.dot(d, z_of(z, W, b)))(W) for d, z in each]
    unit = largest(np.array(by_W), S * abs(delta).max() * z)
    hold("tensors.dE_dW", tensors.dE_dW(row, T), np.array(by_W), unit, where)


axes = st.lists(st.integers(1, 3), max_size=2).map(tuple)


@examples(60)
@given(axes, axes, axes, st.integers(0, 2**32 - 1))
def test_the_chain_and_the_other_layout_by_autograd(hold, s, y, x, seed):
    rng = np.random.default_rng(seed)
    A, B, at = rng.normal(size=(*s, *y)), rng.normal(size=(*y, *x)), rng.normal(size=x)

    def inner(x_):
        return anp.sin(anp.tensordot(B, x_, len(x)))

    def outer(y_):
        return anp.tensordot(A, y_**2, len(y))

    ds_dy, dy_dx = autograd.jacobian(outer)(inner(at)), autograd.jacobian(inner)(at)
    wanted = autograd.jacobian(lambda x_: outer(inner(x_)))(at)
    # Terms may cancel, and their rounding stays.
    terms = np.tensordot(abs(ds_dy), abs(dy_dx), len(y))
    hold("tensors.chain", tensors.chain(ds_dy, dy_dx, len(y)), wanted, largest(terms), (s, y, x, seed))
    # Denominator layout has x's axes first: by definition, each entry at its own place.
    wanted = np.zeros((*x, *s))
    for n in np.ndindex(*x):
        toward = np.zeros(x)
        toward[n] = 1
        wanted[n] = autograd.make_jvp(lambda x_: outer(inner(x_)))(at)(toward)[1]
    J = autograd.jacobian(lambda x_: outer(inner(x_)))(at)
    hold("tensors.other_layout", tensors.other_layout(J, len(s)), wanted, largest(terms), (s, y, x, seed))


# Each contraction of the long form, and the letters of its indices; n is the batch.
CONTRACTIONS = {
    "dz_dz": (tensors.dz_dz, "nkj,ij->nki"),
    "twin_dz_dz": (tensors.twin_dz_dz, "nkl,li->nki"),
    "dz_dW": (tensors.dz_dW, "nkl,nlij->nkij"),
    "pull_back": (tensors.pull_back, "nk,nkl->nl"),
    "dE_dW": (tensors.dE_dW, "nk,nkij->nij"),
    "chain": (lambda A, B: tensors.chain(A, B, 2), "nijk,jkl->nil"),
}


@precisions
@pytest.mark.parametrize("name", CONTRACTIONS)
def test_a_contraction_at_any_size(name, precision, hold):
    """Entry by entry, from its letters, against the sum of its terms' absolute values; sums of nothing are 0."""
    contract, letters = CONTRACTIONS[name]
    first, second, result = letters.replace("->", ",").split(",")
    # F is square, and so is the tensor of a layer.
    same = {"dz_dz": "kj", "twin_dz_dz": "kl", "dz_dW": "klj", "pull_back": "", "dE_dW": "kj", "chain": ""}[name]

    @examples(40)
    @given(st.data(), st.lists(st.integers(0, 4), min_size=6, max_size=6))
    def check(data, lengths):
        size = dict(zip("nijkl", lengths, strict=False))
        size.update(dict.fromkeys(same, lengths[5]))
        A, B = (data.draw(drawn(tuple(size[c] for c in part), None, precision)) for part in (first, second))
        summed = sorted(set(first + second) - set(result))
        wanted, unit = [], []
        a, b = A.astype(float).astype(object), B.astype(float).astype(object)
        for index in np.ndindex(*(size[c] for c in result)):
            terms = []
            for inner in np.ndindex(*(size[c] for c in summed)):
                at = dict(zip(result, index, strict=True)) | dict(zip(summed, inner, strict=True))
                terms.append(mpf(a[*(at[c] for c in first)]) * mpf(b[*(at[c] for c in second)]))
            wanted.append(sum(terms, mpf(0)))
            unit.append(float(sum(map(abs, terms), mpf(0))))
        got = contract(A, B)
        assert got.shape == tuple(size[c] for c in result)
        held = f"tensors.{name} at any size{precision.suffix}"
        hold(held, got, wanted, np.maximum(unit, precision.normal), (name, A.shape, B.shape))

    check()


@precisions
def test_a_step_of_descent_at_any_size(precision, hold):
    @examples(100)
    @given(st.lists(anything(precision), min_size=1, max_size=9), st.floats(1e-8, 1), st.data())
    def check(theta, learning_rate, data):
        theta = np.array(theta, precision.kind)
        curvature = data.draw(drawn(len(theta), None, precision))

        def gradient(theta):
            return curvature * (theta - 1)

        def after(theta):
            g = gradient(theta)
            wanted = [a - mpf(learning_rate) * b for a, b in zip(exact(theta), exact(g), strict=True)]
            return wanted, np.maximum(abs(theta), learning_rate * abs(g)).clip(precision.normal)

        where = (theta, curvature.tolist(), learning_rate)
        moved = theta.copy()
        descent.GradientDescent(learning_rate).step([moved], [learning_rate * gradient(moved)])
        hold(f"descent.step{precision.suffix}", moved, *after(theta), where)
        visited = descent.path(gradient, theta, learning_rate, steps=3)
        assert len(visited) == 4 and visited[0].tolist() == theta.tolist()
        for old, new in pairwise(visited):
            hold(f"descent.path{precision.suffix}", new, *after(old), where)

    check()


# The oracle sees a slip


def swamped(E, u, t):
    v = u - u.max(axis=-1, keepdims=True)
    return np.log(np.exp(v).sum(axis=-1)) - np.vecdot(t, v)


def multiplied_out(E, y, t):
    return 2 / y.shape[-1] * y - 2 / y.shape[-1] * t


# A formula that is as right on paper, or almost, of which class it is, and which test it has to fail.
SLIPS = {
    "6.1 by tanh": (Sigmoid, "bare_value", lambda f, u: (1 + np.tanh(u / 2)) / 2, "sigmoid"),
    "6.2 as it stands": (Sigmoid, "bare_derivative", lambda f, u: f.bare_value(u) * (1 - f.bare_value(u)), "sigmoid"),
    "6.4 as it stands": (Tanh, "bare_derivative", lambda f, u: 1 - np.tanh(u) ** 2, "tanh"),
    "6.9 upside down": (ReLU, "bare_derivative", lambda f, u: (u.real < 0).astype(float), "relu"),
    "7.2 multiplied out": (MSE, "bare_gradient", multiplied_out, "mse"),
    "7.4 with 1e-15 against 0": (CrossEntropy, "bare_gradient", lambda E, y, t: -t / (y + 1e-15), "cross_entropy"),
    "7.7 without log1p": (SoftmaxCrossEntropy, "bare_value", swamped, "softmax_cross_entropy"),
    "2.7 off by 1e-12": (
        ComponentWise,
        "bare_vjp",
        lambda f, delta, u: delta * f.bare_derivative(u) * (1 + 1e-12),
        "mse-sigmoid",
    ),
    "6.10 without its sum": (Softmax, "bare_vjp", lambda f, delta, u: delta * f.bare_value(u), "mse-softmax"),
}


@pytest.mark.parametrize(("kind", "method", "wrong", "test"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_seen(kind, method, wrong, test, monkeypatch):
    monkeypatch.setattr(kind, method, wrong)
    # The first case that fails is enough; the smallest would take long.
    monkeypatch.setitem(globals(), "PHASES", (Phase.generate,))
    with pytest.raises(AssertionError, match="is allowed"):
        if test in COMPONENTWISE:
            test_a_componentwise_activation_at_any_size(test, DOUBLE, holder({}))
        elif test in LOSSES:
            test_a_loss_at_any_size(test, DOUBLE, holder({}))
        else:
            test_a_network_by_autograd(*test.split("-"), DOUBLE, holder({}))


def test_every_function_has_its_bound(figures):
    kinds = ("", ".derivative", ".jacobian", ".vjp")
    functions = {f"{f}{kind}" for f in ACTIVATIONS for kind in kinds if f not in FULL or kind != ".derivative"}
    functions |= {f"{loss}{kind}" for loss in LOSSES for kind in ("", ".gradient")}
    functions |= {f"tensors.{name}" for name in tensors.__all__}
    functions |= {"Layer", "Network", "backprop.gradients", "descent.step", "descent.path", "descent.epoch"}
    functions |= {name + SINGLE.suffix for name in functions if not name.startswith("tensors.")}
    functions |= {f"tensors.{name} at any size{SINGLE.suffix}" for name in CONTRACTIONS}
    functions |= {f"tensors.gradients{SINGLE.suffix}"}
    functions |= {"numeric.jacobian: complex step", "numeric.jacobian: central"}
    assert functions <= set(BOUNDS)
    never = set(BOUNDS) - set(figures["functions"])
    assert not never, (
        f"never held: {', '.join(sorted(never))}; this test wants the whole file before it, in one process"
    )
