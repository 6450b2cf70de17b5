"""What every run shares: the same examples each time, and kernels without the caller's own IPython settings."""

import os
import tempfile

import hypothesis

hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")


# Not a fixture: the cells of a notebook, which are tests too, have none.
def pytest_configure(config):
    profile = tempfile.TemporaryDirectory()
    config.add_cleanup(profile.cleanup)
    os.environ["IPYTHONDIR"] = profile.name
