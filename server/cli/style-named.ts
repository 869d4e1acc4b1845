/** Which style a flag names: by its id as packs list it, or as people write its name. */
import type { PackInfo } from "../../shared/contract/meta.ts";
import { AppError } from "../../shared/problem.ts";

/** "Solar, bold" and "solar_bold" are "solar-bold". */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");

/**
 * @param translation whose styles alone are looked at, if one is named
 * @returns its id; undefined where none is named
 * @throws AppError `style_unknown` listing the styles that there are, those first whose names share a word with it
 */
export function styleNamed(
  packs: readonly PackInfo[],
  name: string | undefined,
  translation?: string,
): string | undefined {
  if (name === undefined) return undefined;
  const all = packs.flatMap(({ translations }) => translations);
  const asked = all.filter(({ id }) => id === translation);
  const styles = (asked.length > 0 ? asked : all).flatMap((one) => one.styles);
  const wanted = plain(name);
  const found =
    styles.find(({ id }) => id === name) ??
    styles.find(({ label }) => label === name) ??
    styles.find(({ id }) => plain(id) === wanted) ??
    styles.find(({ label }) => plain(label) === wanted);
  if (found) return found.id;
  const words = wanted.split("-");
  const ids = [...new Set(styles.map(({ id }) => id))];
  const isNear = (id: string): boolean => words.some((word) => plain(id).split("-").includes(word));
  const expected = `one of ${[...ids.filter(isNear), ...ids.filter((id) => !isNear(id))].join(", ")}`;
  throw new AppError("style_unknown", `style: expected ${expected}, got "${name}"`, {
    field: "style",
    expected,
    received: name,
  });
}
