// The service worker. It keeps the program's own files, the page of favourites and the thumbnails of favourites, and nothing
// else: no other photo, no other page, no answer of the API. ASSETS and VERSION are filled in by the server.
const assets = ["ASSETS"];
const shell = "shell-VERSION";
const kept = "kept-favourites";
const favouritesPage = "/favourites";

// Which pictures are kept; with a connection all others go past this worker.
let known = new Set();
const learn = async () => (known = new Set((await (await caches.open(kept)).keys()).map((request) => request.url)));
learn();

addEventListener("install", (event) => {
  event.waitUntil(caches.open(shell).then((cache) => cache.addAll([...assets, new Request("/offline", { credentials: "omit" })])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== shell && name !== kept).map((name) => caches.delete(name))))
    .then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (url.origin === location.origin) {
    if (url.pathname.startsWith("/assets/")) event.respondWith(caches.match(request).then((hit) => hit ?? fetch(request)));
  } else if (request.destination === "image" && (!navigator.onLine || known.has(bare(request.url)))) event.respondWith(image(request));
});

async function page(request, url) {
  try {
    return await fetch(request);
  } catch (fault) {
    const hit = (url.pathname === favouritesPage && (await caches.match(favouritesPage, { cacheName: kept }))) || (await caches.match("/offline", { cacheName: shell }));
    if (!hit) throw fault;
    return hit;
  }
}

// The network first: a photo that was taken back must not live on here. Without a connection, what is kept of favourites.
async function image(request) {
  try {
    return await fetch(request);
  } catch (fault) {
    const hit = await caches.match(bare(request.url), { cacheName: kept });
    if (!hit) throw fault;
    return hit;
  }
}

/** The address without its token: tokens change, bytes under a version never do. */
function bare(address) {
  const url = new URL(address);
  const version = url.searchParams.get("v");
  url.search = version ? `?v=${version}` : "";
  return url.href;
}

addEventListener("message", (event) => {
  if (event.data?.type === "keep") event.waitUntil(keep(event.data.urls).then(() => event.source?.postMessage({ type: "kept" })));
});

async function keep(urls) {
  const cache = await caches.open(kept);
  const answer = await fetch(favouritesPage, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return caches.delete(kept); // signed out meanwhile
  const wanted = new Map(urls.map((url) => [bare(url), url]));
  for (const request of await cache.keys()) {
    if (new URL(request.url).pathname !== favouritesPage && !wanted.delete(request.url)) await cache.delete(request);
  }
  for (const [key, url] of wanted) {
    const picture = await fetch(url, { mode: "no-cors", credentials: "omit" }).catch(() => null);
    if (picture && (picture.type === "opaque" || picture.ok)) await cache.put(key, picture);
  }
  await cache.put(favouritesPage, answer);
  await learn();
}
