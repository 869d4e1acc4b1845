/** Vectors over HTTP: a generation's own, an upload's, a family's; what each refuses, and that bytes and palettes hold. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import sharp from "sharp";
import { GenerationSchema } from "../../../shared/contract/generations/generation.ts";
import { FamilySchema, VectorSchema } from "../../../shared/contract/vectors.ts";
import { AppError } from "../../../shared/problem.ts";
import { createHarness, type Harness, problemOf } from "../harness.ts";

const palette = ["#102a43", "#f0b429"];
const missing = "0".repeat(64);

let harness: Harness;
let image: string;
before(async () => {
  harness = await createHarness();
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="26" fill="#e03131"/><rect x="24" y="24" width="16" height="16" fill="#fff"/></svg>';
  image = await harness.upload(await sharp(Buffer.from(svg)).png().toBuffer());
});
after(() => harness.close());

const postTo = (path: string, body: unknown): Promise<Response> =>
  harness.request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
const fillsOf = (svg: string): string[] => [...svg.matchAll(/<path [^>]*fill="([^"]+)"/g)].map(([, fill]) => fill!);

describe("POST /v1/vectors", () => {
  it("traces an upload, the same bytes every time, and says what the SVG is made of", async () => {
    const answers = [];
    for (let time = 0; time < 2; time += 1) answers.push(await postTo("/v1/vectors", { image, title: "a button" }));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    );
    const [one, two] = await Promise.all(answers.map((answer) => answer.json()));
    assert.deepEqual(one, two);
    const vector = VectorSchema.parse(one);
    assert.deepEqual([vector.widthPx, vector.heightPx, vector.leftOutCount], [64, 64, 0]);
    assert.deepEqual(
      vector.layers.map(({ name }) => name),
      ["red", "white"],
    );
    assert.match(vector.svg, /<title>a button<\/title>/);
  });

  it("makes vectors of exactly the palette's colours", async () => {
    const vector = VectorSchema.parse(await (await postTo("/v1/vectors", { image, palette })).json());
    assert.deepEqual(fillsOf(vector.svg), palette);
  });

  it("writes them in a viewBox, and in the colour of the page where there is one alone", async () => {
    const asked = { image, viewBox: 24, ink: "current", palette: ["#102a43"] };
    const vector = VectorSchema.parse(await (await postTo("/v1/vectors", asked)).json());
    assert.match(vector.svg, /width="24" height="24" viewBox="0 0 24 24"/);
    assert.deepEqual(fillsOf(vector.svg), ["currentColor"]);
  });

  it("refuses a picture with nothing in it", async () => {
    const clear = await sharp({ create: { width: 9, height: 9, channels: 4, background: "#0000" } })
      .png()
      .toBuffer();
    const problem = await problemOf(await postTo("/v1/vectors", { image: await harness.upload(clear) }));
    assert.deepEqual([problem.code, problem.field], ["image_rejected", "image"]);
    assert.match(
      problem.detail,
      /expected a picture with something opaque in it, larger than a speck, got 9 × 9 px without/,
    );
  });

  const refused = [
    ["no image", {}, "invalid_request", "image"],
    ["an unknown image", { image: missing }, "image_unknown", "image"],
    ["a colour in words", { image: missing, palette: ["red"] }, "invalid_request", "palette.0"],
    ["an empty palette", { image: missing, palette: [] }, "invalid_request", "palette"],
    ["a viewBox of less than 8", { image: missing, viewBox: 4 }, "invalid_request", "viewBox"],
    ["an ink that is none", { image: missing, ink: "red" }, "invalid_request", "ink"],
  ] as const;
  for (const [what, body, code, field] of refused)
    it(`refuses ${what} with ${code}`, async () => {
      const problem = await problemOf(await postTo("/v1/vectors", body));
      assert.deepEqual([problem.code, problem.field], [code, field], problem.detail);
    });
});

describe('a generation with format "svg"', () => {
  it("has a PNG and an SVG of every image, each at its path, and forgets both when it is deleted", async () => {
    const requested = {
      condition: { caption: "bird" },
      count: 2,
      seed: 4,
      format: "svg",
      palette,
      viewBox: 20,
    } as const;
    const started = GenerationSchema.parse(await (await harness.post(requested)).json());
    const done = await harness.until(started.id, ({ state }) => state !== "queued" && state !== "running");
    assert.equal(done.state, "done", JSON.stringify(done.problem));
    assert.equal(done.images.length, 2);
    for (const { path, vector } of done.images) {
      assert.ok(vector, "every image has a vector");
      assert.equal(vector.path, path.replace(".png", ".svg"));
      const answer = await harness.request(vector.path);
      assert.equal(answer.headers.get("content-type"), "image/svg+xml");
      const svg = await answer.text();
      assert.equal(Buffer.byteLength(svg), vector.bytes);
      const fills = fillsOf(svg);
      assert.ok(fills.length > 0, "the SVG has paths");
      for (const fill of fills) assert.ok((palette as readonly string[]).includes(fill), fill);
      assert.match(svg, /<title>bird<\/title>/);
      assert.match(svg, /width="20" height="20" viewBox="0 0 20 20"/);
      const known = await harness.request(vector.path, { headers: { "If-None-Match": `"${vector.sha256}"` } });
      assert.equal(known.status, 304);
      assert.equal((await harness.request(path)).headers.get("content-type"), "image/png");
    }
    await harness.request(`/v1/generations/${started.id}`, { method: "DELETE" });
    for (const { vector } of done.images) assert.equal(await harness.results.read(vector!.sha256), undefined);
  });

  it("is refused a palette, a viewBox or an ink without it, and a generation of PNGs has no vector", async () => {
    for (const [field, value] of Object.entries({ palette, viewBox: 24, ink: "current" })) {
      const problem = await problemOf(await harness.post({ condition: { caption: "bird" }, [field]: value }));
      assert.deepEqual([problem.code, problem.field], ["invalid_request", field]);
      assert.match(problem.detail, /expected format "svg" beside it, .*, got none/);
    }
    const done = await harness.until(
      GenerationSchema.parse(await (await harness.post({ condition: { caption: "bird" }, count: 1 })).json()).id,
      ({ state }) => state === "done",
    );
    assert.equal(done.images[0]!.vector, undefined);
    const answer = await problemOf(await harness.request(done.images[0]!.path.replace(".png", ".svg")));
    assert.equal(answer.code, "not_found");
  });
});

describe("POST /v1/families", () => {
  it("draws each icon once, also where the family's icons are asked for as generations in its colours", async () => {
    const names = ["bird", "cat"];
    const { begun } = harness.inference;
    const before = begun.length;
    const family = FamilySchema.parse(await (await postTo("/v1/families", { names, style: "flat", seed: 31 })).json());
    assert.equal(begun.length - before, 2);
    for (const [at, caption] of names.entries()) {
      const asked = { condition: { caption, style: "flat" }, count: 1, seed: 31, format: "svg" } as const;
      const { id } = GenerationSchema.parse(
        await (
          await harness.post({ ...asked, palette: family.palette, temperature: family.request.temperature })
        ).json(),
      );
      const done = await harness.until(id, ({ state }) => state !== "queued" && state !== "running");
      assert.equal(done.state, "done", JSON.stringify(done.problem));
      const { svg } = family.members[at]!.vector!;
      assert.equal(await (await harness.request(done.images[0]!.vector!.path)).text(), svg, "the same vector");
    }
    assert.equal(begun.length - before, 2, "no icon is drawn a second time");
    const again = { condition: { caption: "cat", style: "flat" }, count: 1, seed: 31, format: "svg" } as const;
    const { id } = GenerationSchema.parse(await (await harness.post(again)).json());
    await harness.until(id, ({ state }) => state === "done");
    assert.equal(begun.length - before, 3, "a drawing is handed out once");
  });

  it("draws one icon for each name, in order, from one seed and in one palette, as vectors or images", async () => {
    const names = ["bird", "cat", "tree"];
    const vectors = FamilySchema.parse(await (await postTo("/v1/families", { names, style: "flat", seed: 9 })).json());
    assert.deepEqual(
      vectors.members.map(({ name, seed }) => [name, seed]),
      names.map((name) => [name, 9]),
    );
    for (const { name, vector } of vectors.members) {
      const fills = fillsOf(vector!.svg);
      assert.ok(fills.length > 0, `${name} has paths`);
      for (const fill of fills) assert.ok(vectors.palette.includes(fill), fill);
    }
    assert.deepEqual(vectors.refused, []);
    assert.ok(vectors.consistency.colourCount <= vectors.palette.length);
    const again = FamilySchema.parse(await (await postTo("/v1/families", { names, style: "flat", seed: 9 })).json());
    assert.deepEqual(again, vectors);
    const images = FamilySchema.parse(await (await postTo("/v1/families", { names, format: "png", seed: 9 })).json());
    for (const { png, vector } of images.members) {
      assert.equal(vector, undefined);
      assert.equal((await sharp(Buffer.from(png!, "base64")).metadata()).format, "png");
    }
  });

  it("draws the names that can be drawn, and lists the others with their problems; where none can be, the first is the answer", async (t) => {
    const { inference } = harness;
    const generate = inference.generate.bind(inference);
    t.mock.method(inference, "generate", async (...[request, handlers, images]: Parameters<typeof generate>) => {
      const { caption } = request.condition;
      if (caption?.startsWith("zz")) {
        const said = `condition.caption: expected words that name a drawing, got "${caption}"`;
        throw new AppError("caption_unknown", said, { field: "condition.caption" });
      }
      // A picture of nothing.
      const clear = (rgba: Uint8Array) => (caption === "ghost" ? new Uint8Array(rgba.length) : rgba);
      const onImage: typeof handlers.onImage = (image) => handlers.onImage({ ...image, rgba: clear(image.rgba) });
      return generate(request, { ...handlers, onImage }, images);
    });
    const draw = (names: readonly string[], format = "svg") => postTo("/v1/families", { names, format, seed: 9 });
    for (const format of ["svg", "png"]) {
      const answer = await draw(["zzz", "bird", "ghost", "zzyzx", "cat"], format);
      const { members, refused: left } = FamilySchema.parse(await answer.json());
      assert.deepEqual(
        members.map(({ name, vector, png }) => [name, (vector ?? png) !== undefined]),
        [
          ["bird", true],
          ["cat", true],
        ],
      );
      assert.deepEqual(
        left.map(({ name, problem }) => [name, problem.code, problem.field]),
        [
          ["zzz", "caption_unknown", "names.0"],
          ["ghost", "image_rejected", "names.2"],
          ["zzyzx", "caption_unknown", "names.3"],
        ],
      );
      assert.equal(left[0]!.problem.detail, 'names.0: expected words that name a drawing, got "zzz"');
    }
    const problem = await problemOf(await draw(["zzyzx", "zzz"]));
    assert.deepEqual([problem.code, problem.field], ["caption_unknown", "names.0"]);
  });

  const refused = [
    ["no names", { names: [] }, "invalid_request", "names"],
    ["too many names", { names: Array.from({ length: 49 }, () => "bird") }, "invalid_request", "names"],
    ["an empty name", { names: ["bird", " "] }, "caption_empty", "names.1"],
    ["an unknown style", { names: ["bird"], style: "x" }, "style_unknown", "style"],
    [
      "icons that show the style where only names are read",
      { names: ["bird"], style: { images: ["0".repeat(64)] } },
      "invalid_request",
      "style",
    ],
    ["a palette of images", { names: ["bird"], format: "png", palette }, "invalid_request", "palette"],
    ["a viewBox of images", { names: ["bird"], format: "png", viewBox: 24 }, "invalid_request", "viewBox"],
  ] as const;
  for (const [what, body, code, field] of refused)
    it(`refuses ${what} with ${code}`, async () => {
      const problem = await problemOf(await postTo("/v1/families", body));
      assert.deepEqual([problem.code, problem.field], [code, field], problem.detail);
    });
});
