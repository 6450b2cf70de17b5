// A page that computes: its live views wake, and its cells run, in one worker, which is started when it is first wanted.

import view from "./explore.js";
import { cells } from "./cells.js";
import { node, Python } from "./python.js";

const SPEC = "application/vnd.nn-notes.view";
const python = new Python();

// The places of a view's controls, as they stand in the address: #view-2=…
function fromAddress(n) {
  const text = new URLSearchParams(location.hash.slice(1)).get(`view-${n}`);
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return {};
  }
}

function stepsTo(places, controls) {
  return Object.entries(places).flatMap(([set, to]) => {
    if (!(set in controls)) return [];
    return Array.isArray(to) ? to.map((one, entry) => ({ set, entry, to: one })) : [{ set, to }];
  });
}

// What explore.js takes for a model: it holds back what the reader does until the view is awake.
function carrier(spec, make, status) {
  let answered = () => {};
  let view;
  let waking;
  const pending = [];
  const places = { ...spec.opening.controls };

  async function ask(steps) {
    try {
      const { result } = await python.ask({ act: "answer", view, steps });
      Object.assign(places, result.controls);
      answered(result);
    } catch {
      // Its worker was stopped, and the view with it: it begins anew where it stood.
      pending.push([{ open: true }, ...stepsTo(places, spec.opening.controls), ...steps]);
      view = waking = undefined;
      model.wake();
    }
  }
  async function wake() {
    status.say("Waking …");
    try {
      view = await make((part) => status.say(`Waking: ${Math.round(100 * part)} %`));
      status.say("");
      while (pending.length) await ask(pending.shift());
    } catch (fault) {
      view = waking = undefined;
      status.say(`This view cannot wake here. ${fault.message}`, () => model.wake());
    }
  }
  const model = {
    get: () => spec,
    on: (_, callback) => (answered = callback),
    off: () => (answered = () => {}),
    places,
    wake: () => (waking ??= wake()),
    // Never in the same tick: the page is still waiting for it to be sent.
    send(steps) {
      if (view === undefined) pending.push(steps);
      else ask(steps);
    },
  };
  return model;
}

// The line under a view that says how it is, with a button where there is something to try.
function statusLine() {
  const words = node("span");
  const again = node("button", { type: "button" }, "Try again");
  const line = node("p", { class: "nn-status", role: "status" }, words);
  return {
    line,
    say(text, retry) {
      words.textContent = text;
      again.remove();
      if (retry) {
        again.onclick = retry;
        line.append(" ", again);
      }
    },
  };
}

// Puts a live view into a place; make is called once, when it wakes, and gives the view's number in the worker.
export function show(place, spec, make) {
  const status = statusLine();
  const model = carrier(spec, make, status);
  const el = node("div");
  place.append(el, status.line);
  view.render({ model, el });
  status.say("Touch it, and it wakes.");
  for (const touch of ["pointerdown", "focusin", "input"]) el.addEventListener(touch, model.wake, { once: true });
  return model;
}

const sources = [...document.querySelectorAll("div.cell .cell_input pre")].map((pre) => pre.textContent.replace(/\n$/, ""));

document.querySelectorAll(".nn-book-view").forEach((place, n) => {
  const spec = JSON.parse(place.querySelector("script.nn-spec").textContent);
  const own = place.dataset.code;
  const cell = own ? 0 : [...document.querySelectorAll("div.cell")].indexOf(place.closest("div.cell"));
  const model = show(place, spec, async (progress) => {
    const run = { act: "run", sources: own ? [own] : sources, cell, where: `view ${n}` };
    const shown = (await python.ask(run, { progress })).outputs.find((output) => output.metadata?.[SPEC]);
    if (!shown) throw new Error("its cell does not show it");
    return shown.metadata[SPEC].view;
  });
  const wanted = stepsTo(fromAddress(n + 1), spec.opening.controls);
  if (wanted.length) model.send(wanted);
  share(place, n + 1, model);
  // Where data are dear, only when it is touched.
  if (!navigator.connection?.saveData) {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      model.wake();
    });
    seen.observe(place);
  }
});

// A button that copies the address of the view as it now stands.
function share(place, n, model) {
  const button = node("button", { type: "button" }, "Copy a link to this state");
  button.addEventListener("click", async () => {
    const address = new URL(location.href);
    address.hash = new URLSearchParams({ [`view-${n}`]: JSON.stringify(model.places) }).toString();
    history.replaceState(null, "", address);
    try {
      await navigator.clipboard.writeText(address.href);
      button.textContent = "Copied";
    } catch {
      button.textContent = "It is in the address bar";
    }
    setTimeout(() => (button.textContent = "Copy a link to this state"), 2000);
  });
  place.querySelector(".nn-buttons")?.append(button);
}

cells(python, sources, show, SPEC);

// Without a network after a first visit: the page at once, and Python when it has come.
if ("serviceWorker" in navigator && location.protocol.startsWith("http")) {
  const site = new URL("../../", import.meta.url);
  navigator.serviceWorker.register(new URL("offline.js", site)).then(
    async () => {
      const { active } = await navigator.serviceWorker.ready;
      const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
      const own = [location.href.split("#")[0], new URL("equations.html", site).href];
      active.postMessage({ keep: [...own, ...loaded.filter((name) => name.startsWith(site.href))] });
      active.postMessage({ keep: await python.files() });
    },
    () => {},
  );
}
