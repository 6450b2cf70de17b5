"""A network in a file: bit for bit, whole or not at all, and nothing else is taken for one."""

import contextlib
import os
import pickle
import random
import re
import signal
import socket
import stat
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
    "float32": lambda: Network(Layer(np.float32([[1e-45, -0.0, 3e38]]), np.float32([1 / 3, 0, -1]), "relu")),
    "complex64": lambda: Network(Layer(np.complex64([[1 + 2j]]), np.complex64([1j]), "tanh")),
    "mixed": lambda: Network(Layer(np.float32([[1 / 3]]), [1 / 3], "tanh")),
    "copied activations": lambda: pickle.loads(pickle.dumps(made())),
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
        assert [*arrays] == ["format", "activations", "W0", "b0", "W1", "b1", "W2", "b2"]
        assert arrays["format"] == 1
        assert arrays["activations"].tolist() == ["relu", "tanh", "softmax"]
        np.testing.assert_array_equal(arrays["W1"], made().layers[1].W)


def test_a_file_of_1_0_0_is_still_read(tmp_path):
    """It has no format, and is the same otherwise."""
    arrays = {f"{name}{n}": getattr(layer, name) for n, layer in enumerate(made().layers) for name in "Wb"}
    np.savez(tmp_path / "network.npz", activations=np.array(["relu", "tanh", "softmax"]), **arrays)
    assert bits(Network.load(tmp_path / "network.npz")) == bits(made())


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
from nn_notes import Network

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


# Where it goes


@pytest.fixture(params=[0o022, 0o077], ids=oct)
def umask(request):
    old = os.umask(request.param)
    yield request.param
    os.umask(old)


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize("permissions", [0o600, 0o640, 0o644, 0o666], ids=oct)
def test_an_old_file_keeps_its_permissions_and_a_new_one_has_those_of_any(permissions, umask, tmp_path):
    path = tmp_path / "network.npz"
    made(1).save(path)
    assert mode(path) == 0o666 & ~umask
    path.chmod(permissions)
    made(2).save(path)
    assert mode(path) == permissions
    assert bits(Network.load(path)) == bits(made(2))


def test_what_is_not_for_others_is_not_so_for_a_moment(tmp_path, monkeypatch):
    path, seen, savez = tmp_path / "network.npz", [], np.savez
    made().save(path)
    path.chmod(0o600)
    monkeypatch.setattr(np, "savez", lambda file, **arrays: (seen.append(Path(file.name)), savez(file, **arrays)))
    mode_then = []
    monkeypatch.setattr(os, "fsync", lambda _: mode_then.append(mode(seen[0])))
    made().save(path)
    assert mode_then == [0o600]
    assert seen[0].parent == tmp_path, "a file can only be moved within a file system"


LINKS = {"to a file": True, "to none yet": False}


@pytest.mark.parametrize("there", LINKS.values(), ids=LINKS)
@pytest.mark.parametrize("absolute", [True, False])
def test_a_link_stays_a_link_and_its_target_has_the_network(there, absolute, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    target, link, way = tmp_path / "elsewhere" / "target.npz", tmp_path / "link.npz", tmp_path / "way.npz"
    way.symlink_to(target if absolute else "elsewhere/target.npz")
    link.symlink_to(way if absolute else "way.npz")
    if there:
        made(1).save(target)
    monkeypatch.chdir(tmp_path)
    made(2).save("link.npz")
    assert link.is_symlink() and way.is_symlink() and not target.is_symlink()
    assert bits(Network.load(target)) == bits(Network.load(link)) == bits(made(2))
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "link.npz", "way.npz"]
    assert os.listdir(tmp_path / "elsewhere") == ["target.npz"]


def test_links_in_a_circle_are_left_alone(tmp_path):
    one, other = tmp_path / "one.npz", tmp_path / "other.npz"
    one.symlink_to(other)
    other.symlink_to(one)
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        made().save(one)
    assert one.is_symlink() and other.is_symlink() and len(os.listdir(tmp_path)) == 2


def pipe(folder):
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


# Not /dev/null: a test that fails would take it from the whole machine.
TERMINAL = Path(os.ttyname(os.openpty()[1]))


def device(folder):
    return TERMINAL


def link_to_a_device(folder):
    (folder / "link").symlink_to(TERMINAL)
    return folder / "link"


def listening(folder):
    (at := socket.socket(socket.AF_UNIX)).bind(str(folder / "socket"))
    at.close()
    return folder / "socket"


