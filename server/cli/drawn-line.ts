/** What a command prints of an image that it drew: JSON for programs; for people, at a terminal, a short line. */
import { titleOf } from "../../shared/contract/generations/attribution.ts";
import type { Source } from "../../shared/contract/generations/sources.ts";

export interface Drawn {
  readonly file: string;
  /** Absent where another line says it. */
  readonly seed?: number;
  readonly sources?: readonly Source[] | undefined;
}

/** Whether lines are for programs: what is piped is, and what `--json` asks for. */
export const isForPrograms = (json: boolean | undefined): boolean => json === true || process.stdout.isTTY !== true;

/** Whose drawing each was and under which licence, e.g. `Lucide/bell (ISC)`. */
const sourceText = (source: Source): string => {
  const { icon, licence, author } = source;
  return `${titleOf(source)}/${icon} (${[licence, author].filter((part) => part !== undefined).join(", ")})`;
};

/** @param subject what it is of: its caption or file */
export const shortLine = (subject: string, { file, seed, sources = [] }: Drawn): string =>
  [
    `${subject} → ${file}`,
    // Most files are named by it.
    ...(seed === undefined || file.includes(`-${seed}.`) ? [] : [`seed ${seed}`]),
    ...(sources.length === 0 ? [] : [sources.map(sourceText).join(", ")]),
  ].join(" · ");

/** The line of each image of a subject. */
export const lineOf =
  (subject: string, json: boolean | undefined) =>
  (drawn: Drawn): string =>
    isForPrograms(json) ? JSON.stringify(drawn) : shortLine(subject, drawn);
