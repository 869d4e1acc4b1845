/** Samples of rendered drawings: which are taken does not depend on the order in which they were rendered. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { type StyleDrawing, StyleDrawings, shuffled } from "../../server/evaluation/styles/style-drawings.ts";

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const drawings = ["outline", "fill", "duotone"].flatMap((variant) =>
  Array.from({ length: 12 }, (_, at) => ({
    ...{ family: "family", variant, set: "set", base: `thing-${at}`, concept: `thing-${at}`, words: `thing ${at}` },
    ...({ split: "heldOutFamily", look: "flat", isColour: false, isProcedural: false } as const),
  })),
);

/** Rendered in the order of `given`; each picture is of one level, or of its base's number. */
async function rendered(given: ReadonlyArray<(typeof drawings)[number] & { level?: number }>): Promise<StyleDrawings> {
  const folder = await mkdtemp(join(tmpdir(), "tau-drawings-"));
  folders.push(folder);
  const pixels = given.flatMap(({ base, level = Number(base.slice(6)) }) => new Array(16).fill(6 * level));
  await writeFile(join(folder, "images.rgba"), Uint8Array.from(pixels));
  await writeFile(join(folder, "index.jsonl"), given.map((one, row) => JSON.stringify({ row, ...one })).join("\n"));
  return StyleDrawings.open(folder, 2);
}

const named = ({ variant, base }: StyleDrawing): string => `${variant} ${base}`;
const pairsOf = (from: StyleDrawings): string[] =>
  from.pairs(() => true, 9, 7).map(({ target, source }) => `${named(source)} → ${named(target)}`);

describe("samples of rendered drawings", () => {
  it("are the same pairs and examples in whatever order they were rendered", async () => {
    const [one, other] = [await rendered(drawings), await rendered([...drawings].reverse())];
    assert.deepEqual(pairsOf(other), pairsOf(one));
    assert.equal(new Set(pairsOf(one)).size, 9);
    const examples = (from: StyleDrawings): string[] => from.examplesOf(from.all[0]!, 5, 7).map(named);
    assert.deepEqual(examples(other), examples(one));
    const pictures = async (from: StyleDrawings) => Promise.all(from.all.map(async (at) => (await from.read(at))[0]));
    assert.deepEqual(await pictures(other), await pictures(one));
    await Promise.all([one.close(), other.close()]);
  });

  it("have nothing to restyle where both variants are one drawing", async () => {
    const from = await rendered(
      drawings.map((one, at) => ({ ...one, level: one.variant === "fill" || at % 2 ? at : 0 })),
    );
    const pairs = await from.differingPairs(() => true, 100, 7);
    const all = from.pairs(() => true, 100, 7);
    const levelOf = async (drawing: StyleDrawing): Promise<number> => (await from.read(drawing))[0]!;
    const isDifferent = await Promise.all(
      all.map(async ({ target, source }) => (await levelOf(target)) !== (await levelOf(source))),
    );
    assert.ok(isDifferent.includes(false) && isDifferent.includes(true));
    assert.deepEqual(
      pairs,
      all.filter((_, at) => isDifferent[at]),
    );
    assert.deepEqual(await from.differingPairs(() => true, 2, 7), pairs.slice(0, 2));
    await from.close();
  });

  it("keep their order when others come or go, and have another for another seed", async () => {
    const from = await rendered(drawings);
    const order = shuffled(from.all, 3).map(named);
    assert.deepEqual(
      shuffled(from.all.slice(0, 20), 3).map(named),
      order.filter((name) => from.all.slice(0, 20).some((one) => named(one) === name)),
    );
    assert.notDeepEqual(shuffled(from.all, 4).map(named), order);
    assert.notDeepEqual(shuffled(from.all, 3, from.all[5]).map(named), order);
    await from.close();
  });
});
