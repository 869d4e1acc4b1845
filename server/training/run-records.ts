/**
 * The records of a training run in its work folder: a log (one JSON object an evaluation), the loss curve and the time spent so
 * far. They are written after each evaluation, so an interrupted run continues them.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";
import { addTimes, type SpentTime } from "./cost-card.ts";
import { type CurveAbout, type CurvePoint, lossCurve } from "./loss-curve.ts";

const [logFile, curveFile, timeFile] = ["log.jsonl", "loss.svg", "time.json"];

/** Files that describe a run, including one that published nothing. */
export const recordFiles: readonly string[] = [logFile, curveFile];

export class RunRecords {
  readonly #folder: string;
  readonly #about: CurveAbout;
  readonly #spent: () => SpentTime;
  #points: CurvePoint[];

  private constructor(folder: string, about: CurveAbout, points: CurvePoint[], spent: () => SpentTime) {
    this.#folder = folder;
    this.#about = about;
    this.#points = points;
    this.#spent = spent;
  }

  /**
   * Opens the records of the folder.
   * @param clock time that this process has spent on the run
   * @param goesOn false = the records belong to a finished run, and a new one begins
   */
  static async open(folder: string, about: CurveAbout, clock: () => SpentTime, goesOn = true): Promise<RunRecords> {
    const read = async <T>(file: string, parse: (text: string) => T): Promise<T | undefined> => {
      if (!goesOn) return undefined;
      try {
        return parse(await readFile(join(folder, file), "utf8"));
      } catch {
        return undefined;
      }
    };
    const points = await read(logFile, (text) =>
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as CurvePoint),
    );
    const before = await read(timeFile, (text) => JSON.parse(text) as SpentTime);
    return new RunRecords(folder, about, points ?? [], () => addTimes(clock(), before));
  }

  /** @param keptStep best step so far */
  async add(point: CurvePoint, keptStep: number): Promise<void> {
    // A run that continues from its checkpoint repeats the steps after it.
    this.#points = [...this.#points.filter(({ step }) => step < point.step), point];
    await writeFileAtomically(join(this.#folder, logFile), this.#log());
    await writeFileAtomically(join(this.#folder, curveFile), this.#curve(keptStep));
    await writeFileAtomically(join(this.#folder, timeFile), JSON.stringify(this.#spent()));
  }

  get spent(): SpentTime {
    return this.#spent();
  }

  /** Log and curve by file name, for the pack. */
  files(keptStep: number): Map<string, string> {
    return new Map([
      [logFile, this.#log()],
      [curveFile, this.#curve(keptStep)],
    ]);
  }

  #curve(keptStep: number): string {
    return lossCurve(this.#points, keptStep, this.#about);
  }

  #log(): string {
    return this.#points.map((point) => `${JSON.stringify(point)}\n`).join("");
  }
}
