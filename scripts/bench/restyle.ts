/**
 * `npm run bench -- restyle [--most N]`: the flow between styles against its targets: pack and memory, 24 drawings restyled, a caption to
 * four PNGs, a sketch to an icon, the search of drawings, colour words, how much seeds differ, and how well a masked part is drawn anew. Quality is on N
 * everyday nouns (24), each in a named style in turn, unpicked, seed 1. Prints one JSON object. No part of docs/benchmarks.md.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { toPremultipliedPlanes } from "../../server/engine/pixels/pixels.ts";
import { type ColourWord, hues, isNearest } from "../../server/evaluation/metrics/colour-words.ts";
import { meanPairDifference, meanSquaredError } from "../../server/evaluation/metrics/pixels.ts";
import { everydayNouns } from "../../server/evaluation/sections/captions.ts";
import { timesOf } from "../../server/evaluation/styles/cost-section.ts";
import { encodePng } from "../../server/images/codec.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import { createConditionImageLoader } from "../../server/inference/conditions/condition-images.ts";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { sha256Of } from "../../server/platform/sha256.ts";
import { dotInt4 } from "../../server/retrieval/int4.ts";
import { DrawingLibrary } from "../../server/retrieval/library/drawing-library.ts";
import { type LibraryContent, readLibraryFile } from "../../server/retrieval/library/drawing-library-file.ts";
import { type GenerationInput, ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { machine, median } from "./measure.ts";
import { peakOf } from "./peak-memory.ts";

const sizePx = 128;
/** Side of the hole in the middle, in px: nine cells of the flow's grid. */
const holePx = 48;
const searches = 200;
const rowsLeast = 100_000;

export async function benchRestyle(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { most: { type: "string", default: "24" } } });
  const nouns = everydayNouns.slice(0, Number(values.most));
  const { entries } = await Catalogue.open(packsHome());
  const { folder, manifest } = entries.find(({ manifest: { id } }) => id === "styles")!;
  const [translation] = manifest.translations;
  const expert = manifest.experts["style"];
  const styles = expert?.kind === "drawing-style" ? expert.vocabulary.filter(({ isOneInk }) => isOneInk) : [];
  const styleOf = (at: number): string => styles[at % styles.length]!.id;
  const client = createInferenceClient({ packsDir: packsHome() });
  const uploads = new Map<string, Uint8Array>();
  const load = createConditionImageLoader(async (digest) => uploads.get(digest), 100);
  const keep = async (rgba: Uint8Array): Promise<string> => {
    const png = await encodePng(rgba, sizePx, sizePx);
    uploads.set(sha256Of(png), png);
    return sha256Of(png);
  };
  const draw = async (input: GenerationInput) => {
    const request = ResolvedRequestSchema.parse({
      translation: "restyle",
      temperature: 0,
      count: 1,
      seed: 1,
      ...input,
    });
    const images: { readonly rgba: Uint8Array; readonly planes: Float32Array }[] = [];
    const sources = await load(request, sizePx);
    await client.generate(
      request,
      {
        onImage: ({ index, rgba }) => {
          images[index] = { rgba, planes: toPremultipliedPlanes(rgba, sizePx) };
        },
      },
      sources,
    );
    return images;
  };
  try {
    await client.start();
    const drawn: Awaited<ReturnType<typeof draw>> = [];
    const differences: number[] = [];
    for (const [at, caption] of nouns.entries()) {
      const four = await draw({ condition: { caption, style: styleOf(at) }, count: 4 }).catch(() => []);
      if (four.length === 0) continue;
      drawn.push(four[0]!);
      differences.push(255 * meanPairDifference(four.map(({ planes }) => planes)));
    }
    const digests = await Promise.all(drawn.map(({ rgba }) => keep(rgba)));
    const restyleMs = await timesOf(5, () =>
      Promise.all(digests.map((image, at) => draw({ condition: { drawing: { image }, style: styleOf(at + 1) } }))),
    );
    const captionMs = await timesOf(7, async () => {
      const four = await draw({ condition: { caption: "house", style: styleOf(0) }, count: 4 });
      return Promise.all(four.map(({ rgba }) => encodePng(rgba, sizePx, sizePx)));
    });
    const sketchMs: number[] = [];
    for (const [at, svg] of (await sketchesIn("docs/examples/sketches")).entries()) {
      // Each once: what was cleaned last is kept.
      const startedMs = performance.now();
      await draw({ condition: { sketch: { svg }, style: styleOf(at) } });
      sketchMs.push(performance.now() - startedMs);
    }
    const words = Object.keys(hues) as ColourWord[];
    const obeyed: boolean[] = [];
    for (const [at, noun] of nouns.entries()) {
      const word = words[at % words.length]!;
      const [image] = await draw({ condition: { caption: `${word} ${noun}`, style: styleOf(at) } }).catch(() => []);
      if (image) obeyed.push(isNearest(image.planes, word));
    }
    const mask = await keep(squareMask());
    const parts = { redrawn: [] as number[], empty: [] as number[], restyled: [] as number[] };
    for (const [at, image] of digests.entries()) {
      const truth = hole(drawn[at]!.planes);
      if (truth.every((value) => value === 0)) continue;
      const [anew] = await draw({ condition: { drawing: { image, mask } } });
      const [same] = await draw({ condition: { drawing: { image }, style: styleOf(at) } });
      parts.redrawn.push(meanSquaredError(hole(anew!.planes), truth));
      parts.restyled.push(meanSquaredError(hole(same!.planes), truth));
      parts.empty.push(meanSquaredError(new Float32Array(truth.length), truth));
    }
    const path = translation?.captions?.library;
    const search = path === undefined ? undefined : await timeSearch(await readLibraryFile(join(folder, path), 384));
    console.log(
      JSON.stringify(
        {
          machine: machine(),
          packMB: mb(manifest.files.reduce((sum, { bytes }) => sum + bytes, 0)),
          childMB: mb(client.ready!.rssBytes!),
          childPeakMB: Math.round(await peakOf(client.ready!.pid)),
          nouns: nouns.length,
          drawn: drawn.length,
          restyleOf: digests.length,
          restyleMs: Math.round(median(restyleMs)),
          captionToFourMs: Math.round(median(captionMs)),
          sketchToIconMs: Math.round(median(sketchMs)),
          ...search,
          colourWordsObeyed: share(obeyed.filter(Boolean).length, obeyed.length),
          fourSeedsDifference: Number(median(differences).toFixed(1)),
          // Of the error that an empty hole has: how much a hole drawn anew has, and a drawing that is whole and restyled into its own style.
          holeError: share(sum(parts.redrawn), sum(parts.empty)),
          holeErrorWithoutHole: share(sum(parts.restyled), sum(parts.empty)),
          holes: parts.redrawn.length,
        },
        undefined,
        1,
      ),
    );
  } finally {
    await client.close();
  }
}

