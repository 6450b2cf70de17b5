// Compiles Python with the Python that will run it: node bytecode.mjs FOLDER MODULE…
//
// In the folder: stdlib, the standard library unpacked, where what Pyodide starts with and what the modules named bring
// along is replaced by bytecode; and site, where bytecode is put beside the sources, and holds for these sources alone.

import { loadPyodide } from "pyodide";

const [folder, ...names] = process.argv.slice(2);
const python = await loadPyodide();
python.mountNodeFS("/staged", folder);
python.globals.set("names", python.toPy(names));
const compile = `
import compileall, importlib, os, site, sys
from py_compile import PycInvalidationMode

for name in names:
    importlib.import_module(name)
library = next(path for path in sys.path if path.endswith(".zip"))
files = {getattr(module, "__file__", None) or "" for module in sys.modules.values()}
for file in sorted(file.removeprefix(library + "/") for file in files if file.startswith(library)):
    source = "/staged/stdlib/" + file
    how = {"legacy": True, "invalidation_mode": PycInvalidationMode.UNCHECKED_HASH}
    assert compileall.compile_file(source, stripdir="/staged/stdlib", prependdir=library, quiet=1, **how), file
    os.remove(source)
how = {"invalidation_mode": PycInvalidationMode.CHECKED_HASH}
packages = site.getsitepackages()[0]
assert compileall.compile_dir("/staged/site", stripdir="/staged/site", prependdir=packages, quiet=1, **how)
`;
try {
  python.runPython(compile);
} catch (fault) {
  // As it is, Node shows the line of Pyodide that threw it: a million characters.
  console.error(fault.message);
  process.exitCode = 1;
}
