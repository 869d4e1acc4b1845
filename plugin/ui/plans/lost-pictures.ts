/**
 * The way on where the server no longer has what an image was made from: each layer's request again, with the picture that the layer
 * shows now in place of the lost one. The file keeps the pictures of its own styles, so those are sent again.
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
import { pictureOf } from "./prepare.ts";

type Condition = GenerationInput["condition"];

/** What is on the server by now, by digest. */
interface Uploaded {
  /** The picture that a layer shows, by the layer's id. */
  readonly shownBy: ReadonlyMap<string, string>;
  /** Pictures of the file's styles. */
  readonly ofStyles: ReadonlySet<string>;
}

/** @throws Failure image_unknown when none of the layers is selected any more; the signal's reason when aborted */
export async function prepareLost(
  { meta, shown }: Pick<State, "meta" | "shown">,
  lost: readonly DrawJob[],
  icons: readonly SeenIcon[],
  client: ApiClient,
  rasterise: Rasterise,
  signal: AbortSignal,
): Promise<DrawJob[]> {
  const ids = new Set(lost.flatMap(({ nodeIds }) => nodeIds));
  const shownBy = new Map<string, string>();
  for (const icon of icons.filter(({ nodeId }) => ids.has(nodeId)))
    shownBy.set(icon.nodeId, (await client.uploadImage(await pictureOf(icon, rasterise), signal)).digest);
  if (shownBy.size === 0) throw new Failure("image_unknown", "none of its layers is selected any more");
  const ofStyles = new Set<string>();
  const needsStyles = lost.some(({ input }) => typeof input.condition.style === "object");
  for (const style of needsStyles ? shown : [])
    for (const digest of await uploadShown(style, client, signal)) ofStyles.add(digest);
  return planLost(lost, meta, { shownBy, ofStyles });
}

/** One job a layer, because each shows another picture; layers whose picture is not there are left out. Pure. */
export function planLost(lost: readonly DrawJob[], meta: Meta | undefined, { shownBy, ofStyles }: Uploaded): DrawJob[] {
  const translations = (meta?.packs ?? []).flatMap((pack) => pack.translations);
  return lost.flatMap((job) =>
    job.nodeIds.flatMap((nodeId, at) => {
      const own = shownBy.get(nodeId);
      if (own === undefined) return [];
      const { onlyIndex, ...others } = job;
      const { keepResidualOf, blendWith, attribute, angleDegrees, ...input } = job.input;
      const reads = translations.find(({ id }) => id === input.translation)?.conditions ?? [];
      const isEdit = keepResidualOf !== undefined;
      const condition = conditionOf(input.condition, isEdit, own, ofStyles, reads);
      // A drawing has one likeliest answer, which is there already.
      const temperature = condition.drawing ? Math.max(redrawnTemperature, input.temperature ?? 0) : input.temperature;
      return [
        {
          ...others,
          // Between this job and the next.
          index: job.index + at / job.nodeIds.length,
          imageCount: 1,
          nodeIds: [nodeId],
          input: {
            ...input,
            condition,
            seed: ((input.seed ?? 0) + at) % 2 ** 32,
            count: 1,
            ...(temperature === undefined ? {} : { temperature }),
          },
        },
      ];
    }),
  );
}

const isUpload = (part: object | undefined): boolean => part !== undefined && "image" in part;

function conditionOf(
  { sketch, layout, image, drawing, style, ...words }: Condition,
  isEdit: boolean,
  own: string,
  ofStyles: ReadonlySet<string>,
  reads: TranslationInfo["conditions"],
): Condition {
  const isSketched = isUpload(sketch);
  // Strokes are gone, and a residual too: the shapes of the picture say most of what they said.
  const isLike = image !== undefined || ((isSketched || isEdit) && reads.includes("image"));
  const hasStyle = typeof style !== "object" || style.images.every((digest) => ofStyles.has(digest));
  return {
    ...words,
    ...(style === undefined ? {} : { style: hasStyle ? style : { images: [own] } }),
    ...(sketch === undefined || (isSketched && isLike) ? {} : { sketch: isSketched ? { image: own } : sketch }),
    ...(layout === undefined ? {} : { layout: isUpload(layout) ? { image: own } : layout }),
    ...(drawing === undefined ? {} : { drawing: isUpload(drawing) ? { image: own } : drawing }),
    ...(isLike ? { image: { image: own, depth: image?.depth ?? "middle" } } : {}),
  };
}
