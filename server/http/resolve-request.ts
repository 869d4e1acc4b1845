/**
 * From what a client asked to what will be made: finds the pack of the translation, checks every condition against it, makes
 * sure of the uploads, draws the missing seed.
 */
import { randomInt } from "node:crypto";
import type { GenerationRequest, ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { InversionRequest } from "../../shared/contract/generations/inversion.ts";
import {
  conditionsIn,
  drawingsIn,
  type Sourced,
  unknownUpload,
  uploadsIn,
} from "../../shared/contract/generations/request-sources.ts";
import {
  checkCondition,
  checkLicences,
  checkStart,
  findTranslation,
  guidanceOn,
  requireInvertible,
} from "../../shared/contract/translation-rules.ts";
import type { UpscaleScale } from "../../shared/contract/upscale-scales.ts";
import { findUpscaler, requireFits } from "../../shared/contract/upscaling.ts";
import { limits } from "../../shared/limits.ts";
import { sha256Of } from "../platform/sha256.ts";
import type { HoldingDeps } from "./route.ts";

export type ResolveDeps = Pick<HoldingDeps, "catalogue" | "uploads" | "checkDrawing">;

/** Codes that a request can be refused with here, for the contract. */
export const resolveProblems = [
  "translation_unknown",
  "style_unknown",
  "label_unknown",
  "layout_invalid",
  "image_unknown",
  "image_rejected",
  "pack_unavailable",
] as const;

/** A request with the digests of all packs that its images depend on, and its label in words. */
interface ResolvedGeneration {
  readonly request: ResolvedRequest;
  readonly packDigest: string;
  readonly upscalerDigest?: string;
  readonly lenderDigest?: string;
  /** Of the label that it names. */
  readonly labelTitle?: string;
}

/** @throws AppError of `resolveProblems`, invalid_request, upscale_too_large */
export async function resolveGeneration(request: GenerationRequest, deps: ResolveDeps): Promise<ResolvedGeneration> {
  const { translation } = findTranslation(deps.catalogue.packs(), request.translation);
  checkLicences(translation, request.licences);
  checkStart(translation, request);
  if (request.keepResidualOf) requireInvertible(translation, "keepResidualOf");
  const packDigest = await checkSources(request, deps);
  // What is remembered says what was done.
  const retrieval = translation.hasRetrieval ? request.retrieval : 0;
  const guidance = guidanceOn(translation, request);
  const { caption, label } = request.condition;
  const lender = caption === undefined ? undefined : translation.captionsFrom;
  const labelTitle = translation.labels.find(({ id }) => id === label)?.label;
  const resolved = {
    request: { ...request, guidance, retrieval, seed: request.seed ?? drawSeed() },
    packDigest,
    ...(lender === undefined ? {} : { lenderDigest: findTranslation(deps.catalogue.packs(), lender).pack.digest }),
    ...(labelTitle === undefined ? {} : { labelTitle }),
  };
  if (request.upscale === undefined) return resolved;
  return { ...resolved, upscalerDigest: checkUpscale(request.translation, request.upscale, deps) };
}

export const drawSeed = (): number => randomInt(0, limits.seedMax + 1);

/** Digest of the pack that will enlarge. @throws AppError pack_unavailable, upscale_too_large */
function checkUpscale(id: string, scale: UpscaleScale, { catalogue }: ResolveDeps): string {
  const packs = catalogue.packs();
  const { digest } = findUpscaler(packs);
  requireFits(findTranslation(packs, id).translation, { scale }, "upscale");
  return digest;
}

/** Digest of the pack that will invert. @throws AppError of `resolveProblems`, invalid_request */
export async function resolveInversion(request: InversionRequest, deps: ResolveDeps): Promise<string> {
  requireInvertible(findTranslation(deps.catalogue.packs(), request.translation).translation, "translation");
  return checkSources(request, deps);
}

/** Digest of the pack that a request is drawn by, all of whose sources are there. @throws AppError of `resolveProblems`, invalid_request */
export async function checkSources(
  request: Sourced & { readonly translation: string },
  { catalogue, uploads, checkDrawing }: ResolveDeps,
): Promise<string> {
  const { pack, translation } = findTranslation(catalogue.packs(), request.translation);
  for (const { field, condition } of conditionsIn(request)) checkCondition(translation, condition, field);
  for (const { field, svg } of drawingsIn(request)) checkDrawing(svg, field);
  const named = uploadsIn(request);
  await uploads.hold(named.map(({ digest }) => digest));
  for (const { field, digest } of named) if (!(await uploads.touch(digest))) throw unknownUpload(field, digest);
  return pack.digest;
}

/** Digest of a parsed request; equal for bodies that mean the same, whatever the order of their fields. */
export const fingerprintOf = (request: object): string => sha256Of(JSON.stringify(request, sortKeys));

const sortKeys = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
