// Turns a ThumbHash (about 25 bytes: https://evanw.github.io/thumbhash/) into a small blurred picture.
// Layout: 24 bits of luma, chroma and alpha averages, 16 bits of scales and counts, then 4 bits per cosine factor.

/** @param {string} base64 @returns {string} address of a PNG-like data image, or "" when the hash is not one */
export function placeholder(base64) {
  if (!base64) return "";
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  if (bytes.length < 5) return "";
  const { width, height, pixels } = decode(bytes);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
  return canvas.toDataURL();
}

function decode(hash) {
  const low = hash[0] | (hash[1] << 8) | (hash[2] << 16);
  const high = hash[3] | (hash[4] << 8);
  const head = {
    l: (low & 63) / 63, p: ((low >> 6) & 63) / 31.5 - 1, q: ((low >> 12) & 63) / 31.5 - 1,
    lScale: ((low >> 18) & 31) / 31, hasAlpha: low >> 23 !== 0,
    pScale: ((high >> 3) & 63) / 63, qScale: ((high >> 9) & 63) / 63, landscape: high >> 15 !== 0,
  };
  const count = high & 7;
  const lx = Math.max(3, head.landscape ? (head.hasAlpha ? 5 : 7) : count);
  const ly = Math.max(3, head.landscape ? count : head.hasAlpha ? 5 : 7);
  const alpha = head.hasAlpha ? (hash[5] & 15) / 15 : 1;
  const alphaScale = (hash[5] >> 4) / 15;
  let nibble = head.hasAlpha ? 12 : 10;
  const channel = (nx, ny, scale) => {
    const factors = [];
    for (let y = 0; y < ny; y++) {
      for (let x = y ? 0 : 1; x * ny < nx * (ny - y); x++, nibble++) {
        factors.push((((hash[nibble >> 1] >> ((nibble & 1) << 2)) & 15) / 7.5 - 1) * scale);
      }
    }
    return factors;
  };
  const l = channel(lx, ly, head.lScale);
  const p = channel(3, 3, head.pScale * 1.25);
  const q = channel(3, 3, head.qScale * 1.25);
  const a = head.hasAlpha ? channel(5, 5, alphaScale) : [];
  const ratio = lx / ly;
  const width = Math.round(ratio > 1 ? 32 : 32 * ratio);
  const height = Math.round(ratio > 1 ? 32 / ratio : 32);
  const pixels = new Uint8ClampedArray(width * height * 4);
  const sum = (start, factors, fx, fy, nx, ny) => {
    let value = start;
    for (let y = 0, i = 0; y < ny; y++) {
      for (let x = y ? 0 : 1; x * ny < nx * (ny - y); x++, i++) value += factors[i] * fx[x] * fy[y] * 2;
    }
    return value;
  };
  for (let y = 0, at = 0; y < height; y++) {
    const fy = Array.from({ length: Math.max(ly, 5) }, (_, i) => Math.cos((Math.PI / height) * (y + 0.5) * i));
    for (let x = 0; x < width; x++, at += 4) {
      const fx = Array.from({ length: Math.max(lx, 5) }, (_, i) => Math.cos((Math.PI / width) * (x + 0.5) * i));
      const lum = sum(head.l, l, fx, fy, lx, ly);
      const cp = sum(head.p, p, fx, fy, 3, 3);
      const cq = sum(head.q, q, fx, fy, 3, 3);
      const blue = lum - (2 / 3) * cp;
      const red = (3 * lum - blue + cq) / 2;
      pixels[at] = 255 * red;
      pixels[at + 1] = 255 * (red - cq);
      pixels[at + 2] = 255 * blue;
      pixels[at + 3] = 255 * (head.hasAlpha ? sum(alpha, a, fx, fy, 5, 5) : 1);
    }
  }
  return { width, height, pixels };
}
