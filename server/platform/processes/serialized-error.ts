/**
 * Errors in messages between processes: an AppError keeps its code and details, a lack of memory is named, any other error
 * becomes `internal`.
 */
import { AppError, type AppErrorDetail, type ProblemCode } from "../../../shared/problem.ts";
import { isOutOfMemory } from "./out-of-memory.ts";

export interface SerializedError {
  readonly code: ProblemCode;
  readonly message: string;
  readonly detail: Omit<AppErrorDetail, "cause">;
}

export const serialize = (error: unknown): SerializedError =>
  error instanceof AppError
    ? { code: error.code, message: error.message, detail: error.detail }
    : {
        code: isOutOfMemory(error) ? "out_of_memory" : "internal",
        message: error instanceof Error ? error.message : String(error),
        detail: {},
      };

export const deserialize = ({ code, message, detail }: SerializedError): AppError =>
  new AppError(code, message, detail);
