// The worker of a page: Python, NumPy and the package, loaded once, for all views and cells of the page.
//
// It loads as soon as it is there. In: { id, act, … }. Out: { id, output } for each output as it comes, { id, result } or
// { id, error } at the end, and { loading: from 0 to 1 } while it loads, and to whoever asks first.
// Its name is "offline" where a service worker answers for the page.

const HERE = new URL(".", import.meta.url);
// Without a byte for so long, the network hangs.
const PATIENCE = 20000;

// Real files, for code that shows its source reads them. NumPy is put there too, without its stubs, its headers and what is
// for Fortran: Pyodide's own way takes longer, as it loads all of NumPy's libraries at once.
const UNPACK = `
import os, site, zipfile
with zipfile.ZipFile("archive.zip") as archive:
    names = [name for name in archive.namelist() if not name.startswith("numpy/f2py/")]
    names = [name for name in names if not name.endswith((".pyi", ".h", "/"))]
    archive.extractall(site.getsitepackages()[0], names)
os.remove("archive.zip")
names
`;

let current;
let loaded = 0;

function say(loading) {
  loaded = loading;
  postMessage({ loading });
}

// Fetch a file into the browser's cache, and hand over the length of each part as it comes.
async function fetched({ url, integrity }, take) {
  const hanging = new AbortController();
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => hanging.abort(new Error(`The network does not answer: ${url}`)), PATIENCE);
  };
  wait();
  try {
    // What is imported is checked here; the rest when Pyodide asks for it, for then it comes in parts.
    const checked = integrity && url.endsWith(".mjs") && { integrity };
    const response = await fetch(url, { signal: hanging.signal, ...checked });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      take(value.length);
      wait();
    }
  } catch (fault) {
    throw hanging.signal.aborted ? hanging.signal.reason : new Error(`${url}: ${fault.message}`);
  } finally {
    clearTimeout(timer);
  }
}

// What was unpacked, in one file: names and sizes on a line, then all that they hold. It is read in a fifth of the time.
const joined = (files) =>
  new Blob([JSON.stringify(files.map(([name, body]) => [name, body.length])), "\n", ...files.map(([, body]) => body)]);

function* parted(bytes) {
  let start = bytes.indexOf(10);
  const names = JSON.parse(new TextDecoder().decode(bytes.subarray(0, start++)));
  for (const [name, length] of names) yield [name, bytes.subarray(start, (start += length))];
}

async function load() {
  const response = await fetch(new URL("pyodide.json", HERE));
  const { base, files, own } = await response.json();
  const root = new URL(base, HERE);
  const at = (place) => (file) => ({ ...file, url: new URL(file.name, place).href });
  const pinned = files.map(at(root));
  const [library, site] = own.map(at(HERE));
  const wheel = pinned.find(({ name }) => name.startsWith("numpy"));
  const unpacked = { url: new URL(`unpacked${new URL(site.url).search}`, HERE).href };
  const kept = [...pinned.filter((file) => file !== wheel), library];
  // What is kept from an earlier visit was checked when it came, and its compiled code with it.
  const wanted = self.name === "offline" ? [...kept, unpacked] : [];
  const found = await Promise.all(wanted.map(({ url }) => caches.match(url)));
  const isKept = found.length > 0 && found.every(Boolean);
  // It is read while Python starts.
  const bytes = async (response) => new Uint8Array(await response.arrayBuffer());
  const coming = isKept && bytes(found.at(-1));
  if (!isKept) {
    const all = [...pinned, library, site];
    const size = all.reduce((sum, file) => sum + file.size, 0);
    let come = 0;
    const count = (length) => {
      come += length;
      // What is left is the start of Python itself.
      say(Math.min(0.8, (0.8 * come) / size));
    };
    await Promise.all(all.map((file) => fetched(file, count)));
    // From here on, whatever Pyodide asks for is held to its checksum.
    const pins = new Map(pinned.map(({ url, integrity }) => [url, { integrity }]));
    const usual = self.fetch;
    self.fetch = (url, options) => usual(url, { ...options, ...pins.get(String(url)) });
  }
  // Not a static import, whose failure nobody could catch.
  const { loadPyodide } = await import(new URL("pyodide.mjs", root).href);
  const pyodide = await loadPyodide({ indexURL: root.href, stdLibURL: library.url });
  say(0.9);
  const place = pyodide.runPython("import site; site.getsitepackages()[0]");
  const names = [];
  if (isKept) {
    for (const [name, body] of parted(await coming)) {
      pyodide.FS.mkdirTree(`${place}/${name}`.replace(/\/[^/]*$/, ""));
      pyodide.FS.writeFile(`${place}/${name}`, body, { canOwn: true });
    }
  } else {
    for (const { url } of [wheel, site]) {
      pyodide.FS.writeFile("archive.zip", await bytes(await fetch(url)));
      names.push(...pyodide.runPython(UNPACK).toJs());
    }
  }
  // What stands on NumPy does not load it again.
  pyodide.loadedPackages.numpy = "default channel";
  const send = (output) => postMessage({ id: current, output: JSON.parse(output) });
  const runner = pyodide.pyimport("nn_notes.page.runner").Runner(send);
  say(1);
  // Not a copy of it, which would take memory for as long as the page is open.
  const held = (name) => {
    const { contents, usedBytes } = pyodide.FS.lookupPath(`${place}/${name}`).node;
    return [name, usedBytes ? contents.subarray(0, usedBytes) : new Uint8Array()];
  };
  const again = () => {
    const body = isKept ? undefined : joined(names.map(held));
    const here = ["worker.js", "pyodide.json"].map((name) => ({ url: new URL(name, HERE).href }));
    return [...here, ...kept, { ...unpacked, body }];
  };
  return { pyodide, runner, again };
}

const python = load();
// Whoever asks is told.
python.catch(() => {});

const acts = {
  // All that it can be loaded from again, with what they are held to, or what is in them.
  async load() {
    return (await python).again();
  },
  // What is not known yet is planned here: what the cell needs, and what it imports.
  async run({ sources, cell, where, plan }) {
    const { pyodide, runner } = await python;
    const text = JSON.stringify(sources);
    const { order, packages } = plan ?? JSON.parse(runner.plan(text, cell));
    const quiet = { messageCallback: () => {} };
    if (packages.length) await pyodide.loadPackage(packages, quiet);
    if (!plan) await pyodide.loadPackagesFromImports(sources[cell], quiet);
    return runner.run(text, JSON.stringify(order), where);
  },
  // Beside the package stands what the letters of the pages mean.
  async judge({ number, latex, seed }) {
    const { pyodide } = await python;
    return pyodide.pyimport("letters").judged(number, latex, seed);
  },
  async answer({ view, steps }) {
    const { runner } = await python;
    return JSON.parse(runner.answer(view, JSON.stringify(steps)));
  },
};

// One after another, in the order in which they came.
let last = Promise.resolve();
addEventListener("message", () => postMessage({ loading: loaded }), { once: true });
addEventListener("message", ({ data }) => {
  last = last.then(async () => {
    current = data.id;
    try {
      await python;
      postMessage({ id: data.id, result: await acts[data.act](data) });
    } catch (fault) {
      postMessage({ id: data.id, error: String(fault?.message ?? fault) });
    }
  });
});
