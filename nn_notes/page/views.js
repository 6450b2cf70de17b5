// Live views in a page: each stands at once, as it was stored, and is carried to the worker when it wakes.

import view, { button, node } from "./explore.js";
import { python } from "./python.js";

export const SPEC = "application/vnd.nn-notes.view";

// An address that asks for more presses of one button in a row than this would keep a page busy.
const MOST = 1000;

// What leads to a state, as an address has it: to the places of controls, or through what is pressed.
export function stepsTo(state, controls) {
  if (typeof state[0] === "string") {
    const [act, times] = state;
    return Array.from({ length: Math.min(times, MOST) }, () => ({ act }));
  }
  if (Array.isArray(state)) return state.flatMap((part) => stepsTo(part, controls));
  return Object.entries(state).flatMap(([set, to]) => {
    if (!(set in controls)) return [];
    return Array.isArray(to) ? to.map((one, entry) => ({ set, entry, to: one })) : [{ set, to }];
  });
}

// What explore.js takes for a model: it holds back what the reader does until the view is awake.
function carrier(spec, make, status, link) {
  let answered = () => {};
  let view;
  let waking;
  const pending = [];
  const places = { ...spec.opening.controls };
  let way = [];

  async function ask(steps) {
    try {
      const { result } = await python.ask({ act: "answer", view, steps });
      Object.assign(places, result.controls);
      way = result.way ?? way;
      answered(result);
    } catch {
      // Its worker was stopped, and the view with it: it begins anew where it stood.
      pending.push([{ open: true }, ...stepsTo([...way, places], spec.opening.controls), ...steps]);
      view = waking = undefined;
      model.wake();
    }
  }
  async function wake() {
    status.say("Waking …");
    try {
      view = await make((part) => status.say(`Waking: ${Math.round(100 * part)} %`));
      while (view !== undefined && pending.length) await ask(pending.shift());
      if (view !== undefined) status.say("");
    } catch (fault) {
      view = waking = undefined;
      status.say(`This view cannot wake here. ${fault.message}`, () => model.wake());
    }
  }
  const model = {
    get: () => spec,
    on: (_, callback) => (answered = callback),
    off: () => (answered = () => {}),
    link,
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
  const line = node("p", { class: "nn-status", role: "status" }, words);
  return {
    line,
    say(text, retry) {
      words.textContent = text;
      line.replaceChildren(words);
      if (retry) line.append(" ", button("Try again", retry));
    },
  };
}

// Puts a live view into a place; make is called once, when it wakes, and gives the view's number in the worker. Where there
// is an address for a state, link makes it from the places of the controls and from the way there.
export function show(place, spec, make, link) {
  const status = statusLine();
  const model = carrier(spec, make, status, link);
  const el = node("div");
  place.append(el, status.line);
  view.render({ model, el });
  status.say("Touch it, and it wakes.");
  for (const touch of ["pointerdown", "focusin", "input"]) el.addEventListener(touch, model.wake, { once: true });
  return model;
}
