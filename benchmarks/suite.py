"""All that is measured without a browser, one after the other: python benchmarks/suite.py PYTHON

PYTHON is the project's own interpreter, for what has nothing to do with peers. It exits with 1 if a goal is missed.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(own):
    commands = [(sys.executable, "training.py"), (sys.executable, "growth.py"), (own, "costs.py")]
    return max([subprocess.run([python, HERE / name]).returncode for python, name in commands])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
