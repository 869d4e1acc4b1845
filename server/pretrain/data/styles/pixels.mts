/** Small work on rendered pixels, uint8 RGBA: colour multiplied by alpha, half the size, and whether there is anything to see. */

/** Multiplies colour by alpha, in place. */
export function premultiply(pixels: Uint8Array): void {
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3]!;
    if (alpha === 255) continue;
    for (let channel = at; channel < at + 3; channel += 1)
      pixels[channel] = Math.round((pixels[channel]! * alpha) / 255);
  }
}

/** Mean of every 2×2 pixels of a square picture with colour multiplied by alpha. @param sidePx of the input */
export function halvePixels(pixels: Uint8Array, sidePx: number): Uint8Array {
  const half = sidePx / 2;
  const out = new Uint8Array(4 * half * half);
  const line = 4 * sidePx;
  for (let y = 0; y < half; y += 1)
    for (let x = 0; x < half; x += 1)
      for (let channel = 0; channel < 4; channel += 1) {
        const from = 2 * y * line + 8 * x + channel;
        const sum = pixels[from]! + pixels[from + 4]! + pixels[from + line]! + pixels[from + line + 4]!;
        out[4 * (y * half + x) + channel] = (sum + 2) >> 2;
      }
  return out;
}

const fewestPixels = 60;

/** Says what is wrong with a picture: nothing on it, or one colour all over. */
export function inspectPixels(pixels: Uint8Array): string | undefined {
  let covered = 0;
  let differs = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at + 3]! > 16) covered += 1;
    const middle = 4 * ((pixels.length / 8) | 0);
    for (let channel = 0; channel < 4; channel += 1)
      if (Math.abs(pixels[at + channel]! - pixels[middle + channel]!) > 24) {
        differs += 1;
        break;
      }
  }
  if (covered < fewestPixels) return "almost empty picture";
  return differs < fewestPixels ? "one colour all over" : undefined;
}
