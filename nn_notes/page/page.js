// A page that computes: its live views wake, and its cells run, in one worker, which is started when it is first wanted.

import { cells } from "./cells.js";
import { dear, python } from "./python.js";
import { show, SPEC, stepsTo } from "./views.js";

// What leads to the state of a view that stands in the address: #view-2=…
function fromAddress(n, controls) {
  const text = new URLSearchParams(location.hash.slice(1)).get(`view-${n}`);
  try {
    return text ? stepsTo(JSON.parse(text), controls) : [];
  } catch {
    return [];
  }
}

const sources = [...document.querySelectorAll("div.cell .cell_input pre")].map((pre) => pre.textContent.replace(/\n$/, ""));

function live(place, n) {
  const spec = JSON.parse(place.querySelector("script.nn-spec").textContent);
  const own = place.dataset.code;
  const cell = own ? 0 : [...document.querySelectorAll("div.cell")].indexOf(place.closest("div.cell"));
  const wake = async (progress) => {
    const plan = JSON.parse(place.dataset.plan);
    const run = { act: "run", sources: own ? [own] : sources, cell, where: `view ${n}`, plan };
    const shown = (await python.ask(run, { progress })).outputs.find((output) => output.metadata?.[SPEC]);
    if (!shown) throw new Error("its cell does not show it");
    return shown.metadata[SPEC].view;
  };
  const model = show(place, spec, wake, (places, way) => link(n + 1, way.length ? [...way, places] : places));
  const wanted = fromAddress(n + 1, spec.opening.controls);
  if (wanted.length) model.send(wanted);
  // Otherwise only when it is touched.
  if (!dear) {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      model.wake();
    });
    seen.observe(place);
  }
}

// What is far away stands as it was stored, and is made live when the reader comes near it, or jumps, which needs all of it.
const far = new Map([...document.querySelectorAll(".nn-book-view")].map((place, n) => [place, n]));
const near = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => build(target)),
  { rootMargin: "100%" },
);
function build(place) {
  if (!far.has(place)) return;
  near.unobserve(place);
  live(place, far.get(place));
  far.delete(place);
}
const every = () => [...far.keys()].forEach(build);
for (const place of far.keys()) near.observe(place);
addEventListener("whole", every);
if (document.documentElement.classList.contains("nn-whole")) every();

// The address of a view in a state, which from now on is that of the page too.
function link(n, state) {
  const address = new URL(location.href);
  address.hash = new URLSearchParams({ [`view-${n}`]: JSON.stringify(state) }).toString();
  history.replaceState(null, "", address);
  return address.href;
}

cells(sources);

// Without a network after a first visit: the page at once, and Python when it has come.
if ("serviceWorker" in navigator && location.protocol.startsWith("http")) {
  const site = new URL("../../", import.meta.url);
  navigator.serviceWorker.register(new URL("offline.js", site)).then(
    async () => {
      const { active } = await navigator.serviceWorker.ready;
      const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
      const own = [location.href.split("#")[0], new URL("equations.html", site).href];
      const here = [...own, ...loaded.filter((name) => name.startsWith(site.href))];
      active.postMessage({ keep: here.map((url) => ({ url })) });
      active.postMessage({ keep: await python.files() });
    },
    () => {},
  );
}
