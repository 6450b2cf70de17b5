"""What a student's server on a JupyterHub does as it starts: it brings the notebooks into a folder of the student's.

It is for the system-wide configuration of Jupyter where the students' servers run; docs/hub.md says where that is.
"""

from pathlib import Path

from nn_notes.lab import NOTEBOOKS, bring

# A copy in which a student has written stays as it is.
for line in bring(NOTEBOOKS, Path.home() / "nn-notes"):
    print(line)

# The kernel's answers go out at once, as with `nn-notes`; the extensions are what the hub wants them to be.
load_subconfig("jupyter_server_config.py", path=str(NOTEBOOKS))
del c.ServerApp["jpserver_extensions"]
