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

// Make of a node what another one is; what is the same in both stays, for whatever is new is laid out and painted anew.
function renew(old, now) {
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const name of old.getAttributeNames()) if (!now.hasAttribute(name)) old.removeAttribute(name);
  const [before, after] = [[...old.childNodes], [...now.childNodes]];
  const alike = before.length === after.length && before.every((child, n) => child.nodeName === after[n].nodeName);
  if (!alike) return old.replaceChildren(...after);
  for (const [n, child] of before.entries()) {
    if (child.nodeType !== Node.TEXT_NODE) renew(child, after[n]);
    else if (child.data !== after[n].data) child.data = after[n].data;
  }
}
function rewrite(node, html) {
  const now = node.cloneNode();
  now.innerHTML = html;
  renew(node, now);
}

// A number as it is, to six digits where it is none of an even grid.
function written(value, digits) {
  const even = (value + 0).toFixed(digits);
  const text = Number(even) === value ? even : String(Number(value.toPrecision(6)));
  return text.replaceAll("-", MINUS);
}

// A number as the cells of the tables have it.
function celled(value, digits) {
  if (value === 0) return "0";
  const text = Math.abs(value) < 1e8 ? value.toFixed(digits) : value.toExponential(3);
  return Number(text) === 0 ? text.replace("-", "") : text.replaceAll("-", MINUS);
}

// A number that the reader moves, over the places of its stops, since a grid would move one that is not on it. All that
// shows it follows.
class Movable {
  constructor(label, digits, moved) {
    Object.assign(this, { label, digits, moved, stops: [], at: 0, followers: new Set() });
  }
  get value() {
    return this.stops[this.at];
  }
  get text() {
    return written(this.value, this.digits);
  }
  follow(show) {
    this.followers.add(show);
    if (this.stops.length) show();
  }
  tell() {
    for (const show of this.followers) show();
  }
  set(value) {
    const at = this.stops.findIndex((stop) => stop >= value);
    this.at = at < 0 ? this.stops.length - 1 : at;
    this.tell();
  }
  offer(stops) {
    const stood = this.value;
    this.stops = stops;
    if (stood !== undefined) this.set(stood);
  }
  move(at) {
    at = Math.max(0, Math.min(at, this.stops.length - 1));
    if (at === this.at) return;
    this.at = at;
    this.tell();
    this.moved({ to: this.value });
  }
  // From now on, this is what is taken back to.
  hold() {
    this.before = this.value;
  }
  back() {
    this.ask(this.before);
  }
  moveTo(value) {
    const far = this.stops.map((stop) => Math.abs(stop - value));
    this.move(far.indexOf(Math.min(...far)));
  }
  // A number that need not be a stop: within the limits it becomes one. What cannot be is answered in words.
  ask(to) {
    if (!(to >= this.stops[0] && to <= this.stops.at(-1))) return this.moved({ to });
    if (!this.stops.includes(to)) {
      const stood = this.value;
      this.stops = [...this.stops, to].sort((a, b) => a - b);
      this.at = this.stops.indexOf(stood);
    }
    this.move(this.stops.indexOf(to));
  }
}

// A slider for a number, or for one of several in turn.
function bar() {
  let one;
  const name = node("span");
  const shown = node("span", { class: "nn-value" });
  const input = node("input", { type: "range", min: 0, step: 1 });
  const show = () => {
    input.max = one.stops.length - 1;
    input.value = one.at;
    shown.textContent = one.text;
    shown.title = String(one.value);
    input.setAttribute("aria-valuetext", one.text);
  };
  input.addEventListener("input", () => one.move(input.valueAsNumber));
  for (const begun of ["focus", "pointerdown"]) input.addEventListener(begun, () => one.hold());
  input.addEventListener("keydown", ({ key }) => key === "Escape" && one.back());
  return {
    element: node("label", { class: "nn-slider" }, name, shown, input),
    bind(other, label = other.label) {
      one?.followers.delete(show);
      one = other;
      name.textContent = label;
      input.setAttribute("aria-label", label);
      one.follow(show);
    },
  };
}

function slider({ label, digits }, moved) {
  const one = new Movable(label, digits, moved);
  const own = bar();
  own.bind(one);
  return { all: [one], element: own.element, set: (value) => one.set(value), offer: (stops) => one.offer(stops) };
}

