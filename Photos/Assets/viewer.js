// The lightbox: the larger rendition on a click, the original on request, keys and swipes to step.
import { call } from "./server.js";
import { say } from "./words.js";

/** @param {HTMLElement} grid list whose items carry data-id, data-hd, data-name @param {() => void} needMore called near the end */
export function startViewer(grid, needMore) {
  const dialog = document.querySelector("dialog.viewer");
  const image = dialog.querySelector("img");
  const title = dialog.querySelector(".title");
  const message = dialog.querySelector(".message");
  const button = (name) => dialog.querySelector(`[data-do=${name}]`);
  let item = null;

  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("li[data-hd]");
    if (!cell || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    show(cell);
    dialog.showModal();
  });
  // Arrow keys walk the grid as well: it is one list of links with a roving focus.
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("li");
    const to = { ArrowRight: cell?.nextElementSibling, ArrowLeft: cell?.previousElementSibling }[event.key];
    if (!to) return;
    event.preventDefault();
    to.querySelector("a")?.focus();
  });

  function show(cell) {
    item = cell;
    image.src = cell.dataset.hd;
    image.alt = cell.dataset.title || cell.dataset.name;
    title.textContent = cell.dataset.title || cell.dataset.name;
    tell("");
    button("visibility")?.replaceChildren(say(cell.dataset.visibility === "private" ? "makePublic" : "makePrivate"));
    const next = neighbour(1);
    if (next) new Image().src = next.dataset.hd;
    else needMore();
  }

  function neighbour(step) {
    let cell = item;
    do cell = step > 0 ? cell?.nextElementSibling : cell?.previousElementSibling;
    while (cell && !cell.dataset.hd);
    return cell;
  }

  function step(by) {
    const cell = neighbour(by);
    if (cell) show(cell);
  }

  function tell(text) {
    message.textContent = text;
    message.classList.toggle("hidden", !text);
  }

  async function original() {
    tell(say("fetchingOriginal"));
    try {
      const answer = await call("POST", `/api/v1/photos/${item.dataset.id}/original`);
      image.src = answer.url;
      await image.decode();
      tell("");
    } catch (fault) {
      tell(fault.message || say("originalFailed"));
    }
  }

  async function remove() {
    if (!confirm(say("confirmDelete", item.dataset.name))) return;
    try {
      await call("DELETE", `/api/v1/photos/${item.dataset.id}`);
      const gone = item;
      const next = neighbour(1) ?? neighbour(-1);
      gone.remove();
      if (next) show(next);
      else dialog.close();
    } catch (fault) {
      tell(fault.message);
    }
  }

  async function toggleVisibility() {
    const visibility = item.dataset.visibility === "private" ? "public" : "private";
    try {
      const answer = await call("PATCH", `/api/v1/photos/${item.dataset.id}`, { visibility });
      item.dataset.visibility = visibility;
      item.querySelector(".lock")?.classList.toggle("hidden", visibility === "public");
      show(item);
      const state = answer?.receipt?.state;
      tell(say(visibility === "public" ? "publicNow" : state === "confirmed" ? "privateConfirmed" : "privateNow"));
    } catch (fault) {
      tell(fault.message);
    }
  }

  const actions = { close: () => dialog.close(), previous: () => step(-1), next: () => step(1), original, delete: remove, visibility: toggleVisibility };
  dialog.addEventListener("click", (event) => actions[event.target.closest("[data-do]")?.dataset.do]?.());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "ArrowRight") step(1);
    else if (event.key === "o") original();
  });
  dialog.addEventListener("close", () => {
    image.removeAttribute("src");
    item?.querySelector("a")?.focus();
  });

  let startX = null;
  const stage = dialog.querySelector(".stage");
  stage.addEventListener("pointerdown", (event) => (startX = event.clientX));
  stage.addEventListener("pointerup", (event) => {
    const moved = event.clientX - (startX ?? event.clientX);
    startX = null;
    if (Math.abs(moved) > 60) step(moved > 0 ? -1 : 1);
  });
}
