"""A whole workspace in the browser, beside the pages: JupyterLite with all notebooks and the package.

Its kernel is Pyodide of the release that the pages have, and from its address. What that has not comes with it: the
package and what it stands on, loaded when the kernel starts, so that a notebook runs there as it is.
"""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from fetched import installed, pip

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parent / "notebooks"
# What Pyodide has no wheel of, or, for the first two, what it would not load by itself.
WHEELS = ["tqdm", "autograd", "typing_extensions", "anywidget", "comm", "ipywidgets", "jupyterlab_widgets", "psygnal"]
KEPT = HERE / "_wheels"
# In a folder of its own: JupyterLab itself would take up its extension, and cannot.
LITE = HERE / "_lite"
LITE_WANTS = ["jupyterlite-core==0.8.6", "jupyterlite-pyodide-kernel==0.8.6", "doit==0.37.0", "pkginfo==2.0"]
LABEXTENSIONS = {
    "@jupyter-widgets/jupyterlab-manager": Path(sys.prefix),
    "@jupyterlite/pyodide-kernel-extension": LITE,
    "anywidget": Path(sys.prefix),
}
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
# From the kernel's worker to the folder of wheels.
UP = "../../../../pypi/"


def build_workspace(site):
    """Put the workspace into a built site, in ``workspace``."""
    pins = json.loads((site / "_static/page/pyodide.json").read_text(encoding="utf-8"))
    installed(LITE, *LITE_WANTS)
    with TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        wheels = [*map(_wheel, WHEELS), _own_wheel(scratch)]
        (scratch / "notebooks").mkdir()
        for path in NOTEBOOKS.glob("*.ipynb"):
            # Its table of contents takes no list of lines for text.
            text = nbformat.writes(nbformat.read(path, 4), split_lines=False)
            (scratch / "notebooks" / path.name).write_text(text, encoding="utf-8")
        kernel = {
            "pyodideUrl": address(pins["base"]) + "pyodide.mjs",
            "disablePyPIFallback": True,
            "loadPyodideOptions": {"packages": ["matplotlib", "ipython", *(UP + wheel.name for wheel in wheels)]},
        }
        settings = {"appName": "nn_notes", "litePluginSettings": {KERNEL: kernel}}
        config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": settings}
        (scratch / "jupyter-lite.json").write_text(json.dumps(config), encoding="utf-8")
        build = {
            "apps": ["lab"],
            "contents": [str(scratch / "notebooks")],
            "output_dir": str(site / "workspace"),
            "federated_extensions": [
                str(prefix / "share/jupyter/labextensions" / name) for name, prefix in LABEXTENSIONS.items()
            ],
            "ignore_sys_prefix": ["federated_extensions"],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
        }
        config = {"LiteBuildConfig": build, "PipliteAddon": {"piplite_urls": [*map(str, wheels)]}}
        (scratch / "jupyter_lite_config.json").write_text(json.dumps(config), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlite_core", "build"]
        environment = os.environ | {"PYTHONPATH": str(LITE)}
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, env=environment)
        if done.returncode:
            sys.exit(f"The workspace cannot be built:\n{done.stdout}{done.stderr}")


def address(base):
    """Pyodide's address as the workspace has it, where the pages' worker has it at ``base``."""
    return base if "://" in base else f"../../_static/page/{base}"


def _wheel(name):
    """The wheel of a package in the version that is installed, which is fetched once."""
    pattern = f"{name}-{version(name)}-*.whl"
    if not [*KEPT.glob(pattern)]:
        # One that runs anywhere, not the one for this machine.
        anywhere = ["--only-binary=:all:", "--platform=any", "--python-version=3.14"]
        pip("download", "--no-deps", *anywhere, "--dest", KEPT, f"{name}=={version(name)}")
    (found,) = KEPT.glob(pattern)
    return found


def _own_wheel(folder):
    """The package's own."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": "315532800"}
    # The workspace has the notebooks as files.
    lean = ["--config-settings", "notebooks=no"]
    pip("wheel", "--no-deps", "--no-build-isolation", *lean, "--wheel-dir", folder, HERE.parent, env=environment)
    (found,) = folder.glob("nn_notes-*.whl")
    return found
