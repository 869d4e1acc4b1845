/** Drawings of a library that fit a caption, answered at once, because a search takes some milliseconds. */
import { type Drawings, DrawingsRequestSchema } from "../../../shared/contract/generations/drawings.ts";
import { checkLicences, findTranslation } from "../../../shared/contract/translation-rules.ts";
import { parse } from "../../../shared/validation.ts";
import { captionedJsonProblems, readJson } from "../body.ts";
import { checkSources, resolveProblems } from "../resolve-request.ts";
import { json, type Route, type RouteDeps, requireInference, whileHeld } from "../route.ts";
import { createWaitedFor, waitedForProblems } from "./while-waited-for.ts";

export function drawingRoutes(deps: RouteDeps): Route[] {
  const waitedFor = createWaitedFor("drawings", deps.limits);
  return [
    {
      method: "post",
      path: "/v1/drawings",
      summary: "Find the drawings that a caption may start from",
      description:
        "The drawings of the translation's library whose names fit, the one that fits best first, none like one before it. Nothing is queued or kept; a client that goes away cancels the work. To start from one, name its `id` as `startFrom` of a generation.",
      body: { mediaTypes: ["application/json"], schema: "DrawingsRequest" },
      answers: { 200: { description: "The drawings.", schema: "Drawings" } },
      problems: [...captionedJsonProblems, ...resolveProblems, "caption_unknown", ...waitedForProblems],
      handle: async (c) => {
        const request = parse(DrawingsRequestSchema, await readJson(c.req.raw, deps.limits.jsonMaxBytes));
        requireInference(deps);
        return whileHeld(deps, c.req.raw.signal, async (holding) => {
          const packDigest = await checkSources(request, holding);
          checkLicences(findTranslation(deps.catalogue.packs(), request.translation).translation, request.licences);
          const found = await waitedFor(c, (signal, standing) => deps.findDrawings(request, signal, standing));
          return json({ request, packDigest, ...found } satisfies Drawings);
        });
      },
    },
  ];
}
