/**
 * The way on where the server no longer has what an image was made from: each layer's request again, with the picture that the layer
 * shows now in place of the lost one. The file keeps the pictures of its own styles, and layers their masks and layouts: those are
 * sent again.
 */
import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";
import type { Meta, TranslationInfo } from "../../../shared/contract/meta.ts";
import type { ApiClient } from "../client/api-client.ts";
import { Failure } from "../client/failure.ts";
import { uploadShown } from "../control/shown-styles.ts";
import type { Rasterise } from "../pad/rasterise.ts";
import type { DrawJob } from "../run/jobs.ts";
import type { SeenIcon, State } from "../state/state.ts";
import { redrawnTemperature } from "./captions.ts";
import { upright } from "./icons.ts";
import { pictureOf, rasteriseDrawn } from "./prepare.ts";

type Condition = GenerationInput["condition"];

/** What is on the server by now, by digest. */
interface Uploaded {
  /** The picture that a layer shows, by the layer's id. */
  readonly shownBy: ReadonlyMap<string, string>;
  /** Pictures of the file's styles. */
  readonly ofStyles: ReadonlySet<string>;
  /** Masks and layouts that layers remember, by their SVG. */
  readonly drawings: ReadonlyMap<string, string>;
}

/** Jobs that can be done now, and those of layers whose picture is not there: they stay lost. */
interface LostPlan {
  readonly jobs: readonly DrawJob[];
  readonly left: readonly DrawJob[];
}

/** @throws Failure image_unknown when none of the layers is selected any more; the signal's reason when aborted */
export async function prepareLost(
  { meta, shown }: Pick<State, "meta" | "shown">,
  lost: readonly DrawJob[],
  icons: readonly SeenIcon[],
  client: ApiClient,
  rasterise: Rasterise,
  signal: AbortSignal,
): Promise<LostPlan> {
  const ids = new Set(lost.flatMap(({ nodeIds }) => nodeIds));
  const shownBy = new Map<string, string>();
  for (const icon of icons.filter(({ nodeId }) => ids.has(nodeId)))
    shownBy.set(icon.nodeId, (await client.uploadImage(await pictureOf(upright(icon), rasterise), signal)).digest);
  if (shownBy.size === 0) throw new Failure("image_unknown", "none of its layers is selected any more");
  const ofStyles = new Set<string>();
  const needsStyles = lost.some(({ input }) => typeof input.condition.style === "object");
  for (const style of needsStyles ? shown : [])
    for (const digest of await uploadShown(style, client, signal)) ofStyles.add(digest);
  const drawings = new Map<string, string>();
  for (const drawn of new Set(lost.flatMap((job) => job.drawn ?? []))) {
    // What is no drawing is as good as none: the picture of its layer is there.
    const picture = await rasteriseDrawn(drawn, rasterise).catch(() => undefined);
    if (picture !== undefined) drawings.set(drawn, (await client.uploadImage(picture, signal)).digest);
  }
  return planLost(lost, meta, { shownBy, ofStyles, drawings });
}

/** Whether strokes, a mask or colours that some of these followed can't come back: only pictures and words remain of them. */
export const losesDrawings = (lost: readonly DrawJob[]): boolean =>
  lost.some(({ input: { condition }, drawn }) => {
    const { sketch, layout, drawing } = condition;
    return isUpload(sketch) || (drawn === undefined && (isUpload(layout) || drawing?.mask !== undefined));
  });

/** One job a layer, because each shows another picture. Pure. */
export function planLost(lost: readonly DrawJob[], meta: Meta | undefined, uploaded: Uploaded): LostPlan {
  const { shownBy, ofStyles, drawings } = uploaded;
  const translations = (meta?.packs ?? []).flatMap((pack) => pack.translations);
  const layers = lost.flatMap(layersOf);
  const left = layers.filter(({ nodeIds: [nodeId = ""] }) => !shownBy.has(nodeId));
  const jobs = layers.flatMap(({ onlyIndex, isLost, ...job }) => {
    const own = shownBy.get(job.nodeIds[0]!);
    if (own === undefined) return [];
    const { keepResidualOf, blendWith, attribute, angleDegrees, ...input } = job.input;
    const isEdit = keepResidualOf !== undefined;
    const translation = translations.find(({ id }) => id === input.translation);
    const drawn = job.drawn === undefined ? undefined : drawings.get(job.drawn);
    const condition = conditionOf(input.condition, isEdit, { own, drawn }, ofStyles, translation);
    // A drawing has one likeliest answer, which is there already.
    const temperature = condition.drawing ? Math.max(redrawnTemperature, input.temperature ?? 0) : input.temperature;
    return [
      {
        ...job,
        input: {
          ...input,
          // Of an edit, the picture shows what it did.
          ...(attribute === undefined || isEdit ? {} : { attribute }),
          condition,
          count: 1,
          ...(temperature === undefined ? {} : { temperature }),
        },
      },
    ];
  });
  return { jobs, left };
}

/** Each layer's share of a job. */
const layersOf = (job: DrawJob): DrawJob[] =>
  job.nodeIds.length === 1
    ? [job]
    : job.nodeIds.map((nodeId, at) => ({
        ...job,
        // Between this job and the next.
        index: job.index + at / job.nodeIds.length,
        imageCount: 1,
        nodeIds: [nodeId],
        input: { ...job.input, seed: ((job.input.seed ?? 0) + at) % 2 ** 32, count: 1 },
      }));

const isUpload = (part: object | undefined): boolean => part !== undefined && "image" in part;

function conditionOf(
  { sketch, layout, image, drawing, style, caption, ...words }: Condition,
  isEdit: boolean,
  { own, drawn }: { readonly own: string; readonly drawn: string | undefined },
  ofStyles: ReadonlySet<string>,
  translation: TranslationInfo | undefined,
): Condition {
  const { conditions: reads = [], styleImagesMax } = translation ?? {};
  const isSketched = isUpload(sketch);
  // Strokes are gone, and a residual too: the shapes of the picture say most of what they said.
  const isLike = image !== undefined || ((isSketched || isEdit) && reads.includes("image"));
  const isDrawn = isUpload(drawing) || (isEdit && !isLike && drawing === undefined && reads.includes("drawing"));
  const hasStyle = typeof style !== "object" || style.images.every((digest) => ofStyles.has(digest));
  // A drawing without a requested style stays in its own.
  const isInOwnStyle = style === undefined && isDrawn && styleImagesMax !== undefined;
  const mask = drawing?.mask === undefined || drawn === undefined ? {} : { mask: drawn };
  const ownStyle = style === undefined && typeof drawing?.style === "string" ? { style: drawing.style } : {};
  return {
    ...words,
    // The layer's own picture shows already what was said of a drawing.
    ...(caption === undefined || isUpload(drawing) ? {} : { caption }),
    ...(isInOwnStyle || !hasStyle ? { style: { images: [own] } } : style === undefined ? {} : { style }),
    ...(sketch === undefined || (isSketched && isLike) ? {} : { sketch: isSketched ? { image: own } : sketch }),
    ...(layout === undefined ? {} : { layout: isUpload(layout) ? { image: drawn ?? own } : layout }),
    ...(isDrawn ? { drawing: { image: own, ...mask, ...ownStyle } } : drawing === undefined ? {} : { drawing }),
    ...(isLike ? { image: { image: own, depth: image?.depth ?? "middle" } } : {}),
  };
}
