/** Which translation draws captions in a style: the usual one where it has it, else one between styles, whose captions find drawings. */
import type { PackInfo } from "../../shared/contract/meta.ts";
import { AppError } from "../../shared/problem.ts";

/**
 * @param folder of icons that show the style
 * @returns its id; undefined = the usual one, or nothing has that style
 * @throws AppError `invalid_request` where icons show the style and nothing reads them
 */
export function captionsIn(
  packs: readonly PackInfo[],
  { style, folder }: { readonly style?: string | undefined; readonly folder?: string | undefined },
): string | undefined {
  const all = packs.flatMap(({ translations }) => translations);
  const between = all.filter(({ captionsFrom }) => captionsFrom !== undefined);
  if (folder !== undefined) {
    if (between[0]) return between[0].id;
    const expected = "a pack that translates between styles, and one whose drawings captions find";
    throw new AppError("invalid_request", `--style-from: expected ${expected}, got none`);
  }
  const knows = ({ styles }: (typeof all)[number]): boolean => styles.some(({ id }) => id === style);
  const usual = all.find(({ id }) => id === "caption");
  return style === undefined || (usual && knows(usual)) ? undefined : between.find(knows)?.id;
}
