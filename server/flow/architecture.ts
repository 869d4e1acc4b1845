/**
 * The shape of a flow: everything that, with its weights, fixes what it computes. Stored as JSON in the flow's ONNX file.
 */
import { z } from "zod";
import { AppError } from "../../shared/problem.ts";

export const FlowArchitectureSchema = z.object({
  /** 2 = an injector that may be direct, which readers of 1 would leave out without a word. */
  format: z.union([z.literal(1), z.literal(2)]),
  /** Dimensions of z and v; even, because couplings halve them. */
  dims: z.number().int().positive().multipleOf(2),
  /** Conditions in the order in which the flow was built; each may be absent at any time. */
  conditions: z.array(z.object({ name: z.string().min(1), dims: z.number().int().positive() })).min(1),
  /** Width of the joint condition embedding. */
  embeddingDims: z.number().int().positive(),
  injector: z.object({
    hiddenDims: z.number().int().positive(),
    blocks: z.number().int().nonnegative(),
    /** Each condition also moves the mean by a linear map of its own, past the joint embedding and the net. */
    isDirect: z.boolean().optional(),
  }),
  couplings: z.object({
    count: z.number().int().nonnegative(),
    hiddenDims: z.number().int().positive(),
    /** Hidden layers after the first. */
    depth: z.number().int().nonnegative(),
    /** Log-scales stay within ± this many nats, softly. */
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