function sliders({ labels, digits }, moved) {
  const all = labels.map((label, entry) => new Movable(label, digits, (move) => moved({ entry, ...move })));
  return {
    all,
    set: (values) => values.forEach((value, n) => all[n].set(value)),
    offer: (stops) => stops.forEach((some, n) => all[n].offer(some)),
  };
}

function choice({ label, options }, moved) {
  const named = options.map(([name, text]) => node("option", { value: name }, text));
  const select = node("select", { "aria-label": label }, ...named);
  if (moved) select.addEventListener("change", () => moved({ to: select.value }));
  return {
    element: node("label", { class: "nn-choice" }, label, select),
    get: () => select.value,
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

// What to try: each line is ticked when it is met, and stays so.
function tasks(words) {
  const lines = words.map(() => node("li"));
  for (const [n, line] of lines.entries()) line.innerHTML = words[n];
  const element = node("div", { class: "nn-tries" }, "Try to \u2026", node("ul", { "aria-live": "polite" }, ...lines));
  element.hidden = !words.length;
  function meet(n) {
    if (lines[n].classList.contains("nn-met")) return;
    lines[n].classList.add("nn-met");
    lines[n].title = lines[n].textContent;
    lines[n].append(" \u2713");
  }
  return { element, meet };
}

function control(spec, moved) {
  if (spec.most) return line(spec, moved);
  if (spec.options) return choice(spec, moved);
  if (spec.labels) return sliders(spec, moved);
  return slider(spec, moved);
}

// How many pixels of a drag take an entry through all of its stops, from how far a dot is taken hold of, and through how
// many stops a key goes.
const ONE_WAY = 240;
const REACH = 24;
const DRAGGED = ".nn-mark:is([data-across], [data-up], [data-drag])";
const KEYS = {
  ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity,
};

// The dot of a chart that is under the pointer, or near, and can be moved: with its place on the page.
function dotAt({ target, clientX, clientY }) {
  let found, least = REACH;
  for (const path of target.closest?.(".nn-chart")?.querySelectorAll(DRAGGED) ?? []) {
    for (const [, x, y] of path.getAttribute("d").matchAll(/M(-?\d+) (-?\d+)/g)) {
      const spot = new DOMPoint(x, y).matrixTransform(path.getScreenCTM());
      const far = Math.hypot(spot.x - clientX, spot.y - clientY);
      if (far < least) [found, least] = [{ path, x: spot.x, y: spot.y }, far];
    }
  }
  return found;
}

// What an axis has at a place, in its own unit.
function onAxis(axis, at) {
  const [from, to, low, high, log] = axis.split(" ").map(Number);
  const part = (at - from) / (to - from);
  return log ? low * (high / low) ** part : low + part * (high - low);
}

// What a drag from a dot does: what is moved by it, it chooses. It goes along the axes as they then are, of a chart that
// may be built anew under the pointer.
function takenDot(event, board, controls, choose, put) {
  const dot = dotAt(event);
  if (!dot) return;
  const charts = () => [...board.querySelectorAll(".nn-chart")];
  const n = charts().indexOf(dot.path.closest(".nn-chart"));
  const { drag, across, up } = dot.path.dataset;
  const ways = Object.entries({ across, up }).filter(([, name]) => name);
  const moved = ways.map(([way, name]) => {
    const [control, entry = 0] = name.split(" ");
    return [way, controls[control].all[entry]];
  });
  for (const [, one] of moved) {
    one.hold();
    choose(one);
  }
  return (right, down) => {
    const chart = charts()[n];
    const to = new DOMPoint(dot.x + right, dot.y + down).matrixTransform(chart.getScreenCTM().inverse());
    const axes = chart.querySelector(".nn-axes path").dataset;
    const place = { across: onAxis(axes.across, to.x), up: onAxis(axes.up, to.y) };
    for (const [way, one] of moved) one.moveTo(place[way]);
    if (drag) put({ drag, to: [place.across, place.up] });
  };
}

// The entries under the reader's hand: in the tables of a board that are named after a control, each number is dragged,
// moved by keys, or typed; the one chosen last has the large slider too. A dot of a chart is dragged along its axes.
function hand(board, controls, put) {
  const large = bar();
  const hint = node("small");
  const held = new Map();
  let chosen, drag;

  function choose(one) {
    if (![...held.values()].includes(one)) return;
    chosen = one;
    large.bind(one, `Move ${one.label}`);
    for (const [cell, other] of held) cell.classList.toggle("nn-chosen", other === one);
  }
  function take(table) {
    const digits = Number(table.style.getPropertyValue("--nn-digits"));
    for (const [n, td] of table.querySelectorAll("td").entries()) {
      const one = controls[table.dataset.hand].all[n];
      const cell = node("span", { class: "nn-hand", role: "slider", tabindex: 0, "aria-label": one.label });
      cell.dataset.lmSuppressShortcuts = "true";
      held.set(cell, one);
      td.replaceChildren(cell);
      one.follow(() => {
        cell.textContent = celled(one.value, digits);
        const now = { min: one.stops[0], max: one.stops.at(-1), now: one.value, text: one.text };
        for (const [what, value] of Object.entries(now)) cell.setAttribute(`aria-value${what}`, value);
      });
    }
  }
  function lie() {
    for (const one of held.values()) one.followers.clear();
    held.clear();
    board.querySelectorAll("[data-hand]").forEach(take);
    const [first] = held.values();
    if (first) choose(chosen ?? first);
    const dots = board.querySelector(DRAGGED);
    const dot = dots?.dataset.label ? `\u201c${dots.dataset.label}\u201d` : "a dot";
    const turned = board.querySelector("svg[data-drag]");
    const more = `${dots ? " or a dot" : ""}${turned ? " or the drawing" : ""}`;
    const drag = first ? `Drag an underlined number${more}, or type one.` : dots ? `Drag ${dot} in its chart, too.` : "";
    const other = first ? "another" : "a number";
    const point = board.querySelector("[data-made]") ? `Point at ${other}, and it says what it is made of.` : "";
    const edge = board.querySelector("[data-set]") ? "Click an edge to choose its weight." : "";
    hint.textContent = [edge, drag, point].filter(Boolean).join(" ");
  }

  // A line to type in, in the place of a number.
  function write(cell, text) {
    const one = held.get(cell);
    const input = node("input", { class: "nn-typed", inputmode: "decimal", "aria-label": `${one.label}, a number` });
    input.dataset.lmSuppressShortcuts = "true";
    input.value = text;
    cell.after(input);
    input.focus();
    let open = true;
    function close(typed) {
      if (!open) return;
      open = false;
      input.remove();
      if (!typed) return;
      const to = Number(typed.replaceAll(MINUS, "-").replace(",", "."));
      one.ask(Number.isFinite(to) ? to : typed);
    }
    input.addEventListener("blur", () => close(input.value.trim()));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      close(event.key === "Enter" && input.value.trim());
      cell.focus();
    });
  }

  board.addEventListener("focusin", ({ target }) => {
    if (!held.has(target)) return;
    choose(held.get(target));
    chosen.hold();
  });
  board.addEventListener("keydown", (event) => {
    const one = held.get(event.target);
    if (!one || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in KEYS) one.move(one.at + KEYS[event.key]);
    else if (event.key === "Escape") {
      drag = undefined;
      one.back();
    } else if (event.key === "Enter") write(event.target, "");
    else if (/^[-+\u2212\d.,]$/.test(event.key)) write(event.target, event.key);
    else return;
    event.preventDefault();
  });
  // What a drag from here does, if anything: a function of how far it has come.
  function taken(event) {
    const drawing = event.target.closest?.("svg[data-drag]");
    if (!drawing && !held.has(event.target)) return takenDot(event, board, controls, choose, put);
    const one = drawing ? controls[drawing.dataset.drag].all[0] : held.get(event.target);
    if (!drawing) event.target.focus({ preventScroll: true });
    const { at, stops } = one;
    one.hold();
    return (right) => one.move(at + Math.round((right / ONE_WAY) * (stops.length - 1)));
  }
  let last;
  board.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    drag = taken(event);
    if (!drag) return;
    last = { cell: event.target, x: event.clientX, y: event.clientY };
    // The board has the pointer, and not the cell: that may be built anew under it.
    board.setPointerCapture(event.pointerId);
  });
  board.addEventListener("pointermove", (event) => {
    if (drag) drag(event.clientX - last.x, event.clientY - last.y);
    else board.style.cursor = dotAt(event) ? "grab" : "";
  });
  for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, () => (drag = undefined));
  // A finger on a dot does not scroll.
  board.addEventListener(
    "touchstart",
    (event) => {
      const [{ clientX, clientY }] = event.touches;
      if (dotAt({ target: event.target, clientX, clientY })) event.preventDefault();
    },
    { passive: false },
  );
  board.addEventListener("dblclick", () => held.has(last?.cell) && write(last.cell, ""));

  return { large: node("div", { class: "nn-large" }, large.element), hint, lie };
}

