/** Rows that are drawn from retrieved drawings, by the flow and the store of a tiny pack: what a share keeps, and what it leaves to the flow. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ConditionValues, encodeConditions } from "../../server/engine/conditions.ts";
import { guidanceTermsOf } from "../../server/engine/guidance.ts";
import type { RetrievalQuery, RetrievedPrior, Retriever } from "../../server/engine/interfaces.ts";
import { drawResidual, normals, streams } from "../../server/engine/random.ts";
import { drawLatents, measureLatents, type Row } from "../../server/engine/translation.ts";
import { asText } from "../../server/experts/values.ts";
import { readEntry } from "../../server/packs/catalogue.ts";
import { loadTranslations } from "../../server/packs/load-translations.ts";
import { type DrawSettings, sampleRow } from "../../server/retrieval/retrieved-prior.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyFullDraft, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";

const root = temporaryFolder("drawn-row");
const { pack } = await writeTinyPack(root, withRetrieval(tinyFullDraft));
const [loaded] = await loadTranslations(await readEntry(pack, false), { threads: 1 });
const translation = loaded!;
const { flow, retriever: store } = translation;

const encode = (words: Readonly<Record<string, string>>) =>
  encodeConditions(
    translation,
    Object.fromEntries(Object.entries(words).map(([name, value]) => [name, asText(value)])) as ConditionValues,
  );
const settings: DrawSettings = { seed: 3, temperature: 0.5, guidance: 2, retrieval: 0.75 };
const latent = normals(8, 9, flow.dims);
/** Examples that give one start to whatever is asked. */
const giving = (
  start: RetrievedPrior | undefined,
  requested: RetrievalQuery[] = [],
): { flow: typeof flow; retriever: Retriever } => ({
  flow,
  retriever: {
    knows: () => true,
    find: () => undefined,
    retrieve: (request) => {
      requested.push(request);
      return start;
    },
  },
});
const words = await encode({ caption: "red", label: "red", style: "flat" });
const draw = async (row: Row): Promise<Float32Array> => (await drawLatents(translation, [row]))[0]!.latent;
const assertNear = (got: Float32Array, expected: Float32Array, most: number): void => {
  for (const [axis, value] of got.entries())
    assert.ok(Math.abs(value - expected[axis]!) < most, `axis ${axis}: ${value}, expected ${expected[axis]}`);
};

