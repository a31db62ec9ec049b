// The photos of a page as one line of parts. A long album's parts are its months, read when they come near; any other list is
// one part that grows at its end (and, around one photo, at its start).
import { call } from "./server.js";

/** @typedef {{ id: string, thumbnail: { url: string, width: number, height: number }, hd: { url: string } }} Photo */

export const isReady = (photo) => Boolean(photo.thumbnail && photo.hd);

/**
 * Asks for a photo's addresses anew. Those of a page end with its token, or when the photo is moved or shown to others: then a
 * purge refuses every token that was made in the same second or before.
 */
export async function renew(photo) {
  const fresh = await call("GET", `/api/v1/photos/${photo.id}`).catch(() => null); // not to be had through a link: then as they are
  if (fresh && isReady(fresh)) Object.assign(photo, { thumbnail: fresh.thumbnail, hd: fresh.hd, files: fresh.files, sources: null });
}

export class Line {
  /** @param {string} list address of the API's list @param {Photo[]} photos the first ones @param {{ next?: string, previous?: string }} ends */
  constructor(list, photos, { next = null, previous = null } = {}) {
    this.list = list;
    this.next = next;
    this.previous = previous;
    this.version = null;
    this.isByMonth = false;
    this.parts = [{ month: null, photos, count: photos.length }];
    this.onChange = () => {};
  }

  get total() {
    return this.parts.reduce((sum, part) => sum + part.count, 0);
  }

  address(query) {
    const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value != null)).toString();
    return text ? `${this.list}${this.list.includes("?") ? "&" : "?"}${text}` : this.list;
  }

  /** Turns to months, as the server counts them. What is known of the first part stays until it is read whole. */
  async readMonths(address) {
    const { version, parts } = await call("GET", address);
    if (!parts.length) return;
    const known = new Map(this.photos().map((photo) => [photo.id, photo]));
    this.version = version;
    this.isByMonth = true;
    this.next = null;
    this.parts = parts.map((part) => ({ ...part, photos: null }));
    await this.read(this.parts[0], known);
    this.onChange();
  }

  /** Reads a part of months. Who asks twice waits for one answer. */
  read(part, known = new Map()) {
    if (part.photos) return Promise.resolve();
    part.reading ??= this.fetchPart(part, known).finally(() => (part.reading = null));
    return part.reading;
  }

  async fetchPart(part, known) {
    const before = this.parts[this.parts.indexOf(part) - 1];
    const photos = [];
    let after = before?.last ?? null;
    // A page may be short where photos were taken away meanwhile: the part's ends say when it is whole.
    for (;;) {
      const page = await call("GET", this.address({ after, limit: part.count - photos.length || 1, version: this.version }));
      const inside = page.items.filter((photo) => photo.id <= part.first && photo.id >= part.last && isReady(photo));
      photos.push(...inside.map((photo) => Object.assign(known.get(photo.id) ?? photo, photo)));
      after = page.next;
      if (!after || after <= part.last || photos.length >= part.count || !inside.length) break;
    }
    part.photos = photos;
    part.count = photos.length;
    this.onChange();
  }

  /** Adds the next page of a list that is not by month. @returns {Promise<boolean>} whether there was one */
  async more() {
    if (!this.next) return false;
    this.growing ??= (async () => {
      const page = await call("GET", this.address({ after: this.next }));
      const part = this.parts.at(-1);
      const shown = new Set(part.photos.map((photo) => photo.id));
      part.photos.push(...page.items.filter((photo) => isReady(photo) && !shown.has(photo.id)));
      part.count = part.photos.length;
      this.next = page.next ?? null;
      this.onChange();
    })().finally(() => (this.growing = null));
    await this.growing;
    return true;
  }

  async earlier() {
    if (!this.previous) return false;
    const page = await call("GET", this.address({ before: this.previous, limit: 50 }));
    const part = this.parts[0];
    part.photos.unshift(...page.items.filter(isReady));
    part.count = part.photos.length;
    this.previous = page.previous ?? null;
    this.onChange();
    return true;
  }

  /** Photos published meanwhile stand first. */
  async readNew() {
    const page = await call("GET", this.address({}));
    const part = this.parts[0];
    await this.read(part);
    const shown = new Set(this.photos().map((photo) => photo.id));
    const fresh = page.items.filter((photo) => isReady(photo) && !shown.has(photo.id));
    if (!fresh.length) return;
    part.photos.unshift(...fresh);
    part.count = part.photos.length;
    if (part.first && part.first < fresh[0].id) part.first = fresh[0].id;
    this.onChange();
  }

  /** All photos that have been read, in order. */
  photos() {
    return this.parts.flatMap((part) => part.photos ?? []);
  }

  /** @returns {{ part: object, index: number } | null} */
  find(id) {
    for (const part of this.parts) {
      const index = part.photos?.findIndex((photo) => photo.id === id) ?? -1;
      if (index >= 0) return { part, index };
    }
    return null;
  }

  /** Place of a photo among all, from 1. */
  placeOf(id) {
    let before = 0;
    for (const part of this.parts) {
      const index = part.photos?.findIndex((photo) => photo.id === id) ?? -1;
      if (index >= 0) return before + index + 1;
      before += part.count;
    }
    return 0;
  }

  /** The photo beside another, read when it is not there yet; null at an end. */
  async beside(id, step) {
    const found = this.find(id);
    if (!found) return null;
    const near = found.part.photos[found.index + step];
    if (near) return near;
    for (let at = this.parts.indexOf(found.part) + step; this.parts[at]; at += step) {
      await this.read(this.parts[at]);
      const photo = this.parts[at].photos.at(step > 0 ? 0 : -1);
      if (photo) return photo;
    }
    if (step > 0 ? await this.more() : await this.earlier()) return this.beside(id, step);
    return null;
  }

  /** The photo beside another if it has been read. */
  besideNow(id, step) {
    const found = this.find(id);
    if (!found) return null;
    return found.part.photos[found.index + step] ?? this.parts[this.parts.indexOf(found.part) + step]?.photos?.at(step > 0 ? 0 : -1) ?? null;
  }

  remove(ids) {
    const gone = new Set(ids);
    for (const part of this.parts) {
      if (!part.photos) continue;
      part.photos = part.photos.filter((photo) => !gone.has(photo.id));
      part.count = part.photos.length;
    }
    this.onChange();
  }
}
