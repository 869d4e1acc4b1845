/**
 * A flow that others trained (net2net's and CompVis/invariances', imported by server/importers/layouts/conditional-flow.ts) as the engine's `Flow`: one graph a
 * direction, one row a run. Such a flow has one condition and was never trained without it: an absent one is zeros, and
 * guidance, which contrasts with absence, is refused.
 */
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { Session, type SessionOptions, type TensorInfo } from "../onnx/session.ts";

export interface PublishedFlowFiles {
  /** Paths inside `folder`: data → residual, residual → data, and the weights of both. */
  readonly forward: string;
  readonly inverse: string;
  readonly data: string;
}

interface Conditions {
  readonly [name: string]: { readonly values: Float32Array; readonly present: Float32Array };
}

/**
 * @param condition name of its condition in the translation
 * @throws AppError `pack_corrupt` when a graph does not load, or is no flow's
 */
export async function openPublishedFlow(
  folder: string,
  { forward, inverse, data }: PublishedFlowFiles,
  condition: string,
  options: Pick<SessionOptions, "provider" | "threads" | "label">,
) {
  const open = (path: string): Promise<Session> =>
    Session.create(join(folder, path), { ...options, label: `${options.label} ${path}`, externalData: [data] });
  const [toResidual, toData] = [await open(forward), await open(inverse)];
  const dims = shapeOf(toResidual, "data")[1] ?? 0;
  const conditionShape = shapeOf(toResidual, "condition");
  const conditionDims = conditionShape.reduce((product, size) => product * size, 1);

  async function runAll(
    session: Session,
    names: readonly [given: string, wanted: string],
    batch: number,
    rows: Float32Array,
    given: Conditions,
  ) {
    const { values = new Float32Array(), present = new Float32Array() } = given[condition] ?? {};
    const result = { values: new Float32Array(batch * dims), logDet: new Float32Array(batch) };
    for (let row = 0; row < batch; row += 1) {
      const own = new Float32Array(conditionDims);
      if (present[row]) own.set(values.subarray(row * conditionDims, (row + 1) * conditionDims));
      const outputs = await session.run({
        [names[0]]: { data: rows.slice(row * dims, (row + 1) * dims), dims: [1, dims] },
        condition: { data: own, dims: conditionShape },
      });
      result.values.set(outputs[names[1]]!.data as Float32Array, row * dims);
      result.logDet[row] = (outputs["logDet"]!.data as Float32Array)[0]!;
    }
    return result;
  }

  return {
    dims,
    hasGuidance: false,
    conditions: [{ name: condition, dims: conditionDims }],
    /** z → v: see `Flow` in server/engine/interfaces.ts. */
    forward: (latent: Float32Array, given: Conditions, batch: number) =>
      runAll(toResidual, ["data", "residual"], batch, latent, given),
    /** v → z: see `Flow`. @throws AppError `invalid_request` for guidance */
    async inverse(
      residual: Float32Array,
      given: Conditions,
      batch: number,
      guidance: ReadonlyArray<readonly unknown[]> = [],
    ) {
      if (guidance.some((terms) => terms.length > 0))
        throw new AppError(
          "invalid_request",
          `guidance: expected 0, because ${options.label} was never trained without its condition, got more`,
          { field: "guidance", expected: "0", received: "more" },
        );
      return runAll(toData, ["residual", "data"], batch, residual, given);
    },
    async dispose(): Promise<void> {
      await toResidual.dispose();
      await toData.dispose();
    },
  };
}

/** Sizes of an input, all of them known. */
function shapeOf(session: Session, name: string): number[] {
  const info: TensorInfo | undefined = session.inputs.get(name);
  if (info?.type === "float32" && info.shape.every((size) => typeof size === "number" && size > 0))
    return info.shape as number[];
  throw new AppError(
    "pack_corrupt",
    `${session.label}: expected a float32 input ${name} of a known shape, got ${info ? `${info.type} [${info.shape.join(", ")}]` : "none"}`,
  );
}
