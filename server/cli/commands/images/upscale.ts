/** `tau upscale`: an image ×2, ×3, ×4 or to a width, as PNG files: one or several hypotheses, and a map of where they differ. */
import { join, parse as parsePath } from "node:path";
import { parseArgs } from "node:util";
import {
  type InputKind,
  type ResolvedUpscale,
  ResolvedUpscaleSchema,
  requireFits,
  type ShrinkKernel,
  type UpscaleNote,
  varianceHypotheses,
} from "../../../../shared/contract/upscaling.ts";
import { limits } from "../../../../shared/limits.ts";
import { AppError } from "../../../../shared/problem.ts";
import { parse } from "../../../../shared/validation.ts";
import { encodePng } from "../../../images/codec.ts";
import { decodePicture } from "../../../images/picture.ts";
import { writeFileAtomically } from "../../../platform/files/atomic-file.ts";
import { sha256Of } from "../../../platform/sha256.ts";
import type { UpscaleResult } from "../../../upscaling/upscale-queue.ts";
import { refuseUsage, upscalerIds, withInference } from "../../cli-session.ts";
import { makeOutFolder } from "../../out-folder.ts";
import * as flags from "../../request-flags.ts";

const usage = `Usage: npm run -s tau -- upscale FILE (--scale 1|2|3|4 | --width PX) --out DIR [options]

Enlarges an image; the result is at most ${limits.imageMaxSidePx} px a side. Prints one JSON line a picture: file, seed, lrPsnrDb,
milliseconds. lrPsnrDb says how well the picture shrinks back to the image; 99 = equal. inputKind says what the image was found to be,
shrunkBy how a photograph was brought to its size.
The same pack and flags give the same bytes.

  --scale S          2, 3 or 4 times as wide and high; 1 = as large as it is, only without compression marks
  --width PX         as wide as this, in the image's proportions: wider than the image, four times at most
  --clean C          how far the marks of JPEG are removed first, in files that are or were JPEGs: 0 = not,
                     1 = wholly (default)
  --no-letters       small text is enlarged as all else, its letters are not read and drawn
  --detail D         0 = the accurate answer (default), 1 = the liveliest
  --count N          1 to ${limits.upscaleCountMax} hypotheses (default 1); needs a detail above 0
  --variance         adds a map of the doubt about the accurate answer, and prints its mean: the standard deviation
                     of its error in levels, at the brightest 32; ${varianceHypotheses} hypotheses are drawn for it
  --outlines         outlines in the map what can't be known
  --seed N           0 to ${limits.seedMax} (default: random, and printed); hypothesis i has seed + i
  --packs DIR        folder of packs (default: the packs that ship)
  --out DIR          where the PNG files go: NAME-x4.png, with a detail NAME-x4-d0.5-seed7.png and
                     NAME-x4-d0.5-seed7-variance.png, with a width NAME-w1000.png and so on, NAME being the
                     image's; files of these names are replaced`;

