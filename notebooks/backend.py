"""How the project is built: as flit does it, and the wheel carries the notebooks within the package.

``pip wheel --config-settings notebooks=no`` leaves them out, for a page that has them anyway.
"""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from flit_core import buildapi
from flit_core.buildapi import (  # noqa: F401
    build_editable,
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CARRIED = "*.ipynb", "*.html", "jupyter_server_config.py"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    # Not in place: what is left of a build that was ended would be taken for the package's own.
    with TemporaryDirectory() as home:
        home, wheels = Path(home), Path(wheel_directory).resolve()
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy2(ROOT / name, home)
        shutil.copytree(ROOT / "nn_notes", home / "nn_notes", ignore=shutil.ignore_patterns("__pycache__"))
        if (config_settings or {}).get("notebooks") != "no":
            (home / "nn_notes/notebooks").mkdir()
            for path in (path for pattern in CARRIED for path in HERE.glob(pattern)):
                shutil.copy2(path, home / "nn_notes/notebooks")
        before = Path.cwd()
        os.chdir(home)
        try:
            return buildapi.build_wheel(str(wheels), config_settings, metadata_directory)
        finally:
            os.chdir(before)
