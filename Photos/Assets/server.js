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

let pass = null; // of the link that is looked at

/** From now on calls carry the pass that a link has given. */
export const withPass = (given) => (pass = given);

/** @returns {Promise<any>} the parsed answer, or null where there is none */
export async function call(method, path, body) {
  const sent = fetch(path, {
    method,
    headers: { "Flickr-Request": "1", Accept: "application/json", ...(pass ? { "Flickr-Pass": pass } : {}), ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
    credentials: "same-origin",
  });
  const answer = await sent.catch(() => Promise.reject(new Refusal(0, { title: say("lost") }, 0)));
  const text = await answer.text();
  const json = parse(text);
  if (!answer.ok) throw new Refusal(answer.status, json, Number(answer.headers.get("Retry-After")) || 0);
  return json;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an answer that is not JSON came from something in between: the status says enough
  }
}
