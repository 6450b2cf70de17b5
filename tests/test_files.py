"""A network in a file: bit for bit, whole or not at all, and nothing else is taken for one."""

import os
import random
import signal
import subprocess
import sys
import time
import tracemalloc
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest

from nn_notes import ACTIVATIONS, LOSSES, Layer, Network, descent
from nn_notes.data import curve

ROOT = Path(__file__).parents[1]


def made(seed=0, sizes=(3, 5, 7, 2)):
    return Network.init(sizes, ["relu", "tanh", "softmax"], np.random.default_rng(seed))


def bits(network):
    return [(a.dtype, a.shape, a.tobytes()) for layer in network.layers for a in (layer.W, layer.b)]


# There and back


def extreme():
    W = np.array([[5e-324, -0.0, 1e308], [np.pi, -1 / 3, 1 + 2**-52]])
    return Network(Layer(W, [0, -0.0, -5e-324], "identity"))


NETWORKS = {
    "every activation": lambda: Network.init([2] * 6, list(ACTIVATIONS), np.random.default_rng(0)),
    "one neuron": lambda: Network(Layer([[1]], [0], "relu")),
    "eleven layers": lambda: Network.init([1] * 12, ["tanh"] * 11, np.random.default_rng(0)),
    "the ends of float64": extreme,
    "columns first": lambda: Network(Layer(np.asfortranarray(np.arange(6.0).reshape(2, 3)), [1, 2, 3], "tanh")),
    "complex": lambda: Network(Layer([[1 + 2j, -0.0]], [1j, 0], "tanh")),
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("kind", [str, Path])
def test_a_network_comes_back_bit_for_bit(network, kind, tmp_path):
    network, path = network(), kind(tmp_path / "network.npz")
    network.save(path)
    loaded = Network.load(path)
    assert bits(loaded) == bits(network)
    assert [n.activation for n in loaded.layers] == [n.activation for n in network.layers]
    first = Path(path).read_bytes()
    loaded.save(path)
    assert Path(path).read_bytes() == first
    assert os.listdir(tmp_path) == ["network.npz"]


def test_it_is_a_plain_archive_that_numpy_reads(tmp_path):
    made().save(tmp_path / "network.npz")
    with np.load(tmp_path / "network.npz", allow_pickle=False) as arrays:
        assert [*arrays] == ["activations", "W0", "b0", "W1", "b1", "W2", "b2"]
        assert arrays["activations"].tolist() == ["relu", "tanh", "softmax"]
        np.testing.assert_array_equal(arrays["W1"], made().layers[1].W)


def test_training_goes_on_from_a_file_as_if_there_had_been_none(tmp_path):
    def train(network):
        rng = np.random.default_rng(1)
        network, _ = descent.fit(network, data, data, LOSSES["mse"], 0.1, 2, 5, None, rng, progress=False)
        return network

    data = curve(20, np.random.default_rng(0))
    network = train(Network.init([1, 5, 1], ["tanh", "identity"], np.random.default_rng(0)))
    network.save(tmp_path / "network.npz")
    assert bits(train(Network.load(tmp_path / "network.npz"))) == bits(train(network))


# Whole or not at all


class Refused(BaseException):
    """As an interrupt: no Exception."""


@pytest.mark.parametrize("step", ["savez", "fsync", "replace"])
def test_a_save_that_fails_leaves_the_old_file_alone(step, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise Refused

    path = tmp_path / "network.npz"
    made(1).save(path)
    monkeypatch.setattr(np if step == "savez" else os, step, refuse)
    with pytest.raises(Refused):
        made(2).save(path)
    assert bits(Network.load(path)) == bits(made(1))
    assert os.listdir(tmp_path) == ["network.npz"]


def test_the_new_file_is_on_the_disk_before_it_takes_its_place(tmp_path, monkeypatch):
    done = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, real=real: (done.append(name), real(*given)))
    made().save(tmp_path / "network.npz")
    assert done == ["fsync", "replace"]


def test_what_cannot_be_saved_leaves_no_file(tmp_path):
    network = made()
    network.layers[1].b[2] = np.nan
    with pytest.raises(ValueError, match=r"^b\[2\] is nan; it needs finite numbers"):
        network.save(tmp_path / "network.npz")
    assert os.listdir(tmp_path) == []


# Saves the one and the other of two networks, again and again, until it is killed.
SAVING = """
import sys
import time
import numpy as np
from nn_notes.network import Network

path, sizes = sys.argv[1], [64, 200, 100, 10]
networks = [Network.init(sizes, ["relu", "tanh", "softmax"], np.random.default_rng(seed)) for seed in (1, 2)]
networks[0].save(path)
began = time.perf_counter()
networks[0].save(path)
print(time.perf_counter() - began, flush=True)
while True:
    for network in networks[::-1]:
        network.save(path)
"""
KILLS = 100


def test_a_killed_save_leaves_the_old_network_or_the_new_one(tmp_path, figures):
    path, counts, unfinished = tmp_path / "network.npz", {"one": 0, "other": 0}, 0
    known = {name: bits(made(seed, (64, 200, 100, 10))) for name, seed in (("one", 1), ("other", 2))}
    moments = random.Random(0)
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", SAVING, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as process:
            one_save = float(process.stdout.readline())
            time.sleep(moments.uniform(0, 4) * one_save)
            process.kill()
        assert process.returncode == -signal.SIGKILL
        # Fails unless it is one of the two.
        loaded = bits(Network.load(path))
        (name,) = (name for name, whole in known.items() if whole == loaded)
        counts[name] += 1
        unfinished = len(list(tmp_path.glob("network.npz.*.tmp")))
    figures["kills"], figures["old or new"], figures["kills with the new file unfinished"] = KILLS, counts, unfinished
    # Otherwise no kill was in the middle.
    assert all(counts.values()) and unfinished
    # What they left behind is in nobody's way.
    made().save(path)
    assert bits(Network.load(path)) == bits(made())


# Nothing else is taken for one


def archive(compression=ZIP_STORED, **arrays):
    file = BytesIO()
    with ZipFile(file, "w", compression) as members:
        for name, a in arrays.items():
            if not isinstance(a, bytes):
                written = BytesIO()
                np.lib.format.write_array(written, np.asarray(a))
                a = written.getvalue()
            members.writestr(f"{name}.npy", a)
    return file.getvalue()


def declared(shape, data=b""):
    """An array that claims a shape, whatever it holds."""
    file = BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return file.getvalue() + data


def lying(data):
    """A member that unpacks to far more than it says."""
    whole = archive(ZIP_DEFLATED, W0=data)
    return whole.replace(len(data).to_bytes(4, "little"), (128).to_bytes(4, "little"))


def repeated(data, times):
    """A directory that names one member again and again."""
    file = BytesIO()
    with ZipFile(file, "w") as members:
        members.writestr("W0.npy", data)
        members.filelist *= times
    return file.getvalue()


class Malicious:
    def __reduce__(self):
        return print, ("code from a file was run",)


def whole():
    file = BytesIO()
    layer = made(sizes=(1, 1, 1, 1)).layers[0]
    np.savez(file, activations=np.array(["relu"]), W0=layer.W, b0=layer.b)
    return file.getvalue()


NAMES, ONE = np.array(["tanh"]), {"W0": [[1.0]], "b0": [1.0]}
FOREIGN = {
    "empty": (lambda: b"", "BadZipFile: File is not a zip file"),
    "text": (lambda: b"W0,b0\n1,2\n", "BadZipFile: File is not a zip file"),
    "truncated": (lambda: whole()[:-30], "BadZipFile: "),
    "half": (lambda: whole()[: len(whole()) // 2], "BadZipFile: "),
    "one array": (lambda: declared((1,), bytes(8)), "BadZipFile: "),
    "a flipped bit": (lambda: whole().replace(b"relu"[:1], b"s", 1), "BadZipFile: "),
    "no arrays": (lambda: archive(), "KeyError: 'activations'"),
    "no bias": (
        lambda: archive(activations=NAMES, W0=[[1.0]]),
        "ValueError: the arrays are activations, W0, for 1 act",
    ),
    "one array more": (
        lambda: archive(activations=NAMES, **ONE, W1=[[1.0]]),
        "ValueError: the arrays are activations, W0",
    ),
    "another order": (lambda: archive(**ONE, activations=NAMES), "ValueError: the arrays are W0, b0, activations"),
    "no layers": (lambda: archive(activations=NAMES[:0]), "ValueError: layers is empty; it needs at least one Layer"),
    "an unknown activation": (lambda: archive(activations=["elu"], **ONE), "ValueError: activation is 'elu'; it needs"),
    "an activation as a number": (lambda: archive(activations=[1], **ONE), "TypeError: activation is of type int"),
    "activations alone": (
        lambda: archive(activations="tanh", **ONE),
        "ValueError: the arrays are activations, W0, b0, ",
    ),
    "a vector for W": (lambda: archive(activations=NAMES, W0=[1.0], b0=[1.0]), "ValueError: W has shape (1,); its"),
    "b of another shape": (
        lambda: archive(activations=NAMES, W0=[[1.0]], b0=[1, 2]),
        "ValueError: b has shape (2,); it",
    ),
    "NaN": (lambda: archive(activations=NAMES, W0=[[np.nan]], b0=[1.0]), "ValueError: W[0, 0] is nan; it needs finite"),
    "text for W": (
        lambda: archive(activations=NAMES, W0=[["1"]], b0=[1.0]),
        "TypeError: W is an array of <U1; it needs",
    ),
    "layers that do not fit": (
        lambda: archive(activations=["tanh"] * 2, W0=[[1, 2]], b0=[1, 2], W1=[[1]], b1=[1]),
        "ValueError: layers[1] takes 1 inputs; it needs 2",
    ),
    "pickled objects": (
        lambda: archive(activations=NAMES, W0=np.array([[Malicious()]], object), b0=[1.0]),
        "ValueError: W0.npy declares shape (1, 1) of object",
    ),
    "pickled objects of a fitting size": (
        lambda: archive(activations=NAMES, W0=declared((1, 1), bytes(8)).replace(b"'<f8'", b"'|O' "), b0=[1.0]),
        "ValueError: Object arrays cannot be loaded when allow_pickle=False",
    ),
    "a pickle": (lambda: archive(activations=b"cbuiltins\nprint\n(S'x'\ntR."), "ValueError: the magic string is not"),
    "a shape of terabytes": (
        lambda: archive(activations=NAMES, W0=declared((10**6, 10**6)), b0=[1.0]),
        "ValueError: W0.npy declares shape (1000000, 1000000) of float64, which is not its size",
    ),
    "another version of the format": (
        lambda: archive(activations=NAMES, W0=declared((1, 1), bytes(8)).replace(b"NUMPY\x01", b"NUMPY\x02"), b0=[1.0]),
        "ValueError: W0.npy is of another version",
    ),
    "a negative shape": (lambda: archive(activations=NAMES, W0=declared((-1, -1), bytes(8))), "ValueError: "),
    "a bomb": (
        lambda: archive(ZIP_DEFLATED, activations=NAMES, W0=declared((5000, 5000), bytes(8 * 5000**2)), b0=[1.0]),
        "ValueError: activations.npy is compressed",
    ),
    "a bomb that lies about its size": (lambda: lying(b"\0" * 10**8), "ValueError: W0.npy is compressed"),
    "the same bytes many times": (lambda: repeated(declared((10**5,), bytes(8 * 10**5)), 200), "ValueError: 160"),
}


@pytest.mark.parametrize(("data", "found"), FOREIGN.values(), ids=FOREIGN)
def test_another_file_is_refused_in_words(data, found, tmp_path, capsys):
    path = tmp_path / "network.npz"
    path.write_bytes(data())
    tracemalloc.start()
    with pytest.raises(ValueError) as refusal:
        Network.load(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    message = str(refusal.value)
    assert message.startswith(f"path {str(path)!r} holds no network ({found}")
    assert message.endswith("; it needs a file that save wrote")
    assert most < 10e6
    # Nothing was run that stood in it.
    assert capsys.readouterr() == ("", "")


def test_whatever_byte_is_wrong_or_missing_it_is_refused_or_the_same_network(tmp_path):
    path, random_bytes, refused = tmp_path / "network.npz", random.Random(0), 0
    network = made(sizes=(1, 1, 2, 1))
    network.save(path)
    right = path.read_bytes()
    spoilt = [right[:n] for n in range(0, len(right), 7)]
    for n in range(0, len(right), 3):
        wrong = bytearray(right)
        wrong[n] ^= random_bytes.randrange(1, 256)
        spoilt.append(bytes(wrong))
    for data in spoilt:
        path.write_bytes(data)
        try:
            loaded = Network.load(path)
        except ValueError as error:
            assert str(path) in str(error)
            refused += 1
        else:
            assert bits(loaded) == bits(network)
    assert refused > 0.5 * len(spoilt)


def test_a_missing_file_is_missing_as_python_says_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        Network.load(tmp_path / "network.npz")
    with pytest.raises(FileNotFoundError, match="No such file or directory"):
        made().save(tmp_path / "folder" / "network.npz")
