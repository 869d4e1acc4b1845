/** Icons of permissive sets as their authors drew them, from the packages that server/pretrain/data installs (`npm ci` there). Development only. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Flat styles: what the tracing is made for. Licences: CC-BY-4.0, MIT, MIT, CC-BY-4.0, CC-BY-4.0, Apache-2.0, CC-BY-4.0, Apache-2.0, CC-BY-4.0, Apache-2.0. */
const sets = [
  "twemoji",
  "fluent-emoji-flat",
  "flat-color-icons",
  "streamline-color",
  "emojione",
  "icon-park",
  "streamline-plump-color",
  "noto-v1",
  "streamline-ultimate-color",
  "fxemoji",
] as const;

/** Drawn in lines of one width. Licences: ISC, MIT, MIT, MIT, MIT. */
export const lineSets: readonly string[] = ["lucide", "tabler", "iconoir", "mynaui", "akar-icons"];

/** Drawn with soft shading, which few colours cannot hold: where tracing ends. Licences: Apache-2.0, MIT, MIT. */
export const shadedSets: readonly string[] = ["noto", "fluent-emoji", "fluent-color"];

export interface RealIcon {
  readonly set: string;
  readonly name: string;
  /** SVG at `sidePx`. */
  readonly svg: string;
}

/** Evenly spread over each set's names, so that nobody picks. */
export function realIcons(count: number, sidePx: number, from: readonly string[] = sets): RealIcon[] {
  const require = createRequire(new URL("../../server/pretrain/data/package.json", import.meta.url));
  const { getIconData, iconToSVG } = require("@iconify/utils");
  const each = Math.ceil(count / from.length);
  return from.flatMap((set) => {
    const file = lineSets.includes(set) ? `@iconify/json/json/${set}.json` : `@iconify-json/${set}/icons.json`;
    const icons = JSON.parse(readFileSync(require.resolve(file), "utf8"));
    const names = Object.keys(icons.icons).filter(
      (name) => !icons.icons[name].hidden && !/skin-tone|flag|logo|brand|-filled|-solid|-fill/.test(name),
    );
    return Array.from({ length: each }, (_, at): RealIcon => {
      const name = names[Math.floor(((at + 0.5) * names.length) / each)]!;
      const { attributes, body } = iconToSVG(getIconData(icons, name));
      const head = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${sidePx}" height="${sidePx}" viewBox="${attributes.viewBox}" color="#333">`;
      return { set, name, svg: `${head}${body}</svg>` };
    });
  });
}
