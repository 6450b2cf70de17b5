// The page's side of a live view. It sends what the reader does, one message at a time, and shows what comes back: what
// changed, not the whole board. While the kernel is busy, what the reader does waits here, and where a control moves on,
// its newer place takes the older one's. So however fast a slider moves, there is never a backlog.

const MINUS = "\u2212";

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
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

function control(spec, moved) {
  if (spec.options) return choice(spec, moved);
  if (spec.labels) return sliders(spec, moved);
  return slider(spec.label, spec.digits, moved);
}

function words32({ buffer, byteOffset, byteLength }) {
  return new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

function render({ model, el }) {
  const palette = model.get("palette");
  const repeated = model.get("repeated");
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
  function send() {
    if (busy || !waiting.length) return;
    busy = true;
    model.send(waiting);
    waiting = [];
  }

  const panel = node("div", { class: "nn-controls" });
  for (const spec of model.get("controls")) {
    controls[spec.name] = control(spec, (move) => put({ set: spec.name, ...move }));
    panel.append(controls[spec.name].element);
  }

  const buttons = node("div", { class: "nn-buttons" });
  function button(label, pressed) {
    const made = node("button", { type: "button" }, label);
    made.addEventListener("click", pressed);
    buttons.append(made);
    return made;
  }
  let playing = false;
  function play(on) {
    playing = on;
    player.textContent = playing ? "Pause" : "Play";
    if (playing) put({ act: repeated });
  }
  const player = repeated && button("Play", () => play(!playing));
  for (const label of model.get("actions")) button(label, () => put({ act: label }));

  const key = node("div");
  key.innerHTML = model.get("legend");
  panel.append(buttons, key);
  // Otherwise the notebook takes the arrow keys for its own.
  for (const one of panel.querySelectorAll("input, select, button")) one.dataset.lmSuppressShortcuts = "true";

  const alert = node("p", { role: "alert", hidden: "" });
  const board = node("div", { class: "nn-board" });
  const shown = node("div", { class: "nn-shown" }, alert, board);
  const { words, width, height } = model.get("picture");
  const picture = node("canvas", { role: "img", "aria-label": words, width, height });
  if (words) alert.before(picture);

  let cells = [];
  let texts = [];
  const marks = new WeakMap();
  function build(html) {
    board.innerHTML = html;
    cells = board.querySelectorAll("td");
    texts = board.querySelectorAll("caption, .nn-text");
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
  const pixels = words && new Uint32Array(width * height).fill(0xffffffff);
  function paint(places, colours) {
    places.forEach((place, n) => (pixels[place] = colours[n]));
    const bytes = new Uint8ClampedArray(pixels.buffer);
    picture.getContext("2d").putImageData(new ImageData(bytes, width, height), 0, 0);
  }

  function show(message, buffers) {
    busy = false;
    alert.hidden = !message.error;
    alert.textContent = message.error ?? "";
    if (message.board !== undefined) build(message.board);
    message.cells?.forEach(fill);
    for (const [n, html] of message.texts ?? []) texts[n].innerHTML = html;
    for (const [name, stops] of Object.entries(message.stops ?? {})) controls[name].offer(stops);
    for (const [name, place] of Object.entries(message.controls ?? {})) {
      // Where the reader has moved on, the answer is to an older place.
      if (!waiting.some((step) => step.set === name)) controls[name].set(place);
    }
    if (buffers.length) paint(...buffers.map(words32));
    if (playing && (message.error || message.ended)) play(false);
    if (playing && !waiting.length) requestAnimationFrame(() => playing && put({ act: repeated }));
    else send();
  }

  el.classList.add("nn-view", "nn-live");
  el.append(panel, shown);
  model.on("msg:custom", show);
  put({ open: true });
  return () => {
    playing = false;
    model.off("msg:custom", show);
  };
}

export default { render };
