// The service worker: what was visited is kept, so that it is there without a network.

const CACHE = "nn_notes VERSION";
// So long a network may keep a page waiting that is here already.
const PATIENCE = 3000;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(begin()));
addEventListener("message", (event) => event.waitUntil(keep(event.data.keep)));
addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  // The workspace has a service worker of its own.
  if (method === "GET" && !url.startsWith(new URL("workspace/", location))) event.respondWith(answer(event.request));
});

async function begin() {
  for (const name of await caches.keys()) if (name.startsWith("nn_notes ") && name !== CACHE) await caches.delete(name);
  await clients.claim();
}

// What was fetched before this worker had a say; the browser has it at hand.
async function keep(files) {
  const cache = await caches.open(CACHE);
  for (const { url, integrity, body } of files) {
    if (await cache.match(url)) continue;
    const response = body ? new Response(body) : await fetch(url, { cache: "force-cache", ...(integrity && { integrity }) });
    if (response.ok) await cache.put(url, response);
  }
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request);
  const { origin, searchParams } = new URL(request.url);
  const own = origin === location.origin;
  // Another one has another address: Pyodide's release, or what says its version.
  if (known && (!own || searchParams.has("v"))) return known;
  const coming = fetch(request).then((response) => {
    // Of another machine only what has been checked.
    if (response.ok && (own || request.integrity)) cache.put(request, response.clone());
    return response;
  });
  if (!known) return coming;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, known));
  return Promise.race([coming, late]).catch(() => known);
}
