/**
 * Colour words measured from pixels, and hue rotation. Works on premultiplied RGBA bytes; knows nothing of names or captions.
 */

/** The twelve words a caption may use, one meaning each. */
export const COLOUR_WORDS = [
  "red",
  "orange",
  "yellow",
  "green",
  "blue",
  "purple",
  "pink",
  "brown",
  "black",
  "white",
  "grey",
  "teal",
];

/** Colour words that a hue rotation changes. */
export const HUED_WORDS = new Set(["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "teal"]);

/**
 * Names one colour.
 * @param {number} r 0 to 1, straight (not premultiplied)
 * @param {number} g
 * @param {number} b
 * @returns {string | undefined} Undefined for pale skin-like tones, which no word of the twelve fits.
 */
export function nameColour(r, g, b) {
  const max = Math.max(r, g, b);
  const chroma = max - Math.min(r, g, b);
  if (max < 0.2) return "black";
  const saturation = chroma / max;
  if (saturation < 0.16 || chroma < 0.09) return max > 0.9 ? "white" : max < 0.28 ? "black" : "grey";
  const sector = max === r ? ((g - b) / chroma + 6) % 6 : max === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
  const hue = sector * 60;
  if (hue >= 8 && hue < 46 && max < 0.78) return saturation > 0.2 ? "brown" : "grey";
  if (hue >= 10 && hue < 46 && saturation < 0.5) return undefined;
  if (hue < 17 || hue >= 344) return saturation < 0.45 && max > 0.8 ? "pink" : "red";
  if (hue < 36) return "orange";
  if (hue < 68) return "yellow";
  if (hue < 164) return "green";
  if (hue < 190) return "teal";
  if (hue < 254) return saturation < 0.3 && max < 0.7 ? "grey" : "blue";
  if (hue < 292) return "purple";
  return "pink";
}

/**
 * Measures the words for the one or two colours that cover most of an icon.
 * @param {Uint8Array} pixels Premultiplied RGBA, rows of pixels.
 * @returns {{ colours: string[], meanChroma: number }} Words by falling share; the mean chroma (0 to 1) of covered pixels.
 */
export function measureColours(pixels) {
  /** @type {Map<string, number>} */
  const shares = new Map();
  let covered = 0;
  let chromaSum = 0;
  for (let at = 0; at < pixels.length; at += 8) {
    const alpha = pixels[at + 3] ?? 0;
    if (alpha < 128) continue;
    const r = (pixels[at] ?? 0) / alpha;
    const g = (pixels[at + 1] ?? 0) / alpha;
    const b = (pixels[at + 2] ?? 0) / alpha;
    covered += 1;
    chromaSum += Math.max(r, g, b) - Math.min(r, g, b);
    const word = nameColour(r, g, b);
    if (word) shares.set(word, (shares.get(word) ?? 0) + 1);
  }
  const ranked = [...shares].sort((a, b) => b[1] - a[1]);
  const colours = ranked
    .filter(([, n], rank) => n / covered > (rank === 0 ? 0.15 : 0.24))
    .slice(0, 2)
    .map(([word]) => word);
  return { colours, meanChroma: covered ? chromaSum / covered : 0 };
}

/**
 * Turns every hue by an angle, keeping HSV saturation and value. Exact on premultiplied colour, since HSV hue ignores scale.
 * @param {Uint8Array} source Premultiplied RGBA.
 * @param {Uint8Array} target Same length, overwritten.
 * @param {number} degrees
 */
export function rotateHue(source, target, degrees) {
  for (let at = 0; at < source.length; at += 4) {
    const r = source[at] ?? 0;
    const g = source[at + 1] ?? 0;
    const b = source[at + 2] ?? 0;
    const max = Math.max(r, g, b);
    const chroma = max - Math.min(r, g, b);
    target[at + 3] = source[at + 3] ?? 0;
    if (chroma === 0) {
      target[at] = target[at + 1] = target[at + 2] = max;
      continue;
    }
    const sector = max === r ? ((g - b) / chroma + 6) % 6 : max === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
    const turned = (sector + degrees / 60) % 6;
    for (let channel = 0; channel < 3; channel += 1) {
      const k = ([5, 3, 1][channel] + turned) % 6;
      target[at + channel] = Math.round(max - chroma * Math.max(0, Math.min(k, 4 - k, 1)));
    }
  }
}
