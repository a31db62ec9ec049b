// A page of photos: the server has rendered the first rows; this adds months, more rows, choosing many and the lightbox.
import { Grid, served } from "./grid.js";
import { Line } from "./line.js";
import { startMonths } from "./months.js";
import { startPicks } from "./picks.js";
import { startShare } from "./share.js";
import { startViewer } from "./viewer.js";

/** @param {{ main: HTMLElement, viewer?: string, uploads?: object, signal: AbortSignal }} page */
export function start({ main, viewer, uploads, signal }) {
  const root = main.querySelector(".photos");
  if (!root) return;
  if (root.dataset.open) return openOne(root, viewer, signal);
  const line = new Line(root.dataset.list, served(root), { next: root.dataset.next });
  let picks = null;
  const grid = new Grid(root, line, { viewer, signal, dress: (cell, photo) => picks?.dress(cell, photo) });
  const lightbox = startViewer({ line, viewer, signal, onChange: (photo) => grid.repaint(photo), onClose: (photo) => photo && grid.focus(photo) });
  if (root.dataset.canPick && viewer) picks = startPicks({ main, grid, line, viewer, isOwn: Boolean(root.dataset.own), signal });
  for (const photo of line.photos()) grid.repaint(photo);

  root.addEventListener("click", (event) => {
    const cell = event.target.closest("li");
    if (!cell?.photo || event.target.closest("button") || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    if (picks?.isOn) picks.toggle(cell.photo);
    else lightbox.open(cell.photo);
  }, { signal });
  main.querySelector("[data-do=play]")?.addEventListener("click", () => line.photos()[0] && lightbox.play(line.photos()[0]), { signal });
  main.querySelector("[data-do=share]")?.addEventListener("click", () => {
    startShare()({ album: main.querySelector("#target").dataset.album, title: main.querySelector("h1").textContent });
  }, { signal });
  root.querySelector("#more")?.addEventListener("click", (event) => {
    event.preventDefault();
    line.more();
  }, { signal });
  root.querySelector("p.more")?.classList.add("hidden"); // scrolling is enough now
  for (const part of main.querySelectorAll("[data-scripted]")) part.classList.remove("hidden");

  if (root.dataset.timeline && line.next) line.readMonths(root.dataset.timeline).then(() => startMonths(grid, signal), console.warn);
  const target = main.querySelector("#target");
  uploads?.onPublished((album) => album === target?.dataset.album && line.readNew().catch(console.warn), signal);
}

/** A photo's own page: the lightbox stands open over it, and its neighbours are the album's. */
function openOne(root, viewer, signal) {
  const photo = JSON.parse(root.dataset.photo);
  photo.thumbnail = { url: root.dataset.thumbnail, width: Number(root.dataset.width), height: Number(root.dataset.height) };
  const line = new Line(root.dataset.list, [photo], { next: photo.id, previous: photo.id });
  startViewer({ line, viewer, home: root.dataset.home, signal, onChange: () => {}, onClose: () => {} }).open(photo);
}
