// What the book adds to a page that stands without it: a long page is drawn and laid out as it is read, formulas that are
// too wide take the keyboard, and a reference to an equation shows it.

// A formula that is far away is MathML; what KaTeX draws is text in a noscript, which becomes elements when it comes near.
function draw(place) {
  for (const late of place.querySelectorAll(".nn-late")) late.outerHTML = late.textContent;
}
const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    draw(target);
  }
}, { rootMargin: "100%" });
for (const late of document.querySelectorAll(".nn-late")) near.observe(late.parentElement);
addEventListener("beforeprint", () => draw(document));

// What is far out of sight is laid out late. Whoever jumps into a page, or comes back to a place, needs all of it at once.
function whole() {
  draw(document);
  document.documentElement.classList.add("nn-whole");
  dispatchEvent(new Event("whole"));
}
const [{ type }] = performance.getEntriesByType("navigation");
if (location.hash || type !== "navigate") whole();
addEventListener("click", ({ target }) => target.closest("a[href*='#']") && whole(), true);

// A box that scrolls has to be reached without a mouse; one that does not would only be in the way.
function reachable(box, scrolls) {
  if (scrolls === box.hasAttribute("tabindex")) return;
  if (scrolls) {
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `${box.dataset.what ?? "Code"}, scrolls sideways`);
  } else {
    for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
  }
}
const widths = new ResizeObserver((entries) => {
  // All are measured before any is changed, or the page would be laid out anew for each.
  const measured = entries.map(({ target }) => [target, target.scrollWidth > target.clientWidth]);
  for (const [box, scrolls] of measured) reachable(box, scrolls);
});
for (const box of document.querySelectorAll(".nn-scroll, .highlight pre, .nn-book-view, .table-wrapper")) widths.observe(box);

// On paper nothing scrolls: what is wider than a page is set smaller.
const PAPER = 680;
addEventListener("beforeprint", () => {
  for (const box of document.querySelectorAll(".nn-scroll")) {
    const wide = box.scrollWidth / PAPER;
    if (wide > 1) box.style.fontSize = `${100 / wide}%`;
  }
});
addEventListener("afterprint", () => {
  for (const box of document.querySelectorAll(".nn-scroll")) box.style.fontSize = "";
});

// The page of all equations has each of them once.
let table;
async function formula(anchor) {
  const own = document.getElementById(anchor);
  if (own) return own.querySelector(".nn-scroll");
  const root = document.documentElement.dataset.content_root;
  table ??= fetch(`${root}equations.html`).then((answer) => answer.text());
  const page = new DOMParser().parseFromString(await table, "text/html");
  return page.getElementById(anchor).querySelector(".nn-scroll");
}

const popover = document.createElement("div");
popover.className = "nn-popover";
popover.id = "nn-popover";
popover.setAttribute("role", "tooltip");
popover.hidden = true;
document.body.append(popover);
let shownFor;

async function show(link) {
  shownFor = link;
  const found = await formula(link.hash.slice(1)).catch(() => null);
  if (!found || shownFor !== link) return;
  popover.innerHTML = found.innerHTML;
  draw(popover);
  popover.hidden = false;
  link.setAttribute("aria-describedby", popover.id);
  const [at, size] = [link.getBoundingClientRect(), popover.getBoundingClientRect()];
  const above = at.bottom + size.height + 8 > innerHeight && at.top > size.height + 8;
  popover.style.left = `${scrollX + Math.max(8, Math.min(at.left, document.documentElement.clientWidth - size.width - 8))}px`;
  popover.style.top = `${scrollY + (above ? at.top - size.height - 6 : at.bottom + 6)}px`;
}
function hide() {
  shownFor?.removeAttribute("aria-describedby");
  shownFor = undefined;
  popover.hidden = true;
}
const leaving = (event) => {
  // The pointer may go over to the formula, to scroll it or to copy from it.
  if (!popover.contains(event.relatedTarget)) hide();
};
for (const link of document.querySelectorAll('a.nn-ref[href*="#equation-"]')) {
  link.addEventListener("mouseenter", () => show(link));
  link.addEventListener("focus", () => show(link));
  link.addEventListener("mouseleave", leaving);
  link.addEventListener("blur", hide);
}
popover.addEventListener("mouseleave", hide);
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());

// What a search shows of a page has each formula once, as it is seen.
if (typeof Search === "object") {
  const textOf = Search.htmlToText;
  const unseen = /<span class="katex-mathml">.*?<\/math><\/span>/gs;
  Search.htmlToText = (html, anchor) => textOf(html.replace(unseen, ""), anchor);
}
