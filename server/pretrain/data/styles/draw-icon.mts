/** Draws one icon in a procedural style: the icon's SVG goes in, another SVG comes out. Does not render; random draws come from the style and the icon's id. */
import { lumaOf, mix, rgbOf } from "./palettes.mts";
import type { ProceduralStyle } from "./procedural-style.mts";
import { hashUnit } from "./random.mts";
import {
  fillEnclosed,
  hollow,
  type IconSource,
  mapColours,
  paintAll,
  paintFaint,
  placeBody,
  renameIds,
  shapeLines,
  sidePx,
  widenLines,
  wrapSvg,
} from "./svg.mts";

const middle = sidePx / 2;

/** @param id of the icon: some styles change their ground from icon to icon. @throws where the body has nothing that the style needs */
export function drawIcon(style: ProceduralStyle, icon: IconSource, id: string, pixels: number): string {
  const { palette, ground } = style;
  const turn = Math.floor(hashUnit(`${style.seed}|${id}`) * palette.grounds.length);
  const groundColour = palette.grounds[turn]!;
  const onGround = ground !== "none" && ground !== "ring";
  const ink = onGround ? palette.onGround : palette.ink;
  const defs: string[] = [];
  const drawn = treat(style, icon, ink, onGround, defs);
  const put = (body: string, shift?: number[]): string => placeBody(icon, body, style.share, shift);
  const copy = (paint: string, prefix: string, extraPx = 0): string =>
    silhouette(style, icon, drawn, paint, prefix, extraPx);

  const layers: string[] = [];
  if (ground !== "none") layers.push(drawGround(style, groundColour, defs));
  if (style.shadow === "long") layers.push(longShadow(style, groundColour, copy, put, defs));
  let subject = put(drawn);
  if (style.outlinePx > 0) subject = put(copy(palette.outline, "o-", style.outlinePx)) + subject;
  if (style.shadow === "hard") {
    const colour = onGround ? mix(groundColour, "#000000", 0.35) : palette.accent;
    layers.push(put(copy(colour, "h-", style.outlinePx), [style.shadowPx * 0.8, style.shadowPx]));
  }
  if (style.shadow === "soft") {
    defs.push(
      `<filter id="soft" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="${(style.shadowPx * 0.6).toFixed(2)}"/></filter>`,
    );
    layers.push(`<g filter="url(#soft)" opacity="0.45">${put(copy("#101828", "h-"), [0, style.shadowPx])}</g>`);
  }
  if (style.wobblePx > 0) {
    defs.push(
      `<filter id="wobble" filterUnits="userSpaceOnUse" x="-16" y="-16" width="160" height="160"><feTurbulence type="fractalNoise" baseFrequency="${style.wobbleWaves.toFixed(4)}" numOctaves="2" seed="${Math.floor(hashUnit(id) * 1000)}"/><feDisplacementMap in="SourceGraphic" scale="${style.wobblePx.toFixed(2)}" xChannelSelector="R" yChannelSelector="G"/></filter>`,
    );
    subject = `<g filter="url(#wobble)">${subject}</g>`;
  }
  layers.push(subject);
  return wrapSvg(`<defs>${defs.join("")}</defs>${layers.join("")}`, ink, pixels);
}

