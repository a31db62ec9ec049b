// What every page starts with: menus, what is kept for times without a connection, uploads that go on while one walks about,
// and the page's own script.
import { startOffline } from "./offline.js";

const viewer = document.body.dataset.viewer || undefined;
const modules = {
  album: () => import("./album.js"),
  albums: () => import("./albums.js"),
  link: () => import("./link.js"),
  reset: () => import("./reset.js"),
  settings: () => import("./settings.js"),
};
let uploads = null;
let page = null; // { path, life } of what is shown

const here = () => location.pathname + location.search;

async function startPage() {
  page?.life.abort();
  const main = document.querySelector("#main");
  page = { path: here(), life: new AbortController() };
  const { signal } = page.life;
  const module = modules[main.dataset.page];
  uploads?.aim(main);
  if (module) (await module()).start({ main, viewer, uploads, signal });
}

/** While files are being sent, a link changes the main part only: a full load would end the sending. */
async function walkTo(address, isBack = false) {
  const answer = await fetch(address, { credentials: "same-origin" });
  const text = await answer.text();
  const fresh = new DOMParser().parseFromString(text, "text/html");
  if (!fresh.querySelector("#main")) return location.assign(address);
  if (!isBack) history.pushState(null, "", answer.url);
  document.title = fresh.title;
  for (const selector of ["header.site", "#main", "nav.tabs"]) {
    const [old, next] = [document.querySelector(selector), fresh.querySelector(selector)];
    if (old && next) old.replaceWith(document.adoptNode(next));
  }
  scrollTo(0, 0);
  document.querySelector("#main").focus({ preventScroll: true });
  await startPage();
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || !uploads?.isBusy() || link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || link.pathname.endsWith("/original")) return;
  event.preventDefault();
  walkTo(link.href).catch(() => location.assign(link.href));
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !uploads?.isBusy() || form.method !== "get" || form.method === "dialog") return;
  event.preventDefault();
  walkTo(`${form.action}?${new URLSearchParams(new FormData(form))}`).catch(() => form.submit());
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (!menu || event.target.closest("dialog")) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
addEventListener("popstate", () => {
  if (history.state?.viewer || here() === page.path) return;
  if (uploads?.isBusy()) walkTo(location.href, true).catch(() => location.reload());
  else location.reload();
});

if (viewer) import("./uploads.js").then((module) => {
  uploads = module.startUploads(viewer);
  startPage();
});
else startPage();
startOffline(viewer).catch((fault) => console.warn("nothing is kept for times without a connection", fault));
