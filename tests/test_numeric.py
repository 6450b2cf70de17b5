"""The witness, held to derivatives known in closed form, in every pair of shapes."""

import numpy as np
import pytest
import scipy.differentiate
from mpmath import mp
from strategies import generic, in_order

from nn_notes import numeric
from nn_notes.activations import relu, sigmoid, softmax
from nn_notes.losses import cross_entropy

methods = pytest.mark.parametrize(("method", "tolerance"), [("complex-step", 1e-15), ("central", 1e-9)])
either = pytest.mark.parametrize("method", ["complex-step", "central"])

x, X = generic(5), generic(2, 3)
A, B, C = generic(7, 5), generic(7, 2, 3), generic(3, 7, 2, 3)

# A function, where, and its derivative: numerator layout, so the output's axes come first.
CASES = {
    "0.1 scalar by scalar": (lambda x: x**3, np.array(2.0), np.array(12.0)),
    "0.2 vector by scalar": (lambda x: x * A[:, 0], np.array(2.0), A[:, 0]),
    "0.3 matrix by scalar": (lambda x: x * A, np.array(2.0), A),
    "0.4 scalar by vector": (lambda x: x @ x, x, 2 * x),
    "0.5 vector by vector": (lambda x: A @ x, x, A),
    "0.6 matrix by vector": (lambda x: np.outer(x, x), np.array([2.0, 3]), [[[4.0, 0], [3, 2]], [[3, 2], [0, 6]]]),
    "0.7 scalar by matrix": (lambda X: (X**2).sum(), X, 2 * X),
    "0.8 vector by matrix": (lambda X: np.einsum("kij,ij->k", B, X), X, B),
    "0.9 matrix by matrix": (lambda X: np.einsum("abij,ij->ab", C, X), X, C),
    "exponential": (np.exp, x, np.diag(np.exp(x))),
    "nothing": (lambda x: A[:, :0] @ x, np.zeros(0), np.zeros((7, 0))),
}


@methods
@pytest.mark.parametrize(("f", "x", "expected"), CASES.values(), ids=CASES)
def test_every_pair_of_shapes(method, tolerance, f, x, expected):
    J = numeric.jacobian(f, x, method)
    np.testing.assert_allclose(J, np.array(expected), rtol=tolerance, atol=tolerance, strict=True)


@pytest.mark.parametrize(("method", "sign"), [("complex-step", -1), ("central", 1)])
def test_the_error_for_a_cube_is_the_square_of_the_step(method, sign):
    """Im (x + ih)³/h = 3x² − h², and ((x + h)³ − (x − h)³)/2h = 3x² + h²."""
    for h in (1e-1, 1e-2):
        J = numeric.jacobian(lambda x: x**3, [0.7], method, step=h)
        np.testing.assert_allclose(J - 3 * 0.7**2, [[sign * h**2]], rtol=1e-9)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("complex-step", [[0.5 + 0.25j, 8], [0.5, 8 + 0.25j]]),
        ("central", [[0.75, 8], [0.25, 8], [0.5, 8.25], [0.5, 7.75]]),
    ],
)
def test_where_the_witness_looks(method, expected):
    """To the bit."""
    seen = []
    numeric.jacobian(lambda x: seen.append(x.tolist()) or x[0], [0.5, 8], method, step=0.25)
    assert seen == expected


def test_what_the_jacobian_misses_of_a_nudge_falls_with_its_square():
    """2.1: half the nudge, a quarter of the error, up to the term of third order."""
    f, J, nudge = np.sin, numeric.jacobian(np.sin, x), generic(5, seed=1)
    errors = [np.linalg.norm(f(x + h * nudge) - f(x) - J @ (h * nudge)) for h in (1e-3, 5e-4)]
    assert errors[0] / errors[1] == pytest.approx(4, rel=1e-3)


