/** Inversions: z, v and likelihood of an uploaded image, answered at once, because one takes some milliseconds. */
import { type Inversion, InversionRequestSchema } from "../../../shared/contract/generations/inversion.ts";
import { parse } from "../../../shared/validation.ts";
import { createSemaphore } from "../../platform/semaphore.ts";
import { captionedJsonProblems, readJson } from "../body.ts";
import { ownerOf } from "../identity.ts";
import { resolveInversion, resolveProblems } from "../resolve-request.ts";
import { json, type Route, type RouteDeps, requireInference } from "../route.ts";
import { withDeadline } from "./with-deadline.ts";

export function inversionRoutes(deps: RouteDeps): Route[] {
  const gate = createSemaphore(deps.limits.inversionsParallelMax, deps.limits.inversionsWaitingMax);
  return [
    {
      method: "post",
      path: "/v1/inversions",
      summary: "Invert an image: its latent, residual and likelihood",
      description:
        "The image is named by the digest of its upload. Nothing is queued or kept; a client that goes away cancels the work. To draw with the residual, start a generation with `keepResidualOf`.",
      body: { mediaTypes: ["application/json"], schema: "InversionRequest" },
      answers: { 200: { description: "What was found.", schema: "Inversion" } },
      problems: [
        ...captionedJsonProblems,
        ...resolveProblems,
        "sketch_empty",
        "queue_full",
        "inference_unavailable",
        "inference_crashed",
        "deadline_exceeded",
        "cancelled",
        "shutting_down",
      ],
      handle: async (c) => {
        const request = parse(InversionRequestSchema, await readJson(c.req.raw, deps.limits.jsonMaxBytes));
        requireInference(deps);
        const packDigest = await resolveInversion(request, deps);
        const standing = ownerOf(c);
        const found = await gate(
          () =>
            withDeadline("inversion", deps.limits.attemptDeadlineMs, c.req.raw.signal, (signal) =>
              deps.invert(request, signal, standing),
            ),
          standing.owner,
        );
        return json({ request, packDigest, ...found } satisfies Inversion);
      },
    },
  ];
}
