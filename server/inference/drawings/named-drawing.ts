/** The drawing of a library that a request names: every seed starts from it, whatever else the caption would find. */
import type { ResolvedRequest } from "../../../shared/contract/generations/generation-request.ts";
import { mismatch } from "../../../shared/contract/translation-rules.ts";
import type { DrawingFinder } from "../../engine/interfaces.ts";
import type { Translation } from "../../engine/translation.ts";
import { iconOf, stylesUnder } from "../../retrieval/sources.ts";
import { type Finder, foundDrawing } from "./caption-finders.ts";
import type { WantedDrawing } from "./wanted-drawing.ts";

/** As answers name it. */
export const idOf = (set: string, name: string): string => `${set}:${iconOf(name)}`;

/** @throws AppError `invalid_request` for a drawing that is not there, or not under the requested licences */
export function namedDrawing(
  library: DrawingFinder,
  translation: Translation,
  id: string,
  { licences, ...wanted }: WantedDrawing & Pick<ResolvedRequest, "licences">,
): Finder {
  const at = id.indexOf(":");
  const [set, icon] = [id.slice(0, at), id.slice(at + 1)];
  const opened = library.named(set, icon, wanted.look);
  if (!opened)
    throw mismatch("invalid_request", "startFrom", "the id of a drawing of the library, such as lucide:piggy-bank", id);
  if (stylesUnder(licences, translation.drawings)?.has(set) === false) {
    const { licence = "no known licence" } = translation.drawings?.get(set) ?? {};
    throw mismatch("invalid_request", "startFrom", `a drawing under ${licences!.join(", ")}`, `${id} under ${licence}`);
  }
  return { find: () => foundDrawing(opened, translation, wanted) };
}
