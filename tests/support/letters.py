"""What the letters of each page mean, and drawn examples of them, on which its formulas are judged.

A page names its widths and says how it draws its letters; an equation may have letters of its own. Values come from the
package or from the witness, never from the formula that they judge.
"""

import inspect
import math
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import combinations, pairwise
from statistics import NormalDist
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from nn_notes import Network, descent, losses, notation, numeric
from nn_notes.activations import relu, sigmoid, softmax, tanh
from nn_notes.derivation import neighbours

# How many examples are drawn with the widths that the page has, with widths that all differ, and with equal ones.
OWN, DIFFERENT, EQUAL = 3, 10, 8


def uneven(u):
    """A bend whose slope at -u is another one than at u, as that of sigmoid, tanh and sine is not."""
    return np.sin(u + 1)


COMPONENT_WISE = [sigmoid.bare_value, tanh.bare_value, uneven]
BENDS = [*COMPONENT_WISE, softmax.bare_value, neighbours]


def squares(y, t):
    return ((y - t) ** 2).mean(axis=-1)


class Page(NamedTuple):
    """A page's widths by name, as they are on it, and what draws its letters: ``draw(rng, bend, **widths)``.

    ``others`` has what draws letters of a formula's own, ``others[name](rng, letters, **widths)``. Such a name is the
    number of an equation, for itself and the formulas that lead to it, or how the formula begins. ``fixed`` has the
    widths of a formula that writes its entries out, ``made`` the numbers in shapes that are made of several widths, and
    ``code`` the names that only its code has, as functions of letters.
    """

    widths: dict
    draw: Callable
    others: dict
    fixed: dict = MappingProxyType({})
    made: dict = MappingProxyType({})
    code: dict = MappingProxyType({})


def jacobian(f, x):
    return numeric.jacobian(f, np.asarray(x, float))


# --- 00 ---------------------------------------------------------------------------------------------------------------


def shapes_of_derivatives(rng, bend, a, b, c, d):
    return {
        "x": rng.normal(size=c),
        "X": rng.normal(size=(d, c)),
        "p": rng.normal(size=a),
        "P": rng.normal(size=(a, b)),
        "q": rng.normal(size=c),
        "Q": rng.normal(size=(a, c)),
        "K": rng.normal(size=(c, b)),
        "v": rng.normal(size=d),
        "V": rng.normal(size=(a, d)),
    }


def any_chain(rng, letters, a, b, c, d):
    """r of y of x, with as many axes as chance has it."""
    x, y, r = (rng.normal(size=[(), (a,), (b, c), (c,)][rng.integers(4)]) for _ in "xyr")
    inner, outer = rng.normal(size=y.shape + x.shape), rng.normal(size=r.shape + y.shape)

    def y_of(x):
        return np.sin(np.tensordot(inner, x, x.ndim))

    def r_of(y):
        return np.tanh(np.tensordot(outer, y, y.ndim))

    return {"x": x, "y": y_of, "r": r_of, "dr_dy": jacobian(r_of, y_of(x)), "dy_dx": jacobian(y_of, x)}


def chain_of_vectors(rng, letters, a, b, c, d):
    Q, p = letters["Q"], letters["p"]
    return {"y": lambda x: Q @ x**2, "r": lambda y: p @ y**3}


def two_layouts(rng, letters, **widths):
    Q, K, V = letters["Q"], letters["K"], letters["V"]
    y, Y = (lambda x: Q @ x**2), (lambda X: V @ X**2 @ K)
    # One input at a time, below what there is: a square's step forward and back, halved, is exact.
    below = [(y(letters["x"] + e) - y(letters["x"] - e)) / 2 for e in np.eye(Q.shape[1])]
    X = letters["X"]
    nudges = np.eye(X.size).reshape(X.size, *X.shape)
    below_too = np.array([(Y(X + e) - Y(X - e)) / 2 for e in nudges])
    return {
        "y": y,
        "Y": Y,
        "N": (jacobian(y, letters["x"]), jacobian(Y, X)),
        "D": (np.array(below), below_too.reshape(*X.shape, *below_too.shape[1:])),
    }


def given(**letters):
    """Letters of an equation that need no drawing."""
    return lambda rng, drawn, **widths: letters


def by_number(**letters):
    """The same, where x is one number."""
    return lambda rng, drawn, **widths: {"x": rng.normal(), **letters}


# --- 01, 02, 03 -------------------------------------------------------------------------------------------------------


def one_layer(rng, bend, M_in, M_out):
    z, W, b, t = (rng.normal(size=shape) for shape in (M_in, (M_in, M_out), M_out, M_out))
    u = z @ W + b
    return {
        "z": z,
        "W": W,
        "b": b,
        "t": t,
        "u": lambda z, W, b: z @ W + b,
        "f": lambda u: bend(u),
        "z_next": lambda u: bend(u),
        "F": jacobian(bend, u),
        "I": np.eye(M_out),
        "E": lambda z_next, t: squares(z_next, t),
        "M_in": M_in,
        "M_out": M_out,
    }


def last_of_several(rng, letters, M_in, M_out):
    y = rng.normal(size=M_out)
    return {"z": {4: y}, "z_next": y, "L": 4}