// How long a number walks, in milliseconds; for whom nothing may move, it does not.
const WALK = 600;
// How long what has changed is marked, in milliseconds.
const MARKED = 700;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const SIGNS = { "+": 1, [MINUS]: -1 };

// One side of an equation on a row, as terms that are added: each a sign, a number, and tables that are multiplied.
function terms(side) {
  const found = [{ sign: 1, factors: [] }];
  for (const item of side) {
    if (typeof item !== "string") found.at(-1).factors.push(item);
    else if (item !== "·") {
      const [, sign, number] = item.match(/^([+\u2212]?) ?([\d.]*(?:e[+\u2212]\d+)?)(?: ·)?$/);
      if (sign) found.push({ sign: SIGNS[sign], factors: [] });
      if (number) found.at(-1).number = number;
    }
  }
  return found.filter(({ factors }) => factors.length);
}

// What an entry is made of, on the right of =: of each term a list of products, each a list of cells.
function madeOf(right, row, column) {
  return right.map(({ sign, number, factors: [A, B] }) => {
    const { cells } = A.rows[row];
    const products = B ? [...cells].map((cell, k) => [cell, B.rows[k].cells[column]]) : [[cells[column]]];
    return { sign, number, products };
  });
}

// What its table says that an entry is made of: words, or terms, whose cells stand anywhere on the board.
function told(board, table, row, column) {
  const made = JSON.parse(table.dataset.made)[row * table.rows[0].cells.length + column];
  if (typeof made === "string") return made;
  const tables = board.querySelectorAll(".nn-row table");
  return made.map(([number, ...places]) => ({
    sign: number < 0 ? -1 : 1,
    number: Math.abs(number) === 1 && places.length ? undefined : String(Number(Math.abs(number).toPrecision(3))),
    products: [places.map(([n, i, j]) => tables[n].rows[i].cells[j])],
  }));
}

