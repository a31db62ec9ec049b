// A new password by a link that was sent, or asking for that link.
import { call } from "./server.js";
import { say } from "./words.js";

/** @param {{ main: HTMLElement, signal: AbortSignal }} page */
export function start({ main, signal }) {
  const form = main.querySelector("form");
  const status = form.querySelector("[role=status]");
  const { secret } = form.dataset;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      if (!secret) {
        await call("POST", "/api/v1/password-resets", { name: form.elements.name.value.trim() });
        status.textContent = say("resetSent");
        return;
      }
      await call("POST", `/api/v1/password-resets/${encodeURIComponent(secret)}`, { newPassword: form.elements.password.value });
      form.classList.add("hidden");
      main.querySelector(".done").classList.remove("hidden");
    } catch (fault) {
      status.textContent = fault.message;
    }
  }, { signal });
}
