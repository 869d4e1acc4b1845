/** Captions whose drawing is composed of what their parts find, and when it is not. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Translation } from "../../../server/engine/translation.ts";
import { readWords } from "../../../server/inference/drawings/caption-words.ts";
import { inLibraryOrComposed } from "../../../server/inference/drawings/composed-finder.ts";
import { captionsOf, fits, shapes } from "./small-library.ts";

const sizePx = 64;
const translation = {
  drawings: new Map([["shapes", shapes]]),
  target: { imageSizePx: sizePx },
} as unknown as Translation;

async function found(
  known: Parameters<typeof captionsOf>[0],
  text: string,
  fills: "none" | "whole" = "none",
  seed = 1,
  plain = text,
) {
  const captions = captionsOf(known);
  // As a caption is read with a retrieval index: its English words.
  const words = { ...(await readWords(captions, text)), plain, english: text };
  const wanted = { look: undefined, liveArea: undefined, fills, licences: undefined };
  const finder = await inLibraryOrComposed(captions, translation, words, wanted);
  const { planes, key, sources, parts: coloured } = await finder.find(seed);
  return {
    coloured,
    alphas: planes.slice(3 * sizePx ** 2),
    key,
    sources: sources?.map(({ icon, share }) => `${icon} ${share}`),
  };
}

const parts = { box: fits, gem: fits, drone: fits };

it("a caption that no name says is composed of the drawings of its parts, which are both named", async () => {
  const { alphas, sources, key } = await found(parts, "box with gem");
  assert.deepEqual(sources, ["box 0.5", "gem 0.5"]);
  const box = await found(parts, "box");
  assert.deepEqual(box.sources, ["box 1"]);
  assert.notDeepEqual(alphas, box.alphas);
  // The badge is at the lower right, and the upper left is as it was.
  const isUpperLeft = (at: number): boolean => at % sizePx < sizePx / 3 && at < sizePx ** 2 / 3;
  assert.deepEqual(
    alphas.filter((_, at) => isUpperLeft(at)),
    box.alphas.filter((_, at) => isUpperLeft(at)),
  );
  assert.equal(alphas[Math.floor(0.68 * sizePx) * sizePx + Math.floor(0.68 * sizePx)], 1);
  const both = await found(parts, "box and gem");
  const whole = await found(parts, "box with gem", "whole");
  assert.equal(new Set([key, both.key, whole.key, box.key]).size, 4, "each has a key of its own");
  assert.notDeepEqual(both.alphas, alphas);
});

it("of a caption that few names say, seeds that find another name are composed", async () => {
  const known = { ...parts, "box gem": [fits, { match: 0.7, saysAll: false, isPart: true, isContrary: false }] };
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  const all = await Promise.all(seeds.map((seed) => found(known, "box with gem", "none", seed)));
  const sources = all.map((one) => one.sources?.join());
  assert.deepEqual([...new Set(sources)].sort(), ["box 0.5,gem 0.5", "box 1"]);
  assert.deepEqual((await found(known, "box with gem", "none", 7)).alphas, all[7]!.alphas, "the same seed again");
});

it("what a name says is composed all the same where that is drawn oddly, or parts by whoever drew the style", async () => {
  const from = async (whole: number, part: number) => {
    const [gem, box] = [
      { ...fits, standing: part },
      { ...fits, standing: 2 },
    ];
    return (await found({ box, gem, "box gem": { ...fits, standing: whole } }, "box with gem")).sources?.length;
  };
  assert.deepEqual(await Promise.all([from(0, 1), from(1, 2)]), [2, 2]);
  assert.deepEqual(await Promise.all([from(0, 0), from(1, 1), from(2, 2)]), [1, 1, 1]);
});

it("what is off is crossed out where no name says that it is", async () => {
  const contrary = { match: 0.9, saysAll: false, isPart: false, isContrary: true };
  const { alphas, sources } = await found({ ...parts, "no drone": contrary }, "no drone");
  assert.deepEqual(sources, ["drone 1"]);
  const middle = (sizePx / 2) * sizePx + sizePx / 2;
  assert.deepEqual([alphas[middle], (await found(parts, "drone")).alphas[middle]], [1, 0]);
});

it("a caption that a name says stays one drawing, also where a part is unknown or the name says it in other words", async () => {
  for (const says of [fits, { match: 0.86, saysAll: false, isPart: false, isContrary: false }])
    assert.deepEqual((await found({ ...parts, "box gem": says }, "box with gem")).sources, ["box 1"]);
  const partly = { match: 0.7, saysAll: false, isPart: false, isContrary: false };
  assert.deepEqual((await found({ box: fits, "box gem": partly }, "box with gem")).sources, ["box 1"]);
  assert.deepEqual((await found({ ...parts, gem: partly, "box gem": partly }, "box with gem")).sources, ["box 1"]);
  assert.deepEqual((await found({ ...parts, "no drone": partly }, "no drone")).sources, ["drone 1"]);
  await assert.rejects(found({ box: fits }, "box with gem"), { code: "caption_unknown" });
});

it("a part with a colour of its own stays apart, whatever names say", async () => {
  const known = { ...parts, "box gem": fits, "red gem": fits, "box door": fits, "box with door": fits };
  const { coloured, sources, alphas } = await found(known, "box with red gem", "none", 1, "box with gem");
  assert.deepEqual(sources, ["box 0.5", "gem 0.5"]);
  assert.deepEqual(
    coloured?.colours.map((colour) => colour?.name),
    [undefined, "red"],
  );
  const { behind, front } = coloured!;
  assert.deepEqual(
    alphas,
    behind.map((alpha, at) => Math.max(alpha, front[at]!)),
  );
  for (const [caption, plain] of [
    ["red box with gem", "box with gem"],
    ["red box with red gem", "box with gem"],
    ["red and blue box", "box"],
  ] as const)
    assert.equal((await found(known, caption, "none", 1, plain)).coloured, undefined, caption);
  const coloursOf = async (caption: string, plain: string) =>
    (await found(known, caption, "none", 1, plain)).coloured?.colours.map((colour) => colour?.name);
  // The colour of the first word is that of all, but not that of what something lies in, or beside.
  assert.deepEqual(await coloursOf("gem in a red box", "gem in a box"), ["red", undefined]);
  assert.deepEqual(await coloursOf("red gem and box", "gem and box"), ["red", undefined]);
  assert.deepEqual(await coloursOf("light red box with dark red gem", "box with gem"), ["red", "red"]);
  assert.deepEqual(await coloursOf("red box with dot", "box with dot"), ["red", "red"]);
  assert.deepEqual(await coloursOf("box with a dot", "box with a dot"), [undefined, undefined]);
  assert.equal(await coloursOf("box with red door", "box with door"), undefined, "a door is a part of it");
  const { sources: dotted, coloured: dot } = await found(known, "box with a red dot", "none", 1, "box with a dot");
  assert.deepEqual(dotted, ["box 1"], "a dot is drawn, not found");
  assert.equal(dot?.isFrontSolid, true);
});

it("words of a caption that have no part in what is found are named, where that is called no more than the others", async () => {
  const part = { match: 0.7, saysAll: false, isPart: true, isContrary: false };
  const unfound = async (known: Parameters<typeof captionsOf>[0], text: string) => {
    const captions = captionsOf(known);
    const words = { ...(await readWords(captions, text)), plain: text, english: text };
    const wanted = { look: undefined, liveArea: undefined, fills: "none", licences: undefined } as const;
    return (await inLibraryOrComposed(captions, translation, words, wanted)).unfoundWords?.([1, 2, 3, 4]) ?? [];
  };
  assert.deepEqual(await unfound({ "sad old box": part }, "sad old box"), ["sad", "old"]);
  assert.deepEqual(await unfound({ box: fits }, "box"), []);
  assert.deepEqual(await unfound(parts, "box with gem"), [], "both parts are found");
  const others = { ...part, isPart: false };
  assert.deepEqual(await unfound({ "sad box": others }, "sad box"), [], "other words may say it");
  assert.deepEqual(await unfound({ "sad box": [part, others] }, "sad box"), [], "so may those of one image");
});

it("a caption that nothing is called is refused with names that are near, unless they are near by chance", async () => {
  const refused = async (text: string): Promise<string> => {
    const captions = captionsOf({}, ["government", "office"]);
    const words = { ...(await readWords(captions, text)), plain: text };
    const wanted = { look: undefined, liveArea: undefined, fills: "none", licences: undefined } as const;
    const { find } = await inLibraryOrComposed(captions, translation, words, wanted);
    return find(1).then(
      () => "found",
      ({ message }: Error) => message,
    );
  };
  assert.match(await refused("bureaucracy"), /, got "bureaucracy"; nearest: government, office$/);
  assert.match(await refused("qz"), /, got "qz"$/, "so few letters say nothing");
});
