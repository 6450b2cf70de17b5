// The worker of a page: Python, NumPy and the package, loaded once, for all views and cells of the page.
//
// In: { id, act, … }. Out: { id, output } for each output as it comes, { id, result } or { id, error } at the end, and
// { loading: from 0 to 1 } while it loads; then { files }, the addresses of all that it was loaded from.

const HERE = new URL(".", import.meta.url);
// Without a byte for so long, the network hangs.
const PATIENCE = 20000;

let current;
let python;

// Fetch a file into the browser's cache, held to its checksum, and hand over each part as it comes.
async function fetched(url, integrity, take) {
  const hanging = new AbortController();
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => hanging.abort(new Error(`The network does not answer: ${url.href}`)), PATIENCE);
  };
  wait();
  try {
    const response = await fetch(url, { signal: hanging.signal, ...(integrity && { integrity }) });
    if (!response.ok) throw new Error(`${url.href} answers ${response.status}`);
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      take(value);
      wait();
    }
  } catch (fault) {
    throw hanging.signal.aborted ? hanging.signal.reason : new Error(`${url.href}: ${fault.message}`);
  } finally {
    clearTimeout(timer);
  }
}

async function load() {
  const response = await fetch(new URL("pyodide.json", HERE));
  const { base, files } = await response.json();
  const root = new URL(base, HERE);
  const all = files.reduce((sum, file) => sum + file.size, 0);
  let come = 0;
  const count = (part) => {
    come += part.length;
    // What is left is the start of Python itself.
    postMessage({ loading: Math.min(0.8, (0.8 * come) / all) });
  };
  const archive = [];
  await Promise.all([
    fetched(new URL("nn_notes.zip", HERE), undefined, (part) => archive.push(part)),
    ...files.map((file) => fetched(new URL(file.name, root), file.integrity, count)),
  ]);
  // Not a static import, whose failure nobody could catch.
  const { loadPyodide } = await import(new URL("pyodide.mjs", root).href);
  const pyodide = await loadPyodide({ indexURL: root.href, packages: ["numpy"] });
  postMessage({ loading: 0.9 });
  const site = pyodide.runPython("import site; site.getsitepackages()[0]");
  // Real files: code that shows its source reads them.
  pyodide.unpackArchive(await new Blob(archive).arrayBuffer(), "zip", { extractDir: site });
  const send = (output) => postMessage({ id: current, output: JSON.parse(output) });
  const runner = pyodide.pyimport("nn_notes.page.runner").Runner(send);
  postMessage({ loading: 1 });
  const own = ["worker.js", "pyodide.json", "nn_notes.zip"].map((name) => new URL(name, HERE).href);
  postMessage({ files: [...own, ...files.map(({ name }) => new URL(name, root).href)] });
  return { pyodide, runner };
}

const acts = {
  async load() {},
  async run({ sources, cell, where }) {
    const { pyodide, runner } = await python;
    const text = JSON.stringify(sources);
    const { order, packages } = JSON.parse(runner.plan(text, cell));
    const quiet = { messageCallback: () => {} };
    if (packages.length) await pyodide.loadPackage(packages, quiet);
    await pyodide.loadPackagesFromImports(sources[cell], quiet);
    return runner.run(text, JSON.stringify(order), where);
  },
  async answer({ view, steps }) {
    const { runner } = await python;
    return JSON.parse(runner.answer(view, JSON.stringify(steps)));
  },
};

// One after another, in the order in which they came.
let last = Promise.resolve();
addEventListener("message", ({ data }) => {
  last = last.then(async () => {
    current = data.id;
    try {
      python ??= load();
      await python;
      postMessage({ id: data.id, result: await acts[data.act](data) });
    } catch (fault) {
      postMessage({ id: data.id, error: String(fault?.message ?? fault) });
    }
  });
});
