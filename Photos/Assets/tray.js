// What is under way, as a list at the corner of every page: a line for each file and one for all.
import { say } from "./words.js";

export class Tray {
  /** @param {HTMLElement} element @param {{ pause: Function, dismiss: Function, retry: Function, cancel: Function }} acts */
  constructor(element, acts) {
    Object.assign(this, { element, acts, rows: [] });
    this.bar = element.querySelector(".total progress");
    this.text = element.querySelector(".total .text");
    this.live = element.querySelector("[aria-live]");
    this.list = element.querySelector("ol");
    this.template = document.querySelector("#upload-row").content.firstElementChild;
    element.querySelector("[data-do=fold]").addEventListener("click", (event) => {
      const isSmall = element.classList.toggle("small");
      event.currentTarget.setAttribute("aria-expanded", !isSmall);
    });
    if (matchMedia("(max-width: 700px)").matches) element.querySelector("[data-do=fold]").click(); // the photos are what one wants to see
    this.lever = element.querySelector("[data-do=pause]");
    this.lever.addEventListener("click", () => {
      const isOn = this.lever.getAttribute("aria-pressed") !== "true";
      this.lever.setAttribute("aria-pressed", isOn);
      acts.pause(isOn);
    });
    element.querySelector("[data-do=dismiss]").addEventListener("click", () => acts.dismiss());
  }

  add(file, album) {
    const row = new Row(file, album, this);
    this.rows.push(row);
    this.list.append(row.element);
    return row;
  }

  show() {
    this.element.classList.remove("hidden");
    this.refresh();
  }

  clear() {
    for (const row of this.rows) if (!row.isOpen) row.leave();
    this.rows = this.rows.filter((row) => row.isOpen);
    this.lever.setAttribute("aria-pressed", "false");
    this.element.classList.toggle("hidden", this.rows.length === 0);
    this.refresh();
  }

  /** Many rows change in one turn: all of it is painted once. */
  refresh() {
    this.painting ??= requestAnimationFrame(() => {
      this.painting = null;
      this.paint();
    });
  }

  paint() {
    const rows = this.rows.filter((row) => row.state !== "cancelled");
    const bytes = rows.reduce((sum, row) => sum + row.file.size, 0);
    const sent = rows.reduce((sum, row) => sum + row.sentBytes, 0);
    const done = rows.filter((row) => row.state === "published").length;
    const failed = rows.filter((row) => row.state === "failed").length;
    this.bar.value = bytes ? sent / bytes : 1;
    this.text.textContent = say(failed ? "totalFailed" : "total", done, rows.length, failed);
    const isDone = done + failed === rows.length;
    this.bar.classList.toggle("hidden", isDone);
    this.lever.classList.toggle("hidden", !rows.some((row) => row.isUnsent));
    if (isDone && rows.length) this.live.textContent = this.text.textContent;
  }
}

class Row {
  constructor(file, album, tray) {
    Object.assign(this, { file, album, tray, sentBytes: 0, state: "waiting" });
    this.element = tray.template.cloneNode(true);
    this.element.querySelector(".name").textContent = file.name;
    this.bar = this.element.querySelector("progress");
    this.bar.setAttribute("aria-label", file.name);
    this.label = this.element.querySelector(".state");
    this.buttons = Object.fromEntries([...this.element.querySelectorAll("[data-do]")].map((button) => [button.dataset.do, button]));
    for (const button of Object.values(this.buttons)) button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${file.name}`);
    this.buttons.cancel.addEventListener("click", () => (this.isOpen ? tray.acts.cancel(this) : this.leave()));
    this.buttons.retry.addEventListener("click", () => tray.acts.retry(this));
    this.change("waiting", say("waiting"));
  }

  get isOpen() {
    return !["published", "failed", "cancelled"].includes(this.state);
  }

  /** Whether leaving the page would lose it. */
  get isUnsent() {
    return ["waiting", "sending", "paused"].includes(this.state);
  }

  progress(sent) {
    if (this.state === "cancelled") return;
    this.face();
    this.sentBytes = Math.min(sent, this.file.size);
    this.bar.value = this.file.size ? this.sentBytes / this.file.size : 1;
    this.change("sending", `${Math.round(this.bar.value * 100)} %`);
  }

  sent() {
    this.progress(this.file.size);
    this.change("processing", say("processing"));
  }

  wait(seconds) {
    this.change("waiting", say("busy", seconds));
  }

  pause() {
    this.change("paused", say("paused"));
    return this;
  }

  again() {
    this.element.querySelector(".why")?.remove();
    this.sentBytes = 0;
    this.bar.value = 0;
    this.change("waiting", say("waiting"));
  }

  process(step, position) {
    this.change("processing", position > 1 ? say("inLine", position) : say("processing"));
  }

  publish(duplicateOf) {
    this.change("published", say(duplicateOf ? "duplicate" : "published"));
  }

  cancel() {
    this.change("cancelled", say("cancelled"));
  }

  fail(why) {
    this.sentBytes = this.file.size;
    this.change("failed", say("failed"));
    const text = document.createElement("span");
    text.className = "why";
    text.textContent = why;
    this.element.append(text);
  }

  /** A small look at the file while it is sent; of the disk, so it costs no network. */
  face() {
    if (this.isSeen) return;
    this.isSeen = true;
    createImageBitmap(this.file, { resizeWidth: 88, resizeQuality: "medium" }).then((bitmap) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 88, height: 88 });
      const side = Math.min(bitmap.width, bitmap.height);
      canvas.getContext("2d").drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, 88, 88);
      canvas.className = "face";
      this.element.querySelector("span.face")?.replaceWith(canvas);
      bitmap.close();
    }, () => {}); // what the browser cannot draw is drawn by nobody here: the server judges it
  }

  leave() {
    this.element.remove();
    this.tray.rows = this.tray.rows.filter((row) => row !== this);
    this.tray.refresh();
  }

  change(state, text) {
    this.state = state;
    this.element.className = state;
    this.label.textContent = text;
    this.buttons.retry.classList.toggle("hidden", state !== "failed" && state !== "cancelled");
    this.buttons.cancel.classList.toggle("hidden", state === "processing");
    this.tray.refresh();
  }
}
