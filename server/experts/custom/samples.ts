/** Built-in inputs for unknown experts: pictures and captions that any useful expert distinguishes. */
import type { ConditionValue } from "../../engine/interfaces.ts";
import { asText, type ImageValue } from "../values.ts";

/** Side of the built-in pictures, the same as the default pack's images. */
const sizePx = 128;

/** Unpremultiplied colour and alpha at a position, x and y in [−1, 1]. */
type Painter = (x: number, y: number) => readonly [red: number, green: number, blue: number, alpha: number];

const painters: Readonly<Record<string, Painter>> = {
  "red square": () => [0.9, 0.1, 0.1, 1],
  "blue disc": (x, y) => [0.1, 0.2, 0.9, Math.hypot(x, y) < 0.7 ? 1 : 0],
  gradient: (x, y) => [(x + 1) / 2, (y + 1) / 2, 0.5, 1],
  stripes: (x) => (Math.floor(x * 8) % 2 === 0 ? [0.1, 0.6, 0.2, 1] : [1, 0.9, 0.2, 1]),
  ring: (x, y) => [0.2, 0.2, 0.2, Math.abs(Math.hypot(x, y) - 0.6) < 0.1 ? 1 : 0],
  "yellow corner": (x, y) => [1, 0.8, 0, x + y < -0.2 ? 1 : 0],
};

function paint(key: string, painter: Painter): ImageValue {
  const area = sizePx ** 2;
  const planes = new Float32Array(4 * area);
  for (let pixel = 0; pixel < area; pixel += 1) {
    const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)].map((at) => ((at + 0.5) / sizePx) * 2 - 1);
    const [red, green, blue, alpha] = painter(x!, y!);
    for (const [channel, value] of [red * alpha, green * alpha, blue * alpha, alpha].entries())
      planes[channel * area + pixel] = value;
  }
  return { kind: "image", planes, sizePx, key: `sample ${key}` };
}

export const sampleImages = (): ImageValue[] => Object.entries(painters).map(([key, painter]) => paint(key, painter));

/** Pairs have the same number of tokens in any word tokenizer, so that two can share a run. */
export const sampleTexts = (): ConditionValue[] =>
  ["red cat", "red dog", "a green apple", "a space rocket", "birthday cake with candles", "sad face"].map(asText);
