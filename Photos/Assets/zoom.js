// Looking closer: wheel, pinch, double tap and keys zoom about the point that was meant; a finger pans what is zoomed and
// swipes what is not.

const largest = 8;

/**
 * @param {HTMLElement} stage @param {HTMLImageElement} image fills the stage
 * @param {{ onSwipe: (step: number) => void, onDown: () => void, onTap: () => void, signal: AbortSignal }} options
 */
export function startZoom(stage, image, { onSwipe, onDown, onTap, signal }) {
  const pointers = new Map();
  let scale = 1;
  let x = 0;
  let y = 0;
  let start = null;
  let lastTap = 0;

  function paint() {
    const box = stage.getBoundingClientRect();
    x = Math.min(0, Math.max(box.width * (1 - scale), x));
    y = Math.min(0, Math.max(box.height * (1 - scale), y));
    image.style.transform = scale === 1 ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
    stage.classList.toggle("zoomed", scale > 1);
  }

  /** Zooms so that the point under the finger stays under it. */
  function zoomTo(wanted, clientX, clientY) {
    const box = stage.getBoundingClientRect();
    const next = Math.min(largest, Math.max(1, wanted));
    const [px, py] = [clientX - box.left, clientY - box.top];
    x = px - ((px - x) / scale) * next;
    y = py - ((py - y) / scale) * next;
    scale = next;
    paint();
  }

  function reset() {
    scale = 1;
    x = y = 0;
    image.style.translate = "";
    paint();
  }

  const middle = () => {
    const [a, b] = [...pointers.values()];
    return { x: (a.clientX + b.clientX) / 2, y: (a.clientY + b.clientY) / 2, apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) };
  };

  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomTo(scale * Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), event.clientX, event.clientY);
  }, { passive: false, signal });

  stage.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button") || event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event);
    start = pointers.size === 2 ? { ...middle(), scale } : { x: event.clientX, y: event.clientY, fromX: x, fromY: y, atMs: event.timeStamp };
  }, { signal });

  stage.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId) || !start) return;
    pointers.set(event.pointerId, event);
    if (pointers.size === 2 && start.apart) {
      const now = middle();
      zoomTo((start.scale * now.apart) / start.apart, now.x, now.y);
    } else if (pointers.size === 1 && scale > 1) {
      x = start.fromX + event.clientX - start.x;
      y = start.fromY + event.clientY - start.y;
      paint();
    } else if (pointers.size === 1 && event.pointerType !== "mouse") {
      image.style.translate = `${event.clientX - start.x}px ${Math.max(0, event.clientY - start.y)}px`;
    }
  }, { signal });

  function release(event) {
    if (!pointers.delete(event.pointerId) || !start) return;
    image.style.translate = "";
    const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
    const isTap = Math.hypot(dx, dy) < 8 && event.timeStamp - start.atMs < 350;
    if (event.type === "pointercancel" || pointers.size > 0 || start.apart) {
      const [rest] = pointers.values();
      start = rest ? { x: rest.clientX, y: rest.clientY, fromX: x, fromY: y, atMs: 0 } : null;
    } else if (isTap) {
      if (event.timeStamp - lastTap < 320) zoomTo(scale > 1 ? 1 : 2.5, event.clientX, event.clientY);
      else onTap(event.pointerType);
      lastTap = event.timeStamp;
    } else if (scale === 1 && Math.abs(dx) > 60 && Math.abs(dx) > Math.abs(dy)) onSwipe(dx > 0 ? -1 : 1);
    else if (scale === 1 && dy > 120) onDown();
  }
  for (const type of ["pointerup", "pointercancel"]) stage.addEventListener(type, release, { signal });

  const center = () => {
    const box = stage.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  return { reset, by: (factor) => zoomTo(scale * factor, ...center()), isZoomed: () => scale > 1 };
}
