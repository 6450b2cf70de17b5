"""Which cells a cell needs."""

import pytest

from nn_notes.page.needs import needs


@pytest.mark.parametrize(
    ("cells", "last"),
    [
        # What is bound.
        (["a = 1", "b = 2", "a"], [0]),
        (["a = 1", "b = a", "c = 3", "b"], [0, 1]),
        (["import numpy as np", "a = 1", "np.eye(2)"], [0]),
        (["from math import pi", "def area(r): return pi * r", "area(1)"], [0, 1]),
        (["for k in range(2): s = k", "k", "s"], [0]),
        (["with open('f') as f: t = f.read()", "t"], [0]),
        (["(y := 3)", "y"], [0]),
        (["[k for k in range(3)]", "k = 1", "k"], [1]),
        (["x, (y, *z) = 1, (2, 3)", "z"], [0]),
        # What is bound anew: what stood there before is no matter, but where the new one is made of it.
        (["a = 1", "a = 2", "a"], [1]),
        (["a = 1", "a = a + 1", "a"], [0, 1]),
        (["a = 1", "a += 1", "a"], [0, 1]),
        (["a = 1", "if a:\n    a = 2", "a"], [0, 1]),
        (["a = 1", "b = a\na = 2", "a"], [0, 1]),
        (["a = 1", "a = 2\na"], []),
        (["a = 1", "a = 2\na += 1\na", "a"], [1]),
        (["a = 1", "if f():\n    a = 2\na"], [0]),
        # What has a name of its own where it stands.
        (["a = 1", "for a in range(2): print(a)"], []),
        (["a = 1", "for b in a: print(b)"], [0]),
        (["a = 1", "for b in range(2):\n    a = b\n    print(a)"], []),
        (["a = 1", "with open('f') as a: a.read()"], []),
        (["a = 1", "[a for a in range(2)]"], []),
        (["a = 1", "[a for b in range(2)]"], [0]),
        (["a = 1", "f = lambda a: a"], []),
        (["a = 1", "def f(a): return a"], []),
        (["a = 1", "def f(b):\n    a = b\n    return a"], []),
        (["W = 1\ndef f(): return W", "W = 2", "f()"], [0, 1]),
        # What is changed in place.
        (["a = [1]", "a.append(2)", "a"], [0, 1]),
        (["a = [1]", "a[0] = 2", "a"], [0, 1]),
        (["a = [[1]]", "a[0][0] = 2", "a"], [0, 1]),
        (["a = f()", "a.b = 2", "a"], [0, 1]),
        (["a = {}", "del a['k']", "a"], [0, 1]),
        (["a = f()", "print(a.sum())", "a"], [0]),
        # Who draws from a generator, draws from where the one before left it.
        (["rng = default_rng(0)", "x = rng.normal()", "y = draw(rng)", "z = 1", "rng.normal()"], [0, 1, 2]),
        # A function reads its names when it is called, and may when it is made.
        (["W = 1", "def f(): return W", "W = 2", "f()"], [0, 1, 2]),
        (["W = 1", "f = lambda: W", "W = 2", "f()"], [0, 1, 2]),
        (["a = 1", "def f(): return a", "def g(): return f()", "g()"], [0, 1, 2]),
        # A module is not changed by what is called in it, but by a setting.
        (["import numpy as np", "np.array(1)", "np.eye(2)"], [0]),
        (["import numpy as np", "np.set_printoptions(precision=3)", "np.eye(2)"], [0, 1]),
    ],
)  # fmt: skip
def test_a_cell_needs_whoever_made_or_changed_what_it_reads(cells, last):
    assert needs(cells) == last


def test_a_cell_that_cannot_be_read_is_an_error():
    with pytest.raises(SyntaxError):
        needs(["a = ", "a"])
