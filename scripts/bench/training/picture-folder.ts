/**
 * A generated folder of captioned PNG files like those that users train on: flat scenes of a few shapes on transparency, drawn
 * at each size separately, so that edges are as sharp as an icon's. No two are alike.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toStraightRgba } from "../../../server/engine/pixels/pixels.ts";
import { TrainingRandom } from "../../../server/flow/random.ts";
import { encodePng, renderSvg } from "../../../server/images/codec.ts";

const sizesPx = [128, 192, 256, 384, 512];
const words = "red,blue,small,old,round,bright,apple,rocket,house,cat,tree,lamp,boat,flower,robot,key,moon,cake".split(
  ",",
);

/** @param sizes sides of the images, taking turns */
export async function writePictureFolder(folder: string, count: number, seed: number, sizes = sizesPx): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < count; index += 1) {
    const random = new TrainingRandom(seed, index, "captions");
    const sizePx = sizes[index % sizes.length]!;
    const { rgba } = toStraightRgba(await renderSvg(sceneSvg(seed, index), sizePx), sizePx);
    const caption = Array.from({ length: 2 + random.below(3) }, () => words[random.below(words.length)]!).join(" ");
    await writeFile(join(folder, `${caption} ${index}.png`), await encodePng(rgba, sizePx, sizePx));
  }
}

/** Four to twelve shapes, some filled, some lines, in a few colours. */
export function sceneSvg(seed: number, index: number): string {
  const random = new TrainingRandom(seed, index, "evaluation");
  const at = (from: number, to: number): string => (from + (to - from) * random.uniform()).toFixed(1);
  const colour = (): string => `#${(random.uint32() & 0xffffff).toString(16).padStart(6, "0")}`;
  const colours = Array.from({ length: 4 }, colour);
  const shapes = Array.from({ length: 4 + random.below(9) }, () => {
    const paint =
      random.below(4) === 0
        ? `fill="none" stroke="${colours[random.below(4)]}" stroke-width="${at(2, 8)}"`
        : `fill="${colours[random.below(4)]}"`;
    if (random.below(2) === 0)
      return `<ellipse cx="${at(20, 108)}" cy="${at(20, 108)}" rx="${at(5, 40)}" ry="${at(5, 40)}" ${paint}/>`;
    const points = Array.from({ length: 3 + random.below(3) }, () => `${at(4, 124)},${at(4, 124)}`).join(" ");
    return `<polygon points="${points}" ${paint}/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128">${shapes.join("")}</svg>`;
}