const noteWords: Readonly<Record<UpscaleNote, string>> = {
  first_frame: "animated: only its first frame was enlarged",
  to_srgb: "other colours than sRGB: converted",
  to_8_bits: "16 bits a channel: rounded to 8",
  turned_upright: "turned upright, as its EXIF orientation says",
};

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      scale: { type: "string" },
      width: { type: "string" },
      detail: { type: "string" },
      clean: { type: "string" },
      "no-letters": { type: "boolean" },
      count: { type: "string" },
      variance: { type: "boolean" },
      outlines: { type: "boolean" },
      seed: { type: "string" },
      packs: { type: "string" },
      out: { type: "string" },
    },
  });
  const [path, ...more] = positionals;
  const { scale, width, detail, clean, count, variance, outlines, out } = values;
  const refuse = (complaint: string): number => refuseUsage("upscale", complaint, usage);
  if (path === undefined || more.length > 0) return refuse(`expected one image file, got ${positionals.length}`);
  if ((scale === undefined) === (width === undefined))
    return refuse(`expected --scale 1, 2, 3 or 4, or --width PX, got ${scale === undefined ? "neither" : "both"}`);
  if (out === undefined) return refuse("expected --out DIR, got none");
  return withInference(
    values.packs,
    async ({ packs, start, line, signal }) => {
      const bytes = await flags.readBytes(path);
      const request = parse(ResolvedUpscaleSchema, {
        image: sha256Of(bytes),
        scale: flags.numberOf(scale, "scale"),
        widthPx: flags.numberOf(width, "width"),
        detail: flags.numberOf(detail, "detail"),
        clean: flags.numberOf(clean, "clean"),
        letters: !values["no-letters"],
        count: flags.numberOf(count, "count"),
        variance,
        outlines,
        seed: flags.seedOf(values),
      });
      const { pixels, notes } = await aboutFile(path, async () => {
        const picture = await decodePicture(bytes);
        requireFits(picture.pixels, request);
        return picture;
      });
      for (const note of notes) console.error(`${path}: ${noteWords[note]}`);
      await makeOutFolder(out);
      const client = await start(upscalerIds(packs));
      let last = performance.now();
      const onImage = async ({ rgba, widthPx, heightPx, index: _, ...about }: UpscaleResult): Promise<void> => {
        const file = join(out, `${parsePath(path).name}-${endingOf(request, about)}.png`);
        await writeFileAtomically(file, await encodePng(rgba, widthPx, heightPx), 0o666);
        const now = performance.now();
        line.end();
        if (about.seed === request.seed) explain(path, request, about);
        console.log(JSON.stringify({ file, ...about, milliseconds: Math.round(now - last) }));
        last = now;
      };
      await client.upscale(request, pixels, {
        signal,
        onProgress: ({ completed, total }) => line.show(`upscaling: ${completed} of ${total} tiles`),
        onImage,
      });
    },
    { widthPx: "width" },
    ({ upscaler }) => upscaler !== undefined,
  );
}

/** What a name says besides the image's: all that the picture depends on that was requested. */
function endingOf(
  { scale, widthPx, detail, clean, letters, outlines, seed: first }: ResolvedUpscale,
  { kind, seed = first }: Pick<UpscaleResult, "kind" | "seed">,
): string {
  const size = `${scale === undefined ? `w${widthPx}` : `x${scale}`}${clean === 1 ? "" : `-clean${clean}`}${letters ? "" : "-no-letters"}`;
  const lively = detail === 0 ? size : `${size}-d${detail}`;
  if (kind === "variance") return `${lively}-seed${seed}-variance${outlines ? "-outlines" : ""}`;
  return detail === 0 ? size : `${lively}-seed${seed}`;
}

/** Below it a picture shrinks back to the image with differences of some levels. */
const lowLrPsnrDb = 40;

const otherKernel = "an exact match with another kernel would ring";
const shrinkReasons: Readonly<Record<ShrinkKernel, string>> = {
  bicubic: "fine structure: an exact match would ring",
  lanczos: "fine structure: an exact match would ring",
  area: `shrunk by area averaging: ${otherKernel}`,
  sharpened: `sharpened after it was shrunk: ${otherKernel}`,
  aliased: `shrunk without antialiasing: ${otherKernel}`,
  soft: "blurred, or enlarged before: it is sharper than the image",
};

/** Says why a picture shrinks back to the image less exactly than others. */
function explain(
  path: string,
  { clean }: ResolvedUpscale,
  { inputKind, jpegQuality, shrunkBy, lrPsnrDb }: Partial<UpscaleResult>,
): void {
  if (lrPsnrDb === undefined || inputKind === undefined || lrPsnrDb >= lowLrPsnrDb) return;
  const reasons: Readonly<Record<InputKind, string>> = {
    jpeg: `a JPEG of quality ${jpegQuality}: ${clean > 0 ? "its compression marks were removed" : "its compression marks are not drawn again"}`,
    repeated: "pixels that were repeated: the picture is smooth where they are blocks",
    drawn: "drawn at its size: sharper edges without halos shrink to other pixels than it has",
    photograph: shrinkReasons[shrunkBy ?? "bicubic"],
  };
  console.error(`${path}: ${reasons[inputKind]}, so lrPsnrDb is ${lrPsnrDb.toFixed(1)}`);
}

/** A fault of the image, which names the path of its file. */
async function aboutFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A width is the flag's fault, which names itself.
    if (!(error instanceof AppError) || error.detail.field === "widthPx") throw error;
    throw new AppError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}

export const command = {
  name: "upscale",
  summary: "enlarge an image, as one answer or several hypotheses",
  usage,
  run,
};
