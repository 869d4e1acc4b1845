/**
 * A flow that draws a small z for each pixel from the features there (as SRFlow does with a deep flow, Lugmayr et al. 2020):
 * the inverse of the flow of cinn.ts without guidance, for many rows. The number of rows of a run is fixed, so that a pixel's
 * bytes never depend on the number of other pixels.
 */
import { AppError } from "../../../shared/problem.ts";
import { plainInverseGraph } from "../../flow/flow-graphs.ts";
import type { FlowWeights } from "../../flow/weights.ts";
import { toModelBytes } from "../../onnx/model-file.ts";
import type { Provider } from "../../onnx/runtime.ts";
import { Session } from "../../onnx/session.ts";

/**
 * Rows of one run in one thread; eight runs cover an inner tile of 136 × 136 px. With half as many, starting the runs costs
 * more; with more, nothing is gained.
 */
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

/** Rows `start` to `end` of a [rows, width] buffer, padded with zeros to `pixelRows`. */
function part(values: Float32Array, start: number, end: number, width: number): Float32Array {
  if (end - start === pixelRows) return values.subarray(start * width, end * width);
  const padded = new Float32Array(pixelRows * width);
  padded.set(values.subarray(start * width, end * width));
  return padded;
}
