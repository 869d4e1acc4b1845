/** Vectors: an upload traced, and families of icons; answered at once, because a tracing takes a tenth of a second and a family some seconds. */

import { unknownUpload } from "../../../shared/contract/generations/request-sources.ts";
import { FamilyRequestSchema, VectorRequestSchema } from "../../../shared/contract/vectors.ts";
import { AppError, saidOf } from "../../../shared/problem.ts";
import { parse } from "../../../shared/validation.ts";
import { createSemaphore } from "../../platform/semaphore.ts";
import { captionedJsonProblems, readJson } from "../body.ts";
import { ownerOf } from "../identity.ts";
import { checkSources, drawSeed, resolveProblems } from "../resolve-request.ts";
import { json, type Route, type RouteDeps, requireInference, whileHeld } from "../route.ts";
import { clientLeft } from "./while-waited-for.ts";

export const vectorRoutes = (deps: RouteDeps): Route[] => [vectorRoute(deps), familyRoute(deps)];

function vectorRoute(deps: RouteDeps): Route {
  const gate = createSemaphore(deps.limits.vectorsParallelMax, deps.limits.vectorsWaitingMax);
  return {
    method: "post",
    path: "/v1/vectors",
    summary: "Trace an image: an SVG of few stacked, named paths",
    description:
      "The image is named by the digest of its upload. Nothing is kept; the same image and fields give the same bytes. Lines of one width are strokes, or outlines on request. With `viewBox` the drawing is in a square of so many units; with `ink: current` one of a single colour says `currentColor`. Photographs become posters: at most eight colours and 160 outlines, `leftOutCount` says how many more there were.",
    body: { mediaTypes: ["application/json"], schema: "VectorRequest" },
    answers: { 200: { description: "The SVG and what it is made of.", schema: "Vector" } },
    problems: [
      ...captionedJsonProblems,
      "image_unknown",
      "image_rejected",
      "queue_full",
      "queue_unavailable",
      "storage_full",
      "cancelled",
      "shutting_down",
    ],
    handle: async (c) => {
      const { image, ...options } = parse(VectorRequestSchema, await readJson(c.req.raw, deps.limits.jsonMaxBytes));
      const client = c.req.raw.signal;
      return whileHeld(deps, client, async ({ uploads }) => {
        if (!(await uploads.touch(image))) throw unknownUpload("image", image);
        const trace = async () => {
          if (client.aborted) throw clientLeft("vector");
          // Not before its turn: waiting requests would have their uploads in memory.
          const bytes = await uploads.read(image);
          if (!bytes) throw unknownUpload("image", image);
          return deps.vectorise(bytes, options);
        };
        return json(await gate(trace, ownerOf(c).owner));
      });
    },
  };
}

function familyRoute(deps: RouteDeps): Route {
  const gate = createSemaphore(deps.limits.familiesParallelMax, deps.limits.familiesWaitingMax);
  return {
    method: "post",
    path: "/v1/families",
    summary: "Draw a family: one icon for each name, alike in style, residual and palette",
    description:
      "Nothing is queued or kept; a client that goes away cancels the work. `consistency` says how alike the icons are. Names that can't be drawn are listed as `refused`, each with its problem; where none can be, the problem of the first is the answer.",
    body: { mediaTypes: ["application/json"], schema: "FamilyRequest" },
    answers: { 200: { description: "The icons, in the order of their names.", schema: "Family" } },
    problems: [
      ...captionedJsonProblems,
      ...resolveProblems,
      "caption_unknown",
      "deadline_exceeded",
      "queue_full",
      "queue_unavailable",
      "storage_full",
      "inference_unavailable",
      "inference_crashed",
      "cancelled",
      "shutting_down",
    ],
    handle: async (c) => {
      const requested = parse(FamilyRequestSchema, await readJson(c.req.raw, deps.limits.jsonMaxBytes));
      requireInference(deps);
      const { translation, style, names } = requested;
      const condition = { caption: names[0]!, ...(style !== undefined && { style }) };
      const client = c.req.raw.signal;
      const standing = ownerOf(c);
      const request = { ...requested, seed: requested.seed ?? drawSeed() };
      return whileHeld(deps, client, async (holding) => {
        await checkSources({ translation, condition }, holding).catch((error: unknown) => {
          throw ofFamily(error);
        });
        return json(
          await gate(() => deps.drawFamily(request, client, standing), standing.owner).catch((error: unknown) => {
            throw client.aborted ? clientLeft("family") : error;
          }),
        );
      });
    },
  };
}

/** A fault of what all members share, said of the family's own fields. */
function ofFamily(error: unknown): unknown {
  const { field } = error instanceof AppError ? error.detail : {};
  if (!(error instanceof AppError && field?.startsWith("condition."))) return error;
  return saidOf(field.replace("condition.caption", "names").replace("condition.", ""), error);
}
