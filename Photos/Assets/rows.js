// Justified rows, as the browser's own flex layout makes them: a row takes photos while they fit at the wished height, then
// all of it grows to the full width. Pure: no document, no clock.

/**
 * @param {number[]} ratios width / height of each photo
 * @param {{ width: number, height: number, gap: number, tall?: number, isWhole?: boolean }} room `tall`: how much higher than wished a row may be; `isWhole`: the last row is filled too
 * @returns {{ rows: { top: number, height: number, from: number, to: number, lefts: number[], widths: number[] }[], height: number }}
 */
export function justify(ratios, { width, height, gap, tall: tallest = 1.6, isWhole = false }) {
  const rows = [];
  let top = 0;
  for (let from = 0; from < ratios.length; ) {
    let sum = ratios[from];
    let to = from + 1;
    while (to < ratios.length && (sum + ratios[to]) * height + (to - from) * gap <= width) sum += ratios[to++];
    const isLast = to === ratios.length && !isWhole;
    const full = (width - (to - from - 1) * gap) / sum;
    // The last row is not stretched, and no row becomes a wall.
    const tall = Math.min(isLast ? Math.min(full, height) : full, height * tallest);
    const lefts = [];
    const widths = [];
    let left = 0;
    for (let i = from; i < to; i++) {
      const wide = Math.min(ratios[i] * tall, width);
      lefts.push(left);
      widths.push(wide);
      left += wide + gap;
    }
    rows.push({ top, height: tall, from, to, lefts, widths });
    top += tall + gap;
    from = to;
  }
  return { rows, height: Math.max(0, top - gap) };
}

/** How high photos will stand of whom only the number and the sum of ratios is known. */
export function guess(count, ratios, { width, height, gap }) {
  if (!count) return 0;
  const rows = Math.max(1, Math.round(((ratios || count * 1.5) * height + count * gap) / width));
  return rows * (height * 1.08 + gap) - gap;
}
