/**
 * Encodes an image set once by the frozen experts of a translation: latents of all images, vectors of everything that
 * conditions them. Results are cached beside the set, so an interrupted run goes on where it stopped.
 */
import { TrainingRandom } from "../flow/random.ts";
import type { ConditionTable, TrainingSet } from "../flow/training-set.ts";
import { coresOf, membersFor } from "../thread-team.ts";
import { encodeConditions } from "./encode-conditions.ts";
import { type EncodeTask, encodeRows, rowsOf } from "./encode-rows.ts";
import { EncodeTeam } from "./encode-team.ts";
import { type EncodeContext, encodeAll, keyOf } from "./encoded-pieces.ts";
import type { ImageItem, PixelSource } from "./image-set.ts";
import type { SetExperts } from "./pack-experts.ts";

export interface EncodeOptions extends Omit<EncodeContext, "encode"> {
  readonly experts: SetExperts;
  /** How often a drawn image comes for each time that one of its recoloured copies does, so that plain names keep their natural colours. */
  readonly drawnRepeats: number;
  /** Cores that encode, 8 at most and as many as there is memory for; 0 = all, absent = this thread alone. */
  readonly threads?: number | undefined;
}

/** Rows from which a team of threads is worth the second that it takes to start. */
const teamRowsMin = 256;
const membersMax = 8;
/** What a member takes at most with the default pack's experts, 600 MB measured: a team gets half of the memory that is free. */
const memberBytes = 700e6;

/** The training set of a translation. Where it knows styles, images of other styles (held back) are left out of both splits. */
export async function encodeSet(options: EncodeOptions): Promise<TrainingSet> {
  const { images, experts, drawnRepeats, signal } = options;
  const members = membersFor(coresOf(options.threads ?? 1), membersMax, memberBytes);
  let team: EncodeTeam | undefined;
  const encode = (task: EncodeTask): Promise<Float32Array[]> => {
    if (members === 1 || rowsOf(task) < teamRowsMin) return encodeRows(task, images, experts, signal);
    team ??= new EncodeTeam({ experts: experts.source, images: sourceOf(images) }, members);
    return team.encode(task, signal);
  };
  const context = { ...options, encode };
  let conditions: ConditionTable[];
  let latents: Float32Array;
  try {
    conditions = await encodeConditions(context, experts.conditions);
    latents = await encodeLatents(context, experts);
  } finally {
    await team?.close();
  }
  const styles = conditions.find(({ name }) => name === "style");
  const rowsIn = (split: ImageItem["split"]): number[] =>
    images.items.flatMap((item, row) =>
      item.split === split && (styles === undefined || styles.options[row]!.length > 0) ? [row] : [],
    );
  return {
    dims: experts.target.latentDims,
    latents,
    posteriorStd: experts.posteriorStd,
    trainRows: Int32Array.from(
      rowsIn("train").flatMap((row) =>
        new Array<number>(images.items[row]!.augmentedFrom === undefined ? drawnRepeats : 1).fill(row),
      ),
    ),
    heldOutRows: shuffled(rowsIn("heldOutPair")),
    conditions,
  };
}

/** Posterior means of all images, [images, latentDims]. */
export function encodeLatents(
  { folder, images, encode, signal, onProgress }: EncodeContext,
  { target, targetDigest }: Pick<SetExperts, "target" | "targetDigest">,
): Promise<Float32Array> {
  return encodeAll({
    folder,
    key: keyOf(images, "target", targetDigest),
    what: "images",
    stem: "images",
    total: images.items.length,
    width: target.latentDims,
    pieceRows: 2048,
    changedMs: images.pixelsChangedMs,
    signal,
    onProgress,
    encode: (start, count) => encode({ kind: "latents", start, count }),
  });
}

const sourceOf = ({ folder, digest, count, sizePx }: PixelSource): PixelSource => ({ folder, digest, count, sizePx });

/** Mixes styles and concepts, so that any prefix is a fair sample and a neighbour is a stranger. */
function shuffled(rows: readonly number[]): Int32Array {
  const order = new TrainingRandom(0, 0, "order").permutation(rows.length);
  return Int32Array.from(order, (index) => rows[index]!);
}
