// What is kept on the device for whoever is signed in: wishes not sent yet. Cleared at sign-out.

const name = "flickr";
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("wishes", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** One step in the table of wishes; where the browser keeps nothing (private windows of some), nothing is kept. */
async function wish(mode, work) {
  try {
    const store = (await open()).transaction("wishes", mode).objectStore("wishes");
    const request = work(store);
    return await new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } catch (fault) {
    console.warn("nothing can be kept on this device", fault);
    return null;
  }
}

export const remember = (id, isOn) => wish("readwrite", (store) => store.put({ id, isOn }));
export const forget = (id) => wish("readwrite", (store) => store.delete(id));
export const wishes = async () => (await wish("readonly", (store) => store.getAll())) ?? [];

/** Nothing of anybody stays: database, caches, notes of the session. */
export async function clearDevice() {
  sessionStorage.clear();
  localStorage.clear();
  if (opened) (await opened.catch(() => null))?.close();
  opened = null;
  indexedDB.deleteDatabase(name);
  if (globalThis.caches) await Promise.all((await caches.keys()).filter((key) => key.startsWith("kept")).map((key) => caches.delete(key)));
}
