// Links to a photo or an album for people without an account: made, listed, ended.
import { call } from "./server.js";
import { language, say } from "./words.js";

/** @param {HTMLElement} section of the share dialog @returns {(aim: { photo?: string, album?: string }) => Promise<void>} shows the links of it */
export function startLinks(section) {
  const form = section.querySelector("form");
  const list = section.querySelector("ul");
  const made = section.querySelector(".made");
  const status = section.querySelector("[role=status]");
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  let aim = null;

  async function load() {
    const asked = aim;
    const { links } = await call("GET", "/api/v1/links");
    if (asked !== aim) return;
    const mine = links.filter((link) => (aim.photo ? link.photo === aim.photo : link.album === aim.album && link.kind === "album"));
    list.replaceChildren(...mine.map(row));
  }

  function row(link) {
    const item = document.createElement("li");
    const what = document.createElement("span");
    const facts = [
      link.hasPassword && say("linkPassword"), link.expiresMs && say("linkEnds", day.format(link.expiresMs)), say("linkOpened", link.opened),
    ];
    what.textContent = [day.format(link.createdMs), ...facts.filter(Boolean)].join(" · ");
    const end = document.createElement("button");
    end.textContent = say("linkEnd");
    end.addEventListener("click", () => tell(async () => {
      end.disabled = true;
      await call("DELETE", `/api/v1/links/${link.id}`);
      made.classList.add("hidden");
      await load();
      status.textContent = say("linkEnded");
    }));
    item.append(what, end);
    return item;
  }

  async function tell(work) {
    status.textContent = "";
    try {
      await work();
    } catch (fault) {
      status.textContent = fault.message;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { password, expires, originals } = form.elements;
    tell(async () => {
      const link = await call("POST", "/api/v1/links", {
        ...aim, originals: originals.checked,
        ...(password.value ? { password: password.value } : {}),
        ...(expires.value ? { expiresMs: new Date(`${expires.value}T23:59:59`).valueOf() } : {}),
      });
      const field = made.querySelector("input");
      field.value = new URL(link.url, location.origin).href;
      made.classList.remove("hidden");
      form.reset();
      await load();
      status.textContent = say("linkMade");
      field.select();
    });
  });
  made.querySelector("button").addEventListener("click", () => {
    const field = made.querySelector("input");
    field.select();
    navigator.clipboard.writeText(field.value).then(() => (status.textContent = say("copied")), () => (status.textContent = say("copyFailed")));
  });

  return (next) => {
    aim = next;
    list.replaceChildren();
    made.classList.add("hidden");
    status.textContent = "";
    form.reset();
    return tell(load);
  };
}
