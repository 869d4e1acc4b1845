/**
 * `npm run bench -- captions [--style NAME] [--list FILE]`: what captions as designers type them find. Each line of the lists beside this
 * file is a caption and what names of a drawing may say: `|` parts words of which one is enough, and `;` those that are needed
 * together; after `!` come words that none may have. Of four letters and more the beginning of a word is enough. Four images of each caption are requested. Printed are the share of
 * them whose drawing's name says it, and of how many captions all four are one drawing. Names are judged, not pictures; of images of two
 * drawings, both names together.
 * `further-phrases.txt` was written when the search was done, `rare-words.txt` after a reader had found such words lost to spelling, the
 * others while it was made. Of captions of products half were looked at while words for them were found (`products.txt`), the others, of the
 * same kinds of products, once at the end.
 */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { createInferenceClient } from "../../../server/inference/client.ts";
import { createConditionImageLoader } from "../../../server/inference/conditions/condition-images.ts";
import { packsHome } from "../../../server/packs/catalogue.ts";
import { ResolvedRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import type { Source } from "../../../shared/contract/generations/sources.ts";
import { AppError } from "../../../shared/problem.ts";
import { machine } from "../measure.ts";

const lists = [
  "phrases",
  "actions",
  "further-phrases",
  "rare-words",
  "as-typed",
  "abbreviations",
  "other-languages",
  "two-things",
  "states",
  "one-thing",
  "products",
  "products-unseen",
];
/** Letters of words that begin others: "no" begins "north". */
const wholeBelow = 4;
const sizePx = 128;

export async function benchCaptions(args: string[]): Promise<void> {
  const options = { style: { type: "string", default: "lucide" }, list: { type: "string" } } as const;
  const { values } = parseArgs({ args, options });
  const client = createInferenceClient({ packsDir: packsHome() });
  const load = createConditionImageLoader(async () => undefined, 1);
  /** Of each image, the drawing or the drawings that it starts from. */
  const sourcesOf = async (caption: string): Promise<Source[][]> => {
    const condition = { caption, style: values.style };
    const request = ResolvedRequestSchema.parse({
      translation: "restyle",
      temperature: 0,
      count: 4,
      seed: 3,
      condition,
    });
    const found: Source[][] = [];
    const onImage = ({ index, sources = [] }: { index: number; sources?: Source[] }): void => {
      found[index] = sources;
    };
    await client.generate(request, { onImage }, await load(request, sizePx)).catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === "caption_unknown")) throw error;
    });
    return found;
  };
  try {
    await client.start();
    const paths = values.list ? [values.list] : lists.map((name) => join(import.meta.dirname, `${name}.txt`));
    for (const path of paths) {
      const lines = (await readFile(path, "utf8")).trim().split("\n").map(read);
      const all: Array<{ readonly sources: Source[][]; readonly says: Says }> = [];
      for (const { caption, says } of lines) {
        const sources = await sourcesOf(caption);
        all.push({ sources, says });
        const right = sources.map((of) => (says(of) ? "+" : "-")).join("");
        console.error(`${right || "none"} ${caption}: ${sources.map(named).join(", ")}`);
      }
      const share = (of: (one: (typeof all)[number]) => number): number =>
        Number((all.reduce((sum, one) => sum + of(one), 0) / all.length).toFixed(3));
      const result = {
        list: basename(path, ".txt"),
        captions: all.length,
        found: share(({ sources }) => Math.sign(sources.length)),
        firstSaysIt: share(({ sources: [first], says }) => Number(first !== undefined && says(first))),
        foursSayIt: share(({ sources, says }) => sources.filter(says).length / 4),
        oneDrawingForAll: share(({ sources }) => Number(new Set(sources.map(named)).size === 1)),
      };
      console.log(JSON.stringify({ ...result, style: values.style, machine: machine() }));
    }
  } finally {
    await client.close();
  }
}

type Says = (sources: readonly Source[]) => boolean;

const named = (sources: readonly Source[]): string => sources.map(({ set, icon }) => `${set}:${icon}`).join(" + ");

/** The start of a word; the whole of a short one, or several of it. */
const asPattern = (word: string): string => (word.length < wholeBelow ? `${word}(s|es)?(?![a-z0-9])` : word);

function read(line: string): { readonly caption: string; readonly says: Says } {
  const at = line.indexOf("|");
  const needed = line
    .slice(at + 1)
    .split(";")
    .map((words) => {
      const [, not, listed] = /^(!?)(.*)$/.exec(words.trim())!;
      const pattern = new RegExp(`(^|[^a-z0-9])(${listed!.split("|").map(asPattern).join("|")})`);
      return { pattern, isSaid: not === "" };
    });
  const says: Says = (sources) => {
    const names = sources.map(({ icon }) => icon.replaceAll("-", " ").toLowerCase()).join(" ");
    return needed.every(({ pattern, isSaid }) => pattern.test(names) === isSaid);
  };
  return { caption: line.slice(0, at).trim(), says };
}
