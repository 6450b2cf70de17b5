"""JupyterLab on a reader's own copies of the notebooks: nn-notes [--dir FOLDER] [options of JupyterLab]

It opens on the notebook that leads into the others. A copy in which nothing is written by hand follows the notebook
that it was made from; the others are left as they are.

No configuration of Jupyter is read but the one beside the notebooks, whoever wrote it and wherever it stands: the
server listens on this machine only, and its token is new on every start. Options on the command line are obeyed.
"""

import argparse
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["bring", "by_hand", "digest", "main"]

HERE = Path(__file__).resolve().parent
# A wheel carries them within the package; in a checkout they stand beside it.
NOTEBOOKS = next((folder for folder in (HERE / "notebooks", HERE.parent / "notebooks") if folder.is_dir()), None)
FIRST = "--LabApp.default_url=/lab/tree/index.ipynb"


def digest(kind, source):
    """The id of a cell, by what stands in it."""
    return hashlib.sha256(f"{kind}\n{source}".encode()).hexdigest()[:8]


def by_hand(path):
    """What would be lost with a notebook, in words: what was written by hand. None where there is nothing of it.

    JupyterLab keeps the id of a cell that is changed, and gives a new cell one by chance, so that neither has the
    digest of what stands in it. Outputs are no one's words: a run brings them back.
    """
    try:
        cells = [(c["cell_type"], "".join(c["source"]), c.get("id", "")) for c in _cells(path)]
    except (ValueError, TypeError, LookupError) as error:
        return f"it cannot be read as a notebook ({type(error).__name__}: {error})"
    changed = [
        str(n)
        for n, (kind, source, name) in enumerate(cells)
        if source.strip() and name.partition("-")[0] != digest(kind, source)
    ]
    return f"written by hand: cell{'s' * (len(changed) > 1)} {', '.join(changed)}" if changed else None


def bring(notebooks, work):
    """Copy each notebook to where it is missing, or older and without anything written by hand; and the cheat sheet.

    Returns:
        A line to each copy that is left older than its notebook.
    """
    work.mkdir(parents=True, exist_ok=True)
    left = []
    for path in sorted(notebooks.glob("*.ipynb")):
        copy = work / path.name
        if not copy.exists():
            _copy(path, copy)
        elif found := by_hand(copy):
            if not _ids(path) <= _ids(copy):
                left.append(
                    f"{copy} is left as it is ({found}), though its notebook has changed since. "
                    "Give it another name, and the next start brings the new one beside it."
                )
        elif _ids(path) != _ids(copy):
            _copy(path, copy)
    for path in notebooks.glob("*.html"):
        shutil.copy(path, work)
    return left


def _copy(path, copy):
    """Copy a notebook, and have Jupyter trust what is stored in it: then pictures and links are shown at once."""
    from nbformat import read, sign

    shutil.copy(path, copy)
    sign.NotebookNotary().sign(read(copy, as_version=4))


def _cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def _ids(path):
    try:
        return {cell["id"] for cell in _cells(path)}
    except (ValueError, TypeError, LookupError):
        return set()


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="nn-notes",
        description="JupyterLab on your own copies of the notebooks. Further options are JupyterLab's own.",
    )
    parser.add_argument("--dir", type=Path, default="nn-notes", help="the folder of your copies (default: %(default)s)")
    parser.add_argument("--from", dest="notebooks", type=Path, default=NOTEBOOKS, help=argparse.SUPPRESS)
    parser.add_argument("--no-browser", action="store_true", help="say the address, and open no browser")
    wanted, options = parser.parse_known_args(arguments)
    if wanted.notebooks is None:
        parser.error("the notebooks are not here; the project's wheel and its checkout have them")
    if wanted.dir.exists() and not wanted.dir.is_dir():
        parser.error(f"--dir is {wanted.dir}, which is a file; it needs a folder, or a name that is free")
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        parser.error('JupyterLab is not installed here: pip install "nn_notes[lab]", or uvx "nn-notes[lab]"')
    _serve(LabApp, wanted, [*options, *["--no-browser"] * wanted.no_browser])


def _serve(app, wanted, options):
    from jupyter_core.paths import jupyter_config_dir
    from jupyterlab.commands import get_user_settings_dir, get_workspaces_dir

    # How it looks and which keys it obeys is the reader's own.
    os.environ |= {
        "JUPYTERLAB_SETTINGS_DIR": get_user_settings_dir(),
        "JUPYTERLAB_WORKSPACES_DIR": get_workspaces_dir(),
    }
    # Places may be set in the environment; tokens, gateways and the like may not.
    for name in [name for name in os.environ if name.startswith("JUPYTER") and not name.endswith(("_DIR", "_PATH"))]:
        del os.environ[name]
    os.environ["JUPYTER_NO_CONFIG"] = "1"
    # By now Jupyter keeps its signatures where the server will look for them.
    for line in bring(wanted.notebooks, wanted.dir):
        print(line)
    config = wanted.notebooks.resolve() / "jupyter_server_config.py"
    # Jupyter serves the folder that it is started in, unless another one is asked for.
    os.chdir(wanted.dir)
    try:
        app.launch_instance([f"--config={config}", FIRST, *options])
    finally:
        # Jupyter makes one of its own for this, and leaves it behind. A reader's stands elsewhere, and is not touched.
        folder = Path(jupyter_config_dir())
        if folder.parent == Path(tempfile.gettempdir()):
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
