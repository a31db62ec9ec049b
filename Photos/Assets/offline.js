// Favourites without a connection: the service worker keeps their page and thumbnails; this tells it which.
import { favouritesChanged, sendWishes } from "./favourite.js";
import { call } from "./server.js";
import { clearDevice } from "./store.js";

const keptMax = 300;
const owner = "kept-for";

/** @param {string | undefined} viewer who is signed in */
export async function startOffline(viewer) {
  const note = document.querySelector("#offline");
  const isStandIn = document.querySelector("[data-offline]") && location.pathname !== "/offline";
  const paint = () => note.classList.toggle("hidden", navigator.onLine);
  addEventListener("offline", paint);
  addEventListener("online", () => {
    paint();
    if (isStandIn) askAgain();
    else if (viewer) catchUp();
  });
  paint();
  if (isStandIn) again = setTimeout(askAgain, 1000);
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "signout" || event.target.isCleared) return;
    event.preventDefault();
    clearDevice().finally(() => {
      event.target.isCleared = true;
      event.target.requestSubmit();
    });
  });
  if (!("serviceWorker" in navigator)) return;
  // What was kept for one must never be shown to another.
  if (navigator.onLine && localStorage.getItem(owner) !== (viewer ?? null)) {
    await clearDevice();
    if (viewer) localStorage.setItem(owner, viewer);
  }
  await navigator.serviceWorker.register("/sw.js");
  if (!viewer) return;
  favouritesChanged.addEventListener("change", soon);
  catchUp();
}

let again;

/** The page that was asked for comes by itself: once the server answers, for "online" is said before anything can be reached. */
async function askAgain(pauseMs = 1000) {
  clearTimeout(again);
  if (!navigator.onLine) return;
  if (await fetch("/offline", { cache: "no-store", credentials: "omit" }).then((answer) => answer.ok, () => false)) return location.reload();
  clearTimeout(again);
  again = setTimeout(askAgain, pauseMs, Math.min(2 * pauseMs, 30_000));
}

async function catchUp() {
  if (!navigator.onLine) return;
  await sendWishes();
  soon();
}

let timer;
function soon() {
  clearTimeout(timer);
  timer = setTimeout(() => keep().catch((fault) => console.warn("favourites are not kept", fault)), 600);
}

async function keep() {
  const urls = [];
  for (let after = null; urls.length < keptMax; ) {
    const page = await call("GET", `/api/v1/favourites?limit=100${after ? `&after=${encodeURIComponent(after)}` : ""}`);
    urls.push(...page.items.filter((photo) => photo.thumbnail).map((photo) => photo.thumbnail.url));
    after = page.next;
    if (!after) break;
  }
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ type: "keep", urls: urls.slice(0, keptMax) });
}
