// Favourites: painted at once, sent behind, taken back when the server refuses.
import { call } from "./server.js";

const running = new Map(); // photo id → what is wanted last

/**
 * Turns a cell's favourite over. Quick repeats are one conversation: the last wish is what is sent in the end.
 * @param {HTMLElement} cell with data-id @param {() => void} paint called after each change of data-favourite
 * @returns {Promise<void>} settles when the server agrees; rejects, with the old state painted, when it does not
 */
export async function toggleFavourite(cell, paint) {
  const before = isFavourite(cell);
  const { id } = cell.dataset;
  mark(cell, !before, paint);
  if (running.has(id)) {
    running.set(id, !before);
    return;
  }
  running.set(id, !before);
  let agreed = before;
  try {
    while (running.get(id) !== agreed) {
      const wanted = running.get(id);
      await call(wanted ? "PUT" : "DELETE", `/api/v1/photos/${id}/favourite`);
      agreed = wanted;
    }
  } catch (fault) {
    mark(cell, agreed, paint);
    throw fault;
  } finally {
    running.delete(id);
  }
}

export const isFavourite = (cell) => cell.dataset.favourite === "1";

function mark(cell, isOn, paint) {
  if (isOn) cell.dataset.favourite = "1";
  else delete cell.dataset.favourite;
  cell.querySelector(".heart")?.classList.toggle("hidden", !isOn);
  paint();
}
