/** What main puts on the canvas: the kept results of a command as one message, and the bytes that it needs. Pure. */

import type { CommandId } from "../../../shared/commands.ts";
import type { StyleInfo } from "../../../shared/contract/meta.ts";
import type { UiMessage } from "../../../shared/messages/messages.ts";
import type { UpscaledFill } from "../../../shared/messages/upscale-messages.ts";
import { unboundIn } from "../palettes.ts";
import { rememberedOf } from "../plans/drawings.ts";
import { planComponents } from "../plans/icons.ts";
import { canBeVectors } from "../plans/prepare.ts";
import type { ResultImage } from "../state/results.ts";
import { keptImages, type State } from "../state/state.ts";

export interface AppliedSet {
  readonly images: readonly ResultImage[];
  readonly message: UiMessage;
  /** Colours that no variable is bound to, though there are some. */
  readonly unbound: readonly string[];
}

export function appliedSet(state: State, applyId: number): AppliedSet {
  const { work, form, results } = state;
  const kept = keptImages(state);
  const upscales = upscaledFills(kept);
  if (upscales.length > 0) return { images: kept, message: { type: "apply-upscales", applyId, upscales }, unbound: [] };
  if (work === "components")
    return {
      images: [],
      message: { type: "make-components", applyId, sets: planComponents(kept, styleLabels(state)) },
      unbound: [],
    };
  const isLayers = (image: ResultImage): boolean => isDrawnAsLayers(image, state);
  const vectors = kept.filter(isLayers).map(({ vector }) => vector!);
  const bindings = vectors[0]?.record.bindings;
  const artboards = results
    .map(({ title, images }) => ({
      caption: title,
      isStrip: images.some(({ drawn }) => drawn?.provenance.frame !== undefined),
      images: images.flatMap((image) => {
        const { isKept, key, drawn, vector, name } = image;
        if (!isKept) return [];
        const about = { key, ...(drawn && rememberedOf(state.meta, drawn)), ...(name === undefined ? {} : { name }) };
        return isLayers(image) ? [{ ...about, vector: vector! }] : drawn ? [about] : [];
      }),
    }))
    .filter(({ images }) => images.length > 0);
  const nodeIds = kept.flatMap(({ destination }) => (destination.kind === "layer" ? [destination.nodeId] : []));
  const { tilePx, scaleMode } = form;
  const isBeside = work === "vectorise" && form.vectorsGo === "beside";
  const keepsSelection = work !== "caption-to-artboard" && work !== "family";
  const target =
    nodeIds.length < kept.length
      ? { kind: "artboards" as const, tilePx, keepsSelection }
      : isBeside
        ? { kind: "beside" as const, nodeIds }
        : { kind: "replace" as const, nodeIds, scaleMode };
  return {
    images: kept.filter((image) => !isLayers(image)),
    message: { type: "apply", applyId, artboards, target, ...(bindings === undefined ? {} : { bindings }) },
    unbound: unboundIn(
      vectors.map(({ svg }) => svg),
      bindings,
    ),
  };
}

/** Whether an image goes on the canvas as layers of vectors. */
export const isDrawnAsLayers = ({ vector, destination, bytes }: ResultImage, { form }: Pick<State, "form">): boolean =>
  vector !== undefined && (destination.kind === "layer" || form.insertAs === "vector" || bytes.length === 0);

/** Whether it is to be traced first: it was drawn as an image, and its artboard shall have vectors. */
export const isUntraced = ({ vector, destination }: ResultImage, state: State): boolean =>
  vector === undefined && destination.kind === "artboard" && canBeVectors(state);

/** Whether the results change layers that exist, rather than adding new ones. */
export const changesLayers = ({ results, work, form }: State): boolean =>
  results.some(({ images }) => images.some(({ destination }) => destination.kind !== "artboard")) &&
  !(work === "vectorise" && form.vectorsGo === "beside") &&
  work !== "components";

const changing: readonly CommandId[] = ["fill-label", "fill-names", "upscale", "restyle", "redraw-part"];

/** What the command at work will do to the canvas when it runs; a preview first leaves that to a further step. */
export function effectOf({
  work,
  form,
  settings,
  replacements,
}: State): "previewsFirst" | "changesSelection" | "addsNew" {
  // Other colours for what is there are no images to look at first.
  if (work === "recolour") return "changesSelection";
  if (!settings.applyAutomatically) return "previewsFirst";
  const isInPlace = work === "vectorise" ? form.vectorsGo === "in-place" : changing.includes(work);
  return isInPlace || replacements.length > 0 ? "changesSelection" : "addsNew";
}

/** A layer that was deleted says no name any more: what was made for it has one. */
export function nameOfLayer({ scene, results }: State, nodeId: string): string {
  const isFor = ({ destination }: ResultImage): boolean =>
    destination.kind === "layer"
      ? destination.nodeId === nodeId
      : destination.kind === "fills" && destination.fills.some((each) => each.nodeId === nodeId);
  const source = scene.sources?.find((each) => each.nodeId === nodeId);
  return source?.nodeName ?? results.find(({ images }) => images.some(isFor))?.title ?? nodeId;
}

/** Names of the packs' styles by id. */
export const styleLabels = ({ meta }: State): ReadonlyMap<string, string> =>
  new Map(
    (meta?.packs ?? [])
      .flatMap(({ translations }) => translations)
      .flatMap(({ styles }): readonly StyleInfo[] => styles)
      .map(({ id, label }) => [id, label]),
  );

/** One picture for each fill: the first that was kept. */
function upscaledFills(kept: readonly ResultImage[]): UpscaledFill[] {
  const taken = new Set<string>();
  return kept.flatMap(({ key, destination }) => {
    if (destination.kind !== "fills") return [];
    return destination.fills.flatMap(({ nodeId, paintIndex, imageHash }) => {
      const place = `${nodeId}/${paintIndex}`;
      if (taken.has(place)) return [];
      taken.add(place);
      return [{ nodeId, paintIndex, imageHash, key, provenance: destination.provenance }];
    });
  });
}
