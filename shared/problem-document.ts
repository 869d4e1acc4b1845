/** The body of a failed request, RFC 9457, as a schema; its type and codes are in problem.ts, without zod. */
import { z } from "zod";
import { type Problem, problemCodes } from "./problem.ts";

export const ProblemSchema: z.ZodType<Problem, Problem> = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(problemCodes),
  detail: z.string(),
  field: z.string().optional(),
  expected: z.string().optional(),
  received: z.string().optional(),
  retryAfterSeconds: z.number().int().optional(),
  largestScale: z.number().int().optional(),
  requestId: z.string().optional(),
});
