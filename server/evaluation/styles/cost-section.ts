/**
 * What the pack costs: its files, the child's memory, and the time of two requests, measured on a child of its own. On a machine that does
 * other work times say nothing about the pack, so they are left out there.
 */
import { availableParallelism, loadavg } from "node:os";
import type { ResolvedRequest } from "../../../shared/contract/generations/generation-request.ts";
import { ResolvedRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { limits } from "../../../shared/limits.ts";
import { encodePng } from "../../images/codec.ts";
import type { ConditionImages, ImageResult, InferenceClient } from "../../inference/protocol.ts";
import { atMost } from "../goals.ts";
import { median } from "../metrics/statistics.ts";
import type { Column, Row } from "../report.ts";
import { conditionOf, imagesOf, type PairOptions, type StylesContext } from "./context.ts";
import type { StylesData } from "./data.ts";
import type { StylesFindings } from "./section.ts";
import type { Pair } from "./style-drawings.ts";

const columns: readonly Column[] = [{ key: "value", label: "measured", digits: 0, better: "lower" }];
const restyles = 24;
const rounds = 5;
/** Processes that want a core, for each core, from which on a machine is busy. */
const busyLoad = 1;

/** @param client of a child with these packs; it is closed here */
export async function costFindings(
  context: StylesContext,
  data: StylesData,
  packBytes: number,
  client: InferenceClient,
): Promise<StylesFindings> {
  try {
    const { rssBytes = 0 } = await client.start();
    const load = loadavg()[0]! / availableParallelism();
    const isBusy = load > busyLoad;
    const rows: Row[] = [];
    const goals: Row[] = [];
    const add = (what: string, n: number, value: number, goal: number): void => {
      rows.push({ what, role: "measured", n, values: { value } });
      goals.push(atMost(what, n, value, goal));
    };
    add("pack, MB", 1, packBytes / 1e6, 150);
    add("child with these packs loaded, MB", 1, rssBytes / 1e6, 1200);
    if (!isBusy) {
      const { captionMs, pageMs, pairsMs } = await timed(context, data, client);
      if (captionMs !== undefined) add("a caption to four PNGs, median ms", rounds, captionMs, 300);
      if (pageMs !== undefined) add(`${restyles} drawings of a page in one style, median ms`, rounds, pageMs, 2000);
      const mixed = `${restyles} drawings of several styles, each in another, median ms`;
      rows.push({ what: mixed, role: "control", n: rounds, values: { value: pairsMs } });
    }
    const times = isBusy
      ? `No times: ${load.toFixed(1)} processes wanted each core (\`npm run bench -- restyle\` measures them on a quiet machine).`
      : "Codes of styles are cached after the first round, as in use.";
    return {
      about:
        `A child process with the packs ${context.packIds.join(" and ")}, warm. ${times} ` +
        `A page: drawings of one set, as a selection is restyled; ${limits.styleImagesMax} others show the style.`,
      tables: [{ title: "Cost", columns, rows }],
      goals,
    };
  } finally {
    await client.close();
  }
}

/** Median milliseconds of the requests. */
async function timed(context: StylesContext, data: StylesData, client: InferenceClient) {
  const { sizePx, translation, settings, namedStyles } = context;
  const draw = async (request: ResolvedRequest, images: ConditionImages): Promise<Uint8Array[]> => {
    const drawn: Uint8Array[] = [];
    const onImage = ({ index, rgba }: ImageResult): void => {
      drawn[index] = rgba;
    };
    await client.generate(request, { onImage }, images);
    return Promise.all(drawn.map((rgba) => encodePng(rgba, sizePx, sizePx)));
  };
  const requestOf = (input: object): ResolvedRequest =>
    ResolvedRequestSchema.parse({
      translation: translation.id,
      temperature: 0,
      count: 1,
      seed: settings.seed,
      ...input,
    });
  const medianMs = async (pairs: readonly Pair[], options: PairOptions): Promise<number> => {
    const requests = await Promise.all(
      pairs.map(async (pair) => {
        const { condition, shown } = conditionOf(context, pair, options);
        return { request: requestOf({ condition }), images: await imagesOf(context, shown) };
      }),
    );
    return median(
      await timesOf(rounds, () => Promise.all(requests.map(({ request, images }) => draw(request, images)))),
    );
  };
  const mixed = Array.from({ length: restyles }, (_, at) => data.pairs[at % data.pairs.length]!);
  const pairsMs = await medianMs(mixed, {});
  const page = pageOf(context, data.pairs);
  const pageMs = page && (await medianMs(page, { isSourceAlone: true }));
  if (!translation.captions) return { pairsMs, pageMs };
  const caption = requestOf({ condition: { caption: "house", style: namedStyles[0] }, count: 4 });
  return { pairsMs, pageMs, captionMs: median(await timesOf(rounds, () => draw(caption, new Map()))) };
}

/** Drawings of one variant and the style of another: those of the first pair whose source's variant has as many. */
function pageOf({ drawings, settings: { seed } }: StylesContext, pairs: readonly Pair[]): Pair[] | undefined {
  for (const { target, source } of pairs) {
    const page = drawings.examplesOf(source, restyles, seed);
    if (page.length === restyles) return page.map((one) => ({ target, source: one }));
  }
  return undefined;
}

/** Milliseconds of each of `count` rounds after one that warms up. */
export async function timesOf(count: number, work: () => Promise<unknown>): Promise<number[]> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) {
    const startedMs = performance.now();
    await work();
    times.push(performance.now() - startedMs);
  }
  return times;
}
