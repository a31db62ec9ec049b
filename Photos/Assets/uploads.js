// Drop, paste or pick files, anywhere: they are sent one after the other, and each one's way is shown until it is published.
// One queue for as long as the document lives; pages come and go below it.
import { chooseAlbum } from "./choose.js";
import { Tray } from "./tray.js";
import { sendFile } from "./send.js";
import { call, wordsOf } from "./server.js";
import { say } from "./words.js";

const attemptsMax = 5;
const pictures = /\.(jpe?g|png|webp|avif|gif|heic|heif|tiff?)$/i;

/** @param {string} viewer who is signed in */
export function startUploads(viewer) {
  const queue = [];
  const rows = new Map(); // upload id → row
  const watchers = new Set();
  const tray = new Tray(document.querySelector("#uploads"), { pause, dismiss, retry, cancel });
  let album = null; // of the page that is shown, if photos may be put there
  let isPaused = false;
  let running = null; // { row, stop }
  let wake = null;

  const isBusy = () => tray.rows.some((row) => row.isOpen);

  /** The page has changed: its album is where files go, its buttons are the ones to listen to. */
  function aim(main) {
    album = main.querySelector("#target")?.dataset.album ?? null;
    for (const input of main.querySelectorAll("#files, #folder")) {
      input.addEventListener("change", () => {
        add([...input.files]);
        input.value = "";
      });
    }
    main.querySelector("[data-do=folder]")?.addEventListener("click", () => main.querySelector("#folder").click());
  }

  async function add(files) {
    // A folder holds more than photos; a file that was named by hand is judged by the server.
    const chosen = files.filter((file) => !file.webkitRelativePath || pictures.test(file.name));
    if (!chosen.length) return;
    const to = album ?? (await chooseAlbum());
    if (!to) return;
    for (const file of chosen) queue.push(tray.add(file, to));
    tray.show();
    if (!running) work();
  }

  async function work() {
    follow();
    for (;;) {
      if (isPaused) return;
      const row = queue.shift();
      if (!row) return;
      if (row.state === "cancelled") continue;
      running = { row, stop: new AbortController() };
      await send(row, running.stop.signal);
      running = null;
    }
  }

  async function send(row, signal) {
    for (let attempt = 1; ; attempt++) {
      try {
        const upload = await sendFile(row.file, row.album, { onProgress: (sent) => row.progress(sent), signal });
        row.sent();
        rows.set(upload.id, row);
        settle(upload);
        return;
      } catch (refusal) {
        if (refusal.name === "AbortError") {
          if (row.state !== "cancelled") queue.unshift(row.pause());
          return;
        }
        const again = [0, 429, 502, 503, 504].includes(refusal.status) && attempt < attemptsMax;
        if (!again) return row.fail(refusal.message);
        const seconds = refusal.retryAfterSeconds || 2 ** attempt;
        row.wait(seconds);
        await pauseFor(seconds * 1000, signal);
        if (signal.aborted) {
          if (row.state !== "cancelled") queue.unshift(row.pause());
          return;
        }
      }
    }
  }

  /** Waits, but not once the connection is back or somebody has stopped it. */
  const pauseFor = (ms, signal) => new Promise((done) => {
    const timer = setTimeout(done, ms);
    wake = () => (clearTimeout(timer), done());
    signal.addEventListener("abort", wake, { once: true });
  });
  addEventListener("online", () => wake?.());

  function pause(isOn) {
    isPaused = isOn;
    if (isOn) running?.stop.abort();
    else if (!running) work();
  }

  function cancel(row) {
    row.cancel();
    if (running?.row === row) running.stop.abort();
    const at = queue.indexOf(row);
    if (at >= 0) queue.splice(at, 1);
  }

  function retry(row) {
    row.again();
    queue.push(row);
    if (!running && !isPaused) work();
  }

  function dismiss() {
    for (const row of tray.rows) if (row.state === "waiting" || row.state === "sending" || row.state === "paused") cancel(row);
    isPaused = false;
    tray.clear();
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
      for (const watch of watchers) watch(row.album, upload.photoId ?? upload.duplicateOf);
    } else if (upload.state === "failed") {
      row.fail(wordsOf(upload.problem) ?? upload.problem?.detail ?? upload.problem?.title ?? upload.problem ?? say("notProcessed"));
    } else {
      row.process(upload.step, upload.queuePosition);
    }
  }

  startDropping(add);
  addEventListener("beforeunload", (event) => tray.rows.some((row) => row.isUnsent) && event.preventDefault());
  return {
    aim, isBusy,
    onPublished(watch, signal) {
      watchers.add(watch);
      signal.addEventListener("abort", () => watchers.delete(watch));
    },
    viewer,
  };
}

/** Files over the page, anywhere; folders are walked; a picture in the clipboard is a file too. */
function startDropping(add) {
  let veil = null;
  const template = document.querySelector("#veil").content.firstElementChild;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files") && !document.querySelector("dialog[open]");
  const lift = () => {
    veil?.remove();
    veil = null;
  };
  for (const type of ["dragenter", "dragover"]) {
    document.addEventListener(type, (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (!veil) document.body.append((veil = template.cloneNode(true)));
    });
  }
  document.addEventListener("dragleave", (event) => event.relatedTarget || lift());
  document.addEventListener("drop", async (event) => {
    lift();
    if (!hasFiles(event)) return;
    event.preventDefault();
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const dropped = [...event.dataTransfer.files];
    add(entries.some((entry) => entry.isDirectory) ? (await Promise.all(entries.map(filesOf))).flat() : dropped);
  });
  document.addEventListener("paste", (event) => {
    if (event.target.matches?.("input, textarea") || !event.clipboardData?.files.length) return;
    add([...event.clipboardData.files]);
  });
}

async function filesOf(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return pictures.test(file.name) ? [file] : [];
  }
  const reader = entry.createReader();
  const found = [];
  // A directory is read in portions until one is empty.
  for (let some; (some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))).length; ) found.push(...some);
  return (await Promise.all(found.map(filesOf))).flat();
}