def jacobians(rng, bend, M_in, M_out):
    A, x, d = (rng.normal(size=shape) for shape in ((M_out, M_in), M_in, M_in))

    def y(x):
        return np.sin(A @ x) + x.sum() ** 2

    return one_layer(rng, bend, M_in, M_out) | {
        "y": lambda x: y(x),
        "x": x,
        "dy_dx": jacobian(y, x),
        "Delta": 0.1 * rng.normal(size=M_in),
        "d": d / np.linalg.norm(d),
        "h": 0.1,
        "c": rng.normal(),
        "i": 1j,
        "delta": rng.normal(size=M_out),
    }


def twin(rng, letters, M_in, M_out):
    W, z, b = rng.normal(size=(M_out, M_in)), letters["z"], letters["b"]
    return {"W": W, "u": lambda z, W, b: W @ z + b, "F": jacobian(letters["f"], W @ z + b)}


def unit_nudges(rng, letters, M_in, M_out):
    return {"e": np.eye(M_in)[..., None]}


def unit_rows(rng, letters, M_in, M_out):
    return {"e": np.eye(M_out)[..., None]}


def weight_tensor(rng, bend, M_in, M_out):
    letters = one_layer(rng, bend, M_in, M_out)
    z, W, b, t = (letters[name] for name in "zWbt")
    u = z @ W + b
    return letters | {
        "w": W.T,
        "W": lambda w: w.T,
        "T": jacobian(lambda W: z @ W + b, W),
        "e": np.eye(M_out)[..., None],
        "delta": jacobian(lambda y: squares(y, t), bend(u)),
        "xi": jacobian(lambda u: squares(bend(u), t), u),
    }


def in_one_line(rng, letters, M_in, M_out):
    return {"v": letters["w"].T.ravel(), "W": lambda v: v.reshape(M_in, M_out)}


# --- 04 ---------------------------------------------------------------------------------------------------------------


def network(rng, bends, *M, ell, loss=squares):
    """A network of these widths, seen from its layer ``ell``; ``bends`` are a bend to each layer."""
    L = len(M) - 1
    layers = range(1, L + 1)
    W = {l: rng.normal(size=M[l - 1 : l + 1]) for l in layers}
    b, x, t = {l: rng.normal(size=M[l]) for l in layers}, rng.normal(size=M[0]), rng.dirichlet(np.ones(M[-1]))
    f = dict(zip(layers, bends, strict=True))

    def after(z, l):
        """The loss, from the output of layer l on."""
        for m in range(l + 1, L + 1):
            z = f[m](z @ W[m] + b[m])
        return loss(z, t)

    z, u = {0: x}, {}
    for l in layers:
        u[l] = z[l - 1] @ W[l] + b[l]
        z[l] = f[l](u[l])
    return {
        "x": x,
        "t": t,
        "W": W,
        "b": b,
        "M": np.array(M),
        "L": L,
        "ell": ell,
        "u": lambda layer, z, W, b: z[layer - 1] @ W[layer] + b[layer],
        "z": lambda layer, u, x: f[layer](u[layer]) if layer else x,
        "f": lambda u: bends[0](u),
        "E": lambda z, t: loss(z[L], t),
        "F": {l: jacobian(f[l], u[l]) for l in layers},
        "delta": {l: jacobian(partial(after, l=l), z[l]) for l in range(L + 1)},
        "xi": {l: jacobian(lambda u, l=l: after(f[l](u), l), u[l]) for l in layers},
        "I": np.eye(M[ell]),
    }


def backpropagation(rng, bend, a, b, c, d):
    # Half of them have one bend in all layers, and half another in each.
    bends = [bend] * 4 if rng.integers(2) else [bend, *(BENDS[n] for n in rng.permutation(len(BENDS))[:3])]
    M = (a, b, c, d, b)[: rng.integers(3, 6)]
    return network(rng, bends[: len(M) - 1], *M, ell=int(rng.integers(1, len(M))))


def below_the_last(rng, letters, a, b, c, d):
    """With a layer above the one that is looked at, and one bend in all of them."""
    return network(rng, [letters["f"]] * 3, a, b, c, d, ell=int(rng.integers(1, 3)))


def one_of_them(rng, letters, a, b, c, d):
    """A layer by itself, with the letters that it has on page 03."""
    return weight_tensor(rng, letters["f"], a, b)


def three_layers(rng, letters, a, b, c, d):
    return network(rng, BENDS[-3:], a, b, c, d, ell=1)


def with_cross_entropy(rng, letters, a, b, c, d):
    bends = [letters["f"], softmax.bare_value]
    return network(rng, bends, a, b, c, ell=1, loss=losses.cross_entropy.bare_value)


