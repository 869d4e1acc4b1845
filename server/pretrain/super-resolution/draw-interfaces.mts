/**
 * Draws pairs of interfaces for the training of Φ: text in the machine's fonts, boxes, icons and lines, as SVG, once at the size of the
 * input and once at the factor, as screenshots of both sizes have them. Nothing was shrunk: the small picture has its own antialiasing.
 * Writes uint8 records [3, side, side] and [3, factor · side, factor · side], where factor · side is 192, to interfaces-<factor>.u8.
 *
 *   node --import tsx server/pretrain/super-resolution/draw-interfaces.mts --factor 4 [--count 4000] [--out DIR]
 */
import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { TrainingRandom } from "../../flow/random.ts";
import { rasterise } from "../../images/codec.ts";
import { writeFileAtomically } from "../../platform/files/atomic-file.ts";

const { values } = parseArgs({
  options: {
    factor: { type: "string", default: "4" },
    count: { type: "string", default: "4000" },
    out: { type: "string", default: fileURLToPath(new URL("../.cache/super-resolution", import.meta.url)) },
  },
});
const [factor, count, largePx] = [Number(values.factor), Number(values.count), 192];
const sidePx = largePx / factor;
/** Of this project's documents: prose, names, numbers, signs. */
const words = await wordsIn(fileURLToPath(new URL("../../../docs", import.meta.url)));
const families = [...new Set(execFileSync("fc-list", [":lang=en", "family"], { encoding: "utf8" }).split("\n"))]
  .map((line) => line.split(",")[0]!.trim())
  .filter((family) => family !== "" && !/symbol|emoji|icon|math/i.test(family))
  .sort();

/** One scene, the same at every scale. */
function sceneOf(random: TrainingRandom): string {
  const between = (least: number, most: number): number => least + (most - least) * random.uniform();
  const pick = <T,>(list: readonly T[]): T => list[random.below(list.length)]!;
  const isDark = random.uniform() < 0.4;
  const grey = (least: number, most: number): string => `rgb(${[0, 1, 2].map(() => Math.round(between(least, most)))})`;
  const paper = isDark ? grey(18, 50) : random.uniform() < 0.4 ? "#fff" : grey(225, 255);
  const colour = (): string =>
    random.uniform() < 0.5
      ? isDark
        ? grey(205, 255)
        : grey(0, 70)
      : `hsl(${random.below(360)},70%,${30 + random.below(40)}%)`;
  // Shapes of interfaces mostly begin at whole pixels.
  const place = (least: number, most: number): number =>
    random.uniform() < 0.6 ? Math.round(between(least, most)) : between(least, most);
  const parts: string[] = [];
  for (let shape = 1 + random.below(4); shape > 0; shape -= 1) {
    const [x, y, w, h] = [place(-10, sidePx), place(-10, sidePx), place(6, sidePx), place(4, sidePx / 2)];
    const look =
      random.uniform() < 0.6
        ? `fill="${colour()}"`
        : `fill="none" stroke="${colour()}" stroke-width="${pick([1, 1, 1.5, 2, 3])}"`;
    const kind = random.uniform();
    if (kind < 0.5)
      parts.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${pick([0, 2, 4, 6, 8])}" ${look}/>`);
    else if (kind < 0.7) parts.push(`<circle cx="${x}" cy="${y}" r="${place(3, 16)}" ${look}/>`);
    else
      parts.push(
        `<path d="M${x} ${y}L${place(0, sidePx)} ${place(0, sidePx)}L${place(0, sidePx)} ${place(0, sidePx)}" fill="none" stroke="${colour()}" stroke-width="${pick([1, 1, 2, 4])}"/>`,
      );
  }
  for (let top = between(4, 16); top < sidePx + 8; ) {
    const sizePx = Math.round(Math.exp(between(Math.log(7), Math.log(24))));
    const start = random.below(words.length - 8);
    const text = escapeXml(words.slice(start, start + 8).join(" "));
    parts.push(
      `<text x="${place(-20, 10)}" y="${Math.round(top)}" font-family="${pick(families)}" font-size="${sizePx}" font-weight="${pick([400, 400, 700])}" fill="${colour()}">${text}</text>`,
    );
    top += sizePx * between(1.1, 2.2);
  }
  return `<rect width="${sidePx}" height="${sidePx}" fill="${paper}"/>${parts.join("")}`;
}

async function wordsIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.flatMap((text) => text.split(/\s+/)).filter((word) => word !== "" && word.length < 24);
}

const escapeXml = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

async function drawScene(scene: string, scale: number): Promise<Uint8Array> {
  const side = sidePx * scale;
  const { rgba } = await rasterise(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 ${sidePx} ${sidePx}">${scene}</svg>`,
  );
  return Uint8Array.from(
    { length: 3 * side ** 2 },
    (_, at) => rgba[4 * (at % side ** 2) + Math.floor(at / side ** 2)]!,
  );
}

const records: Uint8Array[] = [];
for (let index = 0; index < count; index += 1) {
  const scene = sceneOf(new TrainingRandom(1, index, "rows"));
  records.push(await drawScene(scene, 1), await drawScene(scene, factor));
}
const path = join(values.out, `interfaces-${factor}.u8`);
await writeFileAtomically(path, Buffer.concat(records), 0o644);
console.log(`${path}: ${count} pairs, ${families.length} font families`);
