/**
 * The architecture of a flow: with its weights it determines what the flow computes. Stored as JSON in the flow's ONNX file.
 */
import { z } from "zod";
import { AppError } from "../../shared/problem.ts";

export const FlowArchitectureSchema = z.object({
  /** 2 = the injector may be direct, which readers of format 1 would silently ignore. */
  format: z.union([z.literal(1), z.literal(2)]),
  /** Dimensions of z and v; even, because couplings halve them. */
  dims: z.number().int().positive().multipleOf(2),
  /** Conditions in the order of the flow; each may be absent at any time. */
  conditions: z.array(z.object({ name: z.string().min(1), dims: z.number().int().positive() })).min(1),
  /** Width of the joint condition embedding. */
  embeddingDims: z.number().int().positive(),
  injector: z.object({
    hiddenDims: z.number().int().positive(),
    blocks: z.number().int().nonnegative(),
    /** Each condition also shifts the mean by its own linear map, past the joint embedding and the network. */
    isDirect: z.boolean().optional(),
  }),
  couplings: z.object({
    count: z.number().int().nonnegative(),
    hiddenDims: z.number().int().positive(),
    /** Hidden layers after the first. */
    depth: z.number().int().nonnegative(),
    /** Soft limit of the log-scales, ± nats. */
    clamp: z.number().positive(),
  }),
  /** Seed of the fixed permutations. */
  permutationSeed: z.number().int().nonnegative(),
});
export type FlowArchitecture = z.infer<typeof FlowArchitectureSchema>;

/** @throws AppError `pack_corrupt` naming the first field that does not fit */
export function parseArchitecture(json: string | undefined, label: string): FlowArchitecture {
  let value: unknown;
  try {
    value = JSON.parse(json ?? "");
  } catch (cause) {
    throw new AppError(
      "pack_corrupt",
      `${label}: expected a flow's architecture as JSON in the metadata, got ${json === undefined ? "none" : "text that is no JSON"}`,
      { cause },
    );
  }
  const parsed = FlowArchitectureSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AppError("pack_corrupt", `${label}: architecture.${issue.path.join(".")}: ${issue.message}`);
}
