// The scrubber at the side of a long album: years as labels, a bubble with the month under the finger, keys for who has none.
import { nameOfMonth } from "./grid.js";
import { say } from "./words.js";

/** @param {import("./grid.js").Grid} grid @param {AbortSignal} signal */
export function startMonths(grid, signal) {
  const { line, root } = grid;
  const months = line.parts.filter((part, index) => part.month && part.month !== line.parts[index - 1]?.month);
  if (months.length < 2) return;
  const track = document.createElement("div");
  track.className = "months";
  Object.assign(track, { tabIndex: 0, role: "slider", ariaLabel: say("months"), ariaValueMin: "1", ariaValueMax: `${months.length}`, ariaOrientation: "vertical" });
  const here = mark("here");
  const bubble = mark("bubble");
  track.append(here, bubble);
  document.body.append(track);
  root.classList.add("has-months");
  grid.measure();
  let marks = [];
  let isDragged = false;
  let idle;

  function mark(name, text = "") {
    const element = document.createElement("span");
    element.className = name;
    element.textContent = text;
    return element;
  }

  const range = () => Math.max(1, document.documentElement.scrollHeight - innerHeight);
  const share = (part) => Math.min(1, Math.max(0, grid.topOf(part) - 80) / range());

  /** Labels where their year begins, as many as there is room for. */
  function label() {
    marks.forEach((element) => element.remove());
    marks = [];
    const height = track.clientHeight;
    let lastYear = null;
    let lastTop = -30;
    let lastDot = -8;
    for (const part of months) {
      const top = share(part) * height;
      const year = part.month.slice(0, 4);
      if (year !== lastYear && top - lastTop >= 22) {
        marks.push(mark("year", year));
        lastTop = lastDot = top;
        lastYear = year;
      } else if (top - lastDot >= 8 && top - lastTop >= 14) {
        marks.push(mark("dot"));
        lastDot = top;
      } else continue;
      marks.at(-1).style.top = `${top}px`;
    }
    track.prepend(...marks);
  }

  /** The month that is looked at: on top of the screen at the start, at its foot at the end, so that each can be reached. */
  function current() {
    let found = 0;
    const line = scrollY + 90 + (innerHeight - 90) * Math.min(1, scrollY / range());
    months.forEach((part, index) => grid.topOf(part) <= line && (found = index));
    return found;
  }

  function follow() {
    const at = current();
    here.style.top = bubble.style.top = `${Math.min(1, scrollY / range()) * track.clientHeight}px`;
    if (track.ariaValueNow !== `${at + 1}`) {
      track.ariaValueNow = `${at + 1}`;
      track.ariaValueText = bubble.textContent = nameOfMonth(months[at].month);
    }
    track.classList.add("moving");
    clearTimeout(idle);
    idle = setTimeout(() => track.classList.remove("moving"), 900);
  }

  function goTo(part) {
    scrollTo({ top: grid.topOf(part) - 80, behavior: "instant" });
  }

  function drag(event) {
    const box = track.getBoundingClientRect();
    const at = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    scrollTo({ top: at * range(), behavior: "instant" });
  }

  track.addEventListener("pointerdown", (event) => {
    isDragged = true;
    track.setPointerCapture(event.pointerId);
    track.classList.add("dragged");
    drag(event);
  });
  track.addEventListener("pointermove", (event) => isDragged && drag(event));
  for (const type of ["pointerup", "pointercancel"]) {
    track.addEventListener(type, () => {
      isDragged = false;
      track.classList.remove("dragged");
    });
  }
  track.addEventListener("keydown", (event) => {
    const at = current();
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - 12, PageDown: at + 12, Home: 0, End: months.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    goTo(months[Math.min(months.length - 1, Math.max(0, to))]);
  });
  addEventListener("scroll", follow, { passive: true, signal });
  new ResizeObserver(label).observe(root);
  signal.addEventListener("abort", () => track.remove());
  label();
  follow();
  track.classList.remove("moving");
}
