// The info half of the lightbox's panel: facts of a photo, and its texts for the owner to change.
import { call } from "./server.js";
import { language, say } from "./words.js";

/** @param {HTMLElement} section with a dl and the owner's form @param {(photo: object) => void} onChange a title was saved */
export function startInfo(section, onChange) {
  const list = section.querySelector("dl");
  const form = section.querySelector("form");
  const status = form.querySelector("[role=status]");
  let id = null;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const changed = id;
    try {
      const photo = await call("PATCH", `/api/v1/photos/${changed}`, {
        title: form.elements.title.value.trim(), description: form.elements.description.value.trim(),
      });
      onChange(photo);
      if (changed === id) status.textContent = say("saved");
    } catch (fault) {
      if (changed === id) status.textContent = fault.message;
    }
  });

  return {
    /** Shows a photo, as the API answers it. */
    show(photo, isOwn) {
      id = photo.id;
      status.textContent = "";
      form.classList.toggle("hidden", !isOwn);
      form.elements.title.value = photo.title;
      form.elements.description.value = photo.description;
      const facts = [
        ["fileName", photo.name], ["owner", photo.owner],
        ["size", [photo.width && `${photo.width} × ${photo.height}`, bytes(photo.length)].filter(Boolean).join(" · ")],
        ["takenAt", photo.takenAt && day(photo.takenAt)],
      ];
      list.replaceChildren(...facts.filter(([, text]) => text).flatMap(([name, text]) => [part("dt", say(name)), part("dd", text)]));
      if (!isOwn && photo.description) list.append(part("dd", photo.description));
    },
  };
}

function bytes(count) {
  const [value, unit] = count < 1e6 ? [count / 1e3, "kilobyte"] : [count / 1e6, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}

/** A camera's clock has no time zone, so neither has what is shown; what is no date is shown as it came. */
function day(text) {
  const date = new Date(text);
  return Number.isNaN(date.valueOf()) ? text : new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).format(date);
}

function part(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
