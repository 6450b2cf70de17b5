"""What every run shares: the same examples each time, and kernels without the caller's own IPython settings."""

import os
import tempfile
import time
from collections import Counter

import figures as written
import hypothesis
import pytest

hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")


started = pytest.StashKey[float]()
left_out, passed = pytest.StashKey[set](), pytest.StashKey[Counter]()


# Not a fixture: the cells of a notebook, which are tests too, have none.
def pytest_configure(config):
    config.stash[started] = time.time()
    config.stash[left_out], config.stash[passed] = set(), Counter()
    profile = tempfile.TemporaryDirectory()
    config.add_cleanup(profile.cleanup)
    os.environ["IPYTHONDIR"] = profile.name


def pytest_deselected(items):
    for item in items:
        item.config.stash[left_out].add(item.path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    item.config.stash[passed][item.path] += report.when == "call" and report.passed
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """A cell of a notebook has to draw the picture that it stores, too, and give the numbers of the prose below it."""
    yield
    if item.path.suffix == ".ipynb":
        # Not at the top: no other test needs what builds the notebooks, and draws.
        import fields
        import pictures

        if fault := pictures.difference(item.cell.outputs, item.test_outputs):
            item.raise_cell_error("Pictures differ", fault)
        if fault := fields.difference(item):
            item.raise_cell_error("Numbers in prose differ", fault)


@pytest.fixture(scope="module")
def figures(request):
    """A dict of what a module counts and measures, by name; it is written down for the report on trust.

    Unless the module did not run whole and green: a part of its tests has a part of its figures.
    """
    measured = {}
    yield measured
    config, tests = request.config, [item for item in request.session.items if item.path == request.path]
    picked = request.path in config.stash[left_out] or any("::" in argument for argument in config.args)
    if not picked and config.stash[passed][request.path] == len(tests):
        written.write(request.module.__name__.removeprefix("test_"), measured)


def pytest_terminal_summary(terminalreporter, config):
    """What test_oracle measured in this run, wherever it ran: the worst error of each function."""
    file = written.file("oracle")
    if not file.exists() or file.stat().st_mtime < config.stash[started]:
        return
    measured = written.read("oracle")
    terminalreporter.section(f"accuracy in {measured['cases']} cases, {measured['numbers']} numbers")
    for name, seen in sorted(measured["functions"].items()):
        worst = f"{seen['worst']:.2g} {seen['measure']}"
        terminalreporter.write_line(f"{name:40} {seen['cases']:6} cases {worst:>17} against {seen['oracle']}")
