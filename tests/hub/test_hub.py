"""A class on a JupyterHub: ten students log in at once, run 03 at once, drag its view, and save; nothing is lost."""

import json
import signal
import statistics
import time

import plain
import pytest
from lab import stored_views

NAME = "03_weight_tensor"
WORDS = "# my own words"


def wrong(view):
    return view.lacks(*plain.weight_tensor(view.value))


def cells(hub, student):
    path = hub.folder(student.name) / f"{NAME}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


@pytest.fixture(scope="module")
def measured():
    """What each step took, in seconds from its first student's start to each student's end; and megabytes."""
    found = {}
    yield found
    print()
    for name, numbers in found.items():
        print(f"{name}: median {statistics.median(numbers):.1f}, at most {max(numbers):.1f}")


@pytest.fixture
def clock(measured, request):
    """Note how long after its making a step ends, for each student."""
    start = time.monotonic()
    name = request.node.name.removeprefix("test_")
    return lambda: measured.setdefault(f"{name}, seconds", []).append(time.monotonic() - start)


def test_they_log_in_at_once(students, hub, clock, measured):
    for student in students:
        student.log_in()
    for student in students:
        student.arrived()
        clock()
    measured["a server before a notebook runs, MB"] = [hub.megabytes(student.name) for student in students]


def test_they_open_a_notebook(students, clock):
    for student in students:
        student.open(NAME)
        student.lab.still_views().nth(stored_views(NAME) - 1).wait_for(state="attached")
        clock()


def test_they_run_all_of_it_at_once(students, clock, hub, measured):
    for student in students:
        student.lab.start_all()
    for student in students:
        student.lab.all_ran()
        clock()
    measured["a server after a notebook has run, MB"] = [hub.megabytes(student.name) for student in students]


def test_they_drag_a_view_and_its_numbers_are_numpys(students, clock):
    for n, student in enumerate(students):
        view = student.view(NAME)
        view.until(wrong)
        before = view.values()
        view.drag("z[4]", -20 - n)
        assert view.values() != before
        view.until(wrong)
        clock()


def test_they_write_and_save(students, hub, clock):
    for student in students:
        student.lab.run_new(f"{WORDS}\nprint({student.name!r})")
        student.lab.save()
        clock()
        *_, last = cells(hub, student)
        assert "".join(last["source"]).startswith(WORDS)
        assert student.name in json.dumps(last["outputs"])
        # A page that is very busy is too slow for anywidget, and no worse off for it.
        assert set(student.lab.errors()) <= {"[anywidget] Failed to initialize model."}


def test_a_server_that_dies_comes_back_with_the_work(students, hub, clock):
    student, *others = students
    server = hub.server(student.name)
    kernels = server.children(recursive=True)
    for process in [server, *kernels]:
        process.send_signal(signal.SIGKILL)
    student.start_again()
    clock()
    student.open(NAME)
    *_, last = cells(hub, student)
    assert "".join(last["source"]).startswith(WORDS)
    assert student.lab.sources()[-1].startswith(WORDS)
    student.lab.start_all()
    student.lab.all_ran()
    student.view(NAME).until(wrong)
    # Nobody else has noticed.
    for other in others:
        assert "2" in other.lab.kernel("print(1 + 1)")


def test_what_a_student_may_not_see(students, hub):
    student, other, *_ = students
    answer = student.page.request.get(f"{hub.address}/user/{other.name}/api/contents/nn-notes")
    assert answer.status in (403, 404)
    assert WORDS not in answer.text()
