// Choosing many photos and doing one thing with all of them.
import { confirmed, toast } from "./confirm.js";
import { toggleFavourite } from "./favourite.js";
import { chooseAlbum } from "./choose.js";
import { call, wordsOf } from "./server.js";
import { startShare } from "./share.js";
import { say } from "./words.js";

const atOnce = 4;
const batchMax = 500;

/** @param {{ main: HTMLElement, grid: import("./grid.js").Grid, line: import("./line.js").Line, isOwn: boolean, signal: AbortSignal }} page */
export function startPicks({ main, grid, line, viewer, isOwn, signal }) {
  const bar = main.querySelector("#picked");
  const count = bar.querySelector("strong");
  const template = document.querySelector("#pick").content.firstElementChild;
  const openShare = startShare();
  const picked = new Map(); // id → photo
  let last = null;
  const picks = { isOn: false, toggle, dress };

  function dress(cell, photo) {
    let box = cell.querySelector(".pick");
    if (!box) {
      box = template.cloneNode(true);
      cell.append(box);
      box.addEventListener("click", (event) => (event.shiftKey && last ? range(cell.photo) : toggle(cell.photo)));
    }
    box.setAttribute("aria-label", say("pickPhoto", photo.title || photo.name));
    box.setAttribute("aria-checked", picked.has(photo.id));
  }

  function turn(photo, isOn) {
    if (isOn) picked.set(photo.id, photo);
    else picked.delete(photo.id);
    grid.repaint(photo);
  }

  function toggle(photo) {
    turn(photo, !picked.has(photo.id));
    last = photo;
    paint();
  }

  function range(photo) {
    const photos = line.photos();
    const [from, to] = [photos.indexOf(last), photos.indexOf(photo)].sort((a, b) => a - b);
    for (const one of photos.slice(Math.max(0, from), to + 1)) turn(one, true);
    last = photo;
    paint();
  }

  function paint(isAsked = false) {
    picks.isOn = picked.size > 0 || isAsked;
    grid.root.classList.toggle("picking", picks.isOn);
    bar.classList.toggle("hidden", !picks.isOn);
    count.textContent = say("pickedCount", picked.size);
    for (const button of bar.querySelectorAll("[data-pick]:not([data-pick=none])")) button.disabled = picked.size === 0;
  }

  function none() {
    for (const photo of [...picked.values()]) turn(photo, false);
    last = null;
    paint();
  }

  /** One thing done by the service with all at once, in portions; who fails stays chosen. @returns {Promise<object[]>} those done */
  async function batch(change) {
    const photos = [...picked.values()];
    const done = [];
    let fault = null;
    bar.inert = true;
    for (let at = 0; at < photos.length; at += batchMax) {
      const part = photos.slice(at, at + batchMax);
      try {
        const answer = await call("POST", "/api/v1/photos/batch?wait=0", { ids: part.map((photo) => photo.id), ...change });
        const fine = new Set(answer.done);
        done.push(...part.filter((photo) => fine.has(photo.id)));
        if (answer.failed.length) fault = { message: wordsOf(answer.failed[0].problem) ?? "" };
      } catch (refusal) {
        fault = refusal;
      }
    }
    bar.inert = false;
    if (fault) toast(`${say("someFailed", photos.length - done.length)} ${fault.message}`);
    for (const photo of done) turn(photo, false);
    paint();
    return done;
  }

  /** Does one thing with each, a few at once; who fails stays chosen. */
  async function all(work) {
    const waiting = [...picked.values()];
    const total = waiting.length;
    const done = [];
    const faults = [];
    bar.inert = true;
    await Promise.all(Array.from({ length: atOnce }, async () => {
      for (let photo; (photo = waiting.shift()); ) {
        try {
          await work(photo);
          done.push(photo);
          turn(photo, false);
        } catch (fault) {
          faults.push(fault);
        }
        count.textContent = `${done.length} / ${total}`;
      }
    }));
    bar.inert = false;
    if (faults.length) toast(`${say("someFailed", faults.length)} ${faults[0].message}`);
    paint();
    return done;
  }

  const actions = {
    none,
    favourite: async () => {
      const isOn = [...picked.values()].some((photo) => !photo.favourite);
      const done = await all((photo) => Boolean(photo.favourite) === isOn || toggleFavourite(photo, () => grid.repaint(photo)));
      if (done.length) toast(say(isOn ? "favouritesAdded" : "favouritesRemoved", done.length));
    },
    share: () => openShare({ photos: [...picked.keys()] }),
    private: async () => {
      const done = await batch({ visibility: "private" });
      for (const photo of done) {
        photo.visibility = "private";
        grid.repaint(photo);
      }
      if (done.length) toast(say("madePrivate", done.length));
    },
    move: async () => {
      const album = await chooseAlbum();
      if (!album) return;
      const done = await batch({ album });
      line.remove(done.map((photo) => photo.id));
      if (done.length) toast(say("moved", done.length, album));
    },
    delete: async () => {
      if (!(await confirmed(say("confirmDeleteMany", picked.size), say("confirmDeleteText")))) return;
      const done = await batch({ delete: true });
      line.remove(done.map((photo) => photo.id));
      if (done.length) toast(say("deleted", done.length));
    },
  };
  bar.addEventListener("click", (event) => actions[event.target.closest("[data-pick]")?.dataset.pick]?.(), { signal });
  main.querySelector("[data-do=pick]")?.addEventListener("click", () => (picks.isOn ? none() : paint(true)), { signal });
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.target.matches?.("input, textarea")) return;
    if (event.key === "Escape" && picks.isOn) none();
    if (event.key === "a" && (event.ctrlKey || event.metaKey) && picks.isOn) {
      event.preventDefault();
      for (const photo of line.photos()) turn(photo, true);
      paint();
    }
    if (event.key === "x" && document.activeElement?.closest("li")?.photo) toggle(document.activeElement.closest("li").photo);
  }, { signal });
  return picks;
}
