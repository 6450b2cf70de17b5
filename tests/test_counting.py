"""Multiplications are counted by doing them: held to what can be counted on paper."""

from functools import partial

import numpy as np
import pytest

from nn_notes.counting import multiplications


def ones(*shapes):
    return [np.ones(shape) for shape in shapes]


@pytest.mark.parametrize(
    ("f", "arrays", "counted"),
    [
        (lambda a: a + a, ones(3), 0),
        (lambda a: 2 * a, ones(3), 3),
        (lambda a: a * a * a, ones(3), 6),
        (np.outer, ones(2, 3), 6),
        (np.matmul, ones((2, 3), (3, 5)), 30),
        (lambda p, q, r: (p @ q) @ r, ones((1, 2), (2, 3), (3, 5)), 6 + 15),
        (lambda p, q, r: p @ (q @ r), ones((1, 2), (2, 3), (3, 5)), 30 + 10),
        (partial(np.einsum, "k,kij->ij"), ones(3, (3, 2, 3)), 18),
        (partial(np.einsum, "i,j->ij"), ones(2, 3), 6),
        (partial(np.einsum, "ij->j"), ones((2, 3)), 0),
        (lambda a, b: (a + b) * a, ones((), ()), 1),
    ],
)
def test_multiplications(f, arrays, counted):
    assert multiplications(f, *arrays) == counted


def test_products_and_sums_are_what_they_are():
    kept = []
    p, q = np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])
    multiplications(lambda p, q: kept.append(p @ q + p), p, q)
    assert kept[0].astype(float).tolist() == [[12.0, 13.0]]