def two_uses(rng, letters, a, b, c, d):
    """A loss of two values that are made of one."""
    z, A, C, of_p, of_q = (rng.normal(size=shape) for shape in (c, (c, d), (c, b), d, b))
    p, q = np.sin(z @ A), np.tanh(z @ C)

    def loss(p, q):
        return np.exp(p @ of_p) * (q**2 @ of_q) + p @ of_p

    return {
        "z": z,
        "p": lambda z: np.sin(z @ A),
        "q": lambda z: np.tanh(z @ C),
        "E": lambda p, q: loss(p, q),
        "dE_dp": jacobian(lambda p: loss(p, q), p),
        "dE_dq": jacobian(lambda q: loss(p, q), q),
        "dp_dz": jacobian(lambda z: np.sin(z @ A), z),
        "dq_dz": jacobian(lambda z: np.tanh(z @ C), z),
    }


def past_the_layer(rng, letters, a, b, c, d):
    """A layer whose input is added to its output."""
    f, z, V, t = letters["f"], rng.normal(size=c), rng.normal(size=(c, c)), rng.normal(size=c)
    return {
        "z": z,
        "V": V,
        "z_next": lambda z, V: z + f(z @ V),
        "E": lambda z_next: squares(z_next, t),
        "F": jacobian(f, z @ V),
        "delta": jacobian(lambda z: squares(z + f(z @ V), t), z),
        "delta_next": jacobian(lambda y: squares(y, t), z + f(z @ V)),
    }


def one_weight_in_two_layers(rng, letters, a, b, c, d):
    f, x, V, t = letters["f"], rng.normal(size=c), rng.normal(size=(c, c)), rng.normal(size=c)
    h = f(x @ V)
    return {
        "V": V,
        "z": lambda layer, V, x: [x, f(x @ V), f(f(x @ V) @ V)][layer],
        "x": x,
        "E": lambda z: squares(z[2], t),
        "xi": {
            1: jacobian(lambda u: squares(f(f(u) @ V), t), x @ V),
            2: jacobian(lambda u: squares(f(u), t), h @ V),
        },
    }


def there_and_back(rng, letters, a, b, c, d):
    """A square matrix, which has an inverse, and a rotation, which may mirror too."""
    z, V, t = rng.normal(size=c), rng.normal(size=(c, c)) + 2 * np.eye(c), rng.normal(size=c)
    return {
        "z": z,
        "V": V,
        "u": lambda z, V: z @ V,
        "E": lambda u: squares(np.sin(u), t),
        "xi": jacobian(lambda u: squares(np.sin(u), t), z @ V),
        "R": np.linalg.qr(rng.normal(size=(d, d)))[0],
    }


def kept_in_memory(rng, letters, a, b, c, d):
    """What the arrays of a network and of its forward pass take, as NumPy counts it."""
    B, M = int(rng.integers(1, 9)), [int(width) for width in rng.permutation([a, b, c, d, *rng.integers(1, 9, size=2)])]
    M = M[: rng.integers(2, 7)]
    deep = Network.init(M, ["tanh"] * (len(M) - 1), rng)
    trace = deep.forward(rng.normal(size=(B, M[0])))
    return {
        "B": B,
        "M": np.array(M),
        "L": len(M) - 1,
        # It runs in the sums alone.
        "ell": 0,
        "the trace": sum(kept.nbytes for kept in trace.u + trace.z),
        "the parameters": sum(theta.nbytes for theta in deep.parameters),
    }


def two_orders(rng, letters, a, b, c, d):
    n = rng.integers(2, 8, size=rng.integers(3, 7))

    def multiplications(shapes):
        """Of a chain of matrices, one after the other: what each product multiplies."""
        (rows, inner), *others = shapes
        count = 0
        for _, columns in others:
            count += rows * inner * columns
            inner = columns
        return count

    pairs = list(pairwise(n.tolist()))
    return {
        "n": n,
        "K": len(pairs),
        "from the loss": multiplications(pairs),
        "from the weights": multiplications([pair[::-1] for pair in pairs[::-1]]),
    }


# --- 05 ---------------------------------------------------------------------------------------------------------------


def descending(rng, bend, B, M_0, M_1, M_2):
    network = Network.init([M_0, M_1, M_2], ["tanh", "sigmoid"], rng)
    X, T = rng.normal(size=(B, M_0)), rng.uniform(size=(B, M_2))
    theta = np.concatenate([part.ravel() for layer in network.layers for part in (layer.W, layer.b)])

    def samples(theta):
        ends = np.cumsum([M_0 * M_1, M_1, M_1 * M_2])
        W_1, b_1, W_2, b_2 = np.split(theta, ends)
        z = tanh.bare_value(X @ W_1.reshape(M_0, M_1) + b_1)
        return squares(sigmoid.bare_value(z @ W_2.reshape(M_1, M_2) + b_2), T)

    gamma, g, each = 0.1, jacobian(lambda theta: samples(theta).mean(), theta), jacobian(samples, theta)
    stepped = theta.copy()
    descent.GradientDescent(gamma).step([stepped], [gamma * g])
    return {
        "theta": theta,
        "theta_next": stepped,
        "gamma": gamma,
        "g": g,
        "each": each,
        "B": B,
        "P": len(theta),
        "J": lambda theta: samples(theta).mean(),
        "E": lambda theta: samples(theta),
    }


