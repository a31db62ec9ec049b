// Asks for an album: one that is there, or a new name.
import { call } from "./server.js";

/** @returns {Promise<string | null>} the album's name; null when nothing was chosen */
export async function chooseAlbum() {
  const dialog = document.querySelector("#album-choice");
  const form = dialog.querySelector("form");
  const { albums } = await call("GET", "/api/v1/albums").catch(() => ({ albums: [] }));
  dialog.querySelector("datalist").replaceChildren(...albums.map((album) => new Option(album.name)));
  form.reset();
  dialog.returnValue = "";
  dialog.querySelector("[data-do=close]").onclick = () => dialog.close("");
  form.onsubmit = () => (dialog.returnValue = "chosen");
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    resolve(dialog.returnValue === "" ? null : form.elements.album.value.trim() || null);
  }, { once: true }));
}