// The rows of a board that are equations, with a table alone on one side of =: a map from each such table to the terms on
// the other side.
function equations(board) {
  const found = new Map();
  for (const row of board.querySelectorAll(".nn-row")) {
    const sides = [[]];
    for (const item of row.querySelectorAll(".nn-row > :not(.nn-pair), .nn-pair > *")) {
      const text = item.textContent.trim();
      if (item.tagName === "TABLE") {
        // Where nothing stands between two, another thing begins.
        if (sides.at(-1).at(-1)?.tagName) sides.push([], []);
        sides.at(-1).push(item);
      } else if (text === "=") sides.push([]);
      else if (/^(·|[+\u2212]?( ?[\d.]+(e[+\u2212]\d+)? ·)?)$/.test(text)) sides.at(-1).push(text);
      else sides.push([], []);
    }
    for (const [n, side] of sides.entries()) {
      const other = [sides[n - 1], sides[n + 1]].find((beside) => beside?.length > 1);
      if (side.length === 1 && other) found.set(side[0], terms(other));
    }
  }
  return found;
}

// Why a number is what it is: hover over it, touch it or give it the focus, and what it was made of lights up, with the
// arithmetic in one line.
function reasons(board, line) {
  let asked, lit;

  const text = (cell) => cell.textContent;
  // What an entry is called: its table, and where it stands there.
  const named = (cell) => {
    const table = cell.closest("table");
    const name = titled(table).replace(/<[^>]*>/g, "").split(" = ")[0];
    const row = table.rows.length > 1 ? [cell.parentElement.rowIndex] : [];
    return `${name}[${[...row, cell.cellIndex].join(", ")}]`;
  };
  const factor = (cell) => (text(cell).startsWith(MINUS) ? `(${text(cell)})` : text(cell));
  const value = (words) => Number(words.replace(MINUS, "-"));

  function explain() {
    for (const cell of lit ?? []) cell.classList.remove("nn-lit");
    lit = undefined;
    line.textContent = "";
    // What is not known yet is no number.
    if (!asked?.isConnected || Number.isNaN(value(text(asked)))) return;
    const table = asked.closest("table");
    const at = [asked.parentElement.rowIndex, asked.cellIndex];
    // Anew each time, as a number between two tables may have changed.
    const right = !table.dataset.made && equations(board).get(table);
    if (!right && !table.dataset.made) return;
    const made = right ? madeOf(right, ...at) : told(board, table, ...at);
    if (typeof made === "string") {
      line.textContent = `${text(asked)}: ${made}`;
      return;
    }
    let [sum, words] = [0, ""];
    for (const { sign, number, products } of made) {
      for (const cells of products) {
        sum += cells.reduce((product, cell) => product * value(text(cell)), sign * value(number ?? "1"));
        if (words || sign < 0) words += sign < 0 ? ` ${MINUS} ` : " + ";
        words += [...(number ? [number] : []), ...cells.map(factor)].join(" · ");
      }
    }
    if (Number.isNaN(sum)) return;
    const parts = made.flatMap(({ products }) => products.flat());
    // A number that is another one says which.
    if (parts.length === 1 && words === factor(parts[0])) words = named(parts[0]);
    lit = [asked, ...parts];
    for (const cell of lit) cell.classList.add("nn-lit");
    const digits = text(asked).split(".")[1]?.length ?? 0;
    // The numbers on the page are rounded.
    const same = Math.abs(sum - value(text(asked))) < 1e-9 || sum.toFixed(digits) === value(text(asked)).toFixed(digits);
    line.textContent = `${text(asked)} ${same ? "=" : "≈"} ${words.trim()}`;
  }
  function ask(cell) {
    asked = cell;
    explain();
  }
  function lie() {
    // The keyboard goes from table to table, and within one by the arrow keys.
    for (const table of new Set([...equations(board).keys(), ...board.querySelectorAll("[data-made]")])) {
      for (const [n, cell] of table.querySelectorAll("td").entries()) {
        cell.tabIndex = n ? -1 : 0;
        cell.dataset.lmSuppressShortcuts = "true";
      }
    }
  }
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  board.addEventListener("pointerover", ({ target }) => ask(target.closest?.("td")));
  board.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || ask());
  board.addEventListener("focusin", ({ target }) => ask(target.closest("td")));
  board.addEventListener("focusout", ({ relatedTarget }) => board.contains(relatedTarget) || ask());
  board.addEventListener("keydown", (event) => {
    const { target: cell, key } = event;
    if (cell.tagName !== "TD" || !(key in steps)) return;
    const [down, right] = steps[key];
    cell.closest("table").rows[cell.parentElement.rowIndex + down]?.cells[cell.cellIndex + right]?.focus();
    event.preventDefault();
  });
  return { explain, lie };
}

