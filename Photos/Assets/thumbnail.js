// Thumbnails made on the device, in a worker, one picture at a time: a phone must not hold two decoded originals.

const waitMs = 10_000;
let worker = null;
let last = Promise.resolve();

/** @param {File} file @param {number} side longest side in pixels @returns {Promise<Blob | null>} null where this browser cannot make it */
export function thumbnailOf(file, side) {
  if (!file.type.startsWith("image/") || typeof OffscreenCanvas === "undefined") return Promise.resolve(null);
  last = last.then(() => make(file, side));
  return last;
}

function make(file, side) {
  worker ??= new Worker("./shrink.js");
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(null), waitMs);
    const finish = (blob) => {
      clearTimeout(timer);
      worker.onmessage = worker.onerror = null;
      if (!blob) {
        worker.terminate(); // whatever it hangs on, the next one has a fresh one
        worker = null;
      }
      resolve(blob);
    };
    worker.onmessage = (event) => finish(event.data);
    worker.onerror = () => finish(null);
    worker.postMessage({ file, side });
  });
}
