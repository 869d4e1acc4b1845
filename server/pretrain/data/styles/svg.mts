/**
 * What every drawing starts from: one icon's SVG body in a box, and the few edits of its text that styles need.
 * Edits attributes by pattern, since bodies of `@iconify/json` are machine-cleaned; does not parse or render.
 */

/** One icon as its set stores it; lengths in the set's own units. */
export interface IconSource {
  readonly body: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Side of every drawing in the units that styles speak: one unit is one pixel of the stored picture. */
export const sidePx = 128;

/** A group that fits the icon into a centred square of `share` of the picture. */
export function placeBody({ left, top, width, height }: IconSource, body: string, share = 1, shift = [0, 0]): string {
  const scale = (sidePx * share) / Math.max(width, height);
  const x = sidePx / 2 - scale * (left + width / 2) + shift[0]!;
  const y = sidePx / 2 - scale * (top + height / 2) + shift[1]!;
  return `<g transform="translate(${x.toFixed(3)} ${y.toFixed(3)}) scale(${scale.toFixed(5)})">${body}</g>`;
}

/** The whole file. @param color what currentColor means where no style says otherwise */
export const wrapSvg = (content: string, color: string, pixels: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${pixels}" height="${pixels}" viewBox="0 0 ${sidePx} ${sidePx}" color="${color}">${content}</svg>`;

/** The same body with every id renamed, so that two copies can stand in one file. */
export const renameIds = (body: string, prefix: string): string =>
  body
    .replace(/\bid="([^"]+)"/g, `id="${prefix}$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${prefix}$1)`)
    .replace(/href="#([^"]+)"/g, `href="#${prefix}$1"`);

/** Everything that is painted gets one paint; "none" stays. Masks keep their black and white. */
export function paintAll(body: string, paint: string): string {
  return outsideMasks(body, (text) =>
    text.replace(/\b(fill|stroke|stop-color)="(?!none")(?!url\(#[^)]*mask)[^"]*"/g, `$1="${paint}"`),
  );
}

/** Parts that are drawn with less opacity become opaque in a colour of their own: duotone. */
export function paintFaint(body: string, paint: string): string {
  return body.replace(/<(?!g\b)[a-z]+\b[^>]*\b(?:fill-|stroke-)?opacity="[^"]*"[^>]*>/g, (tag) => {
    const bare = tag.replace(/\s(?:fill-|stroke-)?opacity="[^"]*"/g, "").replaceAll("currentColor", paint);
    return bare.includes(paint) ? bare : bare.replace(/^<([a-z]+)/, `<$1 fill="${paint}"`);
  });
}

/** Changes every hexadecimal colour of a body. */
export const mapColours = (body: string, change: (hex: string) => string): string =>
  outsideMasks(body, (text) => text.replace(/#[0-9a-f]{3}(?:[0-9a-f]{3})?\b(?!\))/gi, change));

/** Multiplies the width of every line. A line without a width is 1 wide, as SVG says. */
export const widenLines = (body: string, factor: number): string =>
  body.replace(
    /\bstroke-width="([\d.]+)"/g,
    (_, width: string) => `stroke-width="${(Number(width) * factor).toFixed(4)}"`,
  );

/** Gives all lines one kind of ends and corners. */
export const shapeLines = (body: string, cap: string, join: string): string =>
  `<g stroke-linecap="${cap}" stroke-linejoin="${join}">${body.replace(/\sstroke-line(cap|join)="[^"]*"/g, "")}</g>`;

/** Fills become lines of a width, in the icon's own units. */
export const hollow = (body: string, width: number): string =>
  `<g fill="none" stroke="currentColor" stroke-width="${width.toFixed(4)}" stroke-linejoin="round">${outsideMasks(
    body,
    (text) => text.replace(/\bfill="(?!none")[^"]*"/g, 'fill="none" stroke="currentColor"'),
  )}</g>`;

/** Areas that lines enclose, filled and without their lines. */
export const fillEnclosed = (body: string, paint: string): string =>
  `<g fill="${paint}">${outsideMasks(body, (text) =>
    text.replace(/\sfill="none"/g, "").replace(/\sstroke(-width|-linecap|-linejoin)?="[^"]*"/g, ""),
  )}</g>`;

/** Applies an edit to all of a body but masks and clip paths. */
function outsideMasks(body: string, edit: (text: string) => string): string {
  return body
    .split(/(<(?:mask|clipPath)\b[\s\S]*?<\/(?:mask|clipPath)>)/)
    .map((part, at) => (at % 2 === 1 ? part : edit(part)))
    .join("");
}
