// The info half of the lightbox's panel: facts of a photo, and its texts for the owner to change.
import { call } from "./server.js";
import { language, say } from "./words.js";

/** @param {HTMLElement} section with a dl and the owner's form @param {(photo: object) => void} onChange a title was saved */
export function startInfo(section, onChange) {
  const list = section.querySelector("dl");
  const form = section.querySelector("form");
  const text = section.querySelector(".description");
  const tags = section.querySelector(".tags");
  const status = form.querySelector("[role=status]");
  let id = null;
  let isTyped = false; // what was typed and not saved survives an answer that comes late

  form.addEventListener("input", () => { isTyped = true; });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const changed = id;
    try {
      const photo = await call("PATCH", `/api/v1/photos/${changed}`, {
        title: form.elements.title.value.trim(), description: form.elements.description.value.trim(),
        tags: [...new Set(form.elements.tags.value.split(",").map((text) => text.trim()).filter(Boolean))],
      });
      if (changed === id) isTyped = false;
      onChange(photo);
      if (changed === id) status.textContent = say("saved");
    } catch (fault) {
      if (changed === id) status.textContent = fault.message;
    }
  });

  return {
    /** Shows a photo, as the API answers it. */
    show(photo, isOwn) {
      if (photo.id !== id) {
        status.textContent = "";
        isTyped = false;
      }
      id = photo.id;
      form.classList.toggle("hidden", !isOwn);
      if (!isTyped) {
        form.elements.title.value = photo.title;
        form.elements.description.value = photo.description;
        form.elements.tags.value = (photo.tags ?? []).join(", ");
      }
      const facts = [
        ["fileName", photo.name], ["owner", photo.owner],
        ["size", [photo.width && `${photo.width} × ${photo.height}`, bytes(photo.length)].filter(Boolean).join(" · ")],
        ["takenAt", photo.takenAt && day(photo.takenAt)], ["camera", photo.camera], ["place", photo.place && placeOf(photo.place)],
      ];
      tags.replaceChildren(...(photo.tags ?? []).map(tag));
      tags.classList.toggle("hidden", !photo.tags?.length);
      list.replaceChildren(...facts.filter(([, text]) => text).flatMap(([name, text]) => [part("dt", say(name)), part("dd", text)]));
      text.textContent = isOwn ? "" : photo.description;
      text.classList.toggle("hidden", isOwn || !photo.description);
    },
  };
}

/** A tag leads to all photos that have it. */
function tag(text) {
  const item = document.createElement("li");
  const link = part("a", text);
  link.href = `/search?q=${encodeURIComponent(text)}`;
  item.append(link);
  return item;
}

/** Degrees as people write them: no map is asked, so nobody else learns the place. */
const placeOf = ({ latitude, longitude }) => `${degrees(latitude, "N", "S")} ${degrees(longitude, "E", "W")}`;
const degrees = (value, positive, negative) => `${Math.abs(value).toFixed(4)}° ${value < 0 ? negative : positive}`;

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
