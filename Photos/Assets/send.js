// Sends one file as it lies on the disk. Small ones in one request, with a thumbnail made here where the service wants it; big
// ones by tus, in portions, so that a cut line or a closed page costs one portion at most.
import { call, Refusal } from "./server.js";
import { thumbnailOf } from "./thumbnail.js";
import { say } from "./words.js";

/** What this client calls itself: the service keeps a list of versions whose thumbnails it does not take. */
export const clientVersion = "web/2.0";

const portionBytes = 8 << 20;
const headers = { "Flickr-Request": "1", "Client-Version": clientVersion };
let policy = null;

/** What the service wants of this client; asked once. An older service wants nothing special. */
function ask() {
  policy ??= fetch("/api/v1/uploads/policy", { headers }).then((answer) => (answer.ok ? answer.json() : {}), () => ({}));
  return policy;
}

/**
 * @param {File} file @param {string} album @param {{ onProgress: (sent: number) => void, signal: AbortSignal }} options
 * @returns {Promise<{ id: string, state: string }>} the upload, as the service took it
 */
export async function sendFile(file, album, { onProgress, signal }) {
  const { resumableAboveBytes = Infinity, clientThumbnails = "off", thumbnailSide = 320 } = await ask();
  if (file.size > resumableAboveBytes) return resume(file, album, { onProgress, signal });
  const thumbnail = clientThumbnails === "off" ? null : await thumbnailOf(file, thumbnailSide);
  const address = `/api/v1/uploads?album=${encodeURIComponent(album)}&name=${encodeURIComponent(file.name)}`;
  if (!thumbnail) {
    const { json } = await send("POST", address, file, { "Content-Type": file.type || "application/octet-stream" }, { onProgress, signal });
    return json;
  }
  const form = new FormData();
  form.append("thumbnail", thumbnail, "thumbnail.jpg");
  form.append("file", file, file.name);
  const { json } = await send("POST", address, form, {}, { onProgress, signal });
  return json;
}

/** tus 1.0.0: where an earlier try of the same file ended is asked first, also after a reload. */
async function resume(file, album, { onProgress, signal }) {
  const tus = { "Tus-Resumable": "1.0.0" };
  const key = `tus:${album}:${file.name}:${file.size}:${file.lastModified}`;
  let address = localStorage.getItem(key);
  let offset = 0;
  let answer = null;
  if (address) {
    answer = await send("HEAD", address, null, tus, { signal }).catch((fault) => {
      if (![403, 404, 410].includes(fault.status)) throw fault;
      return null; // too old: it begins anew
    });
    offset = Number(answer?.head("Upload-Offset")) || 0;
  }
  if (!answer) {
    const created = await send("POST", "/api/v1/tus", null, {
      ...tus, "Upload-Length": file.size, "Upload-Metadata": `album ${base64(album)},name ${base64(file.name)}`,
    }, { signal });
    address = new URL(created.head("Location"), location.origin).pathname;
    offset = 0;
    localStorage.setItem(key, address);
  }
  while (offset < file.size) {
    const portion = file.slice(offset, offset + portionBytes);
    answer = await send("PATCH", address, portion, { ...tus, "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" }, {
      onProgress: (sent) => onProgress(offset + sent), signal,
    });
    offset = Number(answer.head("Upload-Offset"));
  }
  localStorage.removeItem(key);
  return call("GET", `/api/v1/uploads/${answer.head("Flickr-Upload")}`);
}

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** One request. fetch() has no upload progress, XMLHttpRequest has; the browser streams the file. */
function send(method, address, body, extra, { onProgress, signal }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new DOMException("aborted", "AbortError"));
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open(method, address);
    for (const [name, value] of Object.entries({ ...headers, ...extra })) request.setRequestHeader(name, value);
    if (onProgress) request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onloadend = () => signal.removeEventListener("abort", abort);
    request.onload = () => {
      const json = parse(request.responseText);
      if (request.status < 300) resolve({ json, head: (name) => request.getResponseHeader(name) });
      else reject(new Refusal(request.status, json, Number(request.getResponseHeader("Retry-After")) || 0));
    };
    request.onerror = () => reject(new Refusal(0, { title: say("lost") }, 0));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal.addEventListener("abort", abort);
    request.send(body);
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an answer that is not JSON came from something in between: the status says enough
  }
}