def test_central_differences_take_steps_in_proportion_to_large_entries():
    x = np.array([1e6, 1e-3])
    np.testing.assert_allclose(numeric.jacobian(np.sqrt, x, "central").diagonal()[:1], [5e-4], rtol=1e-9)
    np.testing.assert_allclose(numeric.jacobian(np.square, x, "central"), np.diag(2 * x), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("f", [np.abs, lambda x: x.real, lambda x: 1.0], ids=["abs", "real", "constant"])
def test_a_dropped_imaginary_part_is_an_error_and_not_a_zero(f):
    with pytest.raises(TypeError, match="central"):
        numeric.jacobian(f, [1.0])


@methods
def test_a_function_that_writes_to_its_argument_does_not_reach_the_callers(method, tolerance):
    def f(x):
        x *= x
        return x

    x = np.array([2.0, 3.0])
    np.testing.assert_allclose(numeric.jacobian(f, x, method), [[4, 0], [0, 6]], rtol=tolerance, atol=tolerance)
    assert x.tolist() == [2, 3]


# The witness is cross-examined: it is right, or it says what it found.


def huber(x):
    return np.where(np.abs(x) < 1, x**2 / 2, np.abs(x) - 0.5)


def single(f):
    """f in single precision, whatever it is given."""
    return lambda x: f(x.astype(np.complex64 if np.iscomplexobj(x) else np.float32))


X_3, X_22 = np.array([1.2, -0.7, 0.5]), np.array([[1.5, -0.4], [0.3, 2.0]])

# A function, where, and the same with 50 digits, from a list of numbers to a list.
ANALYTIC = {
    "exp": (np.exp, X_3, lambda x: [mp.exp(v) for v in x]),
    "tanh": (np.tanh, X_3, lambda x: [mp.tanh(v) for v in x]),
    "product": (np.prod, X_3, lambda x: [x[0] * x[1] * x[2]]),
    "softmax": (softmax, X_3, lambda x: [mp.exp(v) / sum(map(mp.exp, x)) for v in x]),
    "comparison": (lambda x: np.where(x > 0, x**2, -x), X_3, lambda x: [v**2 if v > 0 else -v for v in x]),
    "sorted": (np.sort, X_3, lambda x: sorted(x)),
    "beside a kink": (relu, np.array([1e-6, -1e-6]), lambda x: [max(v, mp.mpf(0)) for v in x]),
    "near zero": (np.log, np.array([1e-3, 1e-8, 1e-30]), lambda x: [mp.log(v) for v in x]),
    "far out": (np.sqrt, np.array([1e6, 1e12]), lambda x: [mp.sqrt(v) for v in x]),
    "steep": (lambda x: np.tanh(1e6 * x), np.array([1e-7]), lambda x: [mp.tanh(10**6 * x[0])]),
    "quick": (lambda x: np.sin(4096 * x), np.array([0.3]), lambda x: [mp.sin(4096 * x[0])]),
    "small beside large": (lambda x: 1e8 + x, np.array([1.0]), lambda x: [10**8 + x[0]]),
    "saturated": (sigmoid, np.array([-40.0]), lambda x: [1 / (1 + mp.exp(-x[0]))]),
    "at its lowest": (np.square, np.array([0.0]), lambda x: [x[0] ** 2]),
    "inverse": (
        lambda A: np.linalg.inv(A)[0], X_22, lambda a: [v / (a[0] * a[3] - a[1] * a[2]) for v in (a[3], -a[1])]
    ),
}  # fmt: skip
NOT_ANALYTIC = {
    "unit vector": (lambda x: x / np.linalg.norm(x), np.array([3.0, 4.0]), lambda x: [v / mp.norm(x) for v in x]),
    "norm": (lambda x: x.sum() + np.linalg.norm(x), X_3, lambda x: [sum(x) + mp.norm(x)]),
    "weight decay": (
        lambda W: np.sin(W).sum() + np.linalg.norm(W) ** 2 / 10, X_22, lambda w: [sum(mp.sin(v) + v**2 / 10 for v in w)]
    ),
    "a little |x|": (lambda x: x**2 + 1e-7 * np.abs(x), X_3, lambda x: [v**2 + abs(v) / 10**7 for v in x]),
    "softsign": (lambda x: x / (1 + np.abs(x)), X_3, lambda x: [v / (1 + abs(v)) for v in x]),
    "|x|": (lambda x: np.abs(x) + 0 * x, np.array([-2.0, 3.0]), lambda x: [abs(v) for v in x]),
    "huber": (huber, np.array([-2.0, 0.5]), lambda x: [abs(x[0]) - mp.mpf(1) / 2, x[1] ** 2 / 2]),
    "leaky by |x|": (lambda x: 0.6 * x + 0.4 * np.abs(x), X_3, lambda x: [v if v > 0 else v / 5 for v in x]),
    "conj": (lambda x: x * np.conj(x), X_3, lambda x: [v**2 for v in x]),
    "vdot": (lambda x: np.vdot(x, x), X_3, lambda x: [sum(v**2 for v in x)]),
    "Hermitian product": (lambda x: x @ x.conj().T, X_3, lambda x: [sum(v**2 for v in x)]),
    "std": (lambda x: x / np.std(x), X_3, lambda x: [v / mp.sqrt(variance(x)) for v in x]),
    "var": (lambda x: x * np.var(x), X_3, lambda x: [v * variance(x) for v in x]),
    "real part": (lambda x: x + 2 * x.real, X_3, lambda x: [3 * v for v in x]),
    "comparison of |x|": (
        lambda x: np.where(np.abs(x) < 1, x, x * np.abs(x)), X_3, lambda x: [v * max(1, abs(v)) for v in x]
    ),
    "cast": (lambda x: np.array([float(x[0].real), x[1]]), np.array([1.0, 2.0]), lambda x: x),
    "a cast to a real array": (lambda x: x[0] * np.array([v.real for v in x]), X_3, lambda x: [x[0] * v for v in x]),
}  # fmt: skip
KINKED = {
    "relu": (relu, [0.0, 1.0], "x[0] = 0 … f(x)[0] … 0 … 1"),
    "hinge": (lambda x: np.maximum(0, 1 - x), [1.0], "x[0] = 1 … f(x)[0] … -1 … 0"),
    "|x|": (lambda x: np.sqrt(x**2), 0.0, "x = 0 … f(x) … -1 … 1"),
    "|x| by its sign": (lambda x: x * np.sign(x), [0.0], "x[0] = 0 … f(x)[0] … -1 … 1"),
    "a slight one": (lambda x: x + 1e-4 * relu(x), [0.0], "x[0] = 0 … f(x)[0] … 1 … 1"),
    "the larger": (lambda x: np.maximum(x[0], 3 * x[1]), [3.0, 1.0], "x[0] = 3 … f(x) … 0 … 1"),
    "norm": (np.linalg.norm, [0.0, 0.0], "x[0] = 0 … f(x) … -1 … 1"),
    "in a matrix": (lambda X: relu(X) @ np.ones(2), [[1.0, 2], [3, 0]], "x[1, 1] = 0 … f(x)[1] … 0"),
}
NOISE = np.random.default_rng(0)
ROUGH = {
    "noise": lambda x: np.sin(x) + 1e-6 * NOISE.normal(size=x.shape),
    "rounds inside": lambda x: np.tanh(single(lambda x: x)(x)) + 0 * x,
    "rounds": lambda x: np.round(np.sin(x), 6),
    "rounds a part inside": lambda x: 5 * x + np.tanh(single(lambda x: x)(x)),
    "two scales": lambda x: x + 1e-9 * np.sin(1e9 * x),
    "a step": lambda x: np.where(x > 0.3, 1, 0) + x,
    "vertical": lambda x: np.cbrt(x.real - 0.3) + 0 * x,
}

SMOOTH = ANALYTIC | NOT_ANALYTIC
smooth = pytest.mark.parametrize(("f", "x", "same"), SMOOTH.values(), ids=SMOOTH)
kinked = pytest.mark.parametrize(("f", "x", "found"), KINKED.values(), ids=KINKED)


def variance(x):
    return sum(v**2 for v in x) / len(x) - (sum(x) / len(x)) ** 2


def exact(f, x):
    """∂f(x)/∂x by mpmath, with 50 digits on the way."""
    with mp.workdps(50):
        flat = [mp.mpf(float(v)) for v in x.flat]
        # Short beside an x near zero, and long beside its 50 digits.
        columns = []
        for i, v in enumerate(flat):
            h = mp.mpf(10) ** -20 * min(1, abs(v) or 1)
            above, below = (f([*flat[:i], v + s * h, *flat[i + 1 :]]) for s in (1, -1))
            columns.append([float((a - b) / (2 * h)) for a, b in zip(above, below, strict=True)])
    return np.array(columns).T


def flat(J, x):
    return np.reshape(J, (-1, x.size))


@pytest.mark.parametrize(("f", "x", "same"), ANALYTIC.values(), ids=ANALYTIC)
def test_where_f_is_analytic_every_digit_counts(f, x, same):
    np.testing.assert_allclose(flat(numeric.jacobian(f, x), x), exact(same, x), rtol=2e-15, atol=1e-15)


@smooth
def test_real_nudges_know_their_error(f, x, same):
    J, error = numeric.central(f, x)
    truth = exact(same, x)
    assert (np.abs(flat(J, x) - truth) <= 4 * flat(error, x) + 1e-15 * np.abs(truth)).all()
    assert (flat(error, x) <= 1e-6 * np.abs(truth).max() + 1e-12 * np.abs(f(x)).max() + 1e-15).all()
    np.testing.assert_array_equal(numeric.jacobian(f, x, "central"), J)


@smooth
def test_real_nudges_are_as_good_as_scipys(f, x, same):
    def columnwise(points):
        return np.apply_along_axis(lambda v: np.ravel(f(v.reshape(x.shape))), 0, points)

    with np.errstate(all="ignore"):
        theirs = scipy.differentiate.jacobian(columnwise, x.ravel())
    truth = exact(same, x)
    off, theirs_off = np.abs(flat(numeric.jacobian(f, x, "central"), x) - truth), np.abs(theirs.df - truth)
    assert off.max() <= np.nanmax([theirs_off.max(), 1e-10 * np.abs(truth).max()])


@pytest.mark.parametrize(("f", "x", "same"), NOT_ANALYTIC.values(), ids=NOT_ANALYTIC)
def test_where_f_is_not_analytic_the_witness_says_so(f, x, same):
    with pytest.raises(ValueError, match=r"^f .*analytic .*x\[.*\] = .* method='central'"):
        numeric.jacobian(f, x)


def test_the_way_out_of_what_is_not_analytic_leads_out():
    expected = [[0.128, -0.096], [-0.096, 0.072]]
    np.testing.assert_allclose(numeric.jacobian(lambda x: x / np.linalg.norm(x), [3.0, 4.0], "central"), expected)


@kinked
def test_a_kink_is_seen_from_both_sides(f, x, found):
    for witness in (lambda: numeric.jacobian(f, x, "central"), lambda: numeric.central(f, x)):
        with pytest.raises(ValueError, match=f"^{in_order(f'f … kink … {found}')}"):
            witness()


@kinked
def test_the_complex_step_goes_past_no_kink(f, x, found):
    with pytest.raises((ValueError, TypeError)) as caught:
        numeric.jacobian(f, x)
    # Some give real numbers for complex ones, which is a TypeError.
    assert caught.type is TypeError or str(caught.value).startswith("f has a kink at")


@either
@pytest.mark.parametrize("f", ROUGH.values(), ids=ROUGH)
def test_what_is_rough_has_no_slope(f, method):
    with pytest.raises(ValueError, match=f"^{in_order('f … rough … x[0] = 0.3 … f(x)[0]')}"):
        numeric.jacobian(f, [0.3], method)


@pytest.mark.parametrize("gap", [1e-1, 1e-2, 1e-3, 1e-4])
def test_a_loss_near_its_target_is_not_rough(gap):
    """Its digits cancel, and the shortest nudges may hit the same rounding on both sides: that is no lack of noise."""
    for w in np.linspace(0.1, 2, 400):
        t = sigmoid(np.tanh([w])) - gap
        slope = 2 * gap * sigmoid.derivative(np.tanh([w])) * (1 - np.tanh(w) ** 2)
        found = numeric.jacobian(lambda w, t=t: (sigmoid(np.tanh(w)) - t) ** 2, [w], "central")
        np.testing.assert_allclose(found, [slope], rtol=1e-8 / gap**0.5)


def test_whole_numbers_are_exact():
    J, error = numeric.central(lambda x: (x > 0).astype(int), [1.0, -2.0])
    np.testing.assert_array_equal(J, np.zeros((2, 2)))
    assert (error < 1e-9).all()


def test_one_noisy_output_does_not_blur_the_others():
    _, error = numeric.central(lambda x: np.sin(x) + 1e-6 * NOISE.normal() * x.argsort(), np.array([0.3, 0.5]))
    assert error[0].max() < 1e-12 and error[1].max() > 1e-5


def test_what_gives_nothing_has_no_derivative_to_be_wrong():
    for J in (numeric.jacobian(lambda x: x[:0], [1.0, 2]), *numeric.central(lambda x: x[:0], [1.0, 2])):
        assert J.shape == (0, 2)
    for J in (numeric.jacobian(lambda x: A[:, 0], [], step=1e-20), *numeric.central(lambda x: A[:, 0], [])):
        assert J.shape == (7, 0)


def test_a_slope_that_the_tiny_step_loses_is_no_quarrel():
    assert numeric.jacobian(sigmoid, [-700.0]).item() == 0
    assert numeric.central(sigmoid, [-700.0])[0].item() == pytest.approx(np.exp(-700), rel=1e-9, abs=0)


@pytest.mark.parametrize(("n", "size"), [(3, 1), (100, 1), (100, 1e4)])
def test_where_f_is_smooth_a_few_nudges_are_enough(n, size):
    calls, W = [], generic(n, 7) / (size * np.sqrt(n))

    def layer(z):
        calls.append(z)
        return sigmoid(z @ W)

    numeric.jacobian(layer, size * generic(n, seed=1))
    assert len(calls) == n + 1 + 2 * len(numeric.QUICK)


LIMITS = {
    "all agree": ([3, 3, 3], [0.1, 1, 10], (3, 0.1)),
    "the longest has left": ([9, 3, 3], [0.1, 1, 10], (3, 1)),
    "no way back": ([3, 9, 3.5, 3], [0.01, 0.1, 0.2, 0.4], (3.5, 0.7)),
    "none where it left its domain": ([3, np.nan, 3, 3], [1, 2, 3, 4], (3, 3)),
    "no limit": ([4, 16, 64], [0, 0, 0], (64, 48)),
}


@pytest.mark.parametrize(("values", "blur", "limit"), LIMITS.values(), ids=LIMITS)
def test_the_step_grows_for_as_long_as_the_short_ones_agree(values, blur, limit):
    assert numeric._limit(np.array(values, float), np.array(blur, float)) == limit


@either
@pytest.mark.parametrize(("f", "edge"), [(np.sqrt, 0.0), (np.arcsin, 1.0), (lambda x: np.sqrt(1 - x), 1.0)])
def test_an_edge_of_the_domain_is_one(method, f, edge):
    with pytest.raises(ValueError, match=f"^{in_order(f'f(x)[1] … x[1] = {edge:g}')}"):
        numeric.jacobian(f, [0.5, edge], method)


def test_an_error_beyond_the_domain_is_an_edge_too():
    J = numeric.jacobian(lambda y: cross_entropy(y, [0.2, 0.8]), [1e-3, 0.999])
    np.testing.assert_allclose(J, [-200, -0.8 / 0.999], rtol=1e-15)


def test_slopes_along_each_entry_are_not_enough():
    def f(x):
        return x[0] ** 2 * x[1] / (x[0] ** 2 + x[1] ** 2) if x.any() else 0 * x[0]

    with pytest.raises(ValueError, match=f"^{in_order('f … no derivative … f(x)')}"):
        numeric.jacobian(f, [0.0, 0.0])


@pytest.mark.parametrize(("dtype", "digits"), [(np.float64, 1e-12), (np.float32, 1e-4), (np.float16, 0.2)])
def test_real_nudges_know_the_precision_of_what_f_gives(dtype, digits):
    J, error = numeric.central(lambda x: np.tanh(3 * x.astype(dtype)), [0.1, 1.2])
    slopes = 3 / np.cosh([0.3, 3.6]) ** 2
    assert (np.abs(J.diagonal() - slopes) <= 4 * error.diagonal()).all()
    assert (error.max(axis=1) <= 10 * digits).all() and error.max() >= digits / 1000


def test_what_a_function_is_given_has_double_precision():
    seen = []
    numeric.jacobian(lambda x: seen.append(x.dtype) or x**2, np.float32([1.5]))
    assert set(seen) == {np.dtype(complex), np.dtype(float)}
