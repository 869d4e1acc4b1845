/** Captions whose drawing is composed of what their parts find, and when it is not. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { DrawingChoice, DrawingFinder } from "../../../server/engine/interfaces.ts";
import type { Translation } from "../../../server/engine/translation.ts";
import { readWords } from "../../../server/inference/drawings/caption-words.ts";
import { inLibraryOrComposed } from "../../../server/inference/drawings/composed-finder.ts";

const sizePx = 64;
type Captions = Parameters<typeof inLibraryOrComposed>[0];
type Says = ReturnType<DrawingChoice["says"]>;

const all: Says = { match: 0.98, saysAll: true, isPart: false, isContrary: false };
const bodies: Readonly<Record<string, string>> = {
  box: '<path d="M4 4h16v16H4zM4 12h16M12 4v16" fill="none" stroke="currentColor" stroke-width="2"/>',
  dot: '<circle cx="12" cy="12" r="9" fill="currentColor"/>',
  drone: '<circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="2"/>',
};

/** @param known what the names that fit some words say; the drawing is that of the first known word */
function captionsOf(known: Readonly<Record<string, Says>>): Captions {
  const find: DrawingFinder["find"] = ({ text = "" }) => {
    const says = known[text];
    const name = text.split(" ").find((word) => bodies[word]);
    if (!says || !name) return undefined;
    return {
      ...{ match: says.match, saysAll: says.saysAll, says: () => says },
      choose: () => ({ entry: 0, cosine: says.match }),
      likeness: () => 0,
      fit: () => 0,
      open: () => ({
        svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">${bodies[name]}</svg>`,
        name,
        set: "shapes",
      }),
    };
  };
  const expert = { dims: 2, encode: async () => new Float32Array([1, 0]) };
  const from = { id: "words", conditions: [{ name: "caption", expert }] };
  const captions = { from, styles: new Set<string>(), library: { find, spelled: (caption: string) => caption } };
  return captions as unknown as Captions;
}

const shapes = { set: "shapes", licence: "MIT", styles: ["shapes"] };
const translation = {
  drawings: new Map([["shapes", shapes]]),
  target: { imageSizePx: sizePx },
} as unknown as Translation;

async function found(known: Readonly<Record<string, Says>>, text: string, fills: "none" | "whole" = "none") {
  const captions = captionsOf(known);
  // As a caption is read with a retrieval index: its English words.
  const words = { ...(await readWords(captions, text)), plain: text };
  const wanted = { look: undefined, liveArea: undefined, fills, licences: undefined };
  const finder = await inLibraryOrComposed(captions, translation, words, wanted);
  const { planes, key, sources } = await finder.find(1);
  return {
    alphas: planes.slice(3 * sizePx ** 2),
    key,
    sources: sources?.map(({ icon, share }) => `${icon} ${share}`),
  };
}

const parts = { box: all, dot: all, drone: all };

it("a caption that no name says is composed of the drawings of its parts, which are both named", async () => {
  const { alphas, sources, key } = await found(parts, "box with dot");
  assert.deepEqual(sources, ["box 0.5", "dot 0.5"]);
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
  const both = await found(parts, "box and dot");
  const whole = await found(parts, "box with dot", "whole");
  assert.equal(new Set([key, both.key, whole.key, box.key]).size, 4, "each has a key of its own");
  assert.notDeepEqual(both.alphas, alphas);
});

it("what is off is crossed out where no name says that it is", async () => {
  const contrary = { match: 0.9, saysAll: false, isPart: false, isContrary: true };
  const { alphas, sources } = await found({ ...parts, "no drone": contrary }, "no drone");
  assert.deepEqual(sources, ["drone 1"]);
  const middle = (sizePx / 2) * sizePx + sizePx / 2;
  assert.deepEqual([alphas[middle], (await found(parts, "drone")).alphas[middle]], [1, 0]);
});

it("a caption that a name says stays one drawing, also where a part is unknown or the name says it in other words", async () => {
  for (const says of [all, { match: 0.86, saysAll: false, isPart: false, isContrary: false }])
    assert.deepEqual((await found({ ...parts, "box with dot": says }, "box with dot")).sources, ["box 1"]);
  const partly = { match: 0.7, saysAll: false, isPart: false, isContrary: false };
  assert.deepEqual((await found({ box: all, "box with dot": partly }, "box with dot")).sources, ["box 1"]);
  assert.deepEqual((await found({ ...parts, dot: partly, "box with dot": partly }, "box with dot")).sources, ["box 1"]);
  assert.deepEqual((await found({ ...parts, "no drone": partly }, "no drone")).sources, ["drone 1"]);
  await assert.rejects(found({ box: all }, "box with dot"), { code: "caption_unknown" });
});
