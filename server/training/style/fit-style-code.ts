/**
 * Improves a style's code by exact likelihood: a search among mixtures of the codes of its icons, each of which is a reading of the style.
 * The graph of the flow between styles gives no gradients here, so the search only compares; it is a (1+1) evolution strategy whose
 * step adapts (Rechenberg 1973) on the directions between the codes. Pure: `measure` says how good a code is.
 */
import { TrainingRandom } from "../../flow/random.ts";

export interface CodeSearch {
  /** Codes of parts of the style's icons; the first is the start. */
  readonly readings: readonly Float32Array[];
  /** Nats per dimension of the icons that the search may look at. */
  natsOf(code: Float32Array): Promise<number>;
  /** Codes that are tried, the start among them. */
  readonly tries: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  onTry?(tried: number, bestNats: number): void | Promise<void>;
}

export interface FoundCode {
  readonly code: Float32Array;
  readonly nats: number;
  /** The try that gave it, 1 = the first reading. */
  readonly foundAt: number;
  /** Of the first reading. */
  readonly startNats: number;
}

/** Step of the first proposals, how it grows after a gain and shrinks after none: a fifth of the proposals succeeds. */
const [firstStep, growth, decay] = [0.5, 1.5, 0.9];

export async function fitStyleCode({ readings, natsOf, tries, seed, signal, onTry }: CodeSearch): Promise<FoundCode> {
  const [start] = readings;
  const startNats = await natsOf(start!);
  let best = { code: start!, nats: startNats, foundAt: 1 };
  let tried = 1;
  const tryOne = async (code: Float32Array): Promise<boolean> => {
    signal?.throwIfAborted();
    const nats = await natsOf(code);
    const isBetter = nats < best.nats;
    tried += 1;
    if (isBetter) best = { code, nats, foundAt: tried };
    await onTry?.(tried, best.nats);
    return isBetter;
  };
  if (readings.length > 1 && tried < tries) await tryOne(meanOf(readings));
  for (const reading of readings.slice(1)) if (tried < tries) await tryOne(reading);
  const random = new TrainingRandom(seed, 0, "codes");
  let step = firstStep;
  while (readings.length > 1 && tried < tries) {
    const towards = readings[random.below(readings.length)]!;
    const from = readings[random.below(readings.length)]!;
    const proposal = best.code.map((value, axis) => value + step * (towards[axis]! - from[axis]!));
    step *= (await tryOne(proposal)) ? growth : decay;
  }
  return { ...best, startNats };
}

function meanOf(codes: readonly Float32Array[]): Float32Array {
  return codes[0]!.map((_, axis) => codes.reduce((sum, code) => sum + code[axis]!, 0) / codes.length);
}
