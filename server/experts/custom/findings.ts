/** The findings of `tau experts check`: errors and warnings, each with what was expected and what came. */
import { AppError } from "../../../shared/problem.ts";

export interface CheckFinding {
  /** An expert with an error can't be used; a warning is a remark for its user. */
  readonly level: "error" | "warning";
  /** The subject: file, declaration, graph, output … */
  readonly subject: string;
  readonly message: string;
  readonly expected?: string;
  readonly received?: string;
}

/** Collects AppErrors as findings. Any other exception is a bug of this program. */
export class Findings {
  readonly list: CheckFinding[] = [];

  add(level: CheckFinding["level"], subject: string, expected: string, received: string): void {
    this.list.push({ level, subject, message: `expected ${expected}, got ${received}`, expected, received });
  }

  /** The result of `work`; undefined and a finding when it failed. */
  async attempt<T>(subject: string, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { expected, received } = error.detail;
      this.list.push({
        level: "error",
        subject,
        message: error.message,
        ...(expected === undefined ? {} : { expected }),
        ...(received === undefined ? {} : { received }),
      });
      return undefined;
    }
  }
}
