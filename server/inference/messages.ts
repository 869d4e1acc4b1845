/** Messages between the inference client and its child, over Node's IPC channel with structured clones. */
import type { ResolvedRequest } from "../../shared/contract.ts";
import { AppError, type AppErrorDetail, type ProblemCode } from "../../shared/problem.ts";
import type { GenerateProgress, ImageResult, ReadyInfo } from "./protocol.ts";

/** The child's whole configuration, its first message. */
export interface ChildConfig {
  readonly packsFolder: string;
  readonly provider: string;
  readonly threads: number;
}

export type ToChild =
  | { readonly type: "start"; readonly config: ChildConfig }
  | { readonly type: "generate"; readonly job: number; readonly request: ResolvedRequest }
  | { readonly type: "cancel"; readonly job: number };

export interface Fault {
  readonly code: ProblemCode;
  readonly message: string;
  readonly detail: Omit<AppErrorDetail, "cause">;
}

export type FromChild =
  | { readonly type: "ready"; readonly info: ReadyInfo }
  /** The child can't start; it exits afterwards. */
  | { readonly type: "unable"; readonly fault: Fault }
  | { readonly type: "progress"; readonly job: number; readonly progress: GenerateProgress }
  | { readonly type: "image"; readonly job: number; readonly image: ImageResult }
  | { readonly type: "done"; readonly job: number }
  | { readonly type: "failed"; readonly job: number; readonly fault: Fault };

export const faultOf = (error: unknown): Fault =>
  error instanceof AppError
    ? { code: error.code, message: error.message, detail: error.detail }
    : { code: "internal", message: error instanceof Error ? error.message : String(error), detail: {} };

export const errorOf = ({ code, message, detail }: Fault): AppError => new AppError(code, message, detail);
