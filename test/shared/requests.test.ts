/** What nodes remember and what requests name: provenance of any version parses, and nothing that a request names is missed. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { GenerationSchema } from "../../shared/contract/generations/generation.ts";
import {
  GenerationRequestSchema,
  ResolvedRequestSchema,
  vectorColoursOf,
} from "../../shared/contract/generations/generation-request.ts";
import { ProvenanceSchema } from "../../shared/contract/generations/provenance.ts";
import { conditionsIn, drawingsIn, uploadsIn } from "../../shared/contract/generations/request-sources.ts";
import { limits } from "../../shared/limits.ts";
import { parse } from "../../shared/validation.ts";

const digest = (digit: string): string => digit.repeat(64);

describe("provenance", () => {
  it("provenance of version 0.1 still parses", () => {
    const stored = {
      format: 1,
      packId: "icons",
      packDigest: "d",
      translation: "caption",
      condition: { caption: "a cat", style: "flat" },
      seed: 7,
      temperature: 0.5,
      guidance: 2,
      logLikelihood: -10,
    };
    assert.deepEqual(ProvenanceSchema.parse(stored), stored);
  });

  it("provenance holds what makes an edit again, and gives a request that the contract accepts", () => {
    const edit = {
      condition: { caption: "a cat", sketch: { svg: "<svg/>" } },
      guidanceOf: { sketch: 2 },
      bestOf: 1,
      angleDegrees: 0,
      keepResidualOf: { image: digest("1"), condition: { style: "flat" } },
      blendWith: { image: digest("2"), condition: {} },
      attribute: { towards: "happy", from: "sad", strength: 2 },
      seed: 7,
      temperature: 0.5,
      guidance: 2,
      translation: "caption",
    };
    const about = { format: 1, packId: "icons", packDigest: "d", logLikelihood: -1, frame: { index: 1, count: 5 } };
    const read = ProvenanceSchema.parse(JSON.parse(JSON.stringify({ ...edit, ...about })));
    assert.deepEqual(read, { ...edit, ...about });
    const { format, packId, packDigest, logLikelihood, frame, ...again } = read;
    assert.deepEqual(ResolvedRequestSchema.parse({ ...again, count: frame!.count }), {
      ...edit,
      count: 5,
      retrieval: 0,
    });
  });
});

it("one answer to a drawing is the most likely, several and all else have the usual temperature, and what is asked stays", () => {
  const temperatureOf = (fields: object) => GenerationRequestSchema.parse({ count: 1, ...fields }).temperature;
  const condition = { drawing: { image: digest("1") } };
  assert.equal(temperatureOf({ condition }), 0);
  assert.equal(temperatureOf({ condition: { ...condition, style: "flat" } }), 0);
  assert.equal(temperatureOf({ condition, temperature: 0.6 }), 0.6);
  for (const fields of [{ condition, count: 4 }, { condition, bestOf: 2 }, { condition: { caption: "a cat" } }])
    assert.equal(temperatureOf(fields), limits.temperatureDefault);
});

it("a generation that version 0.1 stored still parses, with nothing outside, no gain and no retrieval", () => {
  const image = {
    index: 0,
    seed: 7,
    logLikelihood: -1,
    natsPerDimension: 1,
    widthPx: 8,
    heightPx: 8,
    sha256: "s",
    bytes: 9,
    path: "/",
  };
  const stored = {
    id: "1",
    state: "done",
    request: { translation: "caption", condition: { caption: "a" }, count: 1, seed: 7, temperature: 0.2, guidance: 1 },
    packDigest: "d",
    createdAt: "2026-01-01T00:00:00.000Z",
    progress: { stage: "finished", completed: 1, total: 1 },
    images: [image],
  };
  const read = GenerationSchema.parse(stored);
  assert.deepEqual(
    [read.outOfDistribution, read.images, read.request.bestOf, read.request.retrieval],
    [[], [image], 1, 0],
  );
  // One that says what it started from keeps it.
  assert.equal(
    GenerationSchema.parse({ ...stored, request: { ...stored.request, retrieval: 0.5 } }).request.retrieval,
    0.5,
  );
});

describe("the share of retrieval that a request means", () => {
  const shareOf = (fields: object): number => GenerationRequestSchema.parse(fields).retrieval;
  const image = digest("1");

  it("the share of retrieval that a request means is the default for words, sketches and layouts, in any combination", () => {
    const [sketch, layout] = [{ svg: "<svg/>" }, { cells: [0] }];
    for (const condition of [
      { caption: "a" },
      { label: "a" },
      { style: "a" },
      { caption: "a", label: null, style: "b" },
      { sketch },
      { layout },
      { sketch, layout, caption: "a", style: "b" },
    ])
      assert.equal(shareOf({ condition }), limits.retrievalDefault, JSON.stringify(condition));
  });

  it("the share of retrieval that a request means is 0 beside an image, which says by itself what to start from", () => {
    for (const picture of [{ image: { image, depth: "early" } }, { lowResolution: { image } }]) {
      assert.equal(shareOf({ condition: picture }), 0);
      assert.equal(shareOf({ condition: { caption: "a", style: "b", ...picture } }), 0);
      assert.equal(shareOf({ condition: { sketch: { svg: "<svg/>" }, ...picture } }), 0);
    }
  });

  it("the share of retrieval that a request means is 0 where the start is kept of an image, and no other may be requested there", () => {
    const kept = { condition: { caption: "a" }, count: 1, keepResidualOf: { image } };
    assert.equal(shareOf(kept), 0);
    assert.equal(shareOf({ ...kept, retrieval: 0 }), 0);
    const { error } = GenerationRequestSchema.safeParse({ ...kept, retrieval: 0.5 });
    assert.deepEqual(
      error?.issues.map(({ path, message }) => [path, message]),
      [[["retrieval"], "expected 0 with keepResidualOf, got 0.5"]],
    );
  });

  it("the share of retrieval that a request means is what is requested, beside words and pictures, and stays so when the request is read again", () => {
    const sketch = { svg: "<svg/>" };
    for (const condition of [{ caption: "a" }, { caption: "a", sketch }])
      for (const retrieval of [0, 0.25, 1]) {
        const settled = ResolvedRequestSchema.parse({ condition, retrieval, seed: 1 });
        assert.equal(settled.retrieval, retrieval);
        assert.deepEqual(ResolvedRequestSchema.parse(settled), settled);
      }
  });
});

describe("what a request names", () => {
  it("what a request names is found in its condition, its sources and their conditions, each with its path", () => {
    const request = GenerationRequestSchema.parse({
      condition: { sketch: { svg: "<svg/>" }, layout: { image: digest("1") } },
      count: 2,
      keepResidualOf: { image: digest("2"), condition: { image: { image: digest("3") } } },
      blendWith: {
        image: digest("4"),
        condition: { lowResolution: { image: digest("5") }, sketch: { svg: "<svg></svg>" } },
      },
    });
    assert.deepEqual(
      uploadsIn(request).map(({ field, digest: name }) => [field, name[0]]),
      [
        ["condition.layout.image", "1"],
        ["keepResidualOf.image", "2"],
        ["keepResidualOf.condition.image.image", "3"],
        ["blendWith.image", "4"],
        ["blendWith.condition.lowResolution.image", "5"],
      ],
    );
    assert.deepEqual(
      drawingsIn(request).map(({ field }) => field),
      ["condition.sketch.svg", "blendWith.condition.sketch.svg"],
    );
    assert.equal(conditionsIn(request).length, 3);
    const inversion = { translation: "caption", image: digest("6"), condition: {} };
    assert.deepEqual(uploadsIn(inversion), [{ field: "image", digest: digest("6") }]);
  });
});

describe("a schema's complaint", () => {
  const schema = z.strictObject({ count: z.number().int().min(1).max(9), word: z.string().max(3).optional() });
  const cases: ReadonlyArray<readonly [unknown, string, RegExp]> = [
    [{ count: 0 }, "count", /^count: expected at least 1, got 0$/],
    [{ count: "1" }, "count", /^count: expected a value of type number, got "1"$/],
    [{}, "count", /^count: expected a value of type number, got nothing$/],
    [{ count: 1, word: "long" }, "word", /^word: expected at most 3 characters, got "long"$/],
    [{ count: 1, more: 1 }, "more", /^more: expected known fields only, got "more"$/],
    [
      { count: 1, ["m".repeat(70)]: 1 },
      `${"m".repeat(60)}…`,
      /^m{60}…: expected known fields only, got a text of 70 ch/,
    ],
    [{ count: 1e300 }, "count", /^count: expected at most 9, got 1e\+300$/],
    [{ count: -1e300 }, "count", /^count: expected at least 1, got -1e\+300$/],
    [7, "body", /^body: expected a value of type object, got 7$/],
  ];
  for (const [value, field, message] of cases)
    it(`a schema's complaint names the field and says what was expected and what came: ${JSON.stringify(value)}`, () =>
      assert.throws(
        () => parse(schema, value),
        (error: { detail?: { field?: string }; message?: string }) =>
          error.detail?.field === field && message.test(error.message ?? ""),
      ));
});

it("vectors have the colours that are requested of them, else those of the drawing, unless its pixels are kept or one colour paints all", () => {
  const [drawing, colours] = [{ image: digest("a") }, ["#0b2545", "#ff6b35"]];
  const of = (condition: object, fields: object = {}) =>
    vectorColoursOf(ResolvedRequestSchema.parse({ condition, seed: 1, format: "svg", ...fields }));
  assert.deepEqual(of({ drawing, colours }), colours);
  assert.deepEqual(of({ drawing, colours }, { palette: ["#ffffff"] }), ["#ffffff"]);
  for (const condition of [
    { drawing },
    { drawing, colours: colours.slice(1) },
    { drawing: { ...drawing, mask: digest("b") }, colours },
  ])
    assert.equal(of(condition), undefined);
});