def batch(rng, letters, B, M_0, M_1, M_2):
    Z, W, b, T = (rng.normal(size=shape) for shape in ((B, M_1), (M_1, M_2), M_2, (B, M_2)))

    def samples(u):
        return squares(softmax.bare_value(u), T)

    Xi = jacobian(lambda u: samples(u).sum(), Z @ W + b)
    return {
        "Z": Z,
        "z": Z,
        "W": W,
        "b": b,
        "u": lambda Z, W, b: Z @ W + b,
        "J": lambda u: samples(u).mean(),
        "Xi": Xi,
        "xi": Xi,
        "M_in": M_1,
        "M_out": M_2,
    }


def kept(rng, letters, **widths):
    theta, A = rng.normal(size=(7, 5)), rng.normal(size=5)

    def J(theta):
        return np.cos(theta @ A + 1)

    best = min(range(len(theta)), key=lambda n: J(theta[n]))
    found = {"theta_star": theta[best], "n_star": best}
    return found | {"theta": theta, "P": 5, "J_validation": lambda theta: J(theta)}


def line(rng, letters, B, **widths):
    """A neuron with one weight and a bias, and what is fitted to B points is a line."""
    x, t = rng.normal(size=(2, B))

    def slope(theta):
        w, b = theta
        gap = w * x + b - t
        return np.stack([2 * (gap * x).mean(), 2 * gap.mean()])

    H = jacobian(slope, rng.normal(size=2))
    lowest = np.polyfit(x, t, 1)
    least = np.mean((np.polyval(lowest, x) - t) ** 2)
    return {"x": x, "N": B, "H": H, "slope": slope, "m": x.mean(), "d": x.std(), "least": least}


def steps_on_a_bowl(rng, letters, **widths):
    bowl = line(rng, letters, **widths)
    lowest = np.linalg.solve(bowl["H"], -bowl["slope"](np.zeros(2)))
    walked = descent.path(bowl["slope"], rng.normal(size=2), letters["gamma"], steps=6)
    return bowl | {"I": np.eye(2), "theta": walked, "theta_star": lowest, "s": int(rng.integers(6))}


def bowl_at(rng, letters, **widths):
    """One place on a bowl, and the slope there."""
    bowl = line(rng, letters, **widths)
    low = np.linalg.solve(bowl["H"], -bowl["slope"](np.zeros(2)))
    # From the slope, along the way there from the lowest point.
    nodes, weights = np.polynomial.legendre.leggauss(3)

    def J(theta):
        way = theta - low
        along = (w / 2 * bowl["slope"](low + (x + 1) / 2 * way) @ way for x, w in zip(nodes, weights, strict=True))
        return bowl["least"] + sum(along)

    return {"H": bowl["H"], "theta": rng.normal(size=2), "theta_star": low, "J": J, "P": 2}


def along_a_direction(rng, letters, **widths):
    steps = steps_on_a_bowl(rng, letters, **widths)
    curvatures, directions = np.linalg.eigh(steps["H"])
    n = rng.integers(2)
    return steps | {"lambda": curvatures[n], "r": directions[:, [n]]}


def rolling(rng, letters, **widths):
    """A step of the package's own, in the middle of a walk."""
    theta, v, g = letters["theta"], 0.1 * rng.normal(size=letters["P"]), letters["g"]
    gamma, beta = letters["gamma"], 0.7
    rolled, ball = theta.copy(), descent.Momentum(gamma, beta)
    ball.velocities = [v.copy()]
    ball.step([rolled], [gamma * g])
    return {"v": v, "beta": beta, "v_next": ball.velocities[0], "theta_next": rolled}


def rolling_along(rng, letters, **widths):
    """Such a step on a bowl, seen along an eigenvector."""
    bowl = along_a_direction(rng, letters, **widths)
    theta, beta = rng.normal(size=2), rng.uniform(0.1, 0.9)
    ball = descent.Momentum(letters["gamma"], beta)
    ball.velocities = [rng.normal(size=2)]
    seen = []
    for _ in range(2):
        seen += [((theta - bowl["theta_star"]) @ bowl["r"]).item(), (ball.velocities[0] @ bowl["r"]).item()]
        ball.step([theta], [letters["gamma"] * bowl["slope"](theta)])
    return bowl | {"beta": beta} | dict(zip(["a", "c", "a_next", "c_next"], seen, strict=True))


def all_batches(rng, letters, **widths):
    """The squared distance of a batch's gradient from that of all, as a mean over all batches."""
    N = int(rng.integers(3, 8))
    B = int(rng.integers(1, N + 1))
    each = rng.normal(size=(N, 4))
    far = [np.sum((each[list(chosen)].mean(axis=0) - each.mean(axis=0)) ** 2) for chosen in combinations(range(N), B)]
    Q = np.mean(np.sum((each - each.mean(axis=0)) ** 2, axis=1))
    return {"N": N, "B": B, "D": np.mean(far), "Q": Q}


def longest_step(rng, letters, **widths):
    """gamma is about the longest step with which walks on a bowl come nearer to its lowest point."""
    bowl = line(rng, letters, **widths)
    lowest = np.linalg.solve(bowl["H"], -bowl["slope"](np.zeros(2)))

    def converges(gamma):
        ends = [descent.path(bowl["slope"], lowest + start, gamma, steps=50)[-1] for start in np.eye(2)]
        return np.linalg.norm(ends - lowest) < np.linalg.norm(np.eye(2))

    gamma = max(filter(converges, np.geomspace(0.05, 2, 16)))
    return {"H": bowl["H"], "lambda_max": np.linalg.norm(bowl["H"], 2), "gamma": gamma}


