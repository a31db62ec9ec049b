// Sends one file as it lies on the disk; the browser streams it. fetch() has no upload progress, XMLHttpRequest has.
import { Refusal } from "./server.js";
import { say } from "./words.js";

/**
 * @param {File} file @param {string} album @param {{ onProgress: (sent: number) => void, signal: AbortSignal }} options
 * @returns {Promise<{ id: string, state: string }>} the upload, as the service took it
 */
export function sendFile(file, album, { onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/uploads?album=${encodeURIComponent(album)}&name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Flickr-Request", "1");
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      const json = parse(request.responseText);
      if (request.status < 300) resolve(json);
      else reject(new Refusal(request.status, json, Number(request.getResponseHeader("Retry-After")) || 0));
    };
    request.onerror = () => reject(new Refusal(0, { title: say("lost") }, 0));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an answer that is not JSON came from something in between: the status says enough
  }
}
