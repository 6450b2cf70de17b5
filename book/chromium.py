"""Chromium, which prints the book and tests it."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find():
    """Where the machine has it."""
    if executable := os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None):
        return executable
    raise RuntimeError(
        "There is no Chromium here. Debian: sudo apt install chromium. Elsewhere: put one on the PATH as "
        f"{', '.join(NAMES)}, or name it in the environment variable CHROMIUM."
    )
