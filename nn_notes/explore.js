// The page's side of a live view. It sends what the reader does, one message at a time, and shows what comes back: what
// changed, not the whole board. While the kernel is busy, what the reader does waits here, and where a control moves on,
// its newer place takes the older one's. So however fast a slider moves, there is never a backlog.
//
// A view is asleep until the first answer: until then its still picture stands there, or, where the page brings the
// first state along, that state with controls that already take what the reader does.

const MINUS = "\u2212";

export function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function button(label, pressed, attributes = {}) {
  const made = node("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", pressed);
  return made;
}

// A number as it is, to six digits where it is none of an even grid.
function written(value, digits) {
  const even = (value + 0).toFixed(digits);
  const text = Number(even) === value ? even : String(Number(value.toPrecision(6)));
  return text.replaceAll("-", MINUS);
}

// A slider runs over the places of its stops, since a range of numbers would move one that is not on its grid.
function slider(label, digits, moved) {
  let stops = [];
  const shown = node("span", { class: "nn-value" });
  const input = node("input", { type: "range", "aria-label": label, min: 0, step: 1 });
  const get = () => stops[input.valueAsNumber];
  const show = () => {
    shown.textContent = written(get(), digits);
    shown.title = String(get());
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  const set = (value) => {
    const at = stops.findIndex((stop) => stop >= value);
    input.value = at < 0 ? stops.length - 1 : at;
    show();
  };
  const offer = (all) => {
    const stood = get();
    stops = all;
    input.max = stops.length - 1;
    if (stood !== undefined) set(stood);
  };
  input.addEventListener("input", () => {
    show();
    moved({ to: get() });
  });
  return { element: node("label", { class: "nn-slider" }, label, shown, input), set, offer };
}

function sliders({ labels, columns, digits }, moved) {
  const all = labels.map((label, entry) => slider(label, digits, (move) => moved({ entry, ...move })));
  return {
    element: node("div", { class: "nn-grid", style: `--columns: ${columns}` }, ...all.map((one) => one.element)),
    set: (values) => values.forEach((value, n) => all[n].set(value)),
    offer: (stops) => stops.forEach((some, n) => all[n].offer(some)),
  };
}

function choice({ label, options }, moved) {
  const named = options.map(([name, text]) => node("option", { value: name }, text));
  const select = node("select", { "aria-label": label }, ...named);
  select.addEventListener("change", () => moved({ to: select.value }));
  return {
    element: node("label", { class: "nn-choice" }, label, select),
    set: (name) => (select.value = name),
  };
}

function line({ label, most }, moved) {
  const plain = { autocomplete: "off", autocapitalize: "off", spellcheck: "false" };
  const input = node("input", { type: "text", maxlength: most, "aria-label": label, ...plain });
  input.addEventListener("input", () => moved({ to: input.value }));
  return {
    element: node("label", { class: "nn-line" }, label, input),
    set: (text) => (input.value = text),
  };
}

function control(spec, moved) {
  if (spec.most) return line(spec, moved);
  if (spec.options) return choice(spec, moved);
  if (spec.labels) return sliders(spec, moved);
  return slider(spec.label, spec.digits, moved);
}

// The still picture that stands for this view until it wakes: the last one before it, and as near as there is one.
function stillBefore(el) {
  const earlier = (still) => still.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING;
  for (let around = el.parentElement; around; around = around.parentElement) {
    const still = [...around.querySelectorAll(".nn-still")].filter(earlier).at(-1);
    if (still) return still;
  }
}

function render({ model, el }) {
  const spec = model.get("spec");
  const { palette, repeated } = spec;
  const controls = {};
  let waiting = [];
  let busy = false;

  // What the reader does: { set: name, to: value } of a control, with the entry of a grid, { act: label } of a button.
  function put(step) {
    const last = waiting.at(-1);
    if (step.set && last?.set === step.set && last.entry === step.entry) waiting.pop();
    waiting.push(step);
    send();
  }
  function occupied(on) {
    busy = on;
    el.setAttribute("aria-busy", on);
  }
  function send() {
    if (busy || !waiting.length) return;
    occupied(true);
    model.send(waiting);
    waiting = [];
  }

  const panel = node("div", { class: "nn-controls" });
  for (const one of spec.controls) {
    controls[one.name] = control(one, (move) => put({ set: one.name, ...move }));
    panel.append(controls[one.name].element);
  }

  const buttons = node("div", { class: "nn-buttons" });
  let playing = false;
  function play(on) {
    playing = on;
    player.textContent = playing ? "Pause" : "Play";
    if (playing) put({ act: repeated });
  }
  const player = repeated && button("Play", () => play(!playing));
  if (player) buttons.append(player);
  for (const label of spec.actions) buttons.append(button(label, () => put({ act: label })));

  const key = node("div");
  key.innerHTML = spec.legend;
  panel.append(buttons, key);
  // Otherwise the notebook takes the arrow keys for its own.
  for (const one of panel.querySelectorAll("input, select, button")) one.dataset.lmSuppressShortcuts = "true";

  const alert = node("p", { role: "alert", hidden: "" });
  const board = node("div", { class: "nn-board" });
  const shown = node("div", { class: "nn-shown" }, alert, board);

  let [cells, texts, axes, paths] = [[], [], [], []];
  const marks = new WeakMap();
  function build(html) {
    board.innerHTML = html;
    cells = board.querySelectorAll("td");
    texts = board.querySelectorAll("caption, .nn-text");
    axes = board.querySelectorAll(".nn-axes");
    paths = board.querySelectorAll(".nn-mark");
  }
  function mark(cell) {
    // Not a transition: that would paint every frame, and keep the next answer waiting.
    cell.classList.add("nn-new");
    clearTimeout(marks.get(cell));
    marks.set(cell, setTimeout(() => cell.classList.remove("nn-new"), 700));
  }
  function fill([n, text, colour]) {
    cells[n].textContent = text;
    cells[n].style.cssText = palette[colour];
    mark(cells[n]);
  }
  function show(message) {
    alert.hidden = !message.error;
    alert.textContent = message.error ?? "";
    if (message.board !== undefined) build(message.board);
    message.cells?.forEach(fill);
    for (const [n, html] of message.texts ?? []) texts[n].innerHTML = html;
    for (const [n, drawn] of message.axes ?? []) axes[n].innerHTML = drawn;
    for (const [n, d] of message.paths ?? []) paths[n].setAttribute("d", d);
    for (const [name, stops] of Object.entries(message.stops ?? {})) controls[name].offer(stops);
    for (const [name, place] of Object.entries(message.controls ?? {})) {
      // Where the reader has moved on, the answer is to an older place.
      if (!waiting.some((step) => step.set === name)) controls[name].set(place);
    }
  }
  let still;
  function takeItsPlace() {
    still = stillBefore(el);
    if (still) still.hidden = true;
    el.hidden = false;
  }
  function answered(message) {
    occupied(false);
    show(message);
    if (el.hidden) takeItsPlace();
    if (playing && (message.error || message.ended)) play(false);
    if (playing && !waiting.length) requestAnimationFrame(() => playing && put({ act: repeated }));
    else send();
  }

  el.classList.add("nn-view", "nn-live");
  el.append(panel, shown);
  el.hidden = true;
  if (spec.opening) {
    show(spec.opening);
    takeItsPlace();
  }
  model.on("msg:custom", answered);
  put({ open: true });
  return () => {
    playing = false;
    model.off("msg:custom", answered);
    if (still) still.hidden = false;
  };
}

export default { render };