const mb = (bytes: number): number => Number((bytes / 1e6).toFixed(1));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const share = (part: number, whole: number): number => Number((part / whole).toFixed(3));

const isInHole = (at: number): boolean => {
  const [x, y] = [at % sizePx, Math.floor(at / sizePx) % sizePx];
  const from = (sizePx - holePx) / 2;
  return x >= from && x < from + holePx && y >= from && y < from + holePx;
};
const hole = (planes: Float32Array): Float32Array => planes.filter((_, at) => isInHole(at % sizePx ** 2));

const squareMask = (): Uint8Array =>
  Uint8Array.from({ length: 4 * sizePx ** 2 }, (_, at) => (isInHole(Math.floor(at / 4)) ? 255 : 0));

/** Milliseconds of processor time of a search among the pack's drawings, and among `rowsLeast` names, each list as often as it takes. */
async function timeSearch(content: LibraryContent) {
  const library = new DrawingLibrary(content);
  const stride = Math.floor(content.names.length / searches);
  const axis = (at: number): Float32Array => new Float32Array(content.keyDims).fill(1, at, at + 1);
  const axes = Array.from({ length: content.keyDims }, (_, at) => axis(at));
  // Names of the library, evenly spaced, are what is looked for.
  const requested = Array.from({ length: searches }, (_, at) => {
    const vector = Float32Array.from(axes, (one) => dotInt4(content.keys, stride * at, content.keyDims, one).product);
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
  const time = (searched: DrawingLibrary): number => {
    const search = (words: Float32Array, at: number) =>
      searched.search({ words, text: content.names[stride * at]!, cosineLeast: 0.65 });
    for (const [at, words] of requested.entries()) if (at < 20) search(words, at);
    const started = process.cpuUsage();
    for (const [at, words] of requested.entries()) search(words, at);
    const { user, system } = process.cpuUsage(started);
    return Number(((user + system) / 1000 / searches).toFixed(2));
  };
  const larger = repeated(content, Math.ceil(rowsLeast / content.names.length));
  return {
    drawings: library.size,
    names: content.names.length,
    searchMs: time(library),
    namesOfLarger: larger.names.length,
    searchOfLargerMs: time(new DrawingLibrary(larger)),
  };
}

/** The same names several times, so that every list is as many times as long. */
function repeated(content: LibraryContent, times: number): LibraryContent {
  const { names, keys, listLengths, keyDims, entryNames } = content;
  const order: number[] = [];
  let first = 0;
  for (const length of listLengths) {
    for (let time = 0; time < times; time += 1)
      for (let name = first; name < first + length; name += 1) order.push(name);
    first += length;
  }
  const width = keyDims / 2;
  const bytes = new Int8Array(order.length * width);
  for (const [to, from] of order.entries())
    bytes.set(keys.bytes.subarray(from * width, (from + 1) * width), to * width);
  return {
    ...content,
    names: order.map((name) => names[name]!),
    keys: { bytes, steps: Float32Array.from(order, (name) => keys.steps[name]!) },
    listLengths: listLengths.map((length) => times * length),
    entryNames,
  };
}

async function sketchesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".svg")).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
}
