// The grid on the screen: every part of the line has its place and height, but only rows near the screen have elements.
import { renew } from "./line.js";
import { guess, justify } from "./rows.js";
import { placeholder } from "./thumbhash.js";
import { language } from "./words.js";

const monthName = new Intl.DateTimeFormat(language, { year: "numeric", month: "long", timeZone: "UTC" });

/** "2026-03" in words. */
export const nameOfMonth = (month) => monthName.format(new Date(`${month}-01T00:00:00Z`));

export class Grid {
  /**
   * @param {HTMLElement} root holds the server's parts @param {import("./line.js").Line} line
   * @param {{ viewer?: string, signal: AbortSignal, dress?: (cell: HTMLElement, photo: object) => void }} options
   */
  constructor(root, line, { viewer, signal, dress = () => {} }) {
    Object.assign(this, { root, line, viewer, dress });
    this.cells = new Map(); // photo id → its element, while it has one
    this.sections = new Map(); // part → { element, list, layout, top, height }
    this.template = document.querySelector("#cell").content.firstElementChild;
    for (const cell of root.querySelectorAll("li[data-photo]")) {
      this.cells.set(cell.dataset.id, cell);
      retry(cell);
    }
    this.served = [...root.querySelectorAll(".part")];
    root.classList.add("placed");
    new ResizeObserver(() => this.measure()).observe(root);
    for (const type of ["scroll", "resize"]) addEventListener(type, () => this.soon(), { passive: true, signal });
    signal.addEventListener("abort", () => cancelAnimationFrame(this.frame));
    root.addEventListener("keydown", (event) => this.walk(event), { signal });
    line.onChange = () => this.lay();
    this.measure();
  }

  measure() {
    const style = getComputedStyle(this.root);
    const width = this.root.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (!width || width === this.room?.width) return;
    this.room = { width, height: parseFloat(style.getPropertyValue("--row")), gap: parseFloat(style.getPropertyValue("--gap")), tall: parseFloat(style.getPropertyValue("--tall")) };
    for (const section of this.sections.values()) section.layout = null;
    this.lay();
  }

  /** Gives every part its height; what is on the screen stays where it is. */
  lay() {
    if (!this.room) return;
    const anchor = this.anchor();
    const parts = this.line.parts;
    const wanted = new Set(parts);
    for (const [part, section] of this.sections) {
      if (wanted.has(part)) continue;
      section.element.remove();
      this.sections.delete(part);
    }
    parts.forEach((part, index) => {
      const section = this.section(part, index);
      if (section.photos !== part.photos || section.count !== part.count || !section.layout) {
        section.photos = part.photos;
        section.count = part.count;
        const isWhole = parts[index + 1]?.month === part.month && this.line.isByMonth;
        section.layout = part.photos
          ? justify(part.photos.map((photo) => photo.thumbnail.width / photo.thumbnail.height || 1.5), { ...this.room, isWhole })
          : { rows: [], height: guess(part.count, part.ratio, this.room) };
        section.list.style.height = `${section.layout.height}px`;
        section.element.classList.toggle("unread", !part.photos);
        section.element.classList.toggle("hidden", part.count === 0);
      }
    });
    this.served.splice(0).forEach((element) => [...this.sections.values()].some((section) => section.element === element) || element.remove());
    this.keep(anchor);
    this.root.querySelector(".empty")?.classList.toggle("hidden", this.line.total > 0);
    this.draw();
  }

  section(part, index) {
    let section = this.sections.get(part);
    if (section) return section;
    const isFirstOfMonth = part.month && this.line.parts[index - 1]?.month !== part.month;
    const served = this.served.find((element) => !element.taken && (element.dataset.month ?? null) === (part.month ?? null));
    const element = served ?? document.createElement("section");
    element.taken = true;
    element.className = "part";
    if (part.month) element.dataset.month = part.month;
    let list = element.querySelector(".grid");
    if (!list) {
      list = document.createElement("ul");
      list.className = "grid";
      element.append(list);
      if (isFirstOfMonth) {
        const name = document.createElement("h2");
        name.textContent = nameOfMonth(part.month);
        element.prepend(name);
      }
    }
    const after = index > 0 ? this.sections.get(this.line.parts[index - 1]).element.nextSibling : this.root.firstChild;
    if (after !== element) this.root.insertBefore(element, after);
    section = { element, list, layout: null };
    this.sections.set(part, section);
    return section;
  }

  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  /** Elements for the rows near the screen, none for the others. */
  draw() {
    const wanted = this.near();
    const shown = new Set(wanted.map(({ photo }) => photo.id));
    for (const [id, cell] of this.cells) {
      if (shown.has(id)) continue;
      if (cell.contains(document.activeElement) && this.line.find(id)) cell.index = this.line.find(id).index;
      else {
        cell.remove();
        this.cells.delete(id);
      }
    }
    // Where everybody stands is known before anybody is put between others.
    for (const { photo, index } of wanted) if (this.cells.has(photo.id)) this.cells.get(photo.id).index = index;
    for (const one of wanted) this.put(one);
    if (this.line.next && this.root.getBoundingClientRect().bottom < 2 * innerHeight) this.line.more().catch(() => {});
  }