@pytest.mark.parametrize("special", [device, pipe, link_to_a_device, listening])
def test_a_device_or_a_pipe_is_neither_replaced_nor_read(special, tmp_path):
    path = special(tmp_path)
    before = os.lstat(path)
    for call in (made().save, Network.load):
        with pytest.raises(
            ValueError, match=rf"^path '{re.escape(str(path))}' is a device or a pipe; it needs to be a f"
        ):
            call(path)
    assert (os.lstat(path).st_mode, os.lstat(path).st_ino) == (before.st_mode, before.st_ino)


@pytest.mark.parametrize("letter", ["n", "é", "网", "🙂"])
def test_a_name_may_be_as_long_as_the_file_system_lets_it(letter, tmp_path):
    most = os.pathconf(tmp_path, "PC_NAME_MAX")
    size = len(letter.encode())
    name = letter * ((most - 4) // size) + ".npz"
    made(1).save(tmp_path / name)
    made(2).save(tmp_path / name)
    assert os.listdir(tmp_path) == [name]
    assert bits(Network.load(tmp_path / name)) == bits(made(2))
    with pytest.raises(OSError, match="File name too long"):
        made(1).save(tmp_path / (name + "n" * size))
    assert os.listdir(tmp_path) == [name]


def test_a_folder_is_no_file(tmp_path):
    for place in (tmp_path, f"{tmp_path}/", f"{tmp_path}/new/"):
        with pytest.raises(OSError):
            made().save(place)
        with pytest.raises(OSError):
            Network.load(place)
    assert os.listdir(tmp_path) == []


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


def nothing(count, descr):
    """An array that claims any number of entries without a byte to each."""
    file = BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": descr, "fortran_order": False, "shape": (count,)})
    return file.getvalue()


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
    "twenty million empty names": (
        lambda: archive(activations=nothing(20_000_000, "|S0"), **ONE),
        "ValueError: activations.npy declares shape (20000000,) of |S0, which is not its size",
    ),
    "twenty million empty words": (
        lambda: archive(activations=nothing(20_000_000, "<U0"), **ONE),
        "ValueError: activations.npy declares shape (20000000,) of <U0, which is not its size",
    ),
    "twenty million voids": (
        lambda: archive(activations=nothing(20_000_000, "|V0"), **ONE),
        "ValueError: activations.npy declares shape (20000000,) of |V0, which is not its size",
    ),
    "no fields to twenty million records": (
        lambda: archive(activations=NAMES, W0=nothing(20_000_000, []), b0=[1.0]),
        "ValueError: W0.npy declares shape (20000000,) of [], which is not its size",
    ),
    "entries of no size": (
        lambda: archive(activations=NAMES, W0=nothing(20_000_000, ("<f8", (0,))), b0=[1.0]),
        "ValueError: ",
    ),
    "a million names of a byte": (
        lambda: archive(activations=np.full(10**6, b"t"), **ONE),
        "ValueError: the arrays are activations, W0, b0, for 1000000 activations",
    ),
    "no rows of a billion": (
        lambda: archive(activations=NAMES, W0=declared((0, 10**9)), b0=[1.0]),
        "ValueError: W is empty, of shape (0, 1000000000)",
    ),
    "a later format": (
        lambda: archive(format=np.array(2), activations=NAMES, **ONE),
        "ValueError: its format is 2, and this is nn_notes for format 1",
    ),
    "a format in words": (
        lambda: archive(format=np.array("one"), activations=NAMES, **ONE),
        "ValueError: its format is one, and this",
    ),
    "a negative shape": (lambda: archive(activations=NAMES, W0=declared((-1, -1), bytes(8))), "ValueError: "),
    "a bomb": (
        lambda: archive(ZIP_DEFLATED, activations=NAMES, W0=declared((5000, 5000), bytes(8 * 5000**2)), b0=[1.0]),
        "ValueError: activations.npy is compressed",
    ),
    "a bomb that lies about its size": (lambda: lying(b"\0" * 10**8), "ValueError: W0.npy is compressed"),
    "the same bytes many times": (lambda: repeated(declared((10**5,), bytes(8 * 10**5)), 200), "ValueError: 160"),
}


def members(count):
    """As many members as possible, a byte to the name of each and a network in none."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("W", declared((), bytes(8)))
        archive.filelist *= count
    return file.getvalue()


def test_memory_stays_in_proportion_to_the_file(tmp_path):
    """Also for the directory of an archive, and for the smallest numbers, each of which becomes a float64."""
    bytewise = archive(activations=NAMES, W0=np.ones((1, 10**6), bool), b0=np.ones(10**6, bool))
    for data in (members(100_000), bytewise):
        path = tmp_path / "network.npz"
        path.write_bytes(data)
        tracemalloc.start()
        with contextlib.suppress(ValueError):
            Network.load(path)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 25 * len(data)


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
