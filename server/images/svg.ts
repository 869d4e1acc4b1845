/**
 * Allows only plain SVG: strokes and shapes. It lists what is allowed, not what is dangerous, so scripts, foreign content,
 * references to elsewhere, entities and elements that multiply work (pattern, filter) are excluded; what `use` repeats counts
 * as often as it is drawn. Element names: SVG 2, chapters 5, 9, 10, 14 and 15.
 */
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { blursOf, sharpSvg } from "../../shared/vectors/vector-svg.ts";
import { usualInk } from "../engine/pixels/usual-ink.ts";
import { type Refuse, withUses } from "./svg-uses.ts";

/** Blurred paths of a drawing at most. */
const blursMost = 4;

const drawn = [
  ...["svg", "g", "path", "line", "polyline", "polygon", "rect", "circle", "ellipse", "title", "desc"],
  // Frames of drawing programs contain clips, masks, gradients, and shapes that are drawn elsewhere.
  ...["defs", "clipPath", "mask", "linearGradient", "radialGradient", "stop", "use", "symbol"],
];

/** An SVG with an ink of its own where it says `currentColor`. */
export const inUsualInk = (text: string): string => text.replace(/currentColor/gi, usualInk);

/** @throws AppError image_rejected naming the first thing that is not allowed */
export function requirePlainSvg(text: string, field: string): void {
  const refuse: Refuse = (expected, received) =>
    new AppError("image_rejected", `${field}: expected ${expected}, got ${received}`, { field, expected, received });
  if (text.length > limits.svgMaxChars)
    throw refuse(`an SVG of at most ${limits.svgMaxChars} characters`, `${text.length}`);
  // One pass over the text; a pattern that looks for each comment's end would take quadratic time.
  const [start = "", ...commented] = text.split("<!--");
  const rest = commented.map((part) => {
    const end = part.indexOf("-->");
    if (end < 0) throw refuse("comments that end", "one that does not");
    return part.slice(end + "-->".length);
  });
  const whole = [start, ...rest].join("").replace(/^\s*<\?xml\s[^<>]*\?>/, "");
  // Shadows of Tau's own drawings are blurred: few, and each is drawn once.
  const hasFewBlurs =
    blursOf(whole).size <= blursMost && whole.split(" filter=").length - 1 <= blursMost && !whole.includes("<use");
  const written = hasFewBlurs ? sharpSvg(whole) : whole;
  const declared = /<[!?]\s*([A-Za-z[]*)/.exec(written);
  if (declared) throw refuse("an SVG without declarations", `<${declared[0].slice(1)}`);
  if (!/^\s*<svg[\s>]/.test(written)) throw refuse("an SVG document that begins with <svg>", "something else");
  for (const [, name] of written.matchAll(/<\/?\s*([^\s/>]+)/g))
    if (!drawn.includes(name!)) throw refuse(`only ${drawn.join(", ")}`, `<${name!.slice(0, 40)}>`);
  const body = withUses(written, refuse);
  const entity = /&(?!(amp|lt|gt|quot|apos);)[^;\s]{0,20};?/.exec(body);
  if (entity) throw refuse("no entities but amp, lt, gt, quot, apos", entity[0]);
  const handler = /\son[a-z]+\s*=/i.exec(body);
  if (handler) throw refuse("an SVG without scripts", handler[0].trim());
  // Escapes and comments could hide names from the patterns here; plain drawings have none.
  if (body.includes("\\")) throw refuse("an SVG without backslashes", "one");
  if (body.includes("/*")) throw refuse("an SVG without comments in styles", "/*");
  requireCheapCuts(body, refuse);
  requireFewDashes(body, refuse);
  const filter = /[\s"';]filter\s*[=:]/i.exec(body);
  if (filter) throw refuse("an SVG without filters", filter[0].trim());
  for (const [whole, target] of body.matchAll(/(?:href\s*=\s*["']|url\(["']?)([^"')]*)/gi))
    if (!target!.trim().startsWith("#")) throw refuse("references inside the drawing only (#name)", whole.slice(0, 60));
}

/** Uses of masks at most: each needs two pictures of the drawing's size, and within one another all at once. */
const maskUsesMost = 32;
const [clipUse, maskUse] = [/clip-path/i, /(?<=[\s"';])mask\s*[=:]/i];

/**
 * Limits clips and masks. What cuts is drawn again for each use, and the renderer has no time limit: clips of clips multiply the work
 * endlessly, and one long clip for many shapes takes minutes. So what cuts may not be cut, and all uses together may draw no
 * more than a text without them could.
 */
function requireCheapCuts(body: string, refuse: Refuse): void {
  let depth = 0;
  for (const [tag] of body.matchAll(/<\/?(?:clipPath|mask)\b(?:[^<>"']|"[^"<]*"|'[^'<]*')*>/g)) {
    if (tag.startsWith("</")) depth -= 1;
    else if (depth > 0) throw refuse("clips and masks that hold no clips and masks", "one in another");
    else if (!tag.endsWith("/>")) depth += 1;
  }
  const cuts = body.split(/<(?:clipPath|mask)\b(?!(?:[^<>"']|"[^"<]*"|'[^'<]*')*\/>)/).slice(1);
  const contents = cuts.map((part) => part.split(/<\/(?:clipPath|mask)/, 1)[0]!);
  if (contents.some((content) => clipUse.test(content) || maskUse.test(content)))
    throw refuse("clips and masks that are not clipped or masked themselves", "a cut of a cut");
  const [clipUses, maskUses] = [clipUse, maskUse].map((use) => body.split(use).length - 1);
  const uses = clipUses! + maskUses!;
  const drawnChars = uses * contents.reduce((sum, { length }) => sum + length, 0);
  if (drawnChars > limits.svgMaxChars)
    throw refuse(
      `clips and masks of at most ${limits.svgMaxChars} characters, counted for each use`,
      `${uses} uses, ${drawnChars} characters`,
    );
  if (maskUses! > maskUsesMost) throw refuse(`at most ${maskUsesMost} uses of masks`, `${maskUses}`);
}

/**
 * Limits dashes. The renderer keeps every dash as a separate shape. Their largest number: a line is at most eight times as long
 * as the sum of all numbers of the text (a curve is shorter than its control polygon, a circle is 2π radii), divided by the
 * shortest dash.
 */
function requireFewDashes(body: string, refuse: Refuse): void {
  const patterns = [...body.matchAll(/stroke-dasharray\s*[=:]\s*["']?([^"';>]*)/gi)].map(([, pattern]) => pattern!);
  if (patterns.length === 0) return;
  if (/pathLength/i.test(body)) throw refuse("dashes without pathLength", "both");
  const periods = patterns.map((pattern) => {
    if (pattern.includes("%")) throw refuse("dashes in user units", "%");
    return numbersIn(pattern).reduce((sum, length) => sum + length, 0);
  });
  // A pattern without length, such as `none`, draws a solid line.
  const shortest = Math.min(...periods.filter((period) => period > 0));
  const dashes = (8 * numbersIn(body).reduce((sum, length) => sum + length, 0)) / shortest;
  if (dashes > limits.svgDashesMax)
    throw refuse(`lines of at most ${limits.svgDashesMax} dashes`, `up to ${Math.round(dashes)}`);
}

const numbersIn = (text: string): number[] =>
  [...text.matchAll(/(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi)].map(([number]) => Number(number));