# --- 06, 07 -----------------------------------------------------------------------------------------------------------


def normal_below(x):
    """The probability that a normal number is below x, as an area, which takes complex numbers too."""
    at, weights = np.polynomial.legendre.leggauss(40)
    along = np.multiply.outer((1 + at) / 2, x)
    return 0.5 + x / 2 * np.einsum("n,n...->...", weights, np.exp(-(along**2) / 2)) / np.sqrt(2 * np.pi)


def activations(rng, bend, M, M_in, M_out):
    # Off the kink of ReLU.
    x = rng.choice([-1, 1], M) * rng.uniform(0.1, 2, M)
    alpha = rng.uniform(0.01, 0.5)
    return {
        "x": x,
        "c": rng.normal(),
        "D": np.exp(x).sum(),
        "delta": rng.normal(size=M),
        "sigma": lambda x: sigmoid.bare_value(x),
        "tanh": lambda x: tanh.bare_value(x),
        "ReLU": lambda x: relu.bare_value(x),
        "S": lambda x: softmax.bare_value(x),
        "F": jacobian(softmax.bare_value, x),
        "M": M,
        "f": lambda u: bend(u),
        "alpha": alpha,
        "leaky": lambda x: relu.bare_value(x) - alpha * relu.bare_value(-x),
        "GELU": lambda x: x * normal_below(x),
        "Phi": lambda x: np.vectorize(NormalDist().cdf)(x),
        "varphi": lambda x: np.vectorize(NormalDist().pdf)(x),
    }


def edges(rng, letters, **widths):
    a = rng.uniform(0.5, 3)
    # tanh' and σ' at 0 are 1 and 1/4.
    return {"a": a, "q": float(jacobian(np.tanh, a))}


def without_a_bend(rng, letters, M, M_in, M_out):
    W = {1: rng.normal(size=(M_in, M)), 2: rng.normal(size=(M, M_out))}
    return {"z": rng.normal(size=M_in), "W": W, "b": {1: rng.normal(size=M), 2: rng.normal(size=M_out)}, "M_out": M_out}


def straight_pieces(rng, letters, **widths):
    """A curve g of straight pieces, which has x between its ends, and their slopes, measured."""
    K = int(rng.integers(2, 7))
    a = np.cumsum(rng.uniform(0.2, 1, K + 1))
    a *= 5 / np.ptp(a)
    a, y = a - a[0] - 2.5, rng.normal(size=K + 1)
    middle, h = (a[1:] + a[:-1]) / 2, np.diff(a) / 4
    slopes = (np.interp(middle + h, a, y) - np.interp(middle - h, a, y)) / (2 * h)
    return {"g": lambda x: np.interp(x, a, y), "a": a, "y": y, "K": K, "s": np.append(0, slopes)}


def one_step_back(rng, letters, M, M_in, M_out):
    """A row that comes back through a layer, of which nothing is drawn more than once."""
    z, W, row = rng.normal(size=M_in), rng.normal(size=(M_in, M_out)), rng.normal(size=M_out)
    f = letters["f"]
    delta = jacobian(lambda z: row @ f(z @ W), z)
    return {"W": W, "u": z @ W, "delta_next": row, "delta": delta}


def orthogonal(n):
    """Signs, n by n for n a power of 2. All columns but the first have mean 0, and no two go together."""
    signs = np.ones((1, 1))
    while len(signs) < n:
        signs = np.kron(signs, [[1, 1], [1, -1]])
    return signs


def drawn_layers(rng, letters, M, M_in, M_out):
    """Draws of a layer in which weights, slopes and δ' are independent, not about but exactly: all of each with all.

    The last axis of ``W``, ``delta`` and ``delta_next`` runs over the draws.
    """
    size, length, slopes = rng.uniform(0.3, 2), rng.uniform(0.3, 2), rng.uniform(0.1, 1, M_out)
    W = size * orthogonal(64)[:, 1 : 1 + M_in * M_out].reshape(-1, M_in, M_out)
    back = length * orthogonal(8)[:, 1 : 1 + M_out]
    turned = np.array([np.roll(slopes, n) for n in range(M_out)])
    pulled = np.einsum("qrj,pij->ipqr", back[:, None] * turned, W)
    return {
        "W": np.moveaxis(W, 0, -1),
        "u": np.log(slopes),
        "f_next": lambda u: np.exp(u),
        "delta": pulled.reshape(M_in, -1),
        "delta_next": back.T,
        "M_out": M_out,
        "Var": lambda draws: np.var(draws),
        "mean": lambda entries: np.mean(entries),
    }


def kept_size(rng, letters, **widths):
    """The same, with weights of the size that leaves δ's variance as it is."""
    drawn = drawn_layers(rng, letters, **widths)
    size = np.sqrt(np.var(drawn["delta_next"]) / np.var(drawn["delta"]))
    return drawn | {"W": size * drawn["W"], "delta": size * drawn["delta"]}


