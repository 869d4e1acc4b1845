/**
 * The session of commands that draw: opens packs and inference child, keeps the image files that requests name, writes PNG files
 * and prints one line an image, of JSON unless the command has another. The same child as the server's, so that the same request gives
 * the same bytes.
 */
import { setMaxListeners } from "node:events";
import { extname, join } from "node:path";
import { attributionOf } from "../../shared/contract/generations/attribution.ts";
import type { DrawingsRequest, FittingDrawing } from "../../shared/contract/generations/drawings.ts";
import type { OutOfDistribution } from "../../shared/contract/generations/generation.ts";
import { type ResolvedRequest, vectorOptionsOf } from "../../shared/contract/generations/generation-request.ts";
import type { Inversion, InversionRequest } from "../../shared/contract/generations/inversion.ts";
import { conditionsIn, type Sourced } from "../../shared/contract/generations/request-sources.ts";
import type { PackInfo, TranslationInfo } from "../../shared/contract/meta.ts";
import {
  checkCondition,
  checkLicences,
  checkStart,
  findTranslation,
  guidanceOn,
} from "../../shared/contract/translation-rules.ts";
import type { Family, FamilyRequest } from "../../shared/contract/vectors.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { readConfig } from "../app/config.ts";
import { toStraightRgba } from "../engine/pixels/pixels.ts";
import { encodePng, probeImage, renderSvg } from "../images/codec.ts";
import { inUsualInk } from "../images/svg.ts";
import { createInferenceClient } from "../inference/client.ts";
import { createConditionImageLoader } from "../inference/conditions/condition-images.ts";
import type { ConditionImages, ImageResult, InferenceClient } from "../inference/protocol.ts";
import { drawFamily, familyMember } from "../jobs/work/draw-family.ts";
import type { UncheckedManifest } from "../manifest/read-manifest.ts";
import { Catalogue } from "../packs/catalogue.ts";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";
import { sha256Of } from "../platform/sha256.ts";
import { VectorPool } from "../vector/vector-pool.ts";
import type { Drawn } from "./drawn-line.ts";
import { makeOutFolder } from "./out-folder.ts";
import { ProgressLine } from "./progress-line.ts";
import { byFlag, readBytes } from "./request-flags.ts";

export interface CliSession {
  readonly packs: readonly PackInfo[];
  /** Keeps an image file, or an SVG as it looks, and gives its digest. @throws AppError not_found, unsupported_media, image_rejected */
  keep(path: string): Promise<string>;
  /** Draws a request into a folder, one file and one printed line an image. */
  draw(request: ResolvedRequest, folder: string, output?: Output): Promise<void>;
  invert(request: InversionRequest): Promise<Inversion>;
  /** Drawings that a caption may start from. */
  drawings(request: DrawingsRequest): Promise<FittingDrawing[]>;
  /** Draws a family; the folder is made before. */
  family(request: FamilyRequest & { readonly seed: number }, folder: string): Promise<Family>;
}

/** How the images of a request are named and told of. */
interface Output {
  readonly nameOf?: (image: ImageResult) => string;
  readonly lineOf?: (drawn: Drawn) => string;
}

const defaultName = ({ index, seed }: ImageResult): string => `${String(index).padStart(3, "0")}-${seed}.png`;

/** Side at which SVG files are drawn: four times the pixels that experts read. */
const svgPx = 512;

/** The bytes of a file that is an image. @throws AppError not_found, unsupported_media, image_rejected, naming the path */
async function readImageFile(path: string): Promise<Uint8Array> {
  const bytes = await readBytes(path);
  const named = (error: unknown): unknown =>
    error instanceof AppError ? new AppError(error.code, `${path}: ${error.message}`, { cause: error }) : error;
  try {
    if (extname(path).toLowerCase() === ".svg") return await pngOfSvg(Buffer.from(bytes).toString("utf8"));
    await probeImage(bytes);
    return bytes;
  } catch (error) {
    throw named(error);
  }
}

