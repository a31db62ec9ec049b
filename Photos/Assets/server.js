// Calls to the photo service. Every unsafe call carries the header that no form of another site can send.

import { knows, say } from "./words.js";

/** A refusal of the server in words: `message` is for people, `type` the problem's short name. */
export class Refusal extends Error {
  constructor(status, problem, retryAfterSeconds) {
    super(wordsOf(problem) || problem?.detail || problem?.title || `The server answered ${status}.`);
    this.status = status;
    this.type = nameOf(problem);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const nameOf = (problem) => (problem?.type || "").replace("urn:flickr:problem:", "");

/** A problem in the page's language; null for one that only the server can put into words. */
export function wordsOf(problem) {
  const key = `problem.${nameOf(problem)}`;
  return knows(key) ? say(key) : null;
}

/** @returns {Promise<any>} the parsed answer, or null where there is none */
export async function call(method, path, body) {
  const sent = fetch(path, {
    method,
    headers: { "Flickr-Request": "1", Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
    credentials: "same-origin",
  });
  const answer = await sent.catch(() => Promise.reject(new Refusal(0, { title: say("lost") }, 0)));
  const text = await answer.text();
  const json = parse(text);
  if (!answer.ok) throw new Refusal(answer.status, json, Number(answer.headers.get("Retry-After")) || 0);
  return json;
}

/**
 * Sends one file as it lies on the disk; the browser streams it. fetch() has no upload progress, XMLHttpRequest has.
 * @param {(sent: number) => void} onProgress bytes sent so far
 */
export function sendFile(file, album, onProgress, signal) {
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
    signal?.addEventListener("abort", () => request.abort());
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