def at_a_temperature(rng, letters, **widths):
    tau = rng.uniform(0.3, 3)
    return {"tau": tau, "F": jacobian(softmax.bare_value, letters["x"] / tau)}


def on_predictions(rng, bend, D):
    y, u = rng.uniform(0.1, 1, D), rng.normal(size=D)
    t = rng.dirichlet(np.ones(D))
    S = softmax.bare_value(u)
    return {
        "y": y,
        "t": t,
        "u": u,
        "D": D,
        "m": u.max(),
        "gamma": 0.1,
        "S": lambda u: softmax.bare_value(u),
        "sigma": lambda u: sigmoid.bare_value(u),
        "F": jacobian(softmax.bare_value, u),
        "delta": jacobian(lambda y: losses.cross_entropy.bare_value(y, t), S),
        "E_MSE": lambda y, t: losses.mse.bare_value(y, t),
        "E_CE": lambda y, t: losses.cross_entropy.bare_value(y, t),
        "E_softmax": lambda u, t: losses.softmax_cross_entropy.bare_value(u, t),
        "E_sigmoid": lambda u, t: losses.sigmoid_cross_entropy.bare_value(u, t),
    }


def any_target(rng, letters, D):
    return {"t": rng.uniform(size=D)}


def softmax_and_cross_entropy(rng, letters, D):
    return {"E": lambda S, t: losses.cross_entropy.bare_value(S, t)}


def binary(rng, letters, D):
    t = rng.integers(0, 2, D).astype(float)

    def E(y, t):
        return -np.where(t == 1, np.log(y), np.log(1 - y)).sum()

    return {
        "t": t,
        "y": lambda u: sigmoid.bare_value(u),
        "E": lambda y, t: E(y, t),
        "delta": jacobian(lambda y: E(y, t), sigmoid.bare_value(letters["u"])),
    }


def binary_at_u(rng, letters, D):
    """The same, with σ for σ(u)."""
    u = letters["u"]
    slope = np.diagonal(jacobian(sigmoid.bare_value, u))
    return binary(rng, letters, D) | {"sigma": sigmoid.bare_value(u), "sigma_next": slope}


def bell(rng, letters, D):
    """How likely a target is, by Python's own normal distribution, with its spread."""

    def p(t, y, s):
        return math.prod(NormalDist(centre, s).pdf(x) for centre, x in zip(y, t, strict=True))

    return {"t": rng.normal(size=D), "s": rng.uniform(0.5, 2), "pi": np.pi, "p": lambda t, y, s: p(t, y, s)}


def bell_of_y(rng, letters, D):
    """The same for a witness that takes complex steps, by the squared error of the package."""

    def p(t, y, s):
        return np.exp(-D * losses.mse.bare_value(y, t) / (2 * s**2)) / (s * np.sqrt(2 * np.pi)) ** D

    return bell(rng, letters, D) | {"p": lambda t, y, s: p(t, y, s)}


def several(rng, letters, D):
    """Targets for one prediction, each a distribution."""
    B = int(rng.integers(2, 6))
    return {"B": B, "t": rng.dirichlet(np.ones(D), size=B)}


def rescaled(rng, letters, D):
    return {"gamma_next": letters["gamma"] * D / 2}


# --- 08 ---------------------------------------------------------------------------------------------------------------


def small_operations(rng, bend, B, M_in, M_out):
    x, y = rng.normal(size=M_in), rng.choice([-1, 1], M_in) * rng.uniform(0.5, 2, M_in)
    Z, W, b, C = (rng.normal(size=shape) for shape in ((B, M_in), (M_in, M_out), M_out, (B, M_out)))

    def E(U):
        return np.sum(C * np.sin(U))

    return {
        "x": x,
        "y": y,
        "Z": Z,
        "W": W,
        "b": b,
        "U": lambda Z, W, b: Z @ W + b,
        "E": lambda U: E(U),
        "Xi": jacobian(E, Z @ W + b),
        "B": B,
        "M_in": M_in,
        "M_out": M_out,
        "K": B - 1,
    }


def used_twice(rng, letters, B, M_in, M_out):
    x, A, C = letters["x"], rng.normal(size=(M_in, M_out)), rng.normal(size=(M_in, B))
    a, c = rng.normal(size=M_out), rng.normal(size=B)

    def p_of(x):
        return np.sin(x @ A)

    def q_of(x):
        return np.tanh(x @ C)

    def E_of(p, q):
        return np.sin(p @ a + q @ c)

    return {
        "p": lambda x: p_of(x),
        "q": lambda x: q_of(x),
        "E": lambda p, q: E_of(p, q),
        "dE_dp": jacobian(lambda p: E_of(p, q_of(x)), p_of(x)),
        "dE_dq": jacobian(lambda q: E_of(p_of(x), q), q_of(x)),
        "dp_dx": jacobian(p_of, x),
        "dq_dx": jacobian(q_of, x),
    }


