"""Build the book from the executed notebooks: python book/build.py

The site is in book/_build/html. Whatever a warning is about is a fault of the book, and the build fails.
"""

import sys
from pathlib import Path
from shutil import rmtree

from serve import BUILD, SITE
from sphinx.cmd.build import build_main
from staging import stage
from workspace import build_workspace

HERE = Path(__file__).parent


def main():
    rmtree(BUILD, ignore_errors=True)
    stage(BUILD / "source")
    strict = ["--fail-on-warning", "--nitpicky", "--quiet"]
    folders = [BUILD / "source", SITE]
    if fault := build_main([*strict, "-b", "html", "-c", str(HERE), "-d", str(BUILD / "doctrees"), *map(str, folders)]):
        return fault
    build_workspace(SITE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
