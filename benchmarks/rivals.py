"""What trains a network beside us, each as its own documentation would have it: the same steps on the same numbers.

A rival is a function of a ``Task`` that gives another one: from ``orders``, one for each epoch, it trains from the
start of the task and gives all parameters, W before b, layer by layer. What it builds once is not in that time. Who has
several threads takes as many as there are cores, as we do.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nn_notes import Layer, Network, descent, losses

RATE = 0.05


@dataclass
class Task:
    """What is to be trained, and on what: ReLUs, softmax cross entropy, plain gradient descent in batches."""

    sizes: list
    batch: int
    X: np.ndarray
    labels: np.ndarray
    start: list

    @classmethod
    def drawn(cls, sizes, batch, samples, dtype, seed=0):
        """One with numbers that can be learned: labels by a random linear map."""
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(samples, sizes[0]))
        return cls.on(sizes, batch, X, (X @ rng.normal(size=(sizes[0], sizes[-1]))).argmax(axis=1), dtype, rng)

    @classmethod
    def on(cls, sizes, batch, X, labels, dtype, rng):
        """One on given data."""
        network = Network.init(sizes, ["relu"] * (len(sizes) - 2) + ["identity"], rng)
        return cls(sizes, batch, X.astype(dtype), labels, [theta.astype(dtype) for theta in network.parameters])

    @property
    def T(self):
        """The targets, one-hot."""
        return np.eye(self.sizes[-1], dtype=self.X.dtype)[self.labels]

    def layers(self):
        """The start as pairs (W, b)."""
        return list(zip(self.start[::2], self.start[1::2], strict=True))

    def batches(self, order):
        """The rows of each step."""
        return [order[n : n + self.batch] for n in range(0, len(order), self.batch)]

    def network(self):
        """The start as a ``Network``."""
        *hidden, last = self.layers()
        return Network([*(Layer(W, b, "relu") for W, b in hidden), Layer(*last, "identity")])


def nn_notes(task):
    """``descent.fit``, with its checks, and with a batch that is held back and looked at after every epoch."""
    network, T = task.network(), task.T
    held_back = task.X[: task.batch], T[: task.batch]

    def train(orders):
        rng = np.random.default_rng(0)
        best, history = descent.fit(
            network, (task.X, T), held_back, loss="softmax_cross_entropy", learning_rate=RATE, epochs=len(orders),
            batch_size=task.batch, patience=None, rng=rng, progress=False,
        )  # fmt: skip
        assert history.best == len(orders), "a later epoch is worse, so the parameters are not those of the last one"
        return best.parameters

    return train


def each_epoch(task):
    """``descent.epoch`` as often as there are orders."""
    T, loss, step = task.T, losses.softmax_cross_entropy, descent.GradientDescent(RATE)

    class Given:
        """In the place of a generator, which would draw an order."""

        def __init__(self, order):
            self.permutation = lambda _: order

    def train(orders):
        network = task.network()
        for order in orders:
            descent.epoch(network, task.X, T, loss, step, task.batch, Given(order))
        return network.parameters

    return train


def orders(task, epochs):
    """Those that ``fit`` draws."""
    rng = np.random.default_rng(0)
    return [rng.permutation(len(task.X)) for _ in range(epochs)]


def products(task):
    """The floor: the matrix products of every step and nothing else, into memory that is kept."""
    W, B = task.start[::2], task.batch
    z = [task.X[:B], *(np.ones((B, width), task.X.dtype) for width in task.sizes[1:])]
    xi, dW = [np.ones_like(z_l) for z_l in z], [np.empty_like(W_l) for W_l in W]

    def train(orders):
        for order in orders:
            for _ in task.batches(order):
                for l in range(len(W)):
                    np.matmul(z[l], W[l], out=xi[l + 1])
                for l in reversed(range(len(W))):
                    np.matmul(z[l].T, xi[l + 1], out=dW[l])
                    if l:
                        np.matmul(xi[l + 1], W[l].T, out=xi[l])
                        xi[l].fill(1)

    return train


def pytorch(task, compiled=False, threads=None):
    """``torch.nn`` and ``torch.optim.SGD``."""
    import torch

    linear = [torch.nn.Linear(a, b, dtype=getattr(torch, task.X.dtype.name)) for a, b in pairwise(task.sizes)]
    parts = [part for layer in linear for part in (layer, torch.nn.ReLU())][:-1]
    network, loss = torch.nn.Sequential(*parts), torch.nn.CrossEntropyLoss()
    optimiser = torch.optim.SGD(network.parameters(), lr=RATE)
    X, labels = torch.from_numpy(task.X), torch.from_numpy(task.labels)
    run = torch.compile(network) if compiled else network

    def train(orders):
        torch.set_num_threads(threads or os.cpu_count())
        with torch.no_grad():
            for layer, (W, b) in zip(linear, task.layers(), strict=True):
                layer.weight.copy_(torch.from_numpy(W.T))
                layer.bias.copy_(torch.from_numpy(b))
        for order in orders:
            for rows in torch.from_numpy(order).split(task.batch):
                optimiser.zero_grad()
                loss(run(X[rows]), labels[rows]).backward()
                optimiser.step()
        return [a for layer in linear for a in (layer.weight.detach().numpy().T, layer.bias.detach().numpy())]

    return train


def scikit_learn(task):
    """``MLPClassifier.partial_fit``, which goes through what it is given once, in its order."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        task.sizes[1:-1], solver="sgd", momentum=0, nesterovs_momentum=False, alpha=0, batch_size=task.batch,
        learning_rate_init=RATE, shuffle=False, random_state=0,
    )  # fmt: skip
    classes = range(task.sizes[-1])
    model.partial_fit(task.X[: task.batch], task.labels[: task.batch], classes=classes)

    def train(orders):
        for (W, b), coefs, intercepts in zip(task.layers(), model.coefs_, model.intercepts_, strict=True):
            coefs[:], intercepts[:] = W, b
        for order in orders:
            model.partial_fit(task.X[order], task.labels[order])
        return [a for pair in zip(model.coefs_, model.intercepts_, strict=True) for a in pair]

    return train


