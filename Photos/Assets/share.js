// The owner's dialog of shares: name a user, see who has the photo, take it back.
import { call } from "./server.js";
import { say } from "./words.js";

/** @param {HTMLDialogElement} dialog */
export function startShare(dialog) {
  const form = dialog.querySelector("form");
  const list = dialog.querySelector("ul");
  const status = dialog.querySelector("[role=status]");
  const { user } = form.elements;
  let photo = null;

  async function load() {
    const asked = photo;
    const { users } = await call("GET", `/api/v1/photos/${asked}/shares`);
    if (asked !== photo) return;
    list.replaceChildren(...(users.length ? users.map(row) : [part("li", say("notShared"))]));
  }

  function row(name) {
    const item = part("li", "");
    const remove = part("button", say("revoke"));
    remove.setAttribute("aria-label", say("revokeFrom", name));
    remove.addEventListener("click", () => tell(async () => {
      remove.disabled = true;
      await call("DELETE", address(name));
      await load();
      user.focus();
      status.textContent = say("shareRemoved", name);
    }).then(() => (remove.disabled = false)));
    item.append(part("span", name), remove);
    return item;
  }

  const address = (name) => `/api/v1/photos/${photo}/shares/${encodeURIComponent(name)}`;

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
        await call("PUT", address(name));
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

  /** Opens the dialog for a photo; closing it gives the focus back to where it was. */
  return (id) => {
    photo = id;
    list.replaceChildren();
    user.value = "";
    dialog.showModal();
    user.focus();
    tell(load);
  };
}

function part(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
