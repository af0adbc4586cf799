// Keeps the page on this machine, so that it works offline. `cargo xtask build` writes down what belongs to this version.
//
// A version is kept whole or not at all, and shown only once everything of the old one is closed, or a person says so:
// what is on the screen never mixes two of them.

const VERSION = "VERSION";
const FILES = ["FILES"];
/** Other pages of the same host have caches, too. */
const OURS = `raftarium ${registration.scope} `;
const CACHE = OURS + VERSION;
const OPTIONS = { ignoreVary: true };

addEventListener("install", (event) => {
  const requests = FILES.map((file) => new Request(new URL(file, registration.scope), { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

addEventListener("message", (event) => {
  if (event.data === "take over") skipWaiting();
});

addEventListener("activate", (event) => event.waitUntil(forget()));

/** Forgets older versions, unless another window still shows one: it may want its files. */
async function forget() {
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (windows.length > 1) return;
  const old = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  event.respondWith(answer(request));
});

/**
 * From this version; what only an older one has, from there; what nobody has, from the host. The page is kept as its
 * folder, because some hosts send those who ask for `index.html` there.
 */
async function answer(request) {
  const wanted = request.url.replace(/(index\.html)?([?#].*)?$/, "");
  const cache = await caches.open(CACHE);
  const kept = (await cache.match(wanted, OPTIONS)) ?? (await fromOlder(wanted));
  return kept ?? fetch(request);
}

async function fromOlder(wanted) {
  for (const name of (await caches.keys()).filter((name) => name.startsWith(OURS))) {
    const kept = await (await caches.open(name)).match(wanted, OPTIONS);
    if (kept) return kept;
  }
}
