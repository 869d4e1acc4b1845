/**
 * The style judge for a training from captions: what the flow draws of held-out captions at v = 0, without retrieval, against the folder's
 * training images and drawings of the base's styles, by the depths of an image expert that see more of the look than of the content.
 */
import type { ConditionValue } from "../engine/interfaces.ts";
import { joinRows } from "../engine/join-rows.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import type { FlowWeights } from "../flow/weights.ts";
import { evenPlaces } from "../platform/even-distances.ts";
import { meanRow } from "../platform/mean-row.ts";
import type { IndexContent } from "../retrieval/index-file.ts";
import { latentsOf } from "../retrieval/index-latents.ts";
import type { SetCondition, SetExperts } from "./encode/pack-experts.ts";
import { createPreview } from "./preview.ts";
import { type Judged, judgeCodes } from "./style/style-judge.ts";

/** Held-out captions that are drawn, and drawings that show each style of the base. */
const [drawnMost, shownMost] = [24, 12];

interface JudgeOptions {
  readonly set: TrainingSet;
  readonly experts: SetExperts;
  /** The base's drawings. */
  readonly index: IndexContent | undefined;
  /** Names of the conditions that captions give. */
  readonly measured: readonly string[];
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Share of the drawn captions whose style is the folder's, by the weights that draw them.
 * @returns undefined where the base has no image expert, or no drawings in styles of its own to tell the folder's from
 */
export async function openCaptionJudge({
  set,
  experts: { target, conditions },
  index,
  measured,
  threads,
  signal,
}: JudgeOptions): Promise<((weights: FlowWeights) => Promise<Judged>) | undefined> {
  const depths = conditions.flatMap(({ entry, name, expert }) => {
    const table = set.conditions.find((condition) => condition.name === name)?.table;
    if (entry.kind !== "image" || name === "image-last" || table?.kind !== "dense") return [];
    return [{ expert, mean: meanRow(table.values, table.dims, set.trainRows) }];
  });
  if (depths.length === 0 || !index?.entries.length || index.ownAffinities) return undefined;
  const { styles, entries } = index;
  const others: Float32Array[] = [];
  for (const style of styles.keys()) {
    signal?.throwIfAborted();
    const of = [...entries.keys()].filter((at) => entries[at]!.style === style);
    if (of.length === 0) continue;
    const shown = evenPlaces(of.length, shownMost).map((place) => of[place]!);
    const latents = latentsOf(index, shown);
    const pictures: Float32Array[] = [];
    for (const at of shown.keys())
      pictures.push(await target.decode(latents.slice(at * index.dims, (at + 1) * index.dims), 1));
    const codes = await codesOf(depths, pictures, target.imageSizePx, `style ${style}`);
    others.push(meanRow(joinRows(codes), codes[0]!.length, [...codes.keys()]));
  }
  const own = joinRows(depths.map(({ mean }) => mean));
  let judged = 0;
  return async ({ architecture, tensors }) => {
    signal?.throwIfAborted();
    const preview = await createPreview(architecture, set, target, measured, threads, drawnMost);
    try {
      const drawn = await preview.draw(tensors);
      judged += 1;
      const pictures = drawn.map(({ planes }) => planes);
      return judgeCodes(await codesOf(depths, pictures, target.imageSizePx, `judged ${judged}`), own, others);
    } finally {
      await preview.dispose();
    }
  };
}

/** The depths' codes of each picture, one after the other. @param key tells the pictures from others that were read */
async function codesOf(
  depths: ReadonlyArray<Pick<SetCondition, "expert">>,
  pictures: readonly Float32Array[],
  sizePx: number,
  key: string,
): Promise<Float32Array[]> {
  const values = pictures.map((planes, at): ConditionValue => ({ kind: "image", planes, sizePx, key: `${key} ${at}` }));
  const rows = await Promise.all(depths.map(({ expert }) => expert.encodeForTraining(values)));
  return pictures.map((_, at) =>
    joinRows(depths.map(({ expert: { dims } }, depth) => rows[depth]!.subarray(at * dims, (at + 1) * dims))),
  );
}