def one_after_another(rng, letters, B, **widths):
    """B numbers, each made from some of those before it; all of them nudged where they are made."""
    C = np.tril(rng.normal(size=(B, B)), -1) * (rng.uniform(size=(B, B)) < 0.8)

    def made(nudge):
        v = []
        for row, n in zip(C, nudge, strict=True):
            v.append(sum((c * np.sin(x) for c, x in zip(row, v, strict=False)), 1.0) + n)
        return np.stack(v)

    v = made(np.zeros(B))
    return {
        "g": jacobian(made, np.zeros(B))[-1],
        "D": jacobian(lambda v: 1 + C @ np.sin(v), v),
        "e": np.eye(B),
    }


def arriving(rng, made):
    """A loss that some value goes into, and the δ that it sends back."""
    c = rng.normal(size=np.shape(made))

    def E(value):
        return np.sum(c * np.sin(value))

    return E, jacobian(E, made)


def a_product(rng, letters, **widths):
    E, delta = arriving(rng, letters["x"] * letters["y"])
    return {"p": lambda x, y: x * y, "E": lambda p: E(p), "delta": delta}


def a_quotient(rng, letters, **widths):
    E, delta = arriving(rng, letters["x"] / letters["y"])
    return {"q": lambda x, y: x / y, "E": lambda q: E(q), "delta": delta}


def a_sum(rng, letters, **widths):
    E, delta = arriving(rng, letters["x"].sum())
    return {"s": lambda x: np.sum(x), "E": lambda s: E(s), "delta": delta}


PAGES = {
    "00": Page(
        {"a": 2, "b": 5, "c": 3, "d": 7},
        shapes_of_derivatives,
        {
            "0.1": by_number(y=lambda x: x**2),
            "0.2": by_number(y=lambda x, p: p * x**2),
            "0.3": by_number(Y=lambda x, P: P * x**2),
            "0.4": given(y=lambda x, q: q @ x**2),
            "0.5": given(y=lambda x, Q: Q @ x**2),
            "0.6": given(Y=lambda x, Q, K: Q * x**2 @ K),
            "0.7": given(y=lambda X, v, q: v @ X**2 @ q),
            "0.8": given(y=lambda X, V, q: V @ X**2 @ q),
            "0.9": given(Y=lambda X, V, K: V @ X**2 @ K),
            r"\frac{\partial r}{\partial x_b}": chain_of_vectors,
            "0.10": any_chain,
            "0.11": two_layouts,
        },
        fixed={"0.2": {"a": 2}, "0.4": {"c": 3}},
    ),
    "01": Page(
        {"M_in": 3, "M_out": 2},
        one_layer,
        {"1.7": last_of_several},
    ),
    "02": Page(
        {"M_in": 3, "M_out": 2},
        jacobians,
        {"2.6": twin, "2.11": unit_nudges, "2.12": unit_rows},
        code={
            "nudge": lambda Delta: Delta,
            "slope": lambda F: np.diagonal(F),
            "W_twin": lambda W: W,
            "e_b": lambda M_in, b: np.eye(M_in)[b],
            "e_a": lambda M_out, a: np.eye(M_out)[a],
        },
    ),
    "03": Page(
        {"M_in": 5, "M_out": 3},
        weight_tensor,
        {"3.12": in_one_line},
        made={15: lambda M_in, M_out: M_in * M_out},
        code={
            "slope": lambda F: np.diagonal(F),
            "e_j": lambda M_out, j: np.eye(M_out)[j],
            "e_k": lambda M_out, k: np.eye(M_out)[k],
        },
    ),
    "04": Page(
        {"a": 7, "b": 5, "c": 3, "d": 2},
        backpropagation,
        {
            r"\frac{\partial E}{\partial W^{(1)}_{ij}}": three_layers,
            r"\delta^{(2)}_j": three_layers,
            r"\ell=1": three_layers,
            r"\sum_k \delta_k\,\frac{\partial z'_k}": one_of_them,
            "4.3": with_cross_entropy,
            "4.4": below_the_last,
            "4.8": below_the_last,
            r"\underbrace{\frac{\partial E}{\partial z^{(3)}}}_{1\times2}": three_layers,
            "4.9": two_orders,
            "4.10": two_uses,
            "4.11": past_the_layer,
            "4.12": one_weight_in_two_layers,
            "4.13": there_and_back,
            "4.14": kept_in_memory,
        },
        made={35: lambda a, b, c, d: a * b},
        code={
            "layer": lambda ell: ell,
            "f": lambda L: dict.fromkeys(range(1, L + 1), sigmoid),
            "dE_dz3": lambda delta: delta[3],
            "dz_dz": lambda F, W: {l: F[l] @ W[l].T for l in (2, 3)},
            "dz_dW": lambda F, z: {1: np.einsum("kj,i->kij", F[1], z[0])},
        },
    ),
    "05": Page(
        {"B": 4, "M_0": 5, "M_1": 3, "M_2": 2},
        descending,
        {
            r"\theta_{s+1}": steps_on_a_bowl,
            r"\gamma < ": longest_step,
            r"\partial J/\partial": batch,
            "5.4": batch,
            "5.5": kept,
            "5.6": bowl_at,
            "5.7": along_a_direction,
            "5.8": rolling,
            "5.9": all_batches,
            "5.10": line,
            "5.11": rolling_along,
        },
        fixed={number: {"M_2": 2} for number in ("5.6", "5.7", "5.10", "5.11")},
        made={26: lambda B, M_0, M_1, M_2: M_0 * M_1 + M_1 + M_1 * M_2 + M_2},
        code={"curvature": lambda H, r: (r.T @ H @ r).item()},
    ),
    "06": Page(
        {"M": 3, "M_in": 2, "M_out": 5},
        activations,
        {
            r"\sigma'(x) = -(1+e^{-x})^{-2}": by_number(),
            r"\tanh(x) = ": by_number(),
            "6.12": edges,
            "6.13": without_a_bend,
            "6.15": straight_pieces,
            r"\delta_i = \sum_j": one_step_back,
            "6.16": drawn_layers,
            "6.17": kept_size,
            "6.22": at_a_temperature,
            "6.23": at_a_temperature,
        },
        fixed={r"S_0 = ": {"M": 2}},
        code={"slope": lambda u: np.exp(u), "phi": np.vectorize(NormalDist().pdf)},
    ),
    "07": Page(
        {"D": 3},
        on_predictions,
        {
            "7.1": any_target,
            "7.2": any_target,
            "7.3": any_target,
            "7.4": any_target,
            "7.5": softmax_and_cross_entropy,
            r"\partial E/\partial u = S - t": softmax_and_cross_entropy,
            r"\delta_k\,\sigma'_k": binary_at_u,
            r"\partial E/\partial u = \sigma(u)": binary,
            "7.6": binary,
            "7.8": bell,
            "7.9": bell_of_y,
            "7.11": several,
            r"\gamma\,(y-t)": rescaled,
        },
    ),
    "08": Page(
        {"B": 4, "M_in": 3, "M_out": 2},
        small_operations,
        {
            "8.1": used_twice,
            "8.2": one_after_another,
            "8.3": a_product,
            "8.4": a_quotient,
            "8.5": a_sum,
        },
        code={"e_K": lambda e, K: e[K]},
    ),
}


