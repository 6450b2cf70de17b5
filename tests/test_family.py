"""A family: its members go by name and parameters, in text and back, and it is open to those that come."""

import numpy as np
import pytest
from strategies import COPIES

from nn_notes import ACTIVATIONS, LOSSES, Layer, Network
from nn_notes.activations import Activation, ComponentWise
from nn_notes.family import Member, member
from nn_notes.losses import Loss
from nn_notes.validate import real_number


class BentTwice(ComponentWise):
    """One that comes later, with two parameters."""

    def __init__(self, alpha=1.0, scale=0.5):
        self.alpha, self.scale = real_number("alpha", alpha), real_number("scale", scale, above=0)

    def bare_value(self, u):
        return self.scale * np.where(u.real > 0, u, self.alpha * (np.exp(np.minimum(u, 0)) - 1))

    def bare_derivative(self, u):
        return self.scale * np.where(u.real > 0, 1, self.alpha * np.exp(np.minimum(u, 0)))


@pytest.fixture
def family(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "bent_twice", BentTwice())
    return ACTIVATIONS


@pytest.mark.parametrize(
    ("name", "expected"),
    [("MSE", "mse"), ("ReLU", "relu"), ("LeakyReLU", "leaky_relu"), ("CrossEntropy", "cross_entropy"), ("ELU", "elu")],
)
def test_the_name_is_that_of_the_class(name, expected):
    assert type(name, (Member,), {})().name == expected


def test_who_is_called_otherwise_says_so():
    assert type("ReLU", (Member,), {"name": "bent"})().name == "bent"


@pytest.mark.parametrize("kind", [Activation, ComponentWise, Loss])
def test_what_a_member_has_to_give_is_abstract(kind):
    with pytest.raises(TypeError, match="abstract method"):
        type("Empty", (kind,), {})()


TEXTS = {
    "bent_twice": BentTwice(),
    "bent_twice(alpha=2)": BentTwice(2),
    "bent_twice(scale=0.1)": BentTwice(scale=0.1),
    "bent_twice(alpha=-1e-05, scale=3.0)": BentTwice(-1e-5, 3),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.items())
def test_a_member_goes_by_name_and_parameters(family, text, expected):
    assert Layer([[1.0]], [0.0], text).activation == expected
    assert member("f", repr(expected), family, Activation) == expected
    assert member("f", expected, family, Activation) is expected


@pytest.mark.parametrize("f", TEXTS.values(), ids=repr)
def test_parameters_are_kept(family, f, tmp_path):
    network = Network([Layer([[1.0, 2.0]], [0.0, 0.0], f), Layer([[1.0], [2.0]], [0.0], "tanh")])
    network.save(tmp_path / "network.npz")
    for other in (
        Network.load(tmp_path / "network.npz"),
        network.copy(),
        *(copied(network) for copied in COPIES.values()),
    ):
        assert [layer.activation for layer in other.layers] == [f, ACTIVATIONS["tanh"]]
        np.testing.assert_array_equal(other([3.0]), network([3.0]))
    assert repr(network) == f"Network(1 -> 2 {f!r} -> 1 tanh)"


def test_parameters_tell_members_apart():
    every = [BentTwice(), BentTwice(2), BentTwice(1, 2)]
    assert [[f == g for g in every] for f in every] == np.eye(3, dtype=bool).tolist()


@pytest.mark.parametrize(
    "text",
    ["elu", "mse", "tanh(alpha=1)", *(f"bent_twice{end}" for end in ("(", "()", "(1)", "(beta=1)", "(alpha=x)")),
     *(f"bent_twice({pair})" for pair in ("alpha=nan", "scale=-1"))],
)  # fmt: skip
def test_a_text_that_names_nobody_is_refused(family, text):
    with pytest.raises(ValueError, match=r"^activation "):
        Layer([[1.0]], [0.0], text)


def test_losses_are_a_family_too():
    assert member("loss", "mse", LOSSES, Loss) is LOSSES["mse"]
    assert [E.name for E in LOSSES.values()] == list(LOSSES)
