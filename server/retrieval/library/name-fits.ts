/**
 * How well each drawing of a library shows what it is called, as a net says that learned from other sets' drawings and names which of them belong
 * together (CLIP: Radford et al. 2021, arXiv 2103.00020; made by server/pretrain/styles/library/fit_names.py). A name may have a rare second
 * meaning, and a drawing may show its thing badly.
 */
import { readBytes } from "./bytes-file.ts";

/** Of a standard deviation over all drawings. */
const stepsPerDeviation = 40;

export class NameFits {
  readonly #steps: Int8Array;

  constructor(steps: Int8Array) {
    this.#steps = steps;
  }

  /** @throws AppError `pack_corrupt` when the file is missing or not of so many drawings */
  static async open(path: string, drawings: number): Promise<NameFits> {
    const bytes = await readBytes(path, "fits of names", drawings);
    return new NameFits(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  /** In standard deviations above the mean of all drawings, −3.2 to 3.2. */
  of(drawing: number): number {
    return this.#steps[drawing]! / stepsPerDeviation;
  }
}
