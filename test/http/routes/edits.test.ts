/** Conditions and edits over HTTP: what a request may combine, what is refused by which name, and what reaches the child. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { fingerprintOf } from "../../../server/http/resolve-request.ts";
import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import { GenerationRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { limits } from "../../../shared/limits.ts";
import type { ProblemCode } from "../../../shared/problem.ts";
import { createHarness, type Harness, pack, problemOf } from "../harness.ts";
import { greyPng } from "../images.ts";
import { sidePx } from "../small-inference.ts";

const missing = "0".repeat(64);
const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1L7 7" stroke="black"/></svg>';
const condition = { caption: "red bird" };

let harness: Harness;
let image: string;
let other: string;
before(async () => {
  harness = await createHarness();
  image = await harness.upload(greyPng(8, 200, 0));
  other = await harness.upload(greyPng(8, 30, 0));
});
after(() => harness.close());

describe("conditions", () => {
  it("conditions are accepted in any combination and reach the child with their decoded images", async () => {
    const all: PartialCondition = {
      caption: "red bird",
      label: "bird",
      style: "flat",
      sketch: { svg },
      layout: { cells: [0, 1, 1, 0] },
      image: { image, depth: "early" },
      lowResolution: { image: other },
    };
    const done = await harness.end((await harness.start({ condition: all, count: 1, guidanceOf: { sketch: 2 } })).id);
    assert.equal(done.state, "done");
    assert.deepEqual(done.request.condition, all);
    const given = harness.inference.given.at(-1)!;
    const drawn = `svg:${createHash("sha256").update(svg).digest("hex")}`;
    assert.deepEqual([...given.keys()].sort(), [image, other, drawn].sort());
    for (const [key, { planes, sizePx: size }] of given)
      assert.deepEqual([size, planes.length], key === drawn ? [512, 4 * 512 ** 2] : [sidePx, 4 * sidePx * sidePx]);
    assert.ok(Math.abs(given.get(image)!.planes[0]! - 200 / 255) < 1e-6);
  });

  it("conditions start from retrieved drawings where the translation has some, and what is remembered says what was done", async () => {
    const translations = pack.translations.map((one) => ({ ...one, hasRetrieval: one.id === "caption" }));
    const own = await createHarness({ packs: [{ ...pack, translations }] });
    const remembered = async (fields: object) =>
      (await own.end((await own.start({ condition, count: 1, ...fields })).id)).request.retrieval;
    assert.equal(await remembered({}), limits.retrievalDefault);
    assert.equal(await remembered({ retrieval: 0.25 }), 0.25);
    assert.equal(await remembered({ condition: { ...condition, sketch: { svg } } }), limits.retrievalDefault);
    const small = { image: await own.upload(greyPng(8, 200)) };
    assert.equal(await remembered({ condition: { ...condition, lowResolution: small } }), 0);
    assert.equal(await remembered({ translation: "words", retrieval: 0.25 }), 0);
    assert.deepEqual(
      own.inference.begun.map(({ retrieval }) => retrieval),
      [limits.retrievalDefault, 0.25, limits.retrievalDefault, 0, 0],
    );
    await own.close();
  });

  it("conditions record what was found outside of what was learned, and every image's gain", async () => {
    harness.inference.outOfDistribution = [{ field: "caption", score: 9, threshold: 5 }];
    const done = await harness.end((await harness.start({ condition, count: 2 })).id);
    harness.inference.outOfDistribution = [];
    assert.deepEqual(done.outOfDistribution, [{ field: "caption", score: 9, threshold: 5 }]);
    assert.deepEqual(
      done.images.map(({ conditionGain }) => conditionGain),
      [2.5, 2.5],
    );
    const plain = await harness.end((await harness.start({ condition, count: 1 })).id);
    assert.deepEqual(plain.outOfDistribution, []);
  });

  const refused: ReadonlyArray<readonly [string, object, ProblemCode, string]> = [
    ["an unknown label", { label: "cow" }, "label_unknown", "condition.label"],
    [
      "a depth that the pack lacks",
      { image: { image: missing, depth: "middle" } },
      "invalid_request",
      "condition.image.depth",
    ],
    ["an unknown depth", { image: { image: missing, depth: "deep" } }, "invalid_request", "condition.image.depth"],
    [
      "an image that was never uploaded",
      { lowResolution: { image: missing } },
      "image_unknown",
      "condition.lowResolution.image",
    ],
    ["a sketch that was never uploaded", { sketch: { image: missing } }, "image_unknown", "condition.sketch.image"],
    ["a digest that is none", { image: { image: "abc" } }, "invalid_request", "condition.image.image"],
    ["a sketch that is neither", { sketch: { path: "x" } }, "invalid_request", "condition.sketch"],
    [
      "too much SVG",
      { sketch: { svg: "x".repeat(limits.svgMaxChars + 1) } },
      "invalid_request",
      "condition.sketch.svg",
    ],
    [
      "an SVG with a script",
      { sketch: { svg: "<svg><script>1</script></svg>" } },
      "image_rejected",
      "condition.sketch.svg",
    ],
    ["a text that is no SVG", { sketch: { svg: "hello" } }, "image_rejected", "condition.sketch.svg"],
    ["too few cells", { layout: { cells: [0, 1, 1] } }, "layout_invalid", "condition.layout.cells"],
    ["a cell beyond the palette", { layout: { cells: [0, 1, 2, 0] } }, "layout_invalid", "condition.layout.cells.2"],
    ["half a cell", { layout: { cells: [0.5, 1, 1, 0] } }, "invalid_request", "condition.layout"],
    ["an unknown condition", { melody: "la" }, "invalid_request", "condition.melody"],
  ];
  for (const [name, fields, code, field] of refused)
    it(`conditions refuse ${name} with ${code}`, async () => {
      const problem = await problemOf(await harness.post({ condition: fields }));
      assert.deepEqual([problem.code, problem.field], [code, field]);
      assert.ok(problem.expected && problem.received, JSON.stringify(problem));
    });

  it("conditions that a translation does not read are refused by name, wherever they stand", async () => {
    const style = await problemOf(
      await harness.post({ translation: "words", condition: { ...condition, style: "flat" } }),
    );
    assert.deepEqual([style.code, style.field, style.received], ["invalid_request", "condition.style", "style"]);
    assert.match(style.expected!, /^only caption /);
    const kept = { image, condition: { style: "flat" } };
    const inside = await problemOf(
      await harness.post({ translation: "words", condition, count: 1, keepResidualOf: kept }),
    );
    assert.deepEqual([inside.code, inside.field], ["invalid_request", "keepResidualOf.condition.style"]);
    const unknown = { image, condition: { style: "baroque" } };
    const blend = await problemOf(
      await harness.post({ condition, count: 2, keepResidualOf: { image }, blendWith: unknown }),
    );
    assert.deepEqual([blend.code, blend.field], ["style_unknown", "blendWith.condition.style"]);
  });
});

describe("edits", () => {
  it("edits restyle, vary, blend and move along attributes, with the images that they name", async () => {
    const keepResidualOf = () => ({ image, condition: { caption: "red bird", style: "flat" } });
    const requests = [
      { condition: { ...condition, style: "outline" }, count: 1, keepResidualOf: keepResidualOf() },
      { condition: {}, count: 3, angleDegrees: 20, bestOf: 2, keepResidualOf: keepResidualOf() },
      { condition, count: 5, keepResidualOf: keepResidualOf(), blendWith: { image: other } },
      { condition, count: 1, attribute: { towards: "happy", from: "sad", strength: -0.5 } },
    ];
    const named = [[image], [image], [image, other], []];
    for (const [at, request] of requests.entries()) {
      const done = await harness.end((await harness.start(request)).id);
      assert.equal(done.state, "done", JSON.stringify(done.problem));
      assert.deepEqual([...harness.inference.given.at(-1)!.keys()].sort(), [...named[at]!].sort());
      for (const [field, value] of Object.entries(request))
        assert.deepEqual(
          done.request[field as keyof typeof request],
          field === "blendWith" ? { image: other, condition: {} } : value,
        );
    }
  });

  it("edits may weigh three conditions where all together have no weight of their own", async () => {
    const all = { ...condition, style: "flat", label: "bird" };
    const guidanceOf = { caption: 1, style: 2, label: 1 };
    const done = await harness.end((await harness.start({ condition: all, count: 1, guidance: 0, guidanceOf })).id);
    assert.deepEqual([done.state, done.request.guidanceOf], ["done", guidanceOf]);
  });

  const kept = { image: missing };
  const refused: ReadonlyArray<readonly [string, object, ProblemCode, string]> = [
    ["an angle without an image", { condition, angleDegrees: 10 }, "invalid_request", "angleDegrees"],
    ["a blend without a start", { condition, blendWith: kept }, "invalid_request", "blendWith"],
    ["four restyled images of one", { condition, keepResidualOf: kept }, "invalid_request", "count"],
    [
      "a blend of one frame",
      { condition, count: 1, keepResidualOf: kept, blendWith: kept },
      "invalid_request",
      "count",
    ],
    [
      "a blend by an angle",
      { condition, keepResidualOf: kept, blendWith: kept, angleDegrees: 5 },
      "invalid_request",
      "angleDegrees",
    ],
    [
      "the best of one restyled image",
      { condition, count: 1, bestOf: 4, keepResidualOf: kept },
      "invalid_request",
      "bestOf",
    ],
    [
      "a restyled image that shall differ",
      { condition, count: 1, diversity: 1, keepResidualOf: kept },
      "invalid_request",
      "diversity",
    ],
    ["the best of images that differ", { condition, diversity: 0.5, bestOf: 4 }, "invalid_request", "bestOf"],
    [
      "the best of a blend",
      { condition, bestOf: 4, keepResidualOf: kept, blendWith: kept },
      "invalid_request",
      "bestOf",
    ],
    [
      "a start from retrieved drawings beside one that is kept",
      { condition, count: 1, retrieval: 0.5, keepResidualOf: kept },
      "invalid_request",
      "retrieval",
    ],
    ["too many candidates", { condition, bestOf: limits.bestOfMax + 1 }, "invalid_request", "bestOf"],
    [
      "more than half a circle",
      { condition, keepResidualOf: kept, angleDegrees: 181 },
      "invalid_request",
      "angleDegrees",
    ],
    [
      "an attribute without a caption",
      { condition: { style: "flat" }, attribute: { towards: "happy" } },
      "invalid_request",
      "attribute",
    ],
    [
      "an attribute without a word",
      { condition, attribute: { towards: "😀" } },
      "caption_unreadable",
      "attribute.towards",
    ],
    [
      "too strong an attribute",
      { condition, attribute: { towards: "happy", strength: 9 } },
      "invalid_request",
      "attribute.strength",
    ],
    [
      "guidance of a condition that is not given",
      { condition, guidanceOf: { sketch: 2 } },
      "invalid_request",
      "guidanceOf.sketch",
    ],
    ["guidance of what is no condition", { condition, guidanceOf: { seed: 2 } }, "invalid_request", "guidanceOf.seed"],
    [
      "more weights than a flow has room for",
      { condition: { ...condition, style: "flat", label: "bird" }, guidanceOf: { caption: 1, style: 2, label: 1 } },
      "invalid_request",
      "guidanceOf",
    ],
    ["no condition and no image", { condition: {} }, "invalid_request", "condition"],
    ["an unknown source", { condition, count: 1, keepResidualOf: kept }, "image_unknown", "keepResidualOf.image"],
  ];
  for (const [name, body, code, field] of refused)
    it(`edits refuse ${name} with ${code}`, async () => {
      const problem = await problemOf(await harness.post(body));
      assert.deepEqual([problem.code, problem.field], [code, field], problem.detail);
      assert.ok(problem.expected && problem.received, JSON.stringify(problem));
    });
});

describe("uploads that jobs name", () => {
  it("uploads that jobs name are not shrunk away while a job waits or runs, and go first when it is done", async () => {
    const small = await createHarness({
      limits: { uploadsKeptMaxBytes: greyPng(8).byteLength + 10, uploadsKeptLeastMs: 0 },
    });
    let open: () => void = () => undefined;
    small.inference.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = await small.upload(greyPng(8, 1));
    const { id } = await small.start({ condition: { image: { image: first, depth: "last" } }, count: 1 });
    const second = await small.upload(greyPng(8, 2));
    assert.deepEqual([await small.uploads.touch(first), await small.uploads.touch(second)], [true, true]);
    open();
    assert.equal((await small.end(id)).state, "done");
    const third = await small.upload(greyPng(8, 3));
    const left = await Promise.all([first, second, third].map((digest) => small.uploads.touch(digest)));
    assert.deepEqual(left, [false, false, true]);
    await small.close();
  });

  it("uploads that jobs name that vanish or break before their job is reached fail it with a clear problem, without another attempt", async () => {
    const small = await createHarness({ jobsParallelMax: 1 });
    let open: () => void = () => undefined;
    small.inference.gate = new Promise((resolve) => {
      open = resolve;
    });
    await small.start({ condition, count: 1 });
    const gone = await small.upload(greyPng(8, 1));
    const { id } = await small.start({ condition: { lowResolution: { image: gone } }, count: 1 });
    small.uploads.forget(gone);
    open();
    const failed = await small.end(id);
    assert.deepEqual([failed.state, failed.problem?.code], ["failed", "image_unknown"]);
    assert.equal(failed.problem?.field, "condition.lowResolution.image");
    const broken = await small.uploads.put(Buffer.from("no image"));
    const job = await small.end((await small.start({ condition: { sketch: { image: broken } }, count: 1 })).id);
    assert.deepEqual([job.problem?.code, job.problem?.field], ["image_rejected", "condition.sketch.image"]);
    assert.equal(small.inference.begun.length, 1);
    await small.close();
  });
});

describe("the fingerprint of a request", () => {
  const of = (body: object): string => fingerprintOf(GenerationRequestSchema.parse(body));
  it("the fingerprint of a request is the same for any order of fields and for defaults that are spelled out", () => {
    const plain = of({ condition: { caption: "a", style: "flat" }, guidanceOf: { style: 1, caption: 2 } });
    const other = { guidanceOf: { caption: 2, style: 1 }, bestOf: 1, condition: { style: "flat", caption: " a " } };
    assert.equal(of(other), plain);
  });
  it("the fingerprint of a request differs as soon as any field differs", () => {
    const base = { condition: { caption: "a", sketch: { svg } }, count: 2, seed: 1 };
    const all = [
      base,
      { ...base, seed: 2 },
      { ...base, bestOf: 2 },
      { ...base, retrieval: 0.5 },
      { ...base, guidanceOf: { sketch: 2 } },
      { ...base, condition: { ...base.condition, sketch: { image: missing } } },
      { ...base, keepResidualOf: { image: missing }, angleDegrees: 5 },
      { ...base, keepResidualOf: { image: missing }, blendWith: { image: missing } },
      { ...base, attribute: { towards: "b" } },
    ];
    assert.equal(new Set(all.map(of)).size, all.length);
  });
});

describe("a translation whose target is a generator", () => {
  it("a translation whose target is a generator refuses to keep a residual and to invert, before anything is queued", async () => {
    const translations = pack.translations.map((one) => ({ ...one, isInvertible: false }));
    const own = await createHarness({ packs: [{ ...pack, translations }] });
    const digest = await own.upload(greyPng(8, 200));
    const body = JSON.stringify({ image: digest, condition });
    const headers = { "Content-Type": "application/json" };
    for (const [response, field] of [
      [own.post({ condition, count: 1, keepResidualOf: { image: digest } }), "keepResidualOf"],
      [own.request("/v1/inversions", { method: "POST", headers, body }), "translation"],
    ] as const) {
      const answer = await response;
      assert.equal(answer.status, 422);
      const problem = await problemOf(answer);
      assert.deepEqual([problem.code, problem.field], ["invalid_request", field]);
      assert.match(problem.detail, /expected a translation whose target has an encoder, got caption, whose target is/);
    }
    assert.equal((await own.post({ condition, count: 1 })).status, 202);
    await own.close();
  });
});
