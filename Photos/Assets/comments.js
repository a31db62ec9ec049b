// The comments half of the lightbox's panel. Texts go in as text, never as markup.
import { call } from "./server.js";
import { language, say } from "./words.js";

/** @param {HTMLElement} section with the owner's switch, a list and, for who is signed in, a form */
export function startComments(section) {
  const list = section.querySelector("ol");
  const form = section.querySelector("form");
  const older = section.querySelector(".older");
  const status = section.querySelector("[role=status]");
  const lever = section.querySelector("[name=on]");
  let photo = null;
  let isOwn = false;
  let next = null;

  async function load(after) {
    const asked = photo;
    const page = await call("GET", `/api/v1/photos/${asked}/comments${after ? `?after=${encodeURIComponent(after)}` : ""}`);
    if (asked !== photo) return;
    if (!after) list.replaceChildren();
    list.append(...page.comments.map(row));
    next = page.next ?? null;
    older.classList.toggle("hidden", !next);
    paint(page.areOn);
  }

  function paint(areOn) {
    lever.checked = areOn;
    section.classList.toggle("hidden", !areOn && !isOwn);
    list.classList.toggle("hidden", !areOn);
    form?.classList.toggle("hidden", !areOn);
    status.textContent = say(areOn ? "noComments" : "commentsOff");
    status.classList.toggle("hidden", areOn && list.children.length > 0);
  }

  function row(comment) {
    const item = document.createElement("li");
    const when = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(comment.createdMs);
    item.append(part("strong", comment.author), part("small", comment.editedMs ? `${when} (${say("edited")})` : when), part("p", comment.text));
    if (comment.isMine || isOwn) {
      const remove = part("button", say("delete"));
      remove.setAttribute("aria-label", say("deleteComment", comment.author));
      remove.addEventListener("click", () => tell(async () => {
        await call("DELETE", `/api/v1/comments/${comment.id}`);
        (item.nextElementSibling?.querySelector("button") ?? form?.elements.text ?? section.querySelector("input"))?.focus();
        item.remove();
        paint(lever.checked);
      }));
      item.append(remove);
    }
    return item;
  }

  async function tell(work) {
    try {
      await work();
    } catch (fault) {
      status.textContent = fault.message;
      status.classList.remove("hidden");
      if (fault.type === "comments-off") paint(false);
    }
  }

  older.addEventListener("click", () => tell(() => load(next)));
  lever.addEventListener("change", () => tell(async () => {
    const wanted = lever.checked;
    lever.checked = !wanted; // until the server agrees
    await call("PUT", `/api/v1/photos/${photo}/comments/switch`, { on: wanted });
    await load(null);
  }));
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const { text } = form.elements;
    tell(async () => {
      await call("POST", `/api/v1/photos/${photo}/comments`, { text: text.value.trim() });
      text.value = "";
      await load(null);
    });
  });

  return {
    show(id, own) {
      photo = id;
      isOwn = own;
      list.replaceChildren();
      status.textContent = "";
      return tell(() => load(null));
    },
  };
}

function part(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
