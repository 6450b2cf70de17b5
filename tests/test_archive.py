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
from strategies import in_order, parameters, random_network

from nn_notes import ACTIVATIONS, Layer, Network, descent
from nn_notes.data import curve

ROOT = Path(__file__).parents[1]


def made(seed=0, sizes=(3, 5, 7, 2)):
    return random_network(sizes, ["relu", "tanh", "softmax"], seed)


def bits(network):
    return [(a.dtype, a.shape, a.tobytes()) for a in parameters(network)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "network.npz"


# There and back

ENDS = [[5e-324, -0.0, 1e308], [np.pi, -1 / 3, 1 + 2**-52]]
NETWORKS = {
    "every activation": random_network([2] * (len(ACTIVATIONS) + 1), ACTIVATIONS),
    "one neuron": Network(Layer([[1]], [0], "relu")),
    "eleven layers": random_network([1] * 12, ["tanh"] * 11),
    "the ends of float64": Network(Layer(ENDS, [0, -0.0, -5e-324], "identity")),
    "columns first": Network(Layer(np.asfortranarray(np.arange(6.0).reshape(2, 3)), [1, 2, 3], "tanh")),
    "complex": Network(Layer([[1 + 2j, -0.0]], [1j, 0], "tanh")),
    "float32": Network(Layer(np.float32([[1e-45, -0.0, 3e38]]), np.float32([1 / 3, 0, -1]), "relu")),
    "complex64": Network(Layer(np.complex64([[1 + 2j]]), np.complex64([1j]), "tanh")),
    "mixed": Network(Layer(np.float32([[1 / 3]]), [1 / 3], "tanh")),
    "copied activations": pickle.loads(pickle.dumps(made())),
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("kind", [str, Path])
def test_a_network_comes_back_bit_for_bit(network, kind, tmp_path):
    path = kind(tmp_path / "network.npz")
    network.save(path)
    loaded = Network.load(path)
    assert bits(loaded) == bits(network)
    assert [n.activation for n in loaded.layers] == [n.activation for n in network.layers]
    first = Path(path).read_bytes()
    loaded.save(path)
    assert Path(path).read_bytes() == first
    assert os.listdir(tmp_path) == ["network.npz"]


def test_it_is_a_plain_archive_that_numpy_reads(path):
    made().save(path)
    with np.load(path, allow_pickle=False) as arrays:
        assert [*arrays] == ["format", "activations", "W0", "b0", "W1", "b1", "W2", "b2"]
        assert arrays["format"] == 1
        assert arrays["activations"].tolist() == ["relu", "tanh", "softmax"]
        np.testing.assert_array_equal(arrays["W1"], made().layers[1].W)


def test_a_file_of_1_0_0_is_still_read(path):
    """It has no format, and is the same otherwise."""
    arrays = {f"{name}{n}": getattr(layer, name) for n, layer in enumerate(made().layers) for name in "Wb"}
    np.savez(path, activations=np.array(["relu", "tanh", "softmax"]), **arrays)
    assert bits(Network.load(path)) == bits(made())


def test_training_goes_on_from_a_file_as_if_there_had_been_none(path):
    def train(network):
        how = {"loss": "mse", "learning_rate": 0.1, "epochs": 2, "batch_size": 5, "patience": None, "progress": False}
        return descent.fit(network, data, data, rng=np.random.default_rng(1), **how)[0]

    data = curve(20, np.random.default_rng(0))
    network = train(random_network([1, 5, 1], ["tanh", "identity"]))
    network.save(path)
    assert bits(train(Network.load(path))) == bits(train(network))


# Whole or not at all


class Refused(BaseException):
    """As an interrupt: no Exception."""


@pytest.mark.parametrize("step", ["savez", "fsync", "replace"])
def test_a_save_that_fails_leaves_the_old_file_alone(step, path, monkeypatch):
    def refuse(*_, **__):
        raise Refused

    made(1).save(path)
    monkeypatch.setattr(np if step == "savez" else os, step, refuse)
    with pytest.raises(Refused):
        made(2).save(path)
    assert bits(Network.load(path)) == bits(made(1))
    assert os.listdir(path.parent) == ["network.npz"]


def test_the_new_file_is_on_the_disk_before_it_takes_its_place(path, monkeypatch):
    done = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, real=real: (done.append(name), real(*given)))
    made().save(path)
    assert done == ["fsync", "replace"]


def test_what_cannot_be_saved_leaves_no_file(path):
    network = made()
    network.layers[1].b[2] = np.nan
    with pytest.raises(ValueError, match=r"^b\[2\] .*nan"):
        network.save(path)
    assert os.listdir(path.parent) == []


# For each line that it is given, the one of two networks is saved, and a process saves the other and the one until it
# is killed. How long the one took is said each time, as a machine may become busy.
SAVING = """
import os
import sys
import time
import numpy as np
from nn_notes import Network

path, sizes = sys.argv[1], [64, 200, 100, 10]
networks = [Network.init(sizes, ["relu", "tanh", "softmax"], np.random.default_rng(seed)) for seed in (1, 2)]
networks[0].save(path)
for _ in sys.stdin:
    began = time.perf_counter()
    networks[0].save(path)
    one_save = time.perf_counter() - began
    process = os.fork()
    while not process:
        for network in networks[::-1]:
            network.save(path)
    print(process, one_save, flush=True)
    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""
KILLS = 100


def kills(path, times):
    """Kill a save at any moment of two, so many times; it is seen after each."""
    moments, command = random.Random(0), [sys.executable, "-c", SAVING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as saving:
        for _ in range(times):
            print(file=saving.stdin, flush=True)
            process, one_save = saving.stdout.readline().split()
            time.sleep(moments.uniform(0, 2) * float(one_save))
            os.kill(int(process), signal.SIGKILL)
            assert int(saving.stdout.readline()) == -signal.SIGKILL
            yield


def test_a_killed_save_leaves_the_old_network_or_the_new_one(path, figures):
    counts, unfinished = {"one": 0, "other": 0}, 0
    known = {name: bits(made(seed, (64, 200, 100, 10))) for name, seed in (("one", 1), ("other", 2))}
    for _ in kills(path, KILLS):
        # Fails unless it is one of the two.
        loaded = bits(Network.load(path))
        (name,) = (name for name, whole in known.items() if whole == loaded)
        counts[name] += 1
        unfinished = len(list(path.parent.glob("network.npz.*.tmp")))
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
def test_an_old_file_keeps_its_permissions_and_a_new_one_has_those_of_any(permissions, umask, path):
    made(1).save(path)
    assert mode(path) == 0o666 & ~umask
    path.chmod(permissions)
    made(2).save(path)
    assert mode(path) == permissions
    assert bits(Network.load(path)) == bits(made(2))


def test_what_is_not_for_others_is_not_so_for_a_moment(path, monkeypatch):
    seen, savez, mode_then = [], np.savez, []
    made().save(path)
    path.chmod(0o600)
    monkeypatch.setattr(np, "savez", lambda file, **arrays: (seen.append(Path(file.name)), savez(file, **arrays)))
    monkeypatch.setattr(os, "fsync", lambda _: mode_then.append(mode(seen[0])))
    made().save(path)
    assert mode_then == [0o600]
    assert seen[0].parent == path.parent, "a file can only be moved within a file system"


@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to none yet"])
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


def listening(at):
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(at))


# Not /dev/null: a test that fails would take it from the whole machine.
TERMINAL = Path(os.ttyname(os.openpty()[1]))
SPECIAL = {
    "a link to a device": lambda at: at.symlink_to(TERMINAL),
    "a pipe": os.mkfifo,
    "a socket": listening,
}


@pytest.mark.parametrize("special", ["a device", *SPECIAL])
def test_a_device_or_a_pipe_is_neither_replaced_nor_read(special, tmp_path):
    path = TERMINAL if special == "a device" else tmp_path / "special"
    if special in SPECIAL:
        SPECIAL[special](path)
    before = os.lstat(path)
    for call in (made().save, Network.load):
        with pytest.raises(ValueError, match=f"^{in_order(f'path {str(path)!r} … device')}"):
            call(path)
    assert (os.lstat(path).st_mode, os.lstat(path).st_ino) == (before.st_mode, before.st_ino)


@pytest.mark.parametrize("letter", ["n", "é", "网", "🙂"])
def test_a_name_may_be_as_long_as_the_file_system_lets_it(letter, tmp_path):
    most, size = os.pathconf(tmp_path, "PC_NAME_MAX"), len(letter.encode())
    path = tmp_path / f"{letter * ((most - 4) // size)}.npz"
    made(1).save(path)
    made(2).save(path)
    assert bits(Network.load(path)) == bits(made(2))
    with pytest.raises(OSError, match="File name too long"):
        made(1).save(f"{path}{'n' * size}")
    assert os.listdir(tmp_path) == [path.name]


def test_a_folder_is_no_file(tmp_path):
    for place in (tmp_path, f"{tmp_path}/", f"{tmp_path}/new/"):
        for call in (made().save, Network.load):
            with pytest.raises(OSError):
                call(place)
    assert os.listdir(tmp_path) == []


# Nothing else is taken for one


def packed(compression=ZIP_STORED, **arrays):
    """An archive of these arrays, each given as numbers or as its bytes."""
    file = BytesIO()
    with ZipFile(file, "w", compression) as members:
        for name, a in arrays.items():
            if not isinstance(a, bytes):
                written = BytesIO()
                np.lib.format.write_array(written, np.asarray(a))
                a = written.getvalue()
            members.writestr(f"{name}.npy", a)
    return file.getvalue()


def archive(compression=ZIP_STORED, **changed):
    """A network of one neuron in a file, but for what is ``changed``."""
    arrays = {"activations": np.array(["tanh"]), "W0": [[1.0]], "b0": [1.0]} | changed
    return packed(compression, **{name: a for name, a in arrays.items() if a is not None})


def declared(shape, data=b"", descr="<f8"):
    """An array that claims a shape, whatever it holds."""
    file = BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": descr, "fortran_order": False, "shape": shape})
    return file.getvalue() + data


def lying(data):
    """A member that unpacks to far more than it says."""
    whole = packed(ZIP_DEFLATED, W0=data)
    return whole.replace(len(data).to_bytes(4, "little"), (128).to_bytes(4, "little"))


def repeated(name, data, times):
    """A directory that names one member again and again."""
    file = BytesIO()
    with ZipFile(file, "w") as members:
        members.writestr(name, data)
        members.filelist *= times
    return file.getvalue()


class Malicious:
    def __reduce__(self):
        return print, ("code from a file was run",)


WHOLE, ONE, MANY = archive(activations=["relu"]), declared((1, 1), bytes(8)), (20_000_000,)
BOMB = declared((2000, 2000), bytes(8 * 2000**2))
MISFIT = {"activations": ["tanh"] * 2, "W0": [[1, 2]], "b0": [1, 2], "W1": [[1]], "b1": [1]}
# What is in the file, and what is said of it; the kind of error first, unless it is a ValueError.
FOREIGN = {
    "empty": (lambda: b"", "BadZipFile … File is not a zip file"),
    "text": (lambda: b"W0,b0\n1,2\n", "BadZipFile … File is not a zip file"),
    "truncated": (lambda: WHOLE[:-30], "BadZipFile … "),
    "half": (lambda: WHOLE[: len(WHOLE) // 2], "BadZipFile … "),
    "one array": (lambda: declared((1,), bytes(8)), "BadZipFile … "),
    "a flipped bit": (lambda: WHOLE.replace(b"r", b"s", 1), "BadZipFile … "),
    "no arrays": (lambda: packed(), "KeyError … 'activations'"),
    "an activation as a number": (lambda: archive(activations=[1]), "TypeError … activation … int"),
    "text for W": (lambda: archive(W0=[["1"]]), "TypeError … W … <U1"),
    "no bias": (lambda: archive(b0=None), "the arrays are activations, W0, for 1 activations"),
    "one array more": (lambda: archive(W1=[[1]]), "the arrays are activations, W0, b0, W1, for 1 activations"),
    "another order": (lambda: packed(W0=[[1]], b0=[1], activations=["tanh"]), "the arrays are W0, b0, activations"),
    "activations alone": (lambda: archive(activations="tanh"), "the arrays are activations, W0, b0, for 1"),
    "a million names": (lambda: archive(activations=np.full(10**6, b"t")), "the arrays are activations, W0, b0, "),
    "no layers": (lambda: packed(activations=np.array([], str)), "layers"),
    "layers that do not fit": (lambda: archive(**MISFIT), "layers[1] … 1 … 2"),
    "an unknown activation": (lambda: archive(activations=["ReLU"]), "activation … 'ReLU'"),
    "a vector for W": (lambda: archive(W0=[1.0]), "W … (1,)"),
    "b of another shape": (lambda: archive(b0=[1, 2]), "b … (2,)"),
    "NaN": (lambda: archive(W0=[[np.nan]]), "W[0, 0] … nan"),
    "no rows of a billion": (lambda: archive(W0=declared((0, 10**9))), "W … (0, 1000000000)"),
    "a later format": (lambda: archive(format=2), "its format is 2, and this is nn_notes for format 1"),
    "a format in words": (lambda: archive(format="one"), "its format is one, and this"),
    "another version": (lambda: archive(W0=ONE.replace(b"NUMPY\x01", b"NUMPY\x02")), "W0.npy is of another version"),
    "a pickle": (lambda: archive(activations=b"cbuiltins\nprint\n(S'x'\ntR."), "the magic string is not"),
    "pickled objects": (
        lambda: archive(W0=np.array([[Malicious()]], object)),
        "W0.npy declares shape (1, 1) of object, which is not its size",
    ),
    "pickled objects of a fitting size": (
        lambda: archive(W0=ONE.replace(b"'<f8'", b"'|O' ")),
        "Object arrays cannot be loaded when allow_pickle=False",
    ),
    "terabytes": (lambda: archive(W0=declared((10**6, 10**6))), "W0.npy declares shape (1000000, 1000000) of float64"),
    **{
        f"twenty million {empty}": (
            lambda empty=empty: archive(activations=declared(MANY, descr=empty)),
            f"activations.npy declares shape (20000000,) of {empty}, which is not its size",
        )
        for empty in ("|S0", "<U0", "|V0")
    },
    "records of no field": (lambda: archive(W0=declared(MANY, descr=[])), "W0.npy declares shape (20000000,) of []"),
    "entries of no size": (lambda: archive(W0=declared(MANY, descr=("<f8", (0,)))), ""),
    "a negative shape": (lambda: archive(W0=declared((-1, -1), bytes(8)), b0=None), ""),
    "a bomb": (lambda: archive(ZIP_DEFLATED, W0=BOMB), "activations.npy is compressed"),
    "a bomb that lies about its size": (lambda: lying(bytes(3 * 10**7)), "W0.npy is compressed"),
    "the same bytes many times": (lambda: repeated("W0.npy", declared((10**5,), bytes(8 * 10**5)), 200), "bytes"),
}


@contextlib.contextmanager
def memory_below(most):
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < most


@pytest.mark.parametrize(
    "data",
    [
        # Many members, a byte to the name of each and a network in none.
        lambda: repeated("W", declared((), bytes(8)), 20_000),
        # The smallest numbers, each of which becomes a float64.
        lambda: archive(W0=np.ones((1, 10**6), bool), b0=np.ones(10**6, bool)),
    ],
    ids=["many members", "small numbers"],
)
def test_memory_stays_in_proportion_to_the_file(data, path):
    path.write_bytes(data())
    with memory_below(25 * path.stat().st_size), contextlib.suppress(ValueError):
        Network.load(path)


@pytest.mark.parametrize(("data", "found"), FOREIGN.values(), ids=FOREIGN)
def test_another_file_is_refused_in_words(data, found, path, capsys):
    path.write_bytes(data())
    kind = "" if re.match("BadZipFile|KeyError|TypeError", found) else "ValueError … "
    says = in_order(f"path {str(path)!r} … {kind}{found}")
    with memory_below(10e6), pytest.raises(ValueError, match=f"^{says}"):
        Network.load(path)
    # Nothing was run that stood in it.
    assert capsys.readouterr() == ("", "")


def test_whatever_byte_is_wrong_or_missing_it_is_refused_or_the_same_network(path):
    random_bytes, refused = random.Random(0), 0
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


def test_a_missing_file_is_missing_as_python_says_it(path):
    for call, at in [(Network.load, path), (made().save, path / "network.npz")]:
        with pytest.raises(FileNotFoundError, match="No such file or directory"):
            call(at)