async function pngOfSvg(svg: string): Promise<Uint8Array> {
  const { rgba } = toStraightRgba(await renderSvg(inUsualInk(svg), svgPx), svgPx);
  return encodePng(rgba, svgPx, svgPx);
}

const warningOf = ({ field, score, threshold }: OutOfDistribution): string =>
  `${field}: outside what was learned (${score.toFixed(2)}, known up to ${threshold.toFixed(2)})`;

/** What a command has that asks the inference child. */
interface Inference {
  readonly packs: readonly PackInfo[];
  /** The inference child with these packs, started once and kept; others are not loaded. */
  start(packIds: readonly string[]): Promise<InferenceClient>;
  readonly line: ProgressLine;
  readonly tracers: VectorPool;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Clients that outlive their command, by packs and settings; undefined = each ends with its command. */
let kept: Map<string, InferenceClient> | undefined;

/**
 * For a process that runs many commands on packs whose files stay as they are: a child that was started for some packs serves later
 * commands too.
 * @returns ends the children
 */
export function keepInference(): () => Promise<void> {
  const clients = new Map<string, InferenceClient>();
  kept = clients;
  return async () => {
    kept = undefined;
    await Promise.all([...clients.values()].map((client) => client.close()));
  };
}

/**
 * Reads what packs there are for a command and ends the inference child afterwards; Ctrl-C cancels what runs.
 * @param flagNames flags of the command that are called otherwise than the field that they set
 * @param isWanted whether the command may need a pack with this manifest; other packs are not read
 * @returns exit code 0 @throws AppError by the flag that is wrong
 */
export async function withInference(
  packsDir: string | undefined,
  work: (inference: Inference) => Promise<void>,
  flagNames: Readonly<Record<string, string>> = {},
  isWanted: (manifest: UncheckedManifest) => boolean = () => true,
): Promise<number> {
  const config = readConfig({ packs: packsDir });
  const packs = (await Catalogue.openSome(isWanted, config.packsDir, config.userPacksDir)).packs();
  const clients = kept ?? new Map<string, InferenceClient>();
  const tracers = new VectorPool();
  const line = new ProgressLine();
  const abort = new AbortController();
  // Each image of a run listens.
  setMaxListeners(0, abort.signal);
  process.once("SIGINT", () => abort.abort());
  try {
    const start = async (packIds: readonly string[]): Promise<InferenceClient> => {
      const key = JSON.stringify([config, packIds]);
      const client = clients.get(key) ?? createInferenceClient({ ...config, packIds, onDemand: true });
      clients.set(key, client);
      line.show("loading packs");
      await client.start();
      return client;
    };
    await work({ packs, start, line, tracers, signal: abort.signal });
    return 0;
  } catch (error) {
    throw byFlag(error, flagNames);
  } finally {
    line.end();
    const own = clients === kept ? [] : [...clients.values()];
    await Promise.all([...own.map((client) => client.close()), tracers.close()]);
  }
}

/** Packs that enlarge, by their id. */
export const upscalerIds = (packs: readonly PackInfo[]): string[] =>
  packs.filter(({ upscaler }) => upscaler !== undefined).map(({ id }) => id);

/** Gives a command its session and ends it afterwards. Parameters, result and errors as `withInference`. */
export const withCliSession = (
  packsDir: string | undefined,
  work: (bench: CliSession) => Promise<void>,
  flagNames: Readonly<Record<string, string>> = {},
): Promise<number> => withInference(packsDir, (inference) => work(createSession(inference)), flagNames);

function createSession({ packs, start, line, signal, tracers }: Inference): CliSession {
  const files = new Map<string, Uint8Array>();
  const load = createConditionImageLoader(async (digest) => files.get(digest), limits.decodedImagesMax);
  /** The pack whose drawings a caption finds, where it is another one. */
  const lending = ({ captionsFrom }: TranslationInfo, caption: string | undefined): string[] =>
    captionsFrom === undefined || caption === undefined ? [] : [findTranslation(packs, captionsFrom).pack.id];
  const trace = (image: ImageResult, request: ResolvedRequest) => tracers.trace(image, vectorOptionsOf(request));

  /** Checks a request, decodes its images, makes the folder for what comes of it and has the child ready with the packs that it needs. */
  const prepare = async (
    request: Sourced & {
      readonly translation: string;
      readonly upscale?: unknown;
      readonly licences?: readonly string[] | undefined;
      readonly startFrom?: string | undefined;
    },
    out?: string,
  ): Promise<{ pack: PackInfo; images: ConditionImages; client: InferenceClient }> => {
    const { pack, translation } = findTranslation(packs, request.translation);
    checkLicences(translation, request.licences);
    checkStart(translation, request);
    for (const { field, condition } of conditionsIn(request)) checkCondition(translation, condition, field);
    const images = await load(request, translation.widthPx);
    if (out !== undefined) await makeOutFolder(out);
    const enlarging = request.upscale === undefined ? [] : upscalerIds(packs);
    const client = await start([
      ...new Set([pack.id, ...lending(translation, request.condition?.caption), ...enlarging]),
    ]);
    return { pack, images, client };
  };

  return {
    packs,
    keep: async (path) => {
      const bytes = await readImageFile(path);
      const digest = sha256Of(bytes);
      files.set(digest, bytes);
      return digest;
    },
    draw: async (requested, out, { nameOf = defaultName, lineOf = JSON.stringify } = {}) => {
      const { translation } = findTranslation(packs, requested.translation);
      const request = { ...requested, guidance: guidanceOn(translation, requested) };
      const { images, client } = await prepare(request, out);
      let last = performance.now();
      const onImage = async (image: ImageResult): Promise<void> => {
        const { rgba, enlarged: _, widthPx, heightPx, index, ...about } = image;
        const isVector = request.format === "svg";
        const file = join(out, isVector ? nameOf(image).replace(/\.png$/, ".svg") : nameOf(image));
        const vector = isVector ? await trace(image, request) : undefined;
        const bytes = vector
          ? Buffer.from(vector.svg)
          : await encodePng(rgba, widthPx, heightPx, about.sources && attributionOf(about.sources));
        await writeFileAtomically(file, bytes, 0o666);
        const now = performance.now();
        line.end();
        const paths = vector && {
          ...{ paths: vector.layers.length, segments: vector.segmentCount },
          ...(vector.hasOwnNodes && { hasOwnNodes: true }),
        };
        console.log(lineOf({ file, ...about, ...paths, milliseconds: Math.round(now - last) }));
        last = now;
      };
      await client.generate(
        request,
        {
          signal,
          onProgress: ({ stage, completed, total }) => line.show(`${stage} ${completed} of ${total}`),
          onFindings: ({ outOfDistribution, namedLabels, unfoundWords = [] }) => {
            line.end();
            if (unfoundWords.length > 0) console.error(`Nothing was found for: ${unfoundWords.join(", ")}`);
            for (const label of namedLabels) console.error(`caption: names the label ${label}`);
            for (const condition of outOfDistribution) console.error(warningOf(condition));
          },
          onImage,
        },
        images,
      );
    },
    invert: async (request) => {
      const { pack, images, client } = await prepare(request);
      const found = await client.invert(request, images, signal);
      return { request, packDigest: pack.digest, ...found };
    },
    drawings: async (request) => {
      const { images, client } = await prepare(request);
      const found = await client.drawings(request, images, signal);
      line.end();
      return found;
    },
    family: async (request, out) => {
      const member = familyMember(request, request.names[0]!);
      const { client } = await prepare(member, out);
      line.show(`drawing ${request.names.length} icons`);
      const { widthPx } = findTranslation(packs, request.translation).translation;
      const imagesOf = (one: ResolvedRequest) => load(one, widthPx);
      const vectorise: VectorPool["trace"] = (pixels, options) => tracers.trace(pixels, options);
      const family = await drawFamily(request, { inference: client, packs, vectorise, imagesOf, encodePng }, signal);
      line.end();
      return family;
    },
  };
}

/** Says how a command is used. Returns the exit code of wrong usage. */
export function refuseUsage(name: string, complaint: string, usage: string): number {
  console.error(`tau ${name}: ${complaint}\n\n${usage}`);
  return 2;
}
