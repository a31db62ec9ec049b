// The owner's dialog of shares: people by name, links for everybody else. Of one photo, of many, or of an album.
import { startLinks } from "./links.js";
import { call } from "./server.js";
import { say } from "./words.js";

const opened = new WeakMap(); // dialog → what opens it: one dialog, whoever asks for it

/** @returns {(aim: { photos?: string[], album?: string }) => void} opens the dialog */
export function startShare() {
  const dialog = document.querySelector("dialog.share");
  if (!dialog) return () => {};
  if (!opened.has(dialog)) opened.set(dialog, start(dialog));
  return opened.get(dialog);
}

function start(dialog) {
  const form = dialog.querySelector("form.add");
  const list = dialog.querySelector("ul.people");
  const status = dialog.querySelector("[role=status]");
  const linkSection = dialog.querySelector(".links");
  const showLinks = startLinks(linkSection);
  const { user } = form.elements;
  let roots = []; // API addresses of what is shared

  async function load() {
    const asked = roots;
    if (asked.length !== 1) return list.replaceChildren();
    const { users } = await call("GET", `${asked[0]}/shares`);
    if (asked !== roots) return;
    list.replaceChildren(...(users.length ? users.map(row) : [part("li", say("notShared"), "quiet")]));
  }

  function row(name) {
    const item = part("li", "");
    const remove = part("button", say("revoke"));
    remove.setAttribute("aria-label", say("revokeFrom", name));
    remove.addEventListener("click", () => tell(async () => {
      remove.disabled = true;
      await call("DELETE", address(roots[0], name));
      await load();
      user.focus();
      status.textContent = say("shareRemoved", name);
    }).then(() => (remove.disabled = false)));
    item.append(part("span", name), remove);
    return item;
  }

  const address = (root, name) => `${root}/shares/${encodeURIComponent(name)}`;

  async function tell(work) {
    status.textContent = "";
    try {
      await work();
    } catch (fault) {
      status.textContent = fault.message;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = user.value.trim();
    tell(async () => {
      try {
        for (const root of roots) await call("PUT", address(root, name));
      } catch (fault) {
        if (fault.type === "not-found") fault.message = say("noSuchUser");
        throw fault;
      }
      user.value = "";
      await load();
      status.textContent = say("shareAdded", name);
    });
  });
  dialog.querySelector("[data-share=close]").addEventListener("click", () => dialog.close());

  /** Opens the dialog; closing it gives the focus back to where it was. */
  return ({ photos = [], album, title = "" }) => {
    roots = album ? [`/api/v1/albums/${encodeURIComponent(album)}`] : photos.map((id) => `/api/v1/photos/${id}`);
    dialog.querySelector("h2").textContent = album ? say("shareAlbum", title || album) : photos.length === 1 ? say("sharePhoto") : say("sharePhotos", photos.length);
    list.replaceChildren();
    form.reset();
    linkSection.classList.toggle("hidden", roots.length !== 1);
    if (roots.length === 1) showLinks(album ? { album } : { photo: photos[0] });
    dialog.showModal();
    user.focus();
    tell(load);
  };
}

function part(tag, text, className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}
