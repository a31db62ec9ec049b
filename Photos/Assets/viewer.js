// The lightbox: the larger rendition at once over its placeholder, the original on request, a panel, keys, swipes, a slide
// show. Every photo has an address, so back closes and a link opens it.
import { startComments } from "./comments.js";
import { confirmed } from "./confirm.js";
import { toggleFavourite } from "./favourite.js";
import { startInfo } from "./info.js";
import { renew } from "./line.js";
import { call } from "./server.js";
import { startShare } from "./share.js";
import { placeholder } from "./thumbhash.js";
import { say } from "./words.js";
import { startZoom } from "./zoom.js";

const slideMs = 5000;
const idleMs = 2800;
const hdSide = 1280; // a smaller rendition is the whole photo already

/**
 * @param {{ line: import("./line.js").Line, viewer?: string, home?: string, link?: { address: string, hasOriginals: boolean }, signal: AbortSignal,
 *   onChange: (photo: object) => void, onClose: (photo: object) => void }} page `home`: where closing leads on a photo's own page;
 * `link`: the photos are seen through a public link, which has no addresses, no panel and perhaps no originals
 */
export function startViewer({ line, viewer, home, link, signal, onChange, onClose }) {
  const dialog = document.querySelector("dialog.viewer");
  const stage = dialog.querySelector(".stage");
  const image = stage.querySelector("img");
  const title = dialog.querySelector(".title");
  const place = dialog.querySelector(".place");
  const message = dialog.querySelector(".message");
  const panel = dialog.querySelector(".panel");
  const menu = dialog.querySelector(".tools details");
  const button = (name) => dialog.querySelector(`[data-do=${name}]`);
  const comments = startComments(panel.querySelector(".comments"));
  const info = startInfo(panel.querySelector(".facts"), (changed) => {
    const found = line.find(changed.id);
    if (!found) return;
    const photo = found.part.photos[found.index];
    photo.title = changed.title;
    onChange(photo);
    if (photo === item) name();
  });
  const openShare = startShare();
  const zoom = startZoom(stage, image, {
    onSwipe: (by) => step(by), onDown: () => dialog.close(), onTap: (type) => type !== "mouse" && dialog.classList.toggle("idle"), signal,
  });
  let item = null;
  let slide = null;
  let idle = null;
  let warm = [];

  const isOwn = () => Boolean(viewer) && item.owner === viewer;
  const pathOf = (photo) => link ? location.href : `/${[photo.owner, photo.album, photo.id].map(encodeURIComponent).join("/")}`;

  const originalOf = (photo) => (link ? `${link.address}/photos/${photo.id}/original` : `/api/v1/photos/${photo.id}/original`);
  if (link) {
    button("info").classList.add("hidden");
    for (const name of ["original", "download"]) button(name).classList.toggle("hidden", !link.hasOriginals);
  }

  function open(photo) {
    if (!home) history.pushState({ viewer: true }, "", pathOf(photo));
    show(photo);
    dialog.showModal();
    wake();
  }

  async function show(photo) {
    item = photo;
    zoom.reset();
    stage.style.backgroundImage = photo.thumbHash ? `url(${placeholder(photo.thumbHash)})` : "";
    name();
    tell("");
    for (const part of dialog.querySelectorAll("[data-for=owner]")) part.classList.toggle("hidden", !isOwn());
    button("visibility")?.querySelector("span").replaceChildren(say(photo.visibility === "private" ? "makePublic" : "makePrivate"));
    paintFavourite();
    button("previous").disabled = !line.besideNow(photo.id, -1) && !line.previous && line.placeOf(photo.id) === 1;
    button("next").disabled = !line.besideNow(photo.id, 1) && !line.next && line.placeOf(photo.id) === line.total;
    place.textContent = line.next || line.previous ? "" : `${line.placeOf(photo.id)} / ${line.total}`;
    fillPanel();
    await picture(photo);
    for (const by of [1, -1]) {
      const near = await line.beside(photo.id, by).catch(() => null);
      if (item !== photo) return;
      if (near) warm = [...warm.slice(-3), Object.assign(new Image(), { src: near.hd.url })];
    }
  }

  /** The larger rendition; where it cannot be had (no connection), the thumbnail that may be kept. */
  async function picture(photo, triesLeft = 4) {
    const { url } = photo.hd; // the grid may renew it meanwhile
    const isAsked = () => item === photo && image.getAttribute("src") === url;
    image.src = url;
    try {
      await image.decode();
    } catch {
      if (!dialog.open || !isAsked()) return;
      // A photo that was moved or published this moment may reach the edge a little later, or under another token only.
      if (navigator.onLine && triesLeft > 0) {
        await new Promise((next) => setTimeout(next, 1500));
        if (!isAsked()) return;
        await renew(photo);
        if (!isAsked()) return;
        image.removeAttribute("src");
        return picture(photo, triesLeft - 1);
      }
      if (!navigator.onLine) {
        image.src = photo.thumbnail.url;
        tell(say("offlineSmall"));
      }
    }
    if (item !== photo) return;
    stage.style.backgroundImage = "";
    schedule();
    await sharper(photo).catch(console.warn);
  }

  /** On a screen that shows more than the larger rendition has, the largest one takes its place when it is there. */
  async function sharper(photo) {
    const { width, height } = photo.hd;
    const grown = Math.min(stage.clientWidth / width, stage.clientHeight / height) * devicePixelRatio;
    if (grown < 1.15 || Math.max(width, height) < hdSide) return;
    const { files = [] } = photo.files || link ? photo : await call("GET", `/api/v1/photos/${photo.id}`);
    photo.files = files;
    const large = files.findLast((file) => file.resolution === "large");
    if (!large) return;
    await Object.assign(new Image(), { src: large.url }).decode();
    if (item === photo && image.getAttribute("src") === photo.hd.url) image.src = large.url;
  }

  function name() {
    title.textContent = image.alt = item.title || item.name;
  }

  async function step(by) {
    const from = item;
    await attempt(async () => {
      const photo = await line.beside(from.id, by);
      if (item !== from) return;
      if (!photo) return play(false);
      history.replaceState(history.state, "", pathOf(photo));
      show(photo);
    });
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
    const { id } = item;
    await attempt(async () => {
      const [photo] = await Promise.all([call("GET", `/api/v1/photos/${id}`), comments.show(id, isOwn())]);
      if (id === item.id) info.show(photo, isOwn());
    });
  }

  function togglePanel(isOpen = panel.classList.contains("hidden")) {
    panel.classList.toggle("hidden", !isOpen);
    for (const lever of dialog.querySelectorAll("[data-do=info][aria-expanded]")) lever.setAttribute("aria-expanded", isOpen);
    zoom.reset();
    if (isOpen) fillPanel();
    else button("info").focus();
  }

  function paintFavourite() {
    button("favourite")?.setAttribute("aria-pressed", Boolean(item.favourite));
  }

  const favourite = () => viewer && attempt(() => {
    const photo = item;
    return toggleFavourite(photo, () => {
      onChange(photo);
      if (photo === item) paintFavourite();
    }, () => photo === item && tell(say("favouriteLater")));
  });

  async function original() {
    const asked = item;
    tell(say("fetchingOriginal"));
    try {
      const answer = await call("POST", originalOf(asked));
      if (asked !== item) return;
      image.src = answer.url;
      await image.decode();
      tell("");
    } catch (fault) {
      if (asked === item) tell(fault.type ? fault.message : say("originalFailed"));
    }
  }

  const download = () => attempt(async () => {
    const answer = await call("POST", originalOf(item));
    Object.assign(document.createElement("a"), { href: answer.url, target: "_blank", rel: "noopener" }).click();
  });

  const remove = async () => (await confirmed(say("confirmDelete", item.title || item.name), say("confirmDeleteText"))) && attempt(async () => {
    const gone = item;
    await call("DELETE", `/api/v1/photos/${gone.id}`);
    const next = (await line.beside(gone.id, 1)) ?? (await line.beside(gone.id, -1));
    line.remove([gone.id]);
    if (!next) return dialog.close();
    history.replaceState(history.state, "", pathOf(next));
    show(next);
  });

  const toggleVisibility = () => attempt(async () => {
    const changed = item;
    const visibility = changed.visibility === "private" ? "public" : "private";
    const answer = await call("PATCH", `/api/v1/photos/${changed.id}`, { visibility });
    changed.visibility = visibility;
    onChange(changed);
    if (changed === item) button("visibility").querySelector("span").replaceChildren(say(visibility === "private" ? "makePublic" : "makePrivate"));
    const state = answer?.receipt?.state;
    tell(say(visibility === "public" ? "publicNow" : state === "confirmed" ? "privateConfirmed" : "privateNow"));
  });

  const cover = () => attempt(async () => {
    await call("PATCH", `/api/v1/albums/${encodeURIComponent(item.album)}`, { cover: item.id });
    tell(say("coverSet"));
  });

  function play(isOn = slide === null) {
    clearTimeout(slide);
    slide = isOn ? 0 : null;
    dialog.classList.remove("playing");
    if (isOn) schedule();
  }

  function schedule() {
    if (slide === null || !dialog.open) return;
    clearTimeout(slide);
    dialog.classList.remove("playing");
    void dialog.offsetWidth; // the line below starts anew
    dialog.classList.add("playing");
    slide = setTimeout(() => step(1), slideMs);
  }

  function wake() {
    dialog.classList.remove("idle");
    clearTimeout(idle);
    idle = setTimeout(() => menu.open || dialog.classList.add("idle"), idleMs);
  }

  const actions = {
    close: () => dialog.close(), previous: () => step(-1), next: () => step(1), original, favourite, delete: remove, download,
    visibility: toggleVisibility, cover, info: () => link || togglePanel(), share: () => openShare({ photos: [item.id] }), play: () => play(),
  };
  const keys = {
    ArrowLeft: actions.previous, ArrowRight: actions.next, o: original, f: favourite, i: actions.info, s: actions.play,
    "+": () => zoom.by(1.5), "=": () => zoom.by(1.5), "-": () => zoom.by(1 / 1.5), 0: zoom.reset,
  };
  const listen = (target, type, work) => target.addEventListener(type, work, { signal });
  listen(dialog, "click", (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    if (!name) return;
    if (name !== "play" && slide !== null) play(false);
    if (menu.contains(event.target)) menu.open = false;
    actions[name]?.();
  });
  listen(dialog, "pointermove", (event) => event.pointerType === "mouse" && wake());
  listen(dialog, "keydown", (event) => {
    if (event.target.closest("dialog") !== dialog) return;
    if (event.key === "Escape" && (menu.open || panel.contains(event.target))) {
      event.preventDefault(); // a text half written shall not close everything
      if (menu.open) menu.open = false;
      else togglePanel(false);
      return;
    }
    const isTyping = event.target.matches("input, textarea");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    wake();
    if (slide !== null && event.key !== "s") play(false);
    keys[event.key]?.();
  });
  listen(dialog, "close", () => {
    play(false);
    clearTimeout(idle);
    image.removeAttribute("src");
    const shown = item;
    item = null;
    warm = [];
    if (home) location.assign(home);
    else if (history.state?.viewer) history.back();
    onClose(shown);
  });
  listen(window, "popstate", () => dialog.open && !history.state?.viewer && dialog.close());
  signal.addEventListener("abort", () => play(false));
  return { open, play: (photo) => (open(photo), play(true)) };
}
