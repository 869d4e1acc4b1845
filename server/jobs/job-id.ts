/** Ids of jobs: nine characters of time, then chance. They sort by age, also after a restart and a clock set back. */
import { randomBytes } from "node:crypto";

const timeChars = 9;

/** Makes ids that grow; `newest` is the greatest id of an earlier run. */
export function createIdMaker(now: () => number, newest?: string): () => string {
  let last = newest === undefined ? 0 : Number.parseInt(newest.slice(0, timeChars), 36) || 0;
  return () => {
    last = Math.max(last + 1, Math.floor(now()));
    return idOfTime(last);
  };
}

/** An id of its own for a time in milliseconds since 1970. */
export const idOfTime = (time: number): string =>
  time.toString(36).padStart(timeChars, "0") + randomBytes(8).toString("hex");
