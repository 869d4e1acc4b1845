/** A checkpoint of random weights in the shapes of a published one, made tensor by tensor as it is read, so that it takes no memory. */
import type { Checkpoint, CheckpointTensor } from "../../server/checkpoints/checkpoint.ts";
import { TrainingRandom } from "../../server/flow/random.ts";

/**
 * Variances and gains lie around 1, everything else around 0, a map's weights narrower the more it adds up.
 * @param name what messages call it
 */
export function randomCheckpoint(name: string, shapes: ReadonlyMap<string, readonly number[]>): Checkpoint {
  const tensors = [...shapes].map(([tensor, shape], index): [string, CheckpointTensor] => {
    const isAroundOne = /running_var$|BN\.weight$|(bn\d|downsample\.1)\.weight$/.test(tensor);
    const read = async (): Promise<Float32Array> => {
      const size = shape.reduce((product, length) => product * length, 1);
      const values = new TrainingRandom(1, index, "weights").fillNormal(
        new Float32Array(size),
        shape.length > 1 ? Math.sqrt(shape[0]! / size) : 0.1,
      );
      return isAroundOne ? values.map((value) => 1 + value) : values;
    };
    return [tensor, { shape, type: "float32", read }];
  });
  return { path: name, format: "safetensors", tensors: new Map(tensors), close: async () => undefined };
}