// What a table is called, in HTML.
function titled({ caption }) {
  return caption.innerHTML.split(" <small>")[0];
}

// The tables of a board: what each is called, and of each cell, row by row, where it stands on the page.
function whereabouts(board) {
  return [...board.querySelectorAll(".nn-row table")].map((table) => ({
    name: titled(table),
    at: [...table.rows].map((row) => [...row.cells].map((cell) => ({ cell, box: cell.getBoundingClientRect() }))),
  }));
}

// A table that comes to stand transposed is no other one: each of its numbers walks to its new place.
function walk(before, now) {
  for (const { name, at } of now) {
    const was = before.find((one) => one.name === name)?.at;
    if (at.length === at[0].length || was?.length !== at[0].length || was[0].length !== at.length) continue;
    for (const [i, row] of at.entries()) {
      for (const [j, { cell, box }] of row.entries()) {
        const from = was[j][i].box;
        const there = `translate(${from.x - box.x}px, ${from.y - box.y}px)`;
        cell.animate({ transform: [there, "none"] }, { duration: WALK, easing: "ease-in-out" });
      }
    }
  }
}

// The still picture that stands for this view until it wakes: the last one before it, and as near as there is one.
function stillBefore(el) {
  const earlier = (still) => still.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING;
  for (let around = el.parentElement; around; around = around.parentElement) {
    const still = [...around.querySelectorAll(".nn-still")].filter(earlier).at(-1);
    if (still) return still;
  }
}

