/** Pools a layer's output for one input to a vector: over tokens or positions, then to unit length. Pure. */
import { AppError } from "../../../shared/problem.ts";
import type { OnnxExpertEntry } from "../../manifest/declared-manifest.ts";
import type { Tensor } from "../../onnx/session.ts";
import { requireFinite } from "../check.ts";

type Pooling = OnnxExpertEntry["pooling"];

/**
 * A layer's tensor for one input → a vector [dims].
 * @throws AppError `tensor_mismatch` naming the expert when the tensor can't be pooled so, has another length or is not finite
 */
export function toVector(tensor: Tensor, { pooling, normalise, dims }: OnnxExpertEntry, expert: string): Float32Array {
  const vector = pool(tensor, pooling, expert);
  if (vector.length !== dims)
    throw mismatch(
      expert,
      `${dims} dims`,
      `${vector.length} from [${tensor.dims.join(", ")}] by pooling ${nameOf(pooling)}`,
    );
  requireFinite(vector, expert);
  if (normalise === "none") return vector;
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / Math.max(length, 1e-12));
}

const nameOf = (pooling: Pooling): string => (typeof pooling === "object" ? `grid ${pooling.grid}` : pooling);

const mismatch = (expert: string, expected: string, received: string): AppError =>
  new AppError("tensor_mismatch", `${expert}: expected ${expected}, got ${received}`, { expected, received });

/** A layer's tensor for one input, pooled to any length. @throws AppError `tensor_mismatch` when it can't be pooled so */
export function pool({ data, dims: shape }: Tensor, pooling: Pooling, expert: string): Float32Array {
  if (!(data instanceof Float32Array) || shape[0] !== 1)
    throw mismatch(expert, "float32 with a batch of 1", `${data.constructor.name} [${shape.join(", ")}]`);
  if (pooling === "none") return data.slice();
  const cannot = (): never => {
    const expected =
      typeof pooling === "object"
        ? `[1, n, height, width] of at least ${pooling.grid} × ${pooling.grid} places`
        : "[1, tokens, n] or [1, n, height, width]";
    throw mismatch(expert, `${expected} for pooling ${nameOf(pooling)}`, `[${shape.join(", ")}]`);
  };
  if (shape.length === 3 && pooling === "mean") return meanOfRows(data, shape[2]!);
  const [, channels = 0, height = 0, width = 0] = shape;
  const grid = pooling === "mean" ? 1 : pooling.grid;
  if (shape.length !== 4 || height < grid || width < grid) return cannot();
  return meansOfAreas(data, channels, height, width, grid);
}

function meanOfRows(data: Float32Array, width: number): Float32Array {
  const sum = new Float64Array(width);
  for (const [at, value] of data.entries()) sum[at % width]! += value;
  return Float32Array.from(sum, (value) => value / (data.length / width));
}

/**
 * [channels, height, width] → [channels, grid, grid]. Areas differ by one position in size if the grid does not divide the
 * sides.
 */
function meansOfAreas(data: Float32Array, channels: number, height: number, width: number, grid: number): Float32Array {
  const edge = (index: number, length: number): number => Math.round((index * length) / grid);
  return Float32Array.from({ length: channels * grid * grid }, (_, cell) => {
    const [channel, row, column] = [Math.floor(cell / grid ** 2), Math.floor(cell / grid) % grid, cell % grid];
    let [sum, count] = [0, 0];
    for (let y = edge(row, height); y < edge(row + 1, height); y += 1)
      for (let x = edge(column, width); x < edge(column + 1, width); x += 1) {
        sum += data[(channel * height + y) * width + x]!;
        count += 1;
      }
    return sum / count;
  });
}
