/**
 * The log: pino as JSON lines on standard error; the only importer of pino. Captions, images and tokens are never passed to it;
 * the redaction additionally covers headers that a library might attach to an error.
 */
import { pino } from "pino";
import type { LogLevel } from "./log-levels.ts";

/** The part of a log that the server uses; tests pass their own. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export function createLog(level: LogLevel): Log {
  const redact = ["*.authorization", "*.headers.authorization", "token", "*.token", "caption", "*.caption"];
  return pino(
    { level, base: null, redact, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