  /** The photos of rows that are less than a screen away; months there that were not read are wished for. */
  near() {
    const found = [];
    let place = 0;
    for (const part of this.line.parts) {
      const section = this.sections.get(part);
      const start = place;
      place += part.count;
      if (!section || !part.count) continue;
      const { top, bottom } = section.list.getBoundingClientRect();
      if (bottom < -innerHeight) continue;
      if (top > 2 * innerHeight) break;
      if (!part.photos) this.wish(part, section);
      for (const row of section.layout.rows) {
        if (top + row.top + row.height < -innerHeight || top + row.top > 2 * innerHeight) continue;
        for (let index = row.from; index < row.to; index++) found.push({ photo: part.photos[index], section, row, index, place: start + index + 1 });
      }
    }
    return found;
  }

  /** A month is read when the scrolling has come to rest near it. */
  wish(part, section) {
    clearTimeout(section.timer);
    section.timer = setTimeout(() => {
      const { top, bottom } = section.list.getBoundingClientRect();
      if (bottom > -innerHeight && top < 2 * innerHeight) this.line.read(part).catch(() => {});
    }, 90);
  }

  put({ photo, section, row, index, place }) {
    const cell = this.cells.get(photo.id) ?? this.make(photo);
    if (cell.photo !== photo) this.fill(cell, photo);
    const at = index - row.from;
    const box = `left:${row.lefts[at].toFixed(2)}px;top:${row.top.toFixed(2)}px;width:${row.widths[at].toFixed(2)}px;height:${row.height.toFixed(2)}px`;
    if (cell.box !== box) {
      cell.box = box;
      cell.style.cssText = box + (cell.shade ? `;background-image:${cell.shade}` : "");
      cell.image.sizes = `${Math.round(row.widths[at])}px`;
    }
    cell.ariaSetSize = this.line.next ? -1 : this.line.total;
    cell.ariaPosInSet = place;
    // In the order of reading, so that Tab and screen readers go as the eye does.
    cell.index = index;
    if (cell.parentNode !== section.list) {
      section.list.insertBefore(cell, [...section.list.children].find((other) => other.index > index) ?? null);
    }
  }

  make(photo) {
    const cell = this.template.cloneNode(true);
    cell.className = "new";
    cell.dataset.id = photo.id;
    retry(cell);
    this.cells.set(photo.id, cell);
    return cell;
  }

  /** Puts a photo's facts into its cell. Called again when they change. */
  fill(cell, photo) {
    cell.photo = photo;
    cell.image = cell.querySelector("img");
    cell.dataset.hd = photo.hd.url;
    const link = cell.querySelector("a");
    const href = `/${[photo.owner, photo.album, photo.id].map(encodeURIComponent).join("/")}`;
    if (link.getAttribute("href") !== href) link.href = href;
    const { image } = cell;
    image.alt = photo.title || photo.name;
    if (!cell.shade && photo.thumbHash) cell.shade = `url(${placeholder(photo.thumbHash)})`;
    if (!image.src) {
      image.width = photo.thumbnail.width;
      image.height = photo.thumbnail.height;
      image.srcset = photo.sources ?? sourcesOf(photo);
      image.src = photo.thumbnail.url;
    }
    if (!navigator.onLine) image.removeAttribute("srcset"); // what is kept for such times is the thumbnail
    cell.querySelector(".heart").classList.toggle("hidden", !photo.favourite);
    if (photo.favourite) cell.dataset.favourite = "1";
    else delete cell.dataset.favourite;
    cell.querySelector(".lock").classList.toggle("hidden", photo.visibility !== "private" || photo.owner !== this.viewer);
    this.dress(cell, photo);
  }

  /** A photo's facts have changed. */
  repaint(photo) {
    const cell = this.cells.get(photo.id);
    if (cell) this.fill(cell, photo);
  }

