// Python starts with a page that has live views, before anything else of it: it takes longest. python.js takes it over.
if (!navigator.connection?.saveData) {
  const name = navigator.serviceWorker?.controller ? "offline" : "online";
  const address = `${document.documentElement.dataset.content_root}_static/page/worker.js`;
  self.early = new Worker(address, { type: "module", name });
  // Whoever asks starts another one, and tells the reader.
  self.early.onerror = () => (self.early = undefined);
}
