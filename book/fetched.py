"""What the build of the book takes from the package registry, in fixed versions, into folders beside it: once."""

import subprocess
import sys


def pip(*arguments, **options):
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", *quiet, *map(str, arguments)], check=True, **options)


def installed(folder, *pinned):
    """Have packages in a folder, each ``"name==version"``, without what they depend on."""
    names = (pin.replace("-", "_").replace("==", "-") for pin in pinned)
    if not all((folder / f"{name}.dist-info").is_dir() for name in names):
        pip("install", "--no-deps", "--upgrade", "--target", folder, *pinned)