/** The icon's own body in the style's treatment, in the icon's own units. Gradients and patterns go to `defs`. */
function treat(style: ProceduralStyle, icon: IconSource, ink: string, onGround: boolean, defs: string[]): string {
  const { palette, treatment, build } = style;
  const unitsPerPx = Math.max(icon.width, icon.height) / (sidePx * style.share);
  const width = style.lineWidthPx * unitsPerPx;
  const accent = onGround ? mix(palette.accent, palette.grounds[0]!, 0.25) : palette.accent;
  let body = icon.body;
  if (build === "lines") body = shapeLines(widenLines(body, style.lineFactor), style.cap, style.join);
  switch (treatment) {
    case "gradient":
      defs.push(gradient("ink", ink, onGround ? palette.accent : palette.inkEnd, style.angleDegrees));
      return throughMask(icon, body, "url(#ink)", style.share, defs);
    case "hatched":
      defs.push(
        `<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(${style.angleDegrees + 20})"><rect width="7" height="7" fill="${accent}"/><rect width="3.2" height="7" fill="${ink}"/></pattern>`,
      );
      return throughMask(icon, body, "url(#hatch)", style.share, defs);
    case "twoTone":
      return paintFaint(body, accent);
    case "filledLines":
      return fillEnclosed(renameIds(icon.body, "f-"), accent) + body;
    case "offsetFill": {
      const shift = 5 * unitsPerPx;
      const below =
        build === "lines" ? fillEnclosed(renameIds(icon.body, "f-"), accent) : paintAll(renameIds(body, "f-"), accent);
      return `<g transform="translate(${shift.toFixed(3)} ${shift.toFixed(3)})">${below}</g>${build === "lines" ? body : hollow(body, width * 0.7)}`;
    }
    case "hollow":
      return hollow(body, width);
    case "bold":
      return `<g stroke="currentColor" stroke-width="${(width * 0.7).toFixed(4)}" stroke-linejoin="${style.join}">${body}</g>`;
    case "edged":
      if (build === "colour")
        return `<g stroke="${palette.ink}" stroke-width="${(width * 0.8).toFixed(4)}" stroke-linejoin="round">${body}</g>`;
      return `<g stroke="${ink}" stroke-width="${width.toFixed(4)}" stroke-linejoin="round">${paintAll(body, accent)}</g>`;
    case "hues":
      return mapColours(body, (hex) => turnHue(hex, style.hueDegrees));
    case "ramp":
      return mapColours(body, (hex) => mix(palette.ink, mix(palette.accent, "#ffffff", 0.3), lumaOf(hex)));
    default:
      return body;
  }
}

/** A paint that runs over the whole picture, seen through the icon. */
function throughMask(icon: IconSource, body: string, paint: string, share: number, defs: string[]): string {
  const { left, top, width, height } = icon;
  const side = Math.max(width, height) / share;
  const [x, y] = [left + width / 2 - side / 2, top + height / 2 - side / 2];
  defs.push(
    `<mask id="seen" maskUnits="userSpaceOnUse" x="${x}" y="${y}" width="${side}" height="${side}"><g color="#fff">${body}</g></mask>`,
  );
  return `<g mask="url(#seen)"><g transform="translate(${x} ${y}) scale(${side / sidePx})"><rect width="${sidePx}" height="${sidePx}" fill="${paint}"/></g></g>`;
}

/** The whole drawing in one colour, wider by some pixels all round. */
function silhouette(
  style: ProceduralStyle,
  icon: IconSource,
  drawn: string,
  paint: string,
  prefix: string,
  extraPx: number,
): string {
  const extra = (2 * extraPx * Math.max(icon.width, icon.height)) / (sidePx * style.share);
  const isMasked = style.treatment === "gradient" || style.treatment === "hatched";
  let body = paintAll(renameIds(isMasked ? icon.body : drawn, prefix), paint).replaceAll("currentColor", paint);
  if (extra === 0) return body;
  body = body.replace(
    /\bstroke-width="([\d.]+)"/g,
    (_, width: string) => `stroke-width="${(Number(width) + extra).toFixed(4)}"`,
  );
  return `<g stroke="${paint}" stroke-width="${extra.toFixed(4)}" stroke-linejoin="round" stroke-linecap="round">${body}</g>`;
}

