/**
 * Ridge regression on wide features: a picture's features at unit length, and beside them units of random weights, which bend
 * (random features: Rahimi & Recht 2007). Products are summed block by block, so memory does not grow with the pictures. It
 * knows nothing of captions.
 */
import { Matrix } from "ml-matrix";
import { TrainingRandom } from "../../flow/random.ts";
import { Graph } from "../../onnx/graph.ts";
import { toModelBytes } from "../../onnx/model-file.ts";
import { concat, gemm, scale, silu } from "../../onnx/ops.ts";
import { Session, type Tensor } from "../../onnx/session.ts";
import { solveRidge } from "../metrics/ridge.ts";
import { countOf, rowOf, stackRows, type Vectors } from "../metrics/vectors.ts";

export interface WideRidge {
  /** Adds pairs of inputs [count, in] and outputs [count, out]. */
  add(inputs: Vectors, outputs: Vectors): Promise<void>;
  /**
   * What predicts outputs from inputs, by the pairs that were added until now; more may be added afterwards.
   * @throws AppError `dataset_invalid` for fewer than two pairs
   */
  fit(): (inputs: Vectors) => Promise<Vectors>;
}

export interface WideRidgeOptions {
  readonly dimsIn: number;
  readonly dimsOut: number;
  /** Random units beside the features. */
  readonly units: number;
  /** λ as a share of the mean variance of a wide feature. */
  readonly penalty: number;
  readonly threads: number;
}

/** Pairs in one run of the graph. */
const block = 1024;
/** Deviation of what units bend: the curve of a SiLU is nearly straight for less. */
const unitsGain = 2;

export async function openWideRidge(options: WideRidgeOptions): Promise<WideRidge> {
  const { dimsIn, dimsOut, units, penalty, threads } = options;
  const settings = { label: "wide ridge regression", threads };
  const session = await Session.create(toModelBytes(graphOf(options), { kind: "inputs" }), settings);
  // A pair is a row of 1, its wide features and its outputs.
  const [wide, width] = [dimsIn + units, 1 + dimsIn + units + dimsOut];
  const sums = new Float64Array(width * width);
  const forEachBlock = async (
    inputs: Vectors,
    outputs: Vectors | undefined,
    take: (results: Record<string, Tensor>, rows: number) => void,
  ): Promise<void> => {
    for (let start = 0; start < countOf(inputs); start += block) {
      const rows = Math.min(block, countOf(inputs) - start);
      const one = new Float32Array(block).fill(1, 0, rows);
      const [x, y] = [new Float32Array(block * dimsIn), new Float32Array(block * dimsOut)];
      for (let row = 0; row < rows; row += 1) {
        x.set(atUnitLength(rowOf(inputs, start + row)), row * dimsIn);
        if (outputs) y.set(rowOf(outputs, start + row), row * dimsOut);
      }
      const feeds = {
        one: { data: one, dims: [block, 1] },
        x: { data: x, dims: [block, dimsIn] },
        y: { data: y, dims: [block, dimsOut] },
      };
      take(await session.run(feeds), rows);
    }
  };
  return {
    add: (inputs, outputs) =>
      forEachBlock(inputs, outputs, ({ products }) => {
        const values = products!.data as Float32Array;
        for (let at = 0; at < sums.length; at += 1) sums[at]! += values[at]!;
      }),
    fit() {
      const count = sums[0]!;
      const means = sums.slice(0, width).map((sum) => sum / count);
      // Rounding in the graph leaves the products a little asymmetric, so only half of them count.
      const covariance = (one: number, other: number): number =>
        sums[Math.min(one, other) * width + Math.max(one, other)]! - count * (means[one]! * means[other]!);
      const centred = (first: number, columns: number): Matrix => {
        const matrix = new Matrix(wide, columns);
        for (let row = 0; row < wide; row += 1)
          for (let column = 0; column < columns; column += 1)
            matrix.set(row, column, covariance(1 + row, first + column));
        return matrix;
      };
      const weights = solveRidge({ count, gram: centred(1, wide), cross: centred(1 + wide, dimsOut) }, penalty);
      const meansOf = (first: number, length: number): number[] => [...means.subarray(first, first + length)];
      return async (inputs) => {
        const predicted: Float32Array[] = [];
        await forEachBlock(inputs, undefined, ({ rows }, count) => {
          const features = Matrix.from1DArray(block, width, rows!.data as Float32Array)
            .subMatrix(0, count - 1, 1, wide)
            .subRowVector(meansOf(1, wide));
          const product = features.mmul(weights).addRowVector(meansOf(1 + wide, dimsOut));
          for (let row = 0; row < count; row += 1) predicted.push(Float32Array.from(product.getRow(row)));
        });
        return stackRows(predicted, dimsOut);
      };
    },
  };
}

/** From a block of pairs to its rows, and their products with each other; a row of zeros adds nothing. */
function graphOf({ dimsIn, dimsOut, units }: WideRidgeOptions): Graph {
  const graph = new Graph("wide-ridge");
  const [one, x, y] = [
    graph.input("one", [block, 1]),
    graph.input("x", [block, dimsIn]),
    graph.input("y", [block, dimsOut]),
  ];
  // One seed for all reports, so that they share a judge.
  const drawn = new TrainingRandom(1, 0, "weights").fillNormal(new Float32Array(dimsIn * units), unitsGain);
  // Together they are about as long as the features.
  const bent = scale(silu(gemm(x, graph.constant(drawn, [dimsIn, units]))), 1 / Math.sqrt(units));
  const rows = concat([one, x, bent, y], 1);
  graph.output("rows", rows);
  graph.output("products", gemm(rows, rows, { transA: true }));
  return graph;
}

function atUnitLength(row: Float32Array): Float32Array {
  const length = Math.hypot(...row) || 1;
  return row.map((value) => value / length);
}
