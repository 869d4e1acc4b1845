/**
 * Selects the initial weights for a user's style: the base's flow, with "any style" replaced by the base style that fits the
 * new images best. It costs twenty evaluations and saves hundreds of steps.
 */
import { AppError } from "../../shared/problem.ts";
import { adaptFlow, assumeEntry } from "../flow/adapt-flow.ts";
import { evaluationBatch, heldOutNats } from "../flow/held-out.ts";
import { createEvaluation } from "../flow/training-graph.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import { labelTable } from "../flow/vector-table.ts";
import type { FlowWeights } from "../flow/weights.ts";
import { vocabularyOf } from "../manifest/pack-draft.ts";
import type { BasePack } from "../packs/base-pack.ts";

export interface FlowStart {
  readonly weights: FlowWeights;
  /** Id of the base style that the flow starts from; absent = any style. */
  readonly style?: string;
  /** Nats per dimension of the held-out images before training. */
  readonly heldOutNats: number;
}

/** Training images that each style is compared on. */
const comparedImages = 128;

/**
 * @param given conditions given in every comparison
 * @param seed seed of the projections for conditions that the base does not have
 */
export async function selectInitialWeights(
  { flow, draft }: BasePack,
  set: TrainingSet,
  given: readonly string[],
  {
    seed,
    threads,
    signal,
  }: { readonly seed: number; readonly threads: number; readonly signal?: AbortSignal | undefined },
): Promise<FlowStart> {
  const conditions = set.conditions.map(({ name, dims }) => ({ name, dims }));
  const compared = { ...set, heldOutRows: set.trainRows.slice(0, comparedImages) };
  const measureOn = async (rows: TrainingSet, candidates: readonly FlowWeights[]): Promise<number[]> => {
    const evaluation = await createEvaluation(candidates[0]!.architecture, evaluationBatch(rows), threads);
    try {
      const nats: number[] = [];
      for (const { tensors } of candidates) {
        signal?.throwIfAborted();
        nats.push(await heldOutNats(rows, (batch) => evaluation.nats(tensors, batch), { given: new Set(given) }));
      }
      return nats;
    } finally {
      await evaluation.dispose();
    }
  };
  const styles = stylesOf(draft);
  const candidates = [
    { weights: adaptFlow(flow, conditions, seed) },
    ...styles.map((style, entry) => ({
      style,
      weights: adaptFlow(assumeEntry(flow, "style", labelTable(styles.length), entry), conditions, seed),
    })),
  ];
  const nats = await measureOn(
    compared,
    candidates.map(({ weights }) => weights),
  );
  const best = candidates[nats.indexOf(Math.min(...nats))];
  if (!best || !Number.isFinite(Math.min(...nats)))
    throw new AppError(
      "training_failed",
      `start: expected finite nats of the base's flow, got ${nats.join(", ")} (latents or conditions that are not finite)`,
    );
  const [heldOut] = await measureOn(set, [best.weights]);
  return { ...best, heldOutNats: heldOut! };
}

/** The base's styles in the order of its vocabulary. */
const stylesOf = (draft: BasePack["draft"]): string[] => vocabularyOf(draft, "style")?.map(({ id }) => id) ?? [];