describe("a row drawn from retrieved drawings", () => {
  it("a row drawn from retrieved drawings gives the example's own latent at share 1 and temperature 0, where it shows what is requested", async () => {
    const whole = { ...settings, temperature: 0, retrieval: 1 };
    const named = giving({ latent, caption: words.caption!.vector });
    for (const conditions of [words, await encode({ caption: "red" })])
      assertNear(await draw(sampleRow(named, conditions, whole)), latent, 1e-3);
    for (const requested of [{ label: "green", style: "round" }, { label: "blue" }]) {
      const { latent: moved } = store!.retrieve({ ...requested, noise: (count) => new Float32Array(count) })!;
      assertNear(await draw(sampleRow(translation, await encode(requested), whole)), moved, 1e-3);
    }
  });

  it("a row drawn from retrieved drawings adds a share of the example's v, under what it shows, to v of the seed", async () => {
    const row = sampleRow(translation, words, settings);
    const { latent: from, shows, share } = row.prior!;
    const [own] = await measureLatents(translation, [from], [shows]);
    const { prior: _, ...plain } = row;
    const moved = { ...plain, residual: row.residual.map((value, axis) => value + share * own!.residual[axis]!) };
    assert.deepEqual(await draw(row), await draw(moved));
    assert.notDeepEqual(await draw(row), await draw(plain));
  });

  it("a row drawn from retrieved drawings is drawn from the seed alone at share 0, without retrieval, and where none fits", () => {
    const plain: Row = {
      residual: drawResidual(3, 0.5, flow.dims),
      conditions: words,
      guidance: guidanceTermsOf({ guidance: 2 }, words),
    };
    assert.deepEqual(sampleRow(translation, words, { ...settings, retrieval: 0 }), plain);
    assert.deepEqual(sampleRow({ flow }, words, settings), plain);
    assert.deepEqual(sampleRow(giving(undefined), words, settings), plain);
    assert.ok(sampleRow(translation, words, settings).prior);
  });

  it("a row drawn from retrieved drawings leaves of guidance what retrieval leaves, and all of the guidance of single conditions", () => {
    const at = (share: number) =>
      sampleRow(giving({ latent }), words, { ...settings, retrieval: share, guidanceOf: { style: 3 } }).guidance;
    const ofStyle = { weight: 3, without: ["style"] };
    const all = Object.keys(words);
    assert.deepEqual(at(0), [{ weight: 2, without: all }, ofStyle]);
    assert.deepEqual(at(0.75), [{ weight: 0.5, without: all }, ofStyle]);
    assert.deepEqual(at(1), [ofStyle]);
  });

  /** A name at a known cosine to the caption: half of its values turned over. */
  const caption = words.caption!.vector;
  const name = caption.map((value, axis) => (axis < 3 ? value : -value));
  const cosine = caption.reduce((sum, value, axis) => sum + value * name[axis]!, 0);
  const called = (by: Float32Array) => sampleRow(giving({ latent, caption: by }), words, settings);

  it("a row drawn from retrieved drawings keeps less of an example the further the caption is from what it is called, and none of what it is not", () => {
    assert.ok(cosine > 0.05 && cosine < 0.95, `${cosine}`);
    const { prior, guidance } = called(name);
    assert.ok(Math.abs(prior!.share - 0.75 * cosine) < 1e-6);
    assert.ok(Math.abs(guidance[0]!.weight - 2 * (1 - 0.75 * cosine)) < 1e-6);
    assert.equal(called(caption.map((value) => -value)).prior!.share, 0);
  });

  it("a row drawn from retrieved drawings takes an example to show its name and, of what the caption says besides, the less the more that is", () => {
    assertNear(called(caption).prior!.shows.caption!.vector, caption, 1e-6);
    const { vector, presence } = called(name).prior!.shows.caption!;
    assert.equal(presence, 1);
    const factors = [3, 4, 5].map((axis) => (vector[axis]! - name[axis]!) / (name[axis]! - caption[axis]!));
    for (const factor of factors) assert.ok(factor >= 0 && Math.abs(factor - factors[0]!) < 1e-5, `${factors}`);
    assertNear(vector.slice(0, 3), name.slice(0, 3), 1e-6);
  });

  it("a row drawn from retrieved drawings keeps less of an example of a caption that says more than a label's name", async () => {
    const shareOf = async (caption: string): Promise<number> =>
      sampleRow(translation, await encode({ caption, label: "red" }), settings).prior!.share;
    const [plain, more] = [await shareOf("red"), await shareOf("red 7 mountains xy")];
    // Names are kept in four bits.
    assert.ok(plain > 0.75 * 0.98 && plain <= 0.75, `${plain}`);
    assert.ok(more < plain - 0.01, `${more} and ${plain}`);
  });

  it("a row drawn from retrieved drawings takes another name of its label for what it shows, wholly, but no moved caption", () => {
    const priorOf = (presence: number) => {
      const label = { ...words.label!, named: "red", presence };
      return sampleRow(giving({ latent, caption: name }), { ...words, label }, settings).prior!;
    };
    assert.equal(priorOf(1).share, settings.retrieval);
    assertNear(priorOf(1).shows.caption!.vector, caption, 1e-6);
    assert.ok(priorOf(0.5).share < settings.retrieval - 0.01);
  });

  it("a row drawn from retrieved drawings is requested without the caption's colours, and gets the one that the caption gives", async () => {
    const coloured = await encode({ caption: "red mountain" });
    assert.deepEqual(coloured.caption!.plain, (await encode({ caption: "mountain" })).caption!.vector);
    const { plain, vector } = coloured.caption!;
    const requested: RetrievalQuery[] = [];
    const { prior } = sampleRow(giving({ latent }, requested), coloured, settings);
    assert.deepEqual(requested[0]!.caption, plain);
    // The drawing is of the thing, gets the colour, and then shows all of the caption.
    assert.ok(Math.abs(prior!.share - 0.75) < 1e-6);
    assert.equal(prior!.colour?.name, "red");
    assertNear(prior!.shows.caption!.vector, vector, 1e-6);
    const named = (by: Float32Array) => sampleRow(giving({ latent, caption: by }), coloured, settings).prior!;
    assert.deepEqual(named(plain!.map((value) => -value)), { ...prior!, latent });
    assertNear(named(vector).shows.caption!.vector, vector, 1e-6);
  });

  it("a row drawn from retrieved drawings keeps the colour of a label whose name has it", async () => {
    const coloured = await encode({ caption: "red mountain" });
    const label = { vector: Float32Array.of(1), presence: 1, id: "red-mountain" };
    assert.equal(sampleRow(giving({ latent }), { ...coloured, label }, settings).prior!.colour, undefined);
  });

  it("a row drawn from retrieved drawings keeps the whole share where the example stands for the caption itself", () => {
    const { prior } = sampleRow(giving({ latent }), words, settings);
    assert.equal(prior!.share, 0.75);
    assertNear(prior!.shows.caption!.vector, caption, 1e-6);
  });

  it("a row drawn from retrieved drawings requests drawings by sketch and layout, by no other picture, and takes them to show what they do", () => {
    const given = (vector: Float32Array) => ({ vector, presence: 1 });
    const [sketch, layout, shown] = [Float32Array.of(1, 0, 0, 0), Float32Array.of(0, 1), Float32Array.of(0, 0, 1, 0)];
    const conditions = { sketch: given(sketch), layout: given(layout), lowResolution: given(sketch) };
    const requested: RetrievalQuery[] = [];
    const row = sampleRow(giving({ latent, pictures: { sketch: shown } }, requested), conditions, settings);
    assert.deepEqual(requested[0]!.pictures, { sketch, layout });
    assert.deepEqual(
      [requested[0]!.caption, requested[0]!.label, requested[0]!.style],
      [undefined, undefined, undefined],
    );
    assert.deepEqual(row.prior, { latent, share: 0.75, shows: { sketch: given(shown) } });
    const worded = sampleRow(giving({ latent, pictures: { sketch: shown } }), { ...words, ...conditions }, settings);
    assert.deepEqual(Object.keys(worded.prior!.shows).sort(), ["caption", "label", "sketch", "style"]);
    assert.deepEqual(worded.prior!.shows.sketch, given(shown));
  });

  it("a row drawn from retrieved drawings takes what was found by its looks alone to show no words but its style, and keeps less of it the less it is like", () => {
    const given = (vector: Float32Array) => ({ vector, presence: 1 });
    const [sketch, shown] = [Float32Array.of(1, 0, 0, 0), Float32Array.of(0, 0, 1, 0)];
    const start = { latent, pictures: { sketch: shown }, similarity: 0.5 };
    const row = sampleRow(giving(start), { ...words, sketch: given(sketch) }, settings);
    assert.deepEqual(row.prior!.shows, { style: words.style, sketch: given(shown) });
    assert.equal(row.prior!.share, 0.75 * 0.5);
    assert.ok(Math.abs(row.guidance[0]!.weight - 2 * (1 - 0.75 * 0.5)) < 1e-9);
  });

  it("a row drawn from retrieved drawings takes an example to show words wholly: all of a label that fades, and nothing of a sketch that it is not known by", () => {
    const conditions = {
      ...words,
      label: { ...words.label!, presence: 0.25 },
      sketch: { vector: Float32Array.of(1, 0, 0, 0), presence: 1 },
    };
    const { shows } = sampleRow(giving({ latent }), conditions, settings).prior!;
    assert.deepEqual(Object.keys(shows).sort(), ["caption", "label", "style"]);
    assert.deepEqual([shows.label?.presence, shows.label?.vector], [1, words.label!.vector]);
    const { prior } = sampleRow(giving({ latent, caption: latent }), { style: words.style! }, settings);
    assert.deepEqual(prior!.shows, { style: words.style! });
  });

  it("a row drawn from retrieved drawings requests drawings by vector and ids, with noise of the seed that grows with temperature", () => {
    const requested: RetrievalQuery[] = [];
    const given = { caption: words.caption! };
    for (const temperature of [0.5, 1]) sampleRow(giving(undefined, requested), words, { ...settings, temperature });
    sampleRow(giving(undefined, requested), given, { ...settings, temperature: 0 });
    const [mild, wild, still] = requested as [RetrievalQuery, RetrievalQuery, RetrievalQuery];
    assert.deepEqual([mild.caption, mild.label, mild.style], [caption, "red", "flat"]);
    assert.deepEqual([still.label, still.style], [undefined, undefined]);
    const drawn = normals(3, streams.retrieval, 5);
    const spread = wild.noise(5)[0]! / drawn[0]!;
    assert.ok(spread > 0);
    assertNear(
      wild.noise(5),
      drawn.map((value) => spread * value),
      1e-4,
    );
    assertNear(
      mild.noise(5),
      drawn.map((value) => 0.5 * spread * value),
      1e-4,
    );
    assert.ok(still.noise(5).every((value) => value === 0));
  });

  it("a row drawn from retrieved drawings is the same for the same seed, and another for another", async () => {
    const rowOf = (seed: number, temperature = 0.5) =>
      sampleRow(translation, words, { ...settings, seed, temperature });
    assert.deepEqual(rowOf(3), rowOf(3));
    assert.deepEqual(await draw(rowOf(3)), await draw(rowOf(3)));
    assert.notDeepEqual(rowOf(4).prior!.latent, rowOf(3).prior!.latent);
    assert.notDeepEqual(await draw(rowOf(4)), await draw(rowOf(3)));
    assert.deepEqual(rowOf(4, 0).prior, rowOf(3, 0).prior);
  });
});

describe("rows with and without a start", () => {
  it("rows with and without a start give in one batch what each gives alone, with the same likelihood", async () => {
    const requested = [words, await encode({ caption: "blue sky" }), await encode({ style: "sharp" })];
    const rows = Array.from({ length: 11 }, (_, seed) =>
      sampleRow(translation, requested[seed % 3]!, { ...settings, seed, retrieval: seed % 4 === 0 ? 0 : seed / 11 }),
    );
    const withStart = rows.filter(({ prior }) => prior).length;
    assert.ok(withStart > 2 && withStart < 9, `${withStart}`);
    const together = await drawLatents(translation, rows);
    for (const [at, row] of rows.entries()) assert.deepEqual(together[at], (await drawLatents(translation, [row]))[0]);
  });
});