def autograd(task):
    """HIPS autograd, on NumPy."""
    import autograd.numpy as anp
    from autograd import grad
    from autograd.scipy.special import logsumexp

    def mean_loss(theta, x, t):
        for W, b in theta[:-1]:
            x = anp.maximum(0, anp.dot(x, W) + b)
        u = anp.dot(x, theta[-1][0]) + theta[-1][1]
        return anp.mean(logsumexp(u, axis=1) - anp.sum(t * u, axis=1))

    gradient, T = grad(mean_loss), task.T

    def train(orders):
        theta = [(W.copy(), b.copy()) for W, b in task.layers()]
        for order in orders:
            for rows in task.batches(order):
                for (W, b), (dW, db) in zip(theta, gradient(theta, task.X[rows], T[rows]), strict=True):
                    W -= RATE * dW
                    b -= RATE * db
        return [a for pair in theta for a in pair]

    return train


def jax(task, scan=False):
    """JAX, a jitted step or a whole jitted epoch."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def mean_loss(theta, x, t):
        for W, b in theta[:-1]:
            x = jax.nn.relu(x @ W + b)
        u = x @ theta[-1][0] + theta[-1][1]
        return (jax.nn.logsumexp(u, axis=1) - (t * u).sum(axis=1)).mean()

    def step(theta, x, t):
        return jax.tree.map(lambda a, g: a - RATE * g, theta, jax.grad(mean_loss)(theta, x, t))

    T = task.T
    X_there, T_there, one = jnp.asarray(task.X), jnp.asarray(T), jax.jit(step, donate_argnums=0)

    @jax.jit
    def epoch(theta, rows):
        return jax.lax.scan(lambda theta, n: (step(theta, X_there[n], T_there[n]), None), theta, rows)[0]

    def train(orders):
        theta = jax.tree.map(jnp.array, task.layers())
        for order in orders:
            if scan:
                theta = epoch(theta, order.reshape(-1, task.batch))
            else:
                for rows in task.batches(order):
                    theta = one(theta, task.X[rows], T[rows])
        return [np.asarray(a) for pair in jax.block_until_ready(theta) for a in pair]

    return train


def mygrad(task):
    """MyGrad, on NumPy."""
    import mygrad as mg
    from mygrad.nnet.activations import relu
    from mygrad.nnet.losses import softmax_crossentropy

    def train(orders):
        theta = [(mg.tensor(W.copy()), mg.tensor(b.copy())) for W, b in task.layers()]
        for order in orders:
            for rows in task.batches(order):
                x = task.X[rows]
                for W, b in theta[:-1]:
                    x = relu(mg.matmul(x, W) + b)
                softmax_crossentropy(mg.matmul(x, theta[-1][0]) + theta[-1][1], task.labels[rows]).backward()
                for pair in theta:
                    for a in pair:
                        a.data -= RATE * a.grad
        return [a.data for pair in theta for a in pair]

    return train


def tinygrad(task):
    """tinygrad, a step captured by its JIT."""
    from tinygrad import Tensor, TinyJit
    from tinygrad.nn.optim import SGD

    theta = [[Tensor(W), Tensor(b)] for W, b in task.layers()]
    optimiser = SGD([a for pair in theta for a in pair], lr=RATE)

    @TinyJit
    @Tensor.train()
    def step(x, t):
        for W, b in theta[:-1]:
            x = (x @ W + b).relu()
        u = x @ theta[-1][0] + theta[-1][1]
        optimiser.zero_grad()
        (u.logsumexp(axis=1) - (t * u).sum(axis=1)).mean().backward()
        optimiser.step()

    T = task.T

    def train(orders):
        for pair, start in zip(theta, task.layers(), strict=True):
            for a, given in zip(pair, start, strict=True):
                a.assign(Tensor(given)).realize()
        for order in orders:
            for rows in task.batches(order):
                step(Tensor(task.X[rows]).realize(), Tensor(T[rows]).realize())
        return [a.numpy() for pair in theta for a in pair]

    return train


# By name: what makes it, and of which package the version is said.
RIVALS: dict[str, tuple[Callable, str]] = {
    "nn_notes": (nn_notes, "numpy"),
    "products alone": (products, "numpy"),
    "PyTorch": (pytorch, "torch"),
    "PyTorch, one thread": (lambda task: pytorch(task, threads=1), "torch"),
    "torch.compile": (lambda task: pytorch(task, compiled=True), "torch"),
    "scikit-learn": (scikit_learn, "scikit-learn"),
    "JAX, a step": (jax, "jax"),
    "JAX, an epoch": (lambda task: jax(task, scan=True), "jax"),
    "autograd": (autograd, "autograd"),
    "MyGrad": (mygrad, "mygrad"),
    "tinygrad": (tinygrad, "tinygrad"),
}
