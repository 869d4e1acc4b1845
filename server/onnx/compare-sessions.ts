/**
 * Whether a graph computes the same elsewhere: runs it on the processor and on another provider with the same made-up inputs. GPUs
 * round differently, and drivers have faults that show as wrong images and as nothing else. A graph that refuses made-up inputs on
 * the processor already, as one that looks up words may, is not compared.
 */
import { AppError } from "../../shared/problem.ts";

interface Values {
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
  readonly dims: readonly number[];
}
interface Info {
  readonly type: string;
  readonly shape: readonly (number | string)[];
}
type Feeds = Readonly<Record<string, Values>>;
/** What is asked of a session. */
interface Runnable {
  readonly label: string;
  readonly provider: string;
  readonly inputs: ReadonlyMap<string, Info>;
  run(feeds: Feeds): Promise<Feeds>;
}

/**
 * Largest difference of an output: the root mean square of the differences as a share of that of the reference. Products of reduced
 * precision (TF32) differ by a few thousandths after many layers, wrong kernels by far more.
 */
export const differenceMax = 0.01;

/** Size of a free axis. */
const freeAxis = 2;

/**
 * The largest difference of any output; undefined where the reference refuses the inputs.
 * @throws AppError out_of_memory, tensor_mismatch where the candidate alone refuses them
 */
export async function differenceOf(reference: Runnable, candidate: Runnable): Promise<number | undefined> {
  const feeds = madeUpFeeds(reference.inputs);
  const expected = await reference.run(feeds).catch(() => undefined);
  if (!expected) return undefined;
  const received = await candidate.run(feeds);
  return Math.max(0, ...Object.entries(expected).map(([name, tensor]) => shareOf(tensor, received[name])));
}

/** @throws AppError `provider_unavailable` naming the difference when it is more than `differenceMax` */
export async function requireSame(reference: Runnable, candidate: Runnable): Promise<void> {
  const difference = await differenceOf(reference, candidate);
  if (difference === undefined || difference <= differenceMax) return;
  const expected = `results within ${100 * differenceMax} % of the processor's`;
  const received = `${(100 * difference).toPrecision(3)} %`;
  throw new AppError(
    "provider_unavailable",
    `provider: expected ${expected}, got ${received} from ${candidate.provider} for ${candidate.label}`,
    { field: "provider", expected, received },
  );
}

function madeUpFeeds(inputs: ReadonlyMap<string, Info>): Feeds {
  return Object.fromEntries(
    [...inputs].map(([name, { type, shape }]) => {
      const dims = shape.map((size) => (typeof size === "number" && size >= 0 ? size : freeAxis));
      const length = dims.reduce((product, size) => product * size, 1);
      return [name, { dims, data: madeUpData(type, length) }];
    }),
  );
}

/** Numbers in [-1, 1] from a sine sweep, and ones, which are words and marks of words. */
function madeUpData(type: string, length: number): Values["data"] {
  if (type === "int64") return new BigInt64Array(length).fill(1n);
  if (type === "int32") return new Int32Array(length).fill(1);
  return Float32Array.from({ length }, (_, at) => Math.sin(at * 0.7 + (at * at) / 1e4));
}

function shareOf({ data: expected }: Values, received: Values | undefined): number {
  if (received?.data.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [squares, differences] = [0, 0];
  for (let at = 0; at < expected.length; at++) {
    const value = Number(expected[at]);
    // Made-up inputs may lead out of the range of a graph.
    if (!Number.isFinite(value)) continue;
    squares += value ** 2;
    differences += (value - Number(received.data[at])) ** 2;
  }
  const share = Math.sqrt(differences / Math.max(1e-12, squares));
  return Number.isNaN(share) ? Number.POSITIVE_INFINITY : share;
}
