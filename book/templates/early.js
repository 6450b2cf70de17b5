// Python starts with a page that has live views, before anything else of it, for it takes longest; on a first visit after
// the first paint, since all of it has to come yet. python.js takes it over. Undefined is not started, null is taken.
if (!navigator.connection?.saveData) {
  const again = Boolean(navigator.serviceWorker?.controller);
  const start = () => {
    if (self.early !== undefined) return;
    const address = `${document.documentElement.dataset.content_root}_static/page/worker.js`;
    self.early = new Worker(address, { type: "module", name: again ? "offline" : "online" });
    // Whoever asks starts another one, and tells the reader.
    self.early.onerror = () => (self.early = null);
    dispatchEvent(new Event("early"));
  };
  if (again) start();
  else new PerformanceObserver(start).observe({ type: "paint", buffered: true });
}
