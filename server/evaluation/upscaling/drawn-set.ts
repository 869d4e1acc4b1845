/**
 * The stated set of icons and interfaces: drawn here as SVG, at the size of the input and again at the size of the truth, as Figma
 * exports them. Letters are DejaVu's, where installed; other fonts give other numbers.
 */
import type { Pixels } from "../../engine/interfaces.ts";
import { rasterise } from "../../images/codec.ts";

export interface DrawnPicture {
  readonly name: string;
  /** Without a ground: shown on white and on black. */
  readonly isIcon: boolean;
  /** Of an interface: the level of its paper. */
  readonly paper?: number;
  draw(scale: number): Promise<Pixels>;
}

const icons: Readonly<Record<string, string>> = {
  disc: '<circle cx="32" cy="32" r="22" fill="#e03131"/>',
  ring: '<circle cx="32" cy="32" r="20" fill="none" stroke="#1c7ed6" stroke-width="6"/>',
  letters: '<text x="6" y="46" font-family="DejaVu Sans" font-size="40" fill="#845ef7">Ag</text>',
  hairlines: '<path d="M8 8L56 50M8 32H56M20 56V8" stroke="#e8590c" stroke-width="1.2" fill="none"/>',
  tile: '<rect x="8" y="8" width="48" height="48" rx="10" fill="#2f9e44"/><path d="M20 33l9 9 16-18" stroke="#fff" stroke-width="5" fill="none"/>',
  glow: '<defs><radialGradient id="g"><stop offset="0" stop-color="#fd7"/><stop offset="1" stop-color="#fd7" stop-opacity="0"/></radialGradient></defs><circle cx="32" cy="32" r="30" fill="url(#g)"/>',
};

const iconSvg = (body: string, scale: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${64 * scale}" height="${64 * scale}" viewBox="0 0 64 64">${body}</svg>`;

const interfaceSvg = (paper: string, ink: string, scale: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${200 * scale}" height="${100 * scale}" viewBox="0 0 200 100">` +
  `<rect width="200" height="100" fill="${paper}"/><rect x="10" y="10" width="80" height="24" rx="6" fill="#1c7ed6"/>` +
  '<text x="20" y="26" font-family="DejaVu Sans" font-size="12" fill="#fff">Save file</text>' +
  `<text x="10" y="56" font-family="DejaVu Sans" font-size="11" fill="${ink}">The quick brown fox jumps over</text>` +
  `<text x="10" y="76" font-family="DejaVu Serif" font-size="13" fill="${ink}">Settings 0123456789</text>` +
  `<path d="M10 90H190" stroke="${ink}"/><circle cx="150" cy="24" r="12" fill="none" stroke="#e8590c" stroke-width="3"/></svg>`;

export const drawnSet: readonly DrawnPicture[] = [
  ...Object.entries(icons).map(([name, body]) => ({
    name,
    isIcon: true,
    draw: (scale: number) => rasterise(iconSvg(body, scale)),
  })),
  ...(
    [
      ["interface on light", "#ececec", "#222222"],
      ["interface on white", "#ffffff", "#111111"],
      ["interface on dark", "#242424", "#dddddd"],
    ] as const
  ).map(([name, paper, ink]) => ({
    name,
    isIcon: false,
    paper: Number.parseInt(paper.slice(1, 3), 16),
    draw: (scale: number) => rasterise(interfaceSvg(paper, ink, scale)),
  })),
];

/** A picture on a grey level. */
export function onGround({ rgba, widthPx, heightPx }: Pixels, level: number): Pixels {
  const opaque = new Uint8Array(rgba.length).fill(255);
  for (let at = 0; at < rgba.length; at += 4)
    for (let channel = 0; channel < 3; channel += 1)
      opaque[at + channel] = Math.round((rgba[at + channel]! * rgba[at + 3]! + level * (255 - rgba[at + 3]!)) / 255);
  return { rgba: opaque, widthPx, heightPx };
}
