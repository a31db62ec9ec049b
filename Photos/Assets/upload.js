// Drop, paste or pick files: they are sent one after the other, and each one's way is shown until it is in the grid.
import { call, sendFile, wordsOf } from "./server.js";
import { say } from "./words.js";

const attemptsMax = 5;

/**
 * @param {HTMLElement} zone the drop zone, with data-album
 * @param {(photoId: string) => void} onPublished
 */
export function startUploads(zone, onPublished) {
  const queue = [];
  const rows = new Map(); // upload id → row
  const list = new UploadList(document.querySelector("#uploads"));
  let busy = false;

  const input = zone.querySelector("input[type=file]");
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => event.relatedTarget || zone.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    add(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => event.clipboardData?.files.length && add(event.clipboardData.files));
  addEventListener("beforeunload", (event) => busy && event.preventDefault());

  function add(files) {
    for (const file of files) queue.push(list.add(file));
    if (!busy) work();
  }

  async function work() {
    busy = true;
    follow();
    for (let row; (row = queue.shift()); ) await send(row);
    busy = false;
  }

  async function send(row) {
    for (let attempt = 1; ; attempt++) {
      try {
        const upload = await sendFile(row.file, zone.dataset.album, (sent) => row.progress(sent));
        row.sent();
        rows.set(upload.id, row);
        settle(upload);
        return;
      } catch (refusal) {
        const again = [0, 429, 502, 503, 504].includes(refusal.status) && attempt < attemptsMax;
        if (!again) return row.fail(refusal.message);
        const seconds = refusal.retryAfterSeconds || 2 ** attempt;
        row.wait(seconds);
        await new Promise((done) => setTimeout(done, seconds * 1000));
      }
    }
  }

  let events;
  function follow() {
    if (events) return;
    events = new EventSource("/api/v1/uploads/events");
    events.addEventListener("upload", (event) => settle(JSON.parse(event.data)));
    // What happened while the stream was down is asked once it is up again.
    events.onopen = () => rows.forEach((row, id) => row.isOpen && call("GET", `/api/v1/uploads/${id}`).then(settle, () => row));
  }

  function settle(upload) {
    const row = rows.get(upload.id);
    if (!row || !row.isOpen) return;
    if (upload.state === "published") {
      row.publish(upload.duplicateOf);
      onPublished(upload.photoId ?? upload.duplicateOf);
    } else if (upload.state === "failed") {
      row.fail(wordsOf(upload.problem) ?? upload.problem?.detail ?? upload.problem?.title ?? upload.problem ?? say("notProcessed"));
    } else {
      row.process(upload.step, upload.queuePosition);
    }
  }
}

class UploadList {
  constructor(element) {
    this.element = element;
    this.rows = [];
    this.bar = element.querySelector(".total progress");
    this.text = element.querySelector(".total .text");
    this.live = element.querySelector("[aria-live]");
  }

  add(file) {
    this.element.classList.remove("hidden");
    const row = new UploadRow(file, () => this.refresh());
    this.rows.push(row);
    this.element.querySelector("ol").append(row.element);
    this.refresh();
    return row;
  }

  refresh() {
    const bytes = this.rows.reduce((sum, row) => sum + row.file.size, 0);
    const sent = this.rows.reduce((sum, row) => sum + row.sentBytes, 0);
    const done = this.rows.filter((row) => row.state === "published").length;
    const failed = this.rows.filter((row) => row.state === "failed").length;
    this.bar.value = bytes ? sent / bytes : 1;
    this.text.textContent = say(failed ? "totalFailed" : "total", done, this.rows.length, failed);
    if (done + failed === this.rows.length) this.live.textContent = this.text.textContent;
  }
}

class UploadRow {
  constructor(file, onChange) {
    this.file = file;
    this.onChange = onChange;
    this.sentBytes = 0;
    this.element = document.createElement("li");
    this.name = part("span", "name", file.name);
    this.bar = document.createElement("progress");
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.label = part("span", "state", say("waiting"));
    this.element.append(this.name, this.bar, this.label);
    this.change("waiting", say("waiting"));
  }

  get isOpen() {
    return this.state !== "published" && this.state !== "failed";
  }

  progress(sent) {
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

  process(step, position) {
    this.change("processing", position > 1 ? say("inLine", position) : say("processing") + (step ? `: ${step}` : ""));
  }

  publish(duplicateOf) {
    this.change("published", say(duplicateOf ? "duplicate" : "published"));
  }

  fail(why) {
    this.sentBytes = this.file.size;
    this.change("failed", say("failed"));
    this.element.append(part("span", "why", why));
  }

  change(state, text) {
    this.state = state;
    this.element.className = state;
    this.label.textContent = text;
    this.onChange();
  }
}

function part(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
