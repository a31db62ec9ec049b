// Favourites: painted at once, kept on the device until the server has them, taken back when the server refuses.
import { forget, remember, wishes } from "./store.js";
import { call } from "./server.js";

const running = new Map(); // photo id → what is wanted last

/** Tells of a change of favourites that the server has: what is kept for offline use is brought up to date. */
export const favouritesChanged = new EventTarget();

const isLater = (fault) => fault.status === 0 || fault.status >= 500 || fault.status === 429;

/**
 * Turns a photo's favourite over. Quick repeats are one conversation: the last wish is what is sent in the end.
 * @param {{ id: string, favourite?: boolean }} photo @param {() => void} paint called after each change
 * @param {() => void} onLater called when there is no connection: the wish is kept and sent later
 * @returns {Promise<void>} settles when the server agrees or the wish is kept; rejects, with the old state painted, when it refuses
 */
export async function toggleFavourite(photo, paint, onLater = () => {}) {
  const before = Boolean(photo.favourite);
  mark(photo, !before, paint);
  remember(photo.id, !before);
  if (running.has(photo.id)) {
    running.set(photo.id, !before);
    return;
  }
  try {
    await send(photo.id, !before, before);
  } catch (fault) {
    if (isLater(fault)) return onLater();
    mark(photo, fault.agreed, paint);
    throw fault;
  }
}

async function send(id, wish, before) {
  running.set(id, wish);
  let agreed = before;
  try {
    while (running.get(id) !== agreed) {
      const wanted = running.get(id);
      await call(wanted ? "PUT" : "DELETE", `/api/v1/photos/${id}/favourite`);
      agreed = wanted;
    }
    await forget(id);
    favouritesChanged.dispatchEvent(new Event("change"));
  } catch (fault) {
    fault.agreed = agreed;
    if (!isLater(fault)) await forget(id);
    throw fault;
  } finally {
    running.delete(id);
  }
}

/** Sends what was wished without a connection. Called at every start and whenever the connection is back. */
export async function sendWishes() {
  for (const { id, isOn } of await wishes()) {
    if (running.has(id)) continue;
    try {
      await send(id, isOn, !isOn);
    } catch (fault) {
      if (isLater(fault)) return;
    }
  }
}

function mark(photo, isOn, paint) {
  photo.favourite = isOn;
  paint();
}
