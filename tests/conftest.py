"""What every test shares: the same examples on every run, and kernels without the caller's own IPython settings."""

import tempfile

import hypothesis
import pytest

hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def _fresh_ipython():
    with tempfile.TemporaryDirectory() as profile, pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", profile)
        yield
