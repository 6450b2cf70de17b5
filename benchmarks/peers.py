"""One epoch of training, ours against PyTorch and scikit-learn: python benchmarks/peers.py

Compared: the time of one pass over 1,200 samples in shuffled batches of 32, a gradient step to each, for a 64-32-10
network with a ReLU and softmax cross entropy; no momentum, no weight decay. Ours is ``descent.epoch`` in float64, which
also sums up the loss. PyTorch runs eagerly in float32, on one thread and on as many as it likes; the better one counts.
scikit-learn runs ``MLPClassifier.partial_fit`` in float64, with the checks that it makes in every call. All take turns
in one process, and medians are compared. The loss that each has after the same number of epochs, from a start of its
own, shows that they do the same work.

Not compared: larger networks and batches, where matrix products take the time and all are alike; compiled models; GPUs;
anything that the peers can do and this package cannot.

Run it on an idle machine: on a busy one the peers' threads wait for each other, which flatters us.

It exits with 1 if a peer takes less than three times as long as we do, and with 2 if one is not installed.
"""

import statistics
import sys
import time

import numpy as np

from nn_notes import Network, descent, losses

try:
    import sklearn
    import torch
    from sklearn.neural_network import MLPClassifier
except ImportError as error:
    print(f"{error}. The peers are no part of this project: pip install torch scikit-learn", file=sys.stderr)
    sys.exit(2)

LEAST, ROUNDS, WARM_UP = 3, 31, 3
SAMPLES, SIZES, BATCH, RATE = 1200, [64, 32, 10], 32, 0.1

rng = np.random.default_rng(0)
X = rng.normal(size=(SAMPLES, SIZES[0]))
labels = (X @ rng.normal(size=(SIZES[0], SIZES[-1]))).argmax(axis=1)
T = np.eye(SIZES[-1])[labels]


# Each gives two functions of nothing: one that trains for an epoch, and one that tells the loss.


def nn_notes():
    network, loss = Network.init(SIZES, ["relu", "identity"], rng), losses.softmax_cross_entropy
    return (
        lambda: descent.epoch(network, X, T, loss, descent.GradientDescent(RATE), BATCH, rng),
        lambda: loss(network(X), T).mean(),
    )


def pytorch(threads):
    torch.manual_seed(0)
    hidden, output = torch.nn.Linear(*SIZES[:2]), torch.nn.Linear(*SIZES[1:])
    network, loss = torch.nn.Sequential(hidden, torch.nn.ReLU(), output), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    x, t = torch.tensor(X, dtype=torch.float32), torch.tensor(labels)

    def epoch():
        torch.set_num_threads(threads)
        for rows in torch.randperm(SAMPLES).split(BATCH):
            optimizer.zero_grad()
            loss(network(x[rows]), t[rows]).backward()
            optimizer.step()

    return epoch, lambda: loss(network(x), t).item()


def scikit_learn():
    network = MLPClassifier(
        SIZES[1:-1], solver="sgd", momentum=0, alpha=0, batch_size=BATCH, learning_rate_init=RATE, random_state=0
    )
    return (
        lambda: network.partial_fit(X, labels, classes=range(SIZES[-1])),
        lambda: losses.cross_entropy(network.predict_proba(X), T).mean(),
    )


def median_seconds(epochs):
    """Let all take turns."""
    seconds = [[] for _ in epochs]
    for _ in range(WARM_UP + ROUNDS):
        for epoch, taken in zip(epochs, seconds, strict=True):
            start = time.perf_counter()
            epoch()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken[WARM_UP:]) for taken in seconds]


def main():
    threads = torch.get_num_threads()
    ours = f"nn_notes, NumPy {np.__version__}"
    torch_1, torch_n = (f"PyTorch {torch.__version__}, threads: {n}" for n in (1, threads))
    sk = f"scikit-learn {sklearn.__version__}"
    runs = {ours: nn_notes(), torch_1: pytorch(1), torch_n: pytorch(threads), sk: scikit_learn()}
    seconds = dict(zip(runs, median_seconds([epoch for epoch, _ in runs.values()]), strict=True))

    print(f"{'one epoch, median of ' + str(ROUNDS):36}{'ms':>8}{'ratio':>8}{'loss':>8}")
    for name, (_, loss) in runs.items():
        print(f"{name:36}{seconds[name] * 1e3:8.2f}{seconds[name] / seconds[ours]:8.2f}{loss():8.3f}")
    ratio = min(seconds[torch_1], seconds[torch_n], seconds[sk]) / seconds[ours]
    print(f"the fastest peer takes {ratio:.2f} times as long; {LEAST} are needed")
    return 0 if ratio >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
