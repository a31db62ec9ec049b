// The lightbox: the larger rendition on a click, the original on request, a panel of facts and comments, keys and swipes.
import { startComments } from "./comments.js";
import { isFavourite, toggleFavourite } from "./favourite.js";
import { startInfo } from "./info.js";
import { call } from "./server.js";
import { startShare } from "./share.js";
import { say } from "./words.js";

/**
 * @param {HTMLElement} grid list whose items carry data-id, data-hd, data-name, data-owner
 * @param {string | undefined} viewer name of who is signed in
 * @param {() => void} needMore called near the end
 */
export function startViewer(grid, viewer, needMore) {
  const dialog = document.querySelector("dialog.viewer");
  const image = dialog.querySelector(".stage img");
  const title = dialog.querySelector(".title");
  const message = dialog.querySelector(".message");
  const panel = dialog.querySelector(".panel");
  const button = (name) => dialog.querySelector(`[data-do=${name}]`);
  const comments = startComments(panel.querySelector(".comments"));
  const info = startInfo(panel.querySelector(".facts"), rename);
  const shareDialog = dialog.querySelector("dialog.share");
  const openShare = shareDialog && startShare(shareDialog);
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

  const isOwn = () => Boolean(viewer) && item.dataset.owner === viewer;

  function show(cell) {
    item = cell;
    image.src = cell.dataset.hd;
    name();
    tell("");
    for (const part of dialog.querySelectorAll("[data-for=owner]")) part.classList.toggle("hidden", !isOwn());
    button("visibility")?.replaceChildren(say(cell.dataset.visibility === "private" ? "makePublic" : "makePrivate"));
    paintFavourite();
    fillPanel();
    const next = neighbour(1);
    if (next) new Image().src = next.dataset.hd;
    else needMore();
  }

  function name() {
    title.textContent = image.alt = item.dataset.title || item.dataset.name;
  }

  function rename(photo) {
    const cell = [...grid.children].find((other) => other.dataset.id === photo.id);
    if (!cell) return;
    cell.dataset.title = photo.title;
    cell.querySelector("img").alt = photo.title || photo.name;
    name();
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

  /** Does what is done about the shown photo; a refusal is said in words. */
  async function attempt(work) {
    try {
      await work();
    } catch (fault) {
      tell(fault.message);
    }
  }

  async function fillPanel() {
    if (panel.classList.contains("hidden")) return;
    const { id } = item.dataset;
    await attempt(async () => {
      const [photo] = await Promise.all([call("GET", `/api/v1/photos/${id}`), comments.show(id, isOwn())]);
      if (id === item.dataset.id) info.show(photo, isOwn());
    });
  }

  function togglePanel(isOpen = panel.classList.contains("hidden")) {
    panel.classList.toggle("hidden", !isOpen);
    button("info").setAttribute("aria-expanded", isOpen);
    fillPanel();
  }

  function paintFavourite() {
    const heart = button("favourite");
    if (!heart) return;
    heart.setAttribute("aria-pressed", isFavourite(item));
    heart.querySelector(".mark").textContent = isFavourite(item) ? "♥" : "♡";
  }

  const favourite = () => viewer && attempt(() => toggleFavourite(item, paintFavourite));

  async function original() {
    const asked = item;
    tell(say("fetchingOriginal"));
    try {
      const answer = await call("POST", `/api/v1/photos/${asked.dataset.id}/original`);
      if (asked !== item) return;
      image.src = answer.url;
      await image.decode();
      tell("");
    } catch (fault) {
      if (asked === item) tell(fault.type ? fault.message : say("originalFailed"));
    }
  }

  const remove = () => confirm(say("confirmDelete", item.dataset.name)) && attempt(async () => {
    const gone = item;
    await call("DELETE", `/api/v1/photos/${gone.dataset.id}`);
    const next = neighbour(1) ?? neighbour(-1);
    gone.remove();
    if (next) show(next);
    else dialog.close();
  });

  const toggleVisibility = () => attempt(async () => {
    const changed = item;
    const visibility = changed.dataset.visibility === "private" ? "public" : "private";
    const answer = await call("PATCH", `/api/v1/photos/${changed.dataset.id}`, { visibility });
    changed.dataset.visibility = visibility;
    changed.querySelector(".lock")?.classList.toggle("hidden", visibility === "public");
    if (changed === item) show(changed);
    const state = answer?.receipt?.state;
    tell(say(visibility === "public" ? "publicNow" : state === "confirmed" ? "privateConfirmed" : "privateNow"));
  });

  const actions = {
    close: () => dialog.close(), previous: () => step(-1), next: () => step(1), original, favourite, delete: remove,
    visibility: toggleVisibility, info: () => togglePanel(), share: () => openShare(item.dataset.id),
  };
  const keys = { ArrowLeft: actions.previous, ArrowRight: actions.next, o: original, f: favourite, i: actions.info };
  dialog.addEventListener("click", (event) => actions[event.target.closest("[data-do]")?.dataset.do]?.());
  dialog.addEventListener("keydown", (event) => {
    if (shareDialog?.open) return;
    if (event.key === "Escape" && panel.contains(event.target)) {
      event.preventDefault(); // a text half written shall not close everything
      togglePanel(false);
      button("info").focus();
      return;
    }
    const isTyping = event.target.matches("input, textarea");
    if (!isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) keys[event.key]?.();
  });
  dialog.addEventListener("close", (event) => {
    if (event.target !== dialog) return;
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
