/** One server a data folder: a second one would sweep away images that only the first one's memory names. */
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { takeLock } from "../platform/files/process-lock.ts";

/**
 * Takes the lock; the function that comes back gives it up.
 * @throws AppError `config_invalid` naming folder and process when another server holds it
 */
export const lockDataFolder = (folder: string): (() => void) =>
  takeLock(
    join(folder, "lock"),
    (pid) =>
      new AppError(
        "config_invalid",
        `data folder ${folder}: expected one that no other server uses, got one in use by process ${pid}; stop it, or choose another with --data or TAU_DATA`,
        { field: "data", expected: "a folder of its own", received: `in use by process ${pid}` },
      ),
  );
