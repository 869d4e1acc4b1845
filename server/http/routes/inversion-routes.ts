/** Inversions: z, v and likelihood of an uploaded image, answered at once, because one takes some milliseconds. */
import { type Inversion, InversionRequestSchema } from "../../../shared/contract/generations/inversion.ts";
import { parse } from "../../../shared/validation.ts";
import { captionedJsonProblems, readJson } from "../body.ts";
import { resolveInversion, resolveProblems } from "../resolve-request.ts";
import { json, type Route, type RouteDeps, requireInference, whileHeld } from "../route.ts";
import { createWaitedFor, waitedForProblems } from "./while-waited-for.ts";

export function inversionRoutes(deps: RouteDeps): Route[] {
  const waitedFor = createWaitedFor("inversion", deps.limits);
  return [
    {
      method: "post",
      path: "/v1/inversions",
      summary: "Invert an image: its latent, residual and likelihood",
      description:
        "The image is named by the digest of its upload. Nothing is queued or kept; a client that goes away cancels the work. To draw with the residual, start a generation with `keepResidualOf`.",
      body: { mediaTypes: ["application/json"], schema: "InversionRequest" },
      answers: { 200: { description: "What was found.", schema: "Inversion" } },
      problems: [...captionedJsonProblems, ...resolveProblems, "sketch_empty", ...waitedForProblems],
      handle: async (c) => {
        const request = parse(InversionRequestSchema, await readJson(c.req.raw, deps.limits.jsonMaxBytes));
        requireInference(deps);
        return whileHeld(deps, c.req.raw.signal, async (holding) => {
          const packDigest = await resolveInversion(request, holding);
          const found = await waitedFor(c, (signal, standing) => deps.invert(request, signal, standing));
          return json({ request, packDigest, ...found } satisfies Inversion);
        });
      },
    },
  ];
}
