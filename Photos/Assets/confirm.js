// Asks before what cannot be taken back.

/** @returns {Promise<boolean>} whether it was confirmed */
export function confirmed(question, text) {
  const dialog = document.querySelector("dialog.confirm");
  dialog.querySelector("h2").textContent = question;
  dialog.querySelector("p").textContent = text;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

/** Says something for a moment, also to screen readers. */
export function toast(text) {
  document.querySelector(".toast")?.remove();
  const element = document.createElement("div");
  Object.assign(element, { className: "toast", role: "status", textContent: text });
  document.body.append(element);
  setTimeout(() => element.remove(), 4000);
}
