// A page of photos: the server has rendered the first rows; this adds placeholders, more rows, uploads and the lightbox.
import { call } from "./server.js";
import { placeholder } from "./thumbhash.js";
import { startUploads } from "./upload.js";
import { startViewer } from "./viewer.js";
import { say } from "./words.js";

const page = document.querySelector("[data-list]");
const grid = page.querySelector(".grid");
const more = page.querySelector("#more");
const { list, viewer } = page.dataset;
let next = page.dataset.next || null;
let loading = false;

for (const cell of grid.children) dress(cell);

function dress(cell) {
  if (cell.dataset.hash) cell.style.backgroundImage = `url(${placeholder(cell.dataset.hash)})`;
}

function cellFor(photo) {
  const cell = document.createElement("li");
  Object.assign(cell.dataset, {
    id: photo.id, name: photo.name, title: photo.title ?? "", hd: photo.hd.url, owner: photo.owner, visibility: photo.visibility,
    hash: photo.thumbHash ?? "", ...(photo.favourite ? { favourite: "1" } : {}),
  });
  cell.style.setProperty("--r", (photo.thumbnail.width / photo.thumbnail.height).toFixed(4));
  const link = document.createElement("a");
  link.href = `/${[photo.owner, photo.album, photo.id].map(encodeURIComponent).join("/")}`;
  const image = document.createElement("img");
  Object.assign(image, {
    src: photo.thumbnail.url, width: photo.thumbnail.width, height: photo.thumbnail.height, alt: photo.title || photo.name, loading: "lazy",
  });
  link.append(image);
  cell.append(link, badge("heart", "♥", photo.favourite));
  cell.querySelector(".heart").setAttribute("role", "img");
  cell.querySelector(".heart").setAttribute("aria-label", say("favourite"));
  if (photo.owner === viewer) cell.append(badge("lock", say("private"), photo.visibility === "private"));
  dress(cell);
  return cell;
}

function badge(name, text, isShown) {
  const element = document.createElement("span");
  element.className = isShown ? name : `${name} hidden`;
  element.textContent = text;
  return element;
}

const address = (after) => (after ? `${list}${list.includes("?") ? "&" : "?"}after=${encodeURIComponent(after)}` : list);
const ready = (photo) => photo.thumbnail && photo.hd;

async function loadMore() {
  if (!next || loading) return;
  loading = true;
  try {
    const answer = await call("GET", address(next));
    grid.append(...answer.items.filter(ready).map(cellFor));
    next = answer.next ?? null;
    more?.classList.toggle("hidden", !next);
  } finally {
    loading = false;
  }
}

let fresh = null;
/** New photos stand first: the newest page is read again and what is not shown yet is put in front. */
function showNew() {
  fresh ??= Promise.resolve().then(async () => {
    const answer = await call("GET", address(null));
    fresh = null;
    const shown = new Set([...grid.children].map((cell) => cell.dataset.id));
    grid.prepend(...answer.items.filter((photo) => ready(photo) && !shown.has(photo.id)).map(cellFor));
    page.querySelector(".empty")?.classList.toggle("hidden", grid.children.length > 0);
  });
  return fresh;
}

if (more) {
  more.addEventListener("click", (event) => {
    event.preventDefault();
    loadMore();
  });
  new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && loadMore(), { rootMargin: "800px" }).observe(more);
}
startViewer(grid, viewer, loadMore);
const zone = document.querySelector(".drop");
if (zone) startUploads(zone, showNew);
