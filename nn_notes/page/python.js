// The page's side of its one worker: what is asked, and what comes back.

export class Python {
  #worker;
  #asked = new Map();
  #count = 0;
  #loaded = 0;
  #loads;
  #isLoaded = new Promise((resolve) => (this.#loads = resolve));

  // All that it was loaded from, once it is: addresses and checksums.
  async files() {
    await this.#isLoaded;
    return (await this.ask({ act: "load" })).result;
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

  // The one that started with the page (early.js), or another.
  #start() {
    const name = navigator.serviceWorker?.controller ? "offline" : "online";
    const worker = self.early ?? new Worker(new URL("worker.js", import.meta.url), { type: "module", name });
    self.early = null;
    worker.addEventListener("message", ({ data }) => this.#hear(data));
    worker.addEventListener("error", (event) => this.stop(event.message || "its worker cannot start"));
    return worker;
  }

  #hear({ id, loading, output, result, error }) {
    if (loading !== undefined) {
      this.#loaded = loading;
      if (loading === 1) this.#loads();
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

// That of this page. Where it does not load, whoever asks next tries again, and tells the reader.
export const python = new Python();
const adopt = () => self.early && python.ask({ act: "load" }).catch(() => {});
addEventListener("early", adopt);
adopt();

// Where data are dear, nothing is loaded before it is wanted.
export const dear = Boolean(navigator.connection?.saveData);
