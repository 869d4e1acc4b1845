/** Draws images by a fitted flow, and by the MLP in its place, under held-out conditions, and measures both against the target's own images. */
import type { TargetExpert } from "../engine/interfaces.ts";
import { frechetDistance } from "../evaluation/metrics/frechet-distance.ts";
import { inceptionScore } from "../evaluation/metrics/inception-score.ts";
import { pickRows, stackRows, type Vectors } from "../evaluation/metrics/vectors.ts";
import { createFlow } from "../flow/flow-sessions.ts";
import { TrainingRandom } from "../flow/random.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import { copyEntry } from "../flow/vector-table.ts";
import type { FlowWeights } from "../flow/weights.ts";
import type { openJudge } from "./feature-net.ts";

type Judge = Awaited<ReturnType<typeof openJudge>>;

export interface Score {
  readonly who: "flow" | "MLP" | "target's own images" | "their two halves";
  readonly score?: { readonly mean: number; readonly deviation: number };
  /** To the target's own images of held-out z. */
  readonly distance: number;
}

export interface MeasureOptions {
  readonly set: TrainingSet;
  readonly target: TargetExpert;
  readonly flow: FlowWeights;
  readonly mlp: FlowWeights;
  readonly judge: Judge;
  /** Images each. */
  readonly samples: number;
  readonly seed: number;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface Measured {
  readonly scores: readonly Score[];
  /** Planes of the first images of each, for a sheet: `[own, flow, MLP]` by row. */
  readonly pictures: ReadonlyArray<readonly Float32Array[]>;
}

/** Images of each kind that are kept to be looked at. */
const picturesKept = 8;

export async function measureRecipe(options: MeasureOptions): Promise<Measured> {
  const { set, target, judge, samples, seed } = options;
  const rows = Array.from({ length: samples }, (_, at) => set.heldOutRows[at % set.heldOutRows.length]!);
  const own = rows.map((row) => set.latents.slice(row * set.dims, (row + 1) * set.dims));
  const noise = (row: number): Float32Array =>
    new TrainingRandom(seed, row, "evaluation").fillNormal(new Float32Array(set.dims));
  const drawn = await latentsOf(options.flow, set, rows, noise);
  const mean = await latentsOf(options.mlp, set, rows, () => new Float32Array(set.dims));
  const pictures: Float32Array[][] = [];
  const judged: Array<{ features: Vectors; logits: Vectors }> = [];
  let done = 0;
  for (const latents of [own, drawn, mean]) {
    const [features, logits]: [Float32Array[], Float32Array[]] = [[], []];
    const kept: Float32Array[] = [];
    for (const z of latents) {
      const planes = await target.decode(z, 1);
      if (kept.length < picturesKept) kept.push(planes);
      const image = { kind: "image", planes, sizePx: target.imageSizePx, key: `recipe measure ${done}` } as const;
      features.push((await judge.features.encode([image])).slice());
      logits.push((await judge.logits.encode([image])).map((value) => value * judge.inverseTemperature));
      done += 1;
      options.onProgress?.(done, 3 * samples);
    }
    pictures.push(kept);
    judged.push({ features: stackRows(features, judge.features.dims), logits: stackRows(logits, judge.logits.dims) });
  }
  const [real, flow, mlp] = judged as [(typeof judged)[0], (typeof judged)[0], (typeof judged)[0]];
  const half = (odd: number): Vectors =>
    pickRows(
      real.features,
      rows.flatMap((_, at) => (at % 2 === odd ? [at] : [])),
    );
  const score = (who: Score["who"], images: typeof real): Score => ({
    who,
    score: inceptionScore(images.logits),
    distance: frechetDistance(images.features, real.features),
  });
  return {
    scores: [
      score("flow", flow),
      score("MLP", mlp),
      { ...score("target's own images", real), distance: 0 },
      { who: "their two halves", distance: frechetDistance(half(0), half(1)) },
    ],
    pictures,
  };
}

async function latentsOf(
  weights: FlowWeights,
  set: TrainingSet,
  rows: readonly number[],
  residualOf: (at: number) => Float32Array,
): Promise<Float32Array[]> {
  const flow = await createFlow(weights, { label: "recipe" });
  try {
    const given = Object.fromEntries(
      set.conditions.map(({ name, dims, table, options }) => {
        const values = new Float32Array(rows.length * dims);
        for (const [at, row] of rows.entries()) copyEntry(table, options[row]![0]!, values, at * dims);
        return [name, { values, present: new Float32Array(rows.length).fill(1) }];
      }),
    );
    const residuals = new Float32Array(rows.length * set.dims);
    for (const at of rows.keys()) residuals.set(residualOf(at), at * set.dims);
    const { values } = await flow.inverse(residuals, given, rows.length);
    return rows.map((_, at) => values.slice(at * set.dims, (at + 1) * set.dims));
  } finally {
    await flow.dispose();
  }
}