def examples(page, number, latex, bends=None, seed=0):
    """Drawn examples for a formula: pairs of its letters, and what the widths that the page's shapes name are in it.

    Args:
        page: its page, ``"03"``.
        number: the number that it has or leads to, ``"3.7"``.
        latex: the formula itself. Of it counts how it begins, and whether it needs a bend with a slope.
        bends: other bends to draw from.
        seed: other numbers are drawn with another one.
    """
    own = [*PAGES[page].others, *PAGES[page].fixed]
    names = [name for name in own if not name[0].isdigit() and latex.startswith(name)]
    bends = bends or (COMPONENT_WISE if "f'" in latex else BENDS)
    return _drawn(page, names[0] if names else number, tuple(bends), seed)


# A formula, those that lead to it and its row in the summary have the same examples, which take long to draw.
@lru_cache(256)
def _drawn(page, name, bends, seed):
    page, rng, drawn = PAGES[page], np.random.default_rng([seed, *map(ord, name)]), []
    for n in range(OWN + DIFFERENT + EQUAL):
        widths = drawn_widths(rng, page.widths, page.fixed.get(name, {}), n)
        letters = page.draw(rng, bends[n % len(bends)], **widths)
        if name in page.others:
            letters |= page.others[name](rng, letters, **widths)
        sizes = {page.widths[name]: width for name, width in widths.items()}
        drawn.append((letters, sizes | {size: of(**widths) for size, of in page.made.items()}))
    return drawn


def judged(number, latex, seed):
    """Judge a numbered formula on examples drawn anew, and say how that ended; the pages of the book ask."""
    drawn = examples(f"{int(number.partition('.')[0]):02}", number, latex, seed=seed)
    try:
        for letters, sizes in drawn:
            notation.judge(latex, letters, sizes)
    except (notation.NotationError, notation.Refuted) as error:
        return f"The formula does not hold as it stands here: {error}"
    return (
        f"The formula, read as it stands here, holds on {len(drawn)} examples drawn just now, "
        "with widths that all differ and with equal ones."
    )


def worth(name, letters):
    """What a letter is in code: of a function its value, in each layer if it has any; of several arrays the first."""
    value = letters[name]
    if isinstance(value, tuple):
        return value[0]
    if not callable(value):
        return value
    first, *others = parameters = [*inspect.signature(value).parameters]
    if first == "layer":
        return Layers(lambda layer: value(layer, *(worth(name, letters) for name in others)))
    return value(*(worth(name, letters) for name in parameters))


class Layers(dict):
    """What a function makes of each layer that is asked for."""

    def __init__(self, of):
        super().__init__()
        self.of = of

    def __missing__(self, layer):
        self[layer] = self.of(layer)
        return self[layer]


def drawn_widths(rng, own, fixed, n):
    if n < OWN:
        return own | fixed
    if n < OWN + DIFFERENT:
        left = rng.permutation([width for width in range(2, 8) if width not in fixed.values()]).tolist()
        return {name: fixed.get(name) or left.pop() for name in own}
    return dict.fromkeys(own, next(iter(fixed.values()), int(rng.integers(2, 5))))
