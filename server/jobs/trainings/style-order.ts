/** On which pack the style of a training's examples may be learned, instead of a flow from captions. Whether it is, its child decides. */
import type { Training, TrainingRequest } from "../../../shared/contract/training.ts";

export interface StyleBases {
  /** Folder and digest of a pack as it is now. @throws AppError pack_unavailable */
  readonly packOf: (id: string) => { readonly folder: string; readonly digest: string };
  /** The first pack with a flow between styles that ships. */
  readonly styleBase: () => { readonly id: string; readonly translation: string } | undefined;
}

export interface StyleOrder {
  readonly base: Training["base"];
  readonly folder: string;
  /** False: only if the examples are of one colour. */
  readonly isRequested: boolean;
}

/** The base that was requested if it is one; the one that ships where nothing is requested of a training from captions. */
export function styleOrderOf(
  request: Pick<TrainingRequest, "base" | "isFromScratch" | "isForced" | "settings" | "examples">,
  base: Training["base"],
  { styleBase, packOf }: StyleBases,
): StyleOrder | undefined {
  const isRequested = base.isOfStyles === true;
  const { seed: _, ...ofCaptions } = request.settings;
  const isOfCaptions =
    request.base !== undefined ||
    request.isFromScratch ||
    request.isForced ||
    request.examples.some(({ style }) => style !== undefined) ||
    Object.keys(ofCaptions).length > 0;
  if (isOfCaptions && !isRequested) return undefined;
  const found = isRequested ? { id: base.pack, translation: base.translation } : styleBase();
  if (!found) return undefined;
  const { folder, digest } = packOf(found.id);
  return { base: { pack: found.id, digest, translation: found.translation, isOfStyles: true }, folder, isRequested };
}
