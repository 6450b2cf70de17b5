// The code cells of a page: each can be edited, and run in place with the earlier ones that it needs, as they now are.
// And the proofs: every numbered equation has a mark that runs what leads to its check.

import { button, node } from "./explore.js";
import { python } from "./python.js";
import { show, SPEC } from "./views.js";

const FENCE = /^```\w*\n([\s\S]*?)\n?```\s*$/;

let katex;
async function typeset(latex) {
  katex ??= import("./katex.mjs");
  const whole = latex.trim().replace(/^\$+|\$+$/g, "");
  const box = node("div", { class: "nn-scroll" });
  (await katex).default.render(whole, box, { displayMode: true, throwOnError: false });
  return node("div", { class: "nn-math" }, box);
}

function image(mime, data, words) {
  const source = mime === "image/png" ? `data:image/png;base64,${data}` : `data:${mime},${encodeURIComponent(data)}`;
  const whole = node("img", { src: source, alt: words?.alt ?? "", ...(words?.width && { width: words.width }) });
  const { panels = [], width, height } = words ?? {};
  if (panels.length < 2) return whole;
  // On a narrow page they stand one below another.
  const pieces = panels.map(([left, right]) => {
    const numbers = `--left:${left};--wide:${right - left};--whole:${width};--high:${height}`;
    return node("span", { class: "nn-piece", style: `${numbers};background-image:url(${source})` });
  });
  return node("div", {}, whole, ...pieces);
}

function html(data) {
  const made = node("div");
  made.innerHTML = data;
  return made;
}

// An output as Jupyter would show it: the richest form that it has.
async function shown(output) {
  const text = (lines) => (Array.isArray(lines) ? lines.join("") : lines);
  if (output.output_type === "stream") return node("pre", { class: `nn-${output.name}` }, output.text);
  if (output.output_type === "error") return node("pre", { class: "nn-error", role: "alert" }, output.traceback.join("\n"));
  const { data, metadata } = output;
  if (data[SPEC]) {
    const place = node("div", { class: "nn-book-view" });
    show(place, JSON.parse(data[SPEC]), async () => metadata[SPEC].view).wake();
    return place;
  }
  if (data["text/latex"]) return typeset(text(data["text/latex"]));
  if (data["text/html"]) return html(text(data["text/html"]));
  for (const mime of ["image/svg+xml", "image/png"]) if (data[mime]) return image(mime, text(data[mime]), metadata[mime]);
  const fenced = FENCE.exec(text(data["text/markdown"] ?? ""));
  return node("pre", {}, fenced ? fenced[1] : text(data["text/markdown"] ?? data["text/plain"]));
}

// Runs cell n and puts its outputs into a place as they come.
async function run(sources, n, where, place) {
  const status = node("p", { class: "nn-status", role: "status" }, "Running …");
  place.replaceChildren(status);
  // In their order, though some take longer to set.
  let last = Promise.resolve();
  const output = (one) => {
    last = last.then(async () => {
      const before = status.previousElementSibling;
      const continues = one.output_type === "stream" && before?.className === `nn-${one.name}`;
      if (continues) before.append(one.text);
      else status.before(await shown(one));
    });
  };
  const progress = (part) => (status.textContent = part < 1 ? `Python is coming: ${Math.round(100 * part)} %` : "Running …");
  try {
    await python.ask({ act: "run", sources, cell: n, where }, { output, progress });
    await last;
    status.remove();
    return true;
  } catch (fault) {
    await last;
    status.textContent = fault.message;
    return false;
  }
}

// Has a formula read as it stands on the page, and held to what it says on examples that nobody has seen before.
async function judge(number, latex, place) {
  const status = node("p", { class: "nn-status", role: "status" }, "The formula is judged …");
  place.append(status);
  try {
    const seed = Math.floor(Math.random() * 1e9);
    const { result } = await python.ask({ act: "judge", number, latex, seed });
    status.replaceWith(node("p", { class: "nn-note" }, result));
  } catch (fault) {
    status.textContent = fault.message;
  }
}

// What a browser's Python lacks, by the tag of a cell that shows it.
const OTHERWISE = {
  tag_measured: "In a browser the clock is coarse and memory is short, so this cell may end otherwise than where it was measured.",
  tag_flags: "In a browser, Python is not told of an overflow, so NumPy warns of nothing.",
};

