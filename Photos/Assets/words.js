// What scripts say, in the page's language: the server puts the texts into the page.
const words = JSON.parse(document.querySelector("#words")?.textContent ?? "{}");

/** Tag of the page's language, e.g. "ko". */
export const language = document.documentElement.lang;

/** @param {string} key @param {...any} values fill {0}, {1}, … @returns {string} */
export function say(key, ...values) {
  return (words[key] ?? key).replace(/\{(\d)\}/g, (_, index) => values[index]);
}

/** Whether there is a text of that key. */
export const knows = (key) => key in words;
