/** Other drawings for what words said: which images may have them, how they are asked for, and the same image again from one of them. Pure. */
import type { DrawingsRequest } from "../../../shared/contract/generations/drawings.ts";
import type { ResolvedRequest } from "../../../shared/contract/generations/generation-request.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { Meta } from "../../../shared/contract/meta.ts";
import { isOfWords } from "../../../shared/contract/shown-caption.ts";
import { readProvenance, readRecord } from "../client/guards.ts";
import { redraws } from "../client/style-choice.ts";
import { type DrawJob, drawnOf, tracedJob } from "../run/jobs.ts";
import type { Pickable } from "../state/picking.ts";
import type { ResultImage } from "../state/results.ts";
import type { SeenIcon, State } from "../state/state.ts";
import { requestOf } from "./captions.ts";
import { labelOf } from "./icons.ts";

/** Pictures on offer at once: as many as are seen without much scrolling. */
const drawingsCount = 24;

/** Whether a translation's captions find drawings of a library, which can be named; an older server does not say so. */
const hasLibrary = (meta: Meta | undefined, id: string): boolean =>
  (meta?.packs ?? [])
    .flatMap(({ translations }) => translations)
    .some(
      (translation) =>
        translation.id === id &&
        redraws(translation) &&
        translation.conditions.includes("caption") &&
        translation.hasDrawings !== false,
    );

/** Whether an image that was made so may start from another drawing. */
export const hasDrawings = (meta: Meta | undefined, made: Provenance): boolean =>
  isOfWords(made) && hasLibrary(meta, made.translation);

/** What main is told of how an image was made. */
export const rememberedOf = (meta: Meta | undefined, { provenance }: { readonly provenance: Provenance }) => ({
  provenance,
  ...(hasDrawings(meta, provenance) && { hasDrawings: true }),
});

/** What is asked for the drawings that some words find in the image's style. */
export function drawingsRequest(made: Provenance, words: string): DrawingsRequest {
  const { translation, condition, licences } = made as Provenance & Pick<ResolvedRequest, "licences">;
  const { style } = condition;
  return {
    translation,
    condition: { caption: words, ...(style === undefined ? {} : { style }) },
    ...(licences === undefined ? {} : { licences }),
    count: drawingsCount,
  };
}

/** The drawing that an image starts from; undefined where that are several, or nobody knows. */
export function drawingOf({ startFrom, sources = [] }: Provenance): string | undefined {
  const [source, another] = sources;
  if (startFrom !== undefined || source === undefined || another !== undefined) return startFrom;
  return `${source.set}:${source.icon}`;
}

/** A result as what may get another drawing; undefined where there are none. */
export function pickableResult(meta: Meta | undefined, image: ResultImage, title: string): Pickable | undefined {
  const { key, drawn, vector, name = title } = image;
  const made = drawn?.provenance;
  if (made === undefined || !hasDrawings(meta, made)) return undefined;
  const sizesPx = Object.keys(vector?.fitted ?? {}).map(Number);
  return {
    ...{ of: { kind: "result", key }, made, title: name },
    ...(vector && { vector: vector.record, sizesPx }),
  };
}

/** Icons of the selection that may get another drawing in their place. */
export const pickableLayers = ({ meta, scene, selection }: Pick<State, "meta" | "scene" | "selection">) =>
  (scene.icons ?? []).flatMap((icon): (Pickable & { readonly icon: SeenIcon })[] => {
    const { nodeId, nodeName, problem } = icon;
    const made = readProvenance(icon.provenance);
    if (problem !== undefined || made === undefined || !hasDrawings(meta, made)) return [];
    const vector = readRecord(icon.vector);
    const { sizesPx = [] } = selection.images.find(({ id }) => id === nodeId) ?? {};
    const title = labelOf(icon) || nodeName;
    return [{ icon, of: { kind: "layer", nodeId }, made, title, ...(vector && { vector, sizesPx }) }];
  });

/** The same image from another drawing: in its style and colours, with its seed. */
export function planFromDrawing({ made, title, vector, sizesPx }: Pickable, startFrom: string): DrawJob {
  // Images of one request differ by their drawings, of which there is one now.
  const { diversity: _, ...input } = requestOf(made).input;
  const job = {
    ...{ kind: "draw" as const, isRemembered: true, index: 0, title, imageCount: 1, nodeIds: [] },
    input: { ...input, startFrom, count: 1 },
    ...drawnOf(made),
  };
  return vector === undefined ? job : tracedJob(job, vector, sizesPx);
}