// What brings a view to where it stands, behind the call that makes it: what was pressed, and the controls that are
// elsewhere than at first.
function code({ controls, first }, places, way) {
  const row = (numbers) => `[${numbers.join(", ")}]`;
  const written = (place, { labels, columns }) => {
    if (!labels) return JSON.stringify(place);
    if (!labels[0].includes(",")) return row(place);
    return row(Array.from({ length: place.length / columns }, (_, i) => row(place.slice(columns * i, columns * (i + 1)))));
  };
  const dict = (moved) => {
    const known = controls.filter(({ name }) => name in moved);
    return `{${known.map((one) => `${JSON.stringify(one.name)}: ${written(moved[one.name], one)}`).join(", ")}}`;
  };
  const press = ([label, times]) => (times === 1 ? JSON.stringify(label) : `*[${JSON.stringify(label)}] * ${times}`);
  const before = way.map((part) => (Array.isArray(part) ? press(part) : dict(part)));
  // What is pressed may move controls, too.
  const elsewhere = controls.filter(({ name }) => way.length || String(places[name]) !== String(first[name]));
  return `.at(${[...before, ...elsewhere.map((one) => `${one.name}=${written(places[one.name], one)}`)].join(", ")})`;
}

function render({ model, el }) {
  const spec = model.get("spec");
  const { palette, repeated } = spec;
  const controls = {};
  let waiting = [];
  let busy = false;

  // What the reader does: { set: name, to: value } of a control, with the entry of several, { drag: name, to: [x, y] }
  // of a dot, { act: label } of a button.
  function put(step) {
    const same = (other) => other.act || ["set", "entry", "drag"].every((part) => other[part] === step[part]);
    const at = step.to === undefined ? -1 : waiting.findLastIndex(same);
    if (waiting[at]?.to !== undefined) waiting.splice(at, 1);
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

  const alert = node("p", { role: "alert", hidden: "" });
  const board = node("div", { class: "nn-board" });
  const reason = node("p", { class: "nn-why", role: "status" });
  const shown = node("div", { class: "nn-shown" }, board, alert, reason);
  const entries = hand(board, controls, put);
  const why = reasons(board, reason);

  const panel = node("div", { class: "nn-controls" });
  for (const one of spec.controls) {
    controls[one.name] = control(one, (move) => put({ set: one.name, ...move }));
    // All entries have one slider, which stands where the first of them does.
    panel.append(controls[one.name].element ?? entries.large);
  }

  // What is repeated stays in sight beside what it fills, on a narrow page too.
  const stepping = node("div", { class: "nn-buttons nn-stepping" });
  const buttons = node("div", { class: "nn-buttons" });
  let playing = false;
  let next;
  function again() {
    clearTimeout(next);
    // Not before what was answered is painted.
    const repeat = () => requestAnimationFrame(() => playing && put({ act: repeated }));
    next = setTimeout(repeat, spec.paces[pace.get()]);
  }
  let ended = false;
  function end(on) {
    ended = on;
    // Still there for the keyboard, which would lose its place.
    for (const one of stepping.querySelectorAll("button")) one.setAttribute("aria-disabled", ended);
  }
  function play(on) {
    playing = on;
    player.textContent = playing ? "Pause" : "Play";
    if (playing) put({ act: repeated });
  }
  const player = repeated && button("Play", () => ended || play(!playing));
  const pace = repeated && choice({ label: "speed", options: Object.keys(spec.paces).map((name) => [name, name]) });
  if (repeated) {
    stepping.append(player, pace.element);
    pace.set(spec.pace);
  }
  for (const label of spec.actions) {
    const act = () => {
      if (ended && label === repeated) return;
      if (playing) play(false);
      put({ act: label });
    };
    (label === repeated ? stepping : buttons).append(button(label, act));
  }
  const places = {};
  let way = [];
  const words = model.link ? "Copy a link to this state" : "Copy code for this state";
  const copy = button(words, async () => {
    const text = model.link ? model.link(places, way) : code(spec, places, way);
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = model.link ? "Copied" : "Copied: put it after the call of the view";
    } catch {
      copy.textContent = model.link ? "It is in the address bar" : text;
    }
    setTimeout(() => (copy.textContent = words), 3000);
  });
  // Not in the panel, which stays in sight beside the board only as long as it is no higher.
  shown.append(copy);

  const key = node("div");
  key.innerHTML = spec.legend;
  const goals = tasks(spec.tries);
  panel.append(...(repeated ? [stepping] : []), entries.hint, buttons, key, goals.element);
  // Otherwise the notebook takes the arrow keys for its own.
  for (const one of [...panel.querySelectorAll("input, select, button"), copy]) one.dataset.lmSuppressShortcuts = "true";

  let [cells, texts, axes, paths, tables] = [[], [], [], [], []];
  const marks = new WeakMap();
  function build(html) {
    const focused = board.querySelector(":focus")?.ariaLabel;
    const before = calm.matches ? [] : whereabouts(board);
    board.innerHTML = html;
    if (before.length) walk(before, whereabouts(board));
    entries.lie();
    why.lie();
    cells = board.querySelectorAll("td");
    texts = board.querySelectorAll("caption, .nn-text");
    axes = board.querySelectorAll(".nn-axes");
    paths = board.querySelectorAll(".nn-mark");
    tables = board.querySelectorAll(".nn-row table");
    if (focused) board.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  }
  function mark(cell) {
    // Not a transition: that would paint every frame, and keep the next answer waiting.
    cell.classList.add("nn-new");
    clearTimeout(marks.get(cell));
    marks.set(cell, setTimeout(() => cell.classList.remove("nn-new"), MARKED));
  }
  function fill([n, text, colour], few) {
    // A number under the hand is ahead of what is answered.
    // Its text node stays: another one would be laid out anew.
    if (!cells[n].firstElementChild) cells[n].firstChild.data = text;
    cells[n].style.cssText = palette[colour];
    if (few) mark(cells[n]);
  }
  function show(message) {
    alert.hidden = !message.error;
    // What the reader may not do is said without Python's name for it.
    alert.textContent = (message.error ?? "").replace(/^(Type|Value)Error: /gm, "");
    for (const [name, stops] of Object.entries(message.stops ?? {})) controls[name].offer(stops);
    for (const [name, idle] of Object.entries(message.idle ?? {})) controls[name].element.hidden = idle;
    Object.assign(places, message.controls);
    way = message.way ?? way;
    if (message.ended !== undefined) end(message.ended);
    for (const [name, place] of Object.entries(message.controls ?? {})) {
      // Where the reader has moved on, the answer is to an older place.
      if (!waiting.some((step) => step.set === name)) controls[name].set(place);
    }
    if (message.board !== undefined) build(message.board);
    // Where everything changes, marks say nothing, nor where the next change comes before they are gone.
    const calm = !playing || spec.paces[pace.get()] > MARKED;
    const few = calm && message.cells?.length <= cells.length / 3;
    for (const cell of message.cells ?? []) fill(cell, few);
    for (const [n, html] of message.texts ?? []) rewrite(texts[n], html);
    for (const [n, drawn] of message.axes ?? []) rewrite(axes[n], drawn);
    for (const [n, d] of message.paths ?? []) paths[n].setAttribute("d", d);
    for (const [n, made] of message.made ?? []) tables[n].dataset.made = made;
    met = message.met ?? met;
    tick();
    why.explain();
  }
  let met = [];
  let held = false;
  function tick() {
    if (!held) met.forEach(goals.meet);
  }
  const leaves = new AbortController();
  el.addEventListener("pointerdown", () => (held = true), true);
  for (const end of ["pointerup", "pointercancel"]) {
    const rest = () => {
      held = false;
      if (!busy && !waiting.length) tick();
    };
    addEventListener(end, rest, { signal: leaves.signal });
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
    if (playing && (message.error || ended)) play(false);
    if (playing && !waiting.length) again();
    else send();
  }

  board.addEventListener("click", ({ target }) => {
    const chosen = target.closest("[data-set]");
    if (chosen) put({ set: chosen.dataset.set, to: chosen.dataset.to });
  });

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
    leaves.abort();
    model.off("msg:custom", answered);
    if (still) still.hidden = false;
  };
}

// In Jupyter alone. anywidget waits two seconds for this module; where a busy page takes longer, it drops whatever comes
// for the model from then on. So messages are taken from the comm itself, which the model has that a change is told of.
function initialize({ model }) {
  model.on("change:heard", (whole) =>
    whole.comm?.on_msg(({ content: { data } }) => data.method === "custom" && whole.trigger("msg:custom", data.content)),
  );
  model.set("heard", true);
}

export default { initialize, render };
