// The settings page: what is changed is sent at once and said; keys are listed and revoked.
import { toast } from "./confirm.js";
import { call } from "./server.js";
import { language, say } from "./words.js";

/** @param {{ main: HTMLElement, signal: AbortSignal }} page */
export function start({ main, signal }) {
  const listen = (selector, type, work) => main.querySelector(selector)?.addEventListener(type, work, { signal });
  const list = main.querySelector("#keys");
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });

  async function attempt(work, status) {
    try {
      await work();
    } catch (fault) {
      if (status) status.textContent = fault.message;
      else toast(fault.message);
    }
  }

  listen("#profile", "submit", (event) => {
    event.preventDefault();
    const form = event.target;
    attempt(async () => {
      await call("PATCH", "/api/v1/me", { email: form.elements.email.value.trim(), allowsComments: form.elements.allowsComments.checked });
      toast(say("saved"));
    }, form.querySelector("[role=alert]"));
  });

  /** What the service says of the account now. */
  async function fill() {
    const me = await call("GET", "/api/v1/me");
    const { email, allowsComments } = main.querySelector("#profile").elements;
    email.value = me.email ?? "";
    allowsComments.checked = me.allowsComments;
  }

  listen("#password", "submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const { password, newPassword } = form.elements;
    attempt(async () => {
      await call("POST", "/api/v1/me/password", { password: password.value, newPassword: newPassword.value });
      form.reset();
      form.querySelector("[role=alert]").textContent = "";
      toast(say("passwordChanged"));
    }, form.querySelector("[role=alert]"));
  });

  listen("#new-key", "submit", (event) => {
    event.preventDefault();
    const form = event.target;
    attempt(async () => {
      const scopes = [...form.querySelectorAll("[name=scopes]:checked")].map((box) => box.value);
      const { key } = await call("POST", "/api/v1/keys", { label: form.elements.label.value.trim(), scopes });
      form.querySelector("code.key").textContent = key;
      form.querySelector("#made-key").classList.remove("hidden");
      form.querySelector("[role=alert]").textContent = "";
      form.reset();
      await load();
    }, form.querySelector("[role=alert]"));
  });

  async function load() {
    const { keys } = await call("GET", "/api/v1/keys");
    list.replaceChildren(...(keys.length ? keys.map(row) : [Object.assign(document.createElement("li"), { className: "quiet", textContent: say("noKeys") })]));
  }

  function row(key) {
    const item = document.createElement("li");
    const what = document.createElement("span");
    what.className = "what";
    const small = document.createElement("small");
    const scopes = key.scopes?.length && key.scopes.length < 5 ? key.scopes.map((scope) => say(`scope.${scope}`)).join(", ") : say("allScopes");
    small.textContent = `${say("keyMade", day.format(key.createdMs))} · ${scopes}`;
    what.append(key.label, small);
    const revoke = document.createElement("button");
    revoke.textContent = say("revokeKey");
    revoke.setAttribute("aria-label", say("revokeKeyOf", key.label));
    revoke.addEventListener("click", () => attempt(async () => {
      await call("DELETE", `/api/v1/keys/${key.id}`);
      await load();
      toast(say("keyRevoked"));
    }));
    item.append(what, revoke);
    return item;
  }

  attempt(load);
  attempt(fill);
  listen("[data-do=copy]", "click", async (event) => {
    const text = event.target.closest(".card").querySelector("code.key").textContent;
    await navigator.clipboard.writeText(text).then(() => toast(say("copied")), () => toast(say("copyFailed")));
  });
}
