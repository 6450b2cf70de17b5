// The page's side of its one worker: what is asked, and what comes back.

export class Python {
  #worker;
  #asked = new Map();
  #count = 0;
  #loaded = 0;
  #ready;
  #isReady = new Promise((resolve) => (this.#ready = resolve));

  // All that it was loaded from, once it is: addresses and checksums.
  files() {
    return this.#isReady;
  }

  // The promise of { result, outputs }; each output is also handed over as it comes.
  ask(message, { progress, output } = {}) {
    this.#worker ??= this.#start();
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject, progress, output, outputs: [] });
      if (this.#loaded < 1) progress?.(this.#loaded);
      this.#worker.postMessage({ id, ...message });
    });
  }

  // Ends whatever runs; the next thing that is asked starts anew.
  stop(reason = "stopped") {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#loaded = 0;
    for (const { reject } of this.#asked.values()) reject(new Error(reason));
    this.#asked.clear();
  }

  #start() {
    const name = navigator.serviceWorker?.controller ? "offline" : "online";
    const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module", name });
    worker.addEventListener("message", ({ data }) => this.#hear(data));
    worker.addEventListener("error", (event) => this.stop(event.message || "its worker cannot start"));
    return worker;
  }

  #hear({ id, loading, files, output, result, error }) {
    if (files) {
      this.#ready(files);
      return;
    }
    if (loading !== undefined) {
      this.#loaded = loading;
      for (const { progress } of this.#asked.values()) progress?.(loading);
      return;
    }
    const asked = this.#asked.get(id);
    if (output) {
      asked.outputs.push(output);
      asked.output?.(output);
      return;
    }
    this.#asked.delete(id);
    if (error !== undefined) {
      // Python that did not load is loaded anew the next time.
      if (this.#loaded < 1) this.stop(error);
      asked.reject(new Error(error));
    } else {
      asked.resolve({ result, outputs: asked.outputs });
    }
  }
}

// That of this page.
export const python = new Python();

// Where data are dear, nothing is loaded before it is wanted.
export const dear = Boolean(navigator.connection?.saveData);
