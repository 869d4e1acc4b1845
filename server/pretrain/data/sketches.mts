/**
 * Draws every rendered icon as a sketch: `node --import tsx server/pretrain/data/sketches.mts [--icons DIR]` (from the repository's
 * root) reads images.rgba of the icons, ../.cache/icons unless said otherwise, and writes sketches.u8 beside it, uint8 [row, 64, 64],
 * ink 0 to 255, by the server's own edgesOf.
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawingPx, edgesOf } from "../../experts/sketch/line-drawing.ts";

const sidePx = 128;
const pixels = sidePx * sidePx;
const cached = fileURLToPath(new URL("../.cache/icons", import.meta.url));
const { values } = parseArgs({ options: { icons: { type: "string", default: cached } } });
const [path, part] = [join(values.icons, "sketches.u8"), join(values.icons, "sketches.u8.part")];
const images = openSync(join(values.icons, "images.rgba"), "r");
const sketches = openSync(part, "w");
const rows = fstatSync(images).size / (4 * pixels);
const started = performance.now();
const bytes = new Uint8Array(4 * pixels);
const planes = new Float32Array(4 * pixels);
const sketch = new Uint8Array(drawingPx * drawingPx);
let empty = 0;
for (let row = 0; row < rows; row += 1) {
  readSync(images, bytes, 0, bytes.length, row * bytes.length);
  for (let at = 0; at < bytes.length; at += 1) planes[(at % 4) * pixels + (at >> 2)] = bytes[at]! / 255;
  const ink = edgesOf(planes, sidePx);
  if (ink.every((value) => value === 0)) empty += 1;
  for (const [at, value] of ink.entries()) sketch[at] = Math.round(255 * value);
  writeSync(sketches, sketch, 0, sketch.length, row * sketch.length);
}
closeSync(sketches);
renameSync(part, path);
console.log({ rows, empty, millisecondsPerRow: (performance.now() - started) / rows });
