// One's own albums: renamed, put in order (by dragging or by the menu), deleted.
import { confirmed, toast } from "./confirm.js";
import { call } from "./server.js";
import { say } from "./words.js";

/** @param {{ main: HTMLElement, signal: AbortSignal }} page */
export function start({ main, signal }) {
  const list = main.querySelector(".albums[data-own]");
  const template = main.querySelector("#album-menu");
  if (!list || !template) return;
  const dialog = main.querySelector("#edit-album");
  const live = main.querySelector("#album-said");
  for (const item of list.children) dress(item);

  function dress(item) {
    const menu = template.content.firstElementChild.cloneNode(true);
    menu.querySelector("summary").setAttribute("aria-label", say("albumMenu", item.dataset.title));
    item.append(menu);
    item.draggable = true;
    menu.addEventListener("click", (event) => {
      const act = event.target.closest("[data-do]")?.dataset.do;
      if (!act) return;
      menu.open = false;
      attempt(() => acts[act](item));
    });
  }

  async function attempt(work) {
    try {
      await work();
    } catch (fault) {
      toast(fault.message);
    }
  }

  const acts = {
    edit: (item) => edit(item),
    earlier: (item) => place(item, item.previousElementSibling, item),
    later: (item) => place(item, item.nextElementSibling?.nextElementSibling ?? null, item),
    delete: async (item) => {
      if (!(await confirmed(say("confirmDeleteAlbum", item.dataset.title), say("confirmDeleteText")))) return;
      await call("DELETE", `/api/v1/albums/${encodeURIComponent(item.dataset.album)}`);
      item.remove();
      if (!list.children.length) location.reload();
    },
  };

  /** Puts an album before another (null: last) and tells the service the new order. */
  async function place(item, before, focus) {
    if (before === item || (before === null && item === list.lastElementChild)) return;
    list.insertBefore(item, before);
    focus?.querySelector("summary").focus();
    await call("PUT", "/api/v1/albums/order", { albums: [...list.children].map((other) => other.dataset.album) });
    live.textContent = say("albumOrder", item.dataset.title, [...list.children].indexOf(item) + 1);
  }

  function edit(item) {
    const form = dialog.querySelector("form");
    const status = dialog.querySelector("[role=alert]");
    form.elements.title.value = item.dataset.title;
    form.elements.name.value = item.dataset.album;
    form.elements.description.value = item.dataset.description ?? "";
    status.textContent = "";
    dialog.querySelector("[data-do=close]").onclick = () => dialog.close();
    form.onsubmit = async (event) => {
      event.preventDefault();
      const { title, name, description } = form.elements;
      const change = { title: title.value.trim(), description: description.value.trim() };
      if (name.value.trim() !== item.dataset.album) change.name = name.value.trim();
      try {
        await call("PATCH", `/api/v1/albums/${encodeURIComponent(item.dataset.album)}`, change);
        location.reload();
      } catch (fault) {
        status.textContent = fault.message;
      }
    };
    dialog.showModal();
  }

  let dragged = null;
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.album);
    dragged.classList.add("dragged");
  }, { signal });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    list.insertBefore(dragged, event.clientX < box.left + box.width / 2 ? over : over.nextElementSibling);
  }, { signal });
  list.addEventListener("drop", (event) => dragged && event.preventDefault(), { signal });
  list.addEventListener("dragend", () => {
    const item = dragged;
    dragged = null;
    item.classList.remove("dragged");
    attempt(() => call("PUT", "/api/v1/albums/order", { albums: [...list.children].map((other) => other.dataset.album) }));
  }, { signal });
}
