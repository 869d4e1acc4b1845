/**
 * Icons of one ink are ink or nothing, but at v = 0 a flow answers with the mean of what is possible: where it is undecided, a grey
 * smear. This decides such places by what is likelier, with edges left smooth: a gain on the log-odds of alpha, which moves all but one
 * half away from the middle. The mean has the smaller squared error and a decided picture the cleaner look (Blau & Michaeli 2018, arXiv
 * 1711.06077). It does nothing about what is drawn wrongly.
 */

/** Gain on log-odds: 1 changes nothing. At 1.7, alpha 0.3 becomes 0.19; from 4 on edges are stairs (docs/restyle.md). */
const inkGain = 1.7;
/** Pixels in the middle of a tint have this much alpha, and neighbours that are alike. */
const tint = { from: 0.08, to: 0.92, alike: 0.03 };
/** Share of what is drawn that may look like tint, as the ends of long soft edges do. */
const tintMost = 0.02;
/** Difference of a solid pixel's channel from the mean up to which it has the same colour, and the share of those that must. */
const [sameWithin, sameLeast] = [0.1, 0.98];
const solidFrom = 0.95;

/** @param planes premultiplied RGBA [4, pixels] in [0, 1] @returns new planes */
export function decideInk(planes: Float32Array): Float32Array {
  const count = planes.length / 4;
  const decided = new Float32Array(planes.length);
  for (let at = 0; at < count; at += 1) {
    const alpha = Math.min(1, Math.max(0, planes[3 * count + at]!));
    if (alpha === 0) continue;
    const [ink, nothing] = [alpha ** inkGain, (1 - alpha) ** inkGain];
    const factor = ink / (ink + nothing) / alpha;
    for (let channel = 0; channel < 4; channel += 1)
      decided[channel * count + at] = Math.min(1, planes[channel * count + at]! * factor);
  }
  return decided;
}

/** Whether drawings are all of one opaque colour, without tints: premultiplied RGBA [4, sizePx, sizePx] each. */
export function areOfOneInk(
  drawings: ReadonlyArray<{ readonly planes: Float32Array; readonly sizePx: number }>,
): boolean {
  const solid = [0, 1, 2].map((channel) => drawings.flatMap((drawing) => solidValues(drawing, channel)));
  const isOneColour = solid.every((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.filter((value) => Math.abs(value - mean) <= sameWithin).length >= sameLeast * values.length;
  });
  return solid[0]!.length > 0 && isOneColour && drawings.every((drawing) => tintShare(drawing) <= tintMost);
}

/** Straight values of a channel, 0 to 2, in opaque pixels. */
export function solidValues({ planes }: { readonly planes: Float32Array }, channel: number): number[] {
  const count = planes.length / 4;
  const values: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const alpha = planes[3 * count + at]!;
    if (alpha >= solidFrom) values.push(planes[channel * count + at]! / alpha);
  }
  return values;
}

/** Pixels inside of areas of one alpha that is neither nothing nor all, of those that are drawn. */
function tintShare({ planes, sizePx }: { readonly planes: Float32Array; readonly sizePx: number }): number {
  const alphas = planes.subarray(3 * sizePx ** 2);
  let [drawn, tinted] = [0, 0];
  for (const [at, alpha] of alphas.entries()) {
    if (alpha >= tint.from) drawn += 1;
    if (alpha < tint.from || alpha > tint.to) continue;
    const neighbours = [at - 1, at + 1, at - sizePx, at + sizePx].map((next) => alphas[next] ?? 0);
    if (neighbours.every((next) => Math.abs(next - alpha) <= tint.alike)) tinted += 1;
  }
  return drawn === 0 ? 0 : tinted / drawn;
}
