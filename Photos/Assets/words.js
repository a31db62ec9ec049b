// What scripts say, in the page's language: the server puts the texts into the page.
const words = JSON.parse(document.querySelector("#words")?.textContent ?? "{}");

/** @param {string} key @param {...any} values fill {0}, {1}, … @returns {string} */
export function say(key, ...values) {
  return (words[key] ?? key).replace(/\{(\d)\}/g, (_, index) => values[index]);
}
