"""A graph of small operations: each vjp is held to the witness, and the way back to what can be done by hand."""

import numpy as np
import pytest

from nn_notes import backprop, graph, losses, numeric
from nn_notes.graph import Node
from nn_notes.network import Network

RNG = np.random.default_rng(0)


def away(*shape):
    """Numbers that are neither near zero nor near each other in size."""
    return RNG.permutation(np.arange(1, 1 + np.prod(shape, dtype=int))).reshape(shape) / 4.0


# What is done, to nodes or to arrays; and the shapes that it is done to.
OPERATIONS = {
    "+": (lambda m, x, y: x + y, [(3,), (3,)]),
    "-": (lambda m, x, y: x - y, [(2, 3), (2, 3)]),
    "*": (lambda m, x, y: x * y, [(2, 3), (2, 3)]),
    "/": (lambda m, x, y: x / y, [(3,), (3,)]),
    "negative": (lambda m, x: -x, [(3,)]),
    "row @": (lambda m, z, W: z @ W, [(3,), (3, 2)]),
    "batch @": (lambda m, Z, W: Z @ W, [(5, 3), (3, 2)]),
    "batch of one @": (lambda m, Z, W: Z @ W, [(1, 3), (3, 2)]),
    "exp": (lambda m, x: m.exp(x), [(2, 3)]),
    "log": (lambda m, x: m.log(x), [(2, 3)]),
    "tanh": (lambda m, x: m.tanh(x), [(2, 3)]),
    "ReLU": (lambda m, x: m.maximum(x - 1.1, 0), [(2, 3)]),
    "larger of two": (lambda m, x, y: m.maximum(x, 1.05 * y), [(7,), (7,)]),
    "sum": (lambda m, x: m.sum(x), [(2, 3)]),
    "sum over rows": (lambda m, x: m.sum(x, axis=0), [(2, 3)]),
    "sum over columns": (lambda m, x: m.sum(x, axis=-1), [(2, 3)]),
    "sum, and the axis stays": (lambda m, x: m.sum(x, axis=1, keepdims=True), [(2, 3)]),
    "sum over two axes": (lambda m, x: m.sum(x, axis=(0, 2)), [(2, 3, 4)]),
    "a number and a row": (lambda m, x, y: x * y, [(), (3,)]),
    "a batch and a row": (lambda m, x, y: x + y, [(5, 3), (3,)]),
    "a column and a row": (lambda m, x, y: x / y, [(5, 1), (3,)]),
    "a batch and a column": (lambda m, x, y: x - y, [(5, 3), (5, 1)]),
    "a sheet of one and a stack": (lambda m, x, y: x * y, [(1, 3, 1), (2, 3, 4)]),
    "constants": (lambda m, x: 2 / (1 + 3 * x) - (1 - x) + np.ones(3) * x, [(3,)]),
    "a constant matrix": (lambda m, W: np.array([[1.0, 2.0], [3.0, 4.0]]) @ W, [(2, 3)]),
    "used three times": (lambda m, x: x * x + x, [(3,)]),
    "a use of a use": (lambda m, x: (x * x) / (x + x * x), [(3,)]),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_values_and_vjps(name):
    f, shapes = OPERATIONS[name]
    arrays = [away(*shape) for shape in shapes]
    nodes = [Node(a) for a in arrays]
    y, value = f(graph, *nodes), np.asarray(f(np, *arrays))
    np.testing.assert_allclose(y.value, value)
    assert y.value.shape == value.shape
    arriving = RNG.normal(size=value.shape)
    delta = graph.sum(y * arriving).backward()
    for n, (x, a) in enumerate(zip(nodes, arrays, strict=True)):

        def of(a, n=n):
            return np.sum(f(np, *arrays[:n], a, *arrays[n + 1 :]) * arriving)

        wanted = numeric.jacobian(of, a, method="central")
        assert delta[x].shape == a.shape
        np.testing.assert_allclose(delta[x], wanted, rtol=1e-7, atol=1e-7)
        np.testing.assert_array_equal(x.grad, delta[x])


def test_by_hand():
    x, y = Node(3), Node(2)
    p = x * y
    e = p + x
    delta = e.backward()
    assert (e.value, delta[e], delta[p], delta[x], delta[y]) == (9, 1, 1, 3, 3)
    assert e.causes() == [x, y, p, e]


def test_where_two_are_equal_the_second_hands_back():
    x, y = Node([0.0, -1.0, 2.0]), Node(0)
    delta = graph.sum(graph.maximum(x, y)).backward()
    assert delta[x].tolist() == [0, 0, 1] and delta[y] == 2


def test_grad_adds_up_over_calls_and_what_backward_gives_does_not():
    x = Node([1.0, 2.0])
    e = graph.sum(x * x)
    first, second = e.backward(), e.backward()
    assert first[x].tolist() == second[x].tolist() == [2, 4]
    assert x.grad.tolist() == [4, 8]


def test_nothing_goes_back_through_what_is_detached():
    x = Node(3)
    e = x * x.detach()
    delta = e.backward()
    assert e.value == 9 and delta[x] == 3
    assert x not in x.detach().causes()


def test_a_graph_may_be_deep_and_its_paths_many():
    x = e = Node(1.0)
    for _ in range(3000):
        e = e + 0.0
    for _ in range(60):
        # Twice as many paths each time.
        e = (e + e) / 2
    assert e.backward()[x] == 1


def test_float32_stays():
    x, W = Node(np.ones(3, np.float32)), Node(np.ones((3, 2), np.float32))
    delta = graph.sum(graph.tanh(x @ W)).backward()
    assert delta[x].dtype == delta[W].dtype == np.float32


def test_a_vjp_of_one_s_own():
    x = Node([1.0, 4.0])
    root = Node(np.sqrt(x.value), (x, lambda delta: delta / (2 * np.sqrt(x.value))))
    np.testing.assert_allclose(graph.sum(root).backward()[x], [0.5, 0.25])


def test_infinities_travel():
    with np.errstate(all="ignore"):
        u = Node([1000.0, 0.0])
        share = graph.exp(u) / graph.sum(graph.exp(u))
        delta = graph.sum(share).backward()
    assert np.isnan(share.value[0]) and np.isnan(delta[u][0])


def test_a_network_has_the_gradients_of_backprop():
    network = Network.init([3, 5, 2], ["tanh", "identity"], RNG)
    X, T = RNG.normal(size=(7, 3)), np.eye(2)[RNG.integers(0, 2, 7)]
    (W1, b1), (W2, b2) = theta = [(Node(layer.W), Node(layer.b)) for layer in network.layers]
    u = graph.tanh(X @ W1 + b1) @ W2 + b2
    log_S = u - graph.log(graph.sum(graph.exp(u), axis=1, keepdims=True))
    J = -graph.sum(T * log_S) / len(X)
    delta = J.backward()
    value, gradients = backprop.gradients(network, X, T, losses.softmax_cross_entropy)
    np.testing.assert_allclose(J.value, value)
    for (W, b), (dW, db) in zip(theta, gradients, strict=True):
        np.testing.assert_allclose(delta[W], dW, atol=1e-14)
        np.testing.assert_allclose(delta[b], db, atol=1e-14)
