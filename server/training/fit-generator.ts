/**
 * Fits a flow to samples of a generator (generator-set.ts). The distribution of z is known, so its whitening is computed
 * exactly; with hundreds of dimensions a fit of the same quality would need tens of thousands of samples.
 */
import type { Generator } from "../experts/custom/generator.ts";
import type { FittedFlow } from "../flow/fitted-flow.ts";
import type { TrainOptions } from "../flow/trainer.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import type { Whitening } from "../flow/whitening.ts";
import { fitFlow, freshWeights } from "./fit-flow.ts";

/** @param set drawn from `generator` */
export const fitGenerator = (generator: Generator, set: TrainingSet, options: TrainOptions): Promise<FittedFlow> =>
  fitFlow(set, options, freshWeights(set, options.seed, generatorWhitening(generator)));

/**
 * ZCA whitening of z as it is trained. The latent has variance 1 + s², the unused dimensions s². Class codes of height h, one
 * of K drawn uniformly, have the covariance (s² + h²/K)·I − h²/K²·11ᵀ: s² along (1, …, 1), s² + h²/K across.
 */
export function generatorWhitening({
  latentDims,
  freeDims,
  classCount,
  posteriorStd,
  codeHeight,
}: Generator): Whitening {
  const isCode = (axis: number): boolean => axis >= freeDims && axis < freeDims + classCount;
  const along = posteriorStd ** 2;
  const across = along + codeHeight ** 2 / Math.max(1, classCount);
  const plain = (axis: number): number => (axis < freeDims ? 1 + along : along);
  const power = (exponent: number): Float64Array => {
    const mean = (along ** exponent - across ** exponent) / Math.max(1, classCount);
    return Float64Array.from({ length: latentDims ** 2 }, (_, at) => {
      const [row, column] = [Math.floor(at / latentDims), at % latentDims];
      if (isCode(row) && isCode(column)) return mean + (row === column ? across ** exponent : 0);
      return row === column ? plain(row) ** exponent : 0;
    });
  };
  const logs = Array.from({ length: latentDims }, (_, axis) => Math.log(isCode(axis) ? across : plain(axis)));
  // The sum counted all directions of the codes as across; one of them is along.
  const correction = classCount > 0 ? Math.log(along) - Math.log(across) : 0;
  return {
    mean: Float64Array.from({ length: latentDims }, (_, axis) => (isCode(axis) ? codeHeight / classCount : 0)),
    matrix: power(-0.5),
    inverse: power(0.5),
    logDet: -0.5 * (logs.reduce((sum, value) => sum + value, 0) + correction),
  };
}