  /** Scrolls a photo into sight and gives its link the focus. */
  focus(photo) {
    const found = this.line.find(photo.id);
    if (!found) return;
    const section = this.sections.get(found.part);
    const row = section.layout.rows.find((one) => found.index >= one.from && found.index < one.to);
    const top = section.list.getBoundingClientRect().top + row.top;
    const bar = document.querySelector("header.site").offsetHeight;
    if (top < bar || top + row.height > innerHeight) scrollBy({ top: top - (innerHeight - row.height) / 2, behavior: "instant" });
    this.draw();
    this.cells.get(photo.id)?.querySelector("a").focus({ preventScroll: true });
  }

  /** Arrow keys walk the grid: sideways from photo to photo, up and down to what lies there. */
  async walk(event) {
    const cell = event.target.closest?.("li");
    if (!cell?.photo || event.target.closest("button") || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const line = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step && !line) return;
    event.preventDefault();
    const to = step ? await this.line.beside(cell.photo.id, step) : this.below(cell.photo, line);
    if (to) this.focus(to);
  }

  below(photo, step) {
    const { part, index } = this.line.find(photo.id);
    const { rows } = this.sections.get(part).layout;
    const at = rows.findIndex((row) => index >= row.from && index < row.to);
    const middle = rows[at].lefts[index - rows[at].from] + rows[at].widths[index - rows[at].from] / 2;
    const next = this.line.parts[this.line.parts.indexOf(part) + step];
    const within = rows[at + step];
    const row = within ?? this.sections.get(next)?.layout.rows.at(step > 0 ? 0 : -1);
    if (!row) return null;
    const under = row.lefts.findLastIndex((left) => left <= middle);
    return (within ? part : next).photos[row.from + Math.max(0, under)];
  }

  /** What stands in the middle of the screen, to be held there when heights above it change. */
  anchor() {
    const y = innerHeight * 0.4;
    if (scrollY === 0) return null;
    for (const section of this.sections.values()) {
      const { top, bottom, height } = section.element.getBoundingClientRect();
      if (bottom > y && height > 0) return top > 0 ? { section, share: 0, y: top } : { section, share: (y - top) / height, y };
    }
    return null;
  }

  keep(anchor) {
    if (!anchor?.section.element.isConnected) return;
    const { top, height } = anchor.section.element.getBoundingClientRect();
    const moved = top + anchor.share * height - anchor.y;
    if (Math.abs(moved) > 0.5) scrollBy({ top: moved, behavior: "instant" });
  }

  /** Where a part begins in the document. */
  topOf(part) {
    return this.sections.get(part).element.getBoundingClientRect().top + scrollY;
  }
}

/** A photo that was moved or published this moment may reach the edge a little later: its picture is asked for again. */
function retry(cell, triesLeft = 4) {
  const image = cell.querySelector("img");
  const again = async () => {
    const { photo } = cell;
    if (!photo || !image.isConnected || !navigator.onLine || !triesLeft--) return;
    await renew(photo);
    cell.dataset.hd = photo.hd.url;
    image.srcset = image.src = "";
    Object.assign(image, { srcset: photo.sources ?? sourcesOf(photo), src: photo.thumbnail.url });
  };
  image.addEventListener("error", () => setTimeout(again, 1500));
  if (image.getAttribute("src") && image.complete && !image.naturalWidth) setTimeout(again, 1500); // it failed before this ran
}

/** The sizes a browser may choose from by the box's width; WebP once all of them are made. The viewer's sizes are not the grid's. */
export function sourcesOf(photo) {
  const rungs = (photo.files ?? []).filter((file) => file.resolution === "thumbnail" || file.resolution === "small");
  const webp = rungs.filter((file) => file.type === "image/webp");
  const jpeg = rungs.filter((file) => file.type === "image/jpeg");
  const files = webp.length && webp.length === jpeg.length ? webp : jpeg.length ? jpeg : [photo.thumbnail];
  return files.map((file) => `${file.url} ${file.width}w`).join(", ");
}

/** Reads the photos that the server has put into the page. */
export function served(root) {
  return [...root.querySelectorAll("li[data-photo]")].map((cell) => {
    const image = cell.querySelector("img");
    const photo = JSON.parse(cell.dataset.photo);
    const [width, height] = ["width", "height"].map((name) => Number(image.getAttribute(name)));
    photo.thumbnail = { url: image.getAttribute("src"), width, height };
    photo.sources = image.getAttribute("srcset");
    return photo;
  });
}
