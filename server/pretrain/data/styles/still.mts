/**
 * The last frame of an icon that draws itself: every animation that freezes leaves its last value in its element, and all animations go.
 * Reads bodies of `@iconify/json`, where tags are clean. Paths of motion and animated transforms are left out, so shapes stay where they are.
 */

/** Names of such icons whose last frame is empty or another icon's, or that never stop. */
export const isMotionAlone = (set: string, name: string): boolean =>
  set === "line-md" && /-(loop|transition|out)(-|$)|-to-/.test(name);

/** @param body SVG inside the root */
export function stillOf(body: string): string {
  if (!/<(animate|set)/.test(body)) return body;
  const pieces: string[] = [];
  const open: number[] = [];
  for (const [piece] of body.matchAll(/<[^>]*>|[^<]+/g)) {
    const name = /^<\/?([a-zA-Z]+)/.exec(piece)?.[1];
    const isAnimation = name !== undefined && /^(animate|set)/.test(name);
    const parent = open.at(-1);
    if (isAnimation && parent !== undefined && /^<(animate|set)\b/.test(piece))
      pieces[parent] = withLastValue(pieces[parent]!, piece);
    if (isAnimation) continue;
    pieces.push(piece);
    if (name === undefined || piece.endsWith("/>")) continue;
    if (piece.startsWith("</")) open.pop();
    else open.push(pieces.length - 1);
  }
  return pieces.join("");
}

/** The element's tag with what the animation leaves in it. */
function withLastValue(tag: string, animation: string): string {
  const said = (attribute: string): string | undefined => new RegExp(`\\s${attribute}="([^"]*)"`).exec(animation)?.[1];
  const [attribute, last] = [said("attributeName"), said("to") ?? said("values")?.split(";").at(-1)];
  if (said("fill") !== "freeze" || attribute === undefined || last === undefined) return tag;
  const without = tag.replace(new RegExp(`\\s${attribute}="[^"]*"`), "");
  return without.replace(/^<([a-zA-Z]+)/, `<$1 ${attribute}="${last}"`);
}
