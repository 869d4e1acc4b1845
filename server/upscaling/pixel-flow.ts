/**
 * A flow that draws one small z for each pixel of a picture, given features there (SRFlow, Lugmayr et al. 2020, does the same with a
 * deep flow): the inverse of the flow of cinn.ts without guidance, over many rows at once. The number of rows of a run is fixed,
 * so that a pixel's bytes never depend on how many others were asked for with it.
 */
import { AppError } from "../../shared/problem.ts";
import { plainInverseGraph } from "../flow/flow-graphs.ts";
import type { FlowWeights } from "../flow/weights.ts";
import { toModelBytes } from "../onnx/model-file.ts";
import type { Provider } from "../onnx/runtime.ts";
import { Session } from "../onnx/session.ts";

/** Rows of one run in one thread, of which eight hold an inner tile of 136 × 136 px; half as many spend more on starting runs, more gain nothing. */
export const pixelRows = 2312;

/** The flow's one condition. */
export const featuresName = "features";

export interface PixelFlowOptions {
  readonly provider?: Provider;
  readonly threads?: number;
  readonly label: string;
}

/** @throws AppError `pack_corrupt` when the flow reads other conditions than features */
export async function createPixelFlow({ architecture, tensors }: FlowWeights, options: PixelFlowOptions) {
  const { dims, conditions } = architecture;
  const [features, ...more] = conditions;
  if (features?.name !== featuresName || more.length > 0)
    throw new AppError(
      "pack_corrupt",
      `${options.label}: expected a flow with the one condition "${featuresName}", got ${conditions.map(({ name }) => name).join(", ")}`,
    );
  const binding = { kind: "weights", weights: tensors } as const;
  const session = await Session.create(toModelBytes(plainInverseGraph(architecture, pixelRows), binding), options);
  return {
    dims,
    featureDims: features.dims,
    /** v [rows, dims] and features [rows, featureDims] → z [rows, dims], for any number of rows. */
    async inverse(residual: Float32Array, given: Float32Array, rows: number): Promise<Float32Array> {
      const latent = new Float32Array(rows * dims);
      for (let start = 0; start < rows; start += pixelRows) {
        const end = Math.min(rows, start + pixelRows);
        const { values } = await session.run({
          residual: { data: part(residual, start, end, dims), dims: [pixelRows, dims] },
          [featuresName]: { data: part(given, start, end, features.dims), dims: [pixelRows, features.dims] },
        });
        latent.set((values!.data as Float32Array).subarray(0, (end - start) * dims), start * dims);
      }
      return latent;
    },
    dispose: () => session.dispose(),
  };
}

/** Rows `start` to `end` of a [rows, width] buffer, zeros behind the last up to `pixelRows`. */
function part(values: Float32Array, start: number, end: number, width: number): Float32Array {
  if (end - start === pixelRows) return values.subarray(start * width, end * width);
  const padded = new Float32Array(pixelRows * width);
  padded.set(values.subarray(start * width, end * width));
  return padded;
}