// What a reader has written stays in the browser, as long as the cell is the one that it was written in.
const kept = {
  key: (n) => `nn_notes ${location.pathname.split("/").pop()} ${n}`,
  get(n, original) {
    try {
      const found = JSON.parse(localStorage.getItem(this.key(n)));
      return found?.original === original ? found.code : undefined;
    } catch {
      return undefined;
    }
  },
  set(n, original, code) {
    try {
      if (code === original) localStorage.removeItem(this.key(n));
      else localStorage.setItem(this.key(n), JSON.stringify({ original, code }));
    } catch {
      // A private window may keep nothing.
    }
  },
};

export function cells(sources) {
  const originals = [...sources];
  const places = [...document.querySelectorAll("div.cell")];
  places.forEach((cell, n) => live(cell, n));
  if (sources.length) places.at(-1).parentElement.append(tools());
  document.querySelectorAll(".nn-math[data-cell]").forEach(proof);

  function live(cell, n) {
    const input = cell.querySelector(".cell_input");
    const stored = cell.querySelector(".cell_output");
    const place = node("div", { class: "cell_output nn-output", hidden: "" });
    let editor;
    const again = button("Run", start);
    const stop = button("Stop", () => python.stop("Stopped."), { hidden: "" });
    const edit = button("Edit", async () => (await open()).focus());
    const reset = button("Reset", back, { hidden: "" });
    const bar = node("div", { class: "nn-bar" }, again, stop, edit, reset);
    input.after(bar);
    cell.append(place);

    async function start() {
      if (stored) stored.hidden = true;
      place.hidden = false;
      [again.hidden, stop.hidden, reset.hidden] = [true, false, false];
      await run(sources, n, "page", place);
      [again.hidden, stop.hidden] = [false, true];
      if (cell.dataset.otherwise) place.append(node("p", { class: "nn-note" }, cell.dataset.otherwise));
    }
    async function open() {
      if (!editor) {
        const { edit: make } = await import("./editor.mjs");
        const label = `Cell ${n + 1}`;
        editor = make({ parent: node("div", { class: "nn-editor" }), code: sources[n], label, changed, run: start });
        input.hidden = true;
        input.before(editor.dom);
      }
      edit.hidden = true;
      return editor;
    }
    function changed(code) {
      sources[n] = code;
      reset.hidden = false;
      kept.set(n, originals[n], code);
    }
    function back() {
      if (editor) editor.dom.remove();
      editor = undefined;
      changed(originals[n]);
      [input.hidden, edit.hidden, reset.hidden, place.hidden] = [false, false, true, true];
      if (stored) stored.hidden = false;
      place.replaceChildren();
    }
    for (const [tag, words] of Object.entries(OTHERWISE)) if (cell.classList.contains(tag)) cell.dataset.otherwise = words;
    const own = kept.get(n, originals[n]);
    if (own !== undefined) {
      sources[n] = own;
      open();
      reset.hidden = false;
    }
  }

  function proof(equation) {
    const number = equation.id.replace("equation-", "");
    const place = node("div", { class: "nn-proof", hidden: "" });
    const mark = button("proved", async () => {
      place.hidden = false;
      // The original cells: it is the page that is proved, whatever the reader has changed.
      const held = await run(originals, Number(equation.dataset.cell), "proof", place);
      if (held) await judge(number, equation.querySelector("annotation").textContent, place);
    });
    mark.className = "nn-proved";
    // What is read out has in it what is seen.
    mark.setAttribute("aria-label", `proved; prove equation (${number}) here`);
    equation.after(node("div", { class: "nn-proofs" }, mark), place);
  }

  function tools() {
    const link = document.querySelector('link[type="application/x-ipynb+json"]');
    const save = button("Download as a notebook, with what you changed", async () => {
      const notebook = await (await fetch(link.href)).json();
      const codes = notebook.cells.filter((cell) => cell.cell_type === "code");
      codes.forEach((cell, n) => {
        if (sources[n] === originals[n]) return;
        Object.assign(cell, { source: sources[n], outputs: [], execution_count: null });
      });
      const file = new Blob([JSON.stringify(notebook, null, 1)], { type: "application/x-ipynb+json" });
      const anchor = node("a", { href: URL.createObjectURL(file), download: link.href.split("/").pop() });
      anchor.click();
      URL.revokeObjectURL(anchor.href);
    });
    return node("p", { class: "nn-tools" }, ...(link ? [save] : []));
  }
}