const gradient = (id: string, from: string, to: string, degrees: number): string =>
  `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="12" y1="64" x2="116" y2="64" gradientTransform="rotate(${degrees} ${middle} ${middle})"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;

/** The outline of a ground as an SVG element without paint. */
function groundShape({ ground, cornerPx }: ProceduralStyle, inset: number): string {
  const radius = middle - inset;
  if (ground === "rounded" || ground === "tile") {
    const corner = ground === "tile" ? 0 : cornerPx;
    return `<rect x="${inset}" y="${inset}" width="${2 * radius}" height="${2 * radius}" rx="${corner.toFixed(1)}"`;
  }
  if (ground === "hexagon" || ground === "blob") {
    const count = ground === "hexagon" ? 6 : 5;
    const points = Array.from({ length: count }, (_, at) => {
      const angle = (2 * Math.PI * at) / count + (ground === "hexagon" ? Math.PI / 6 : cornerPx);
      const reach = radius * (ground === "hexagon" ? 1 : 0.82 + 0.14 * Math.sin(cornerPx * 7 + at * 2.1));
      return [middle + reach * Math.cos(angle), middle + reach * Math.sin(angle)] as const;
    });
    if (ground === "hexagon")
      return `<path d="M${points.map((point) => point.map((v) => v.toFixed(1)).join(" ")).join("L")}Z"`;
    const ends = points.map(([x, y], at) => {
      const [nextX, nextY] = points[(at + 1) % count]!;
      return { x, y, midX: (x + nextX) / 2, midY: (y + nextY) / 2 };
    });
    const last = ends.at(-1)!;
    const grow = (value: number): string => (middle + (value - middle) * 1.2).toFixed(1);
    return `<path d="M${grow(last.midX)} ${grow(last.midY)}${ends.map(({ x, y, midX, midY }) => `Q${grow(x)} ${grow(y)} ${grow(midX)} ${grow(midY)}`).join("")}Z"`;
  }
  return `<circle cx="${middle}" cy="${middle}" r="${radius}"`;
}

function drawGround(style: ProceduralStyle, colour: string, defs: string[]): string {
  const { palette, ground, groundPaint, lineWidthPx } = style;
  if (ground === "ring")
    return `${groundShape(style, 2 + lineWidthPx / 2)} fill="none" stroke="${palette.ink}" stroke-width="${lineWidthPx.toFixed(2)}"/>`;
  if (groundPaint === "gradient") {
    defs.push(gradient("ground", colour, palette.groundEnd, (style.angleDegrees + 90) % 360));
    return `${groundShape(style, 3)} fill="url(#ground)"/>`;
  }
  if (groundPaint === "lined")
    return `${groundShape(style, 3 + lineWidthPx / 2)} fill="${colour}" stroke="${palette.onGround}" stroke-width="${(lineWidthPx * 0.7).toFixed(2)}"/>`;
  return `${groundShape(style, 3)} fill="${colour}"/>`;
}

/** The subject dragged to the lower right, kept within the ground. */
function longShadow(
  style: ProceduralStyle,
  groundColour: string,
  copy: (paint: string, prefix: string) => string,
  put: (body: string, shift?: number[]) => string,
  defs: string[],
): string {
  defs.push(`<clipPath id="within">${groundShape(style, 3)}/></clipPath>`);
  const body = copy(mix(groundColour, "#000000", 0.25), "l-");
  const steps = Array.from({ length: 28 }, (_, at) => put(body, [(at + 1) * 2.2, (at + 1) * 2.2]));
  return `<g clip-path="url(#within)">${steps.join("")}</g>`;
}

/** Turns the hue of a colour, its brightness about kept (rotation about the grey axis of YIQ). */
function turnHue(hex: string, degrees: number): string {
  const [red, green, blue] = rgbOf(hex);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const y = 0.299 * red + 0.587 * green + 0.114 * blue;
  const i = 0.596 * red - 0.274 * green - 0.322 * blue;
  const q = 0.211 * red - 0.523 * green + 0.312 * blue;
  const [turnedI, turnedQ] = [i * cos - q * sin, i * sin + q * cos];
  return `#${[
    y + 0.956 * turnedI + 0.621 * turnedQ,
    y - 0.272 * turnedI - 0.647 * turnedQ,
    y - 1.106 * turnedI + 1.703 * turnedQ,
  ]
    .map((value) =>
      Math.round(Math.min(255, Math.max(0, value)))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}
