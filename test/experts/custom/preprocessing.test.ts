/** What a declaration says of pixels and vectors, as plain arithmetic, and the manifest that holds it. No graph runs here. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { fromGraphPixels, toGraphPixels } from "../../../server/experts/custom/pixels.ts";
import { pool, toVector } from "../../../server/experts/custom/pooling.ts";
import { DeclarationSchema, type ImageInput } from "../../../server/manifest/declared-manifest.ts";
import { DraftManifestSchema } from "../../../server/manifest/manifest.ts";
import { near } from "../../fixtures/near.ts";
import { declare, image } from "../../fixtures/networks/declared-expert.ts";
import { tinyDraft } from "../../fixtures/tiny-pack.ts";

/** A declared input with the defaults filled in. */
const inputOf = (change: object): ImageInput => declare({ input: { ...image, ...change } }).input as ImageInput;

/** Planes of one colour and alpha, premultiplied. */
const plain = (sizePx: number, [red, green, blue, alpha]: readonly number[]) => ({
  sizePx,
  planes: Float32Array.from(
    [red!, green!, blue!, alpha!].flatMap((value) => new Array<number>(sizePx ** 2).fill(value)),
  ),
});

describe("declared preprocessing", () => {
  it("declared preprocessing composites premultiplied colour on the declared background", () => {
    const half = plain(2, [0.5, 0, 0, 0.5]);
    const over = (channels: string, background: string): Float32Array =>
      toGraphPixels(half, inputOf({ sizePx: 2, channels, background }));
    near(over("rgb", "#ffffff"), [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    near(over("rgb", "#000000"), [0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0]);
    near(over("grey", "#ffffff"), [0.299 + 0.5 * (0.587 + 0.114)]);
    near(over("rgba", "#ffffff"), [...half.planes]);
  });

  it("declared preprocessing brings colours to the declared range, mean and deviation, channel by channel", () => {
    const input = inputOf({ sizePx: 1, range: [0, 255], mean: [1, 2, 3], std: [2, 4, 8] });
    near(toGraphPixels(plain(1, [1, 0.5, 0, 1]), input), [254 / 2, 125.5 / 4, -3 / 8]);
  });

  it("declared preprocessing averages areas when it shrinks and interpolates when it enlarges", () => {
    const ramp = { sizePx: 4, planes: Float32Array.from({ length: 64 }, (_, at) => (at < 48 ? (at % 4) / 4 : 1)) };
    near(toGraphPixels(ramp, inputOf({ sizePx: 2, channels: "grey" })), [0.125, 0.625]);
    const edge = { sizePx: 2, planes: Float32Array.from({ length: 16 }, (_, at) => (at < 12 ? at % 2 : 1)) };
    near(toGraphPixels(edge, inputOf({ sizePx: 4, channels: "grey" })), [0, 0.25, 0.75, 1]);
  });

  it("declared preprocessing keeps the border when it contains, and fills the square with what is drawn when it covers", () => {
    const planes = new Float32Array(4 * 64);
    // A bar of 4 × 2 places: red on the left half, blue on the right.
    for (let y = 3; y < 5; y += 1)
      for (let x = 2; x < 6; x += 1) {
        planes[(x < 4 ? 0 : 128) + y * 8 + x] = 1;
        planes[192 + y * 8 + x] = 1;
      }
    const bar = { sizePx: 8, planes };
    const covered = toGraphPixels(bar, inputOf({ sizePx: 2, channels: "rgba", fit: "cover" }));
    near(covered, [1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1]);
    const contained = toGraphPixels(bar, inputOf({ sizePx: 2, channels: "rgba" }));
    near(
      contained.subarray(12),
      [4 / 32 + 0, 4 / 32, 4 / 32, 4 / 32].map((share) => share),
    );
    const nothing = plain(8, [0, 0, 0, 0]);
    near(toGraphPixels(nothing, inputOf({ sizePx: 2, fit: "cover" })), [1]);
  });

  it("declared preprocessing brings a generator's pixels back to premultiplied planes, opaque where it knows no alpha", () => {
    near(fromGraphPixels(Float32Array.of(-1, 0, 3), { name: "y", channels: "rgb", range: [-1, 1] }), [0, 0.5, 1, 1]);
    near(fromGraphPixels(Float32Array.of(51), { name: "y", channels: "grey", range: [0, 255] }), [0.2, 0.2, 0.2, 1]);
    near(
      fromGraphPixels(Float32Array.of(0.1, 0.2, 0.3, 0.4), { name: "y", channels: "rgba", range: [0, 1] }),
      [0.1, 0.2, 0.3, 0.4],
    );
  });
});

describe("declared pooling", () => {
  const tokens = { data: Float32Array.of(1, 2, 3, 5, 6, 7), dims: [1, 2, 3] };
  const places = { data: Float32Array.from({ length: 32 }, (_, at) => at), dims: [1, 2, 4, 4] };

  it("declared pooling takes all values, means over tokens or places, or means over a grid", () => {
    near(pool(tokens, "none", "x"), [...tokens.data]);
    near(pool(tokens, "mean", "x"), [3, 4, 5]);
    near(pool(places, "mean", "x"), [7.5, 23.5]);
    near(pool(places, { grid: 2 }, "x"), [2.5, 4.5, 10.5, 12.5, 18.5, 20.5, 26.5, 28.5]);
  });

  it("declared pooling makes vectors of unit length by default", () => {
    near([Math.hypot(...toVector(tokens, declare({ pooling: "mean", dims: 3 }), "x"))], [1]);
    near(toVector(tokens, declare({ pooling: "mean", dims: 3, normalise: "none" }), "x"), [3, 4, 5]);
  });

  it("declared pooling refuses other lengths, shapes that can't be pooled, batches and values that are no numbers, each by name", () => {
    const cases: Array<[tensor: Parameters<typeof pool>[0], change: object, message: RegExp]> = [
      [tokens, { dims: 6, pooling: "mean" }, /x: expected 6 dims, got 3 from \[1, 2, 3\] by pooling mean/],
      [
        { ...tokens, dims: [1, 6] },
        { dims: 6, pooling: "mean" },
        /expected \[1, tokens, n\] or \[1, n, height, width\] for pooling mean, got \[1, 6\]/,
      ],
      [places, { dims: 50, pooling: { grid: 5 } }, /at least 5 × 5 places for pooling grid 5, got \[1, 2, 4, 4\]/],
      [{ ...tokens, dims: [2, 3] }, {}, /expected float32 with a batch of 1, got Float32Array \[2, 3\]/],
      [{ data: new BigInt64Array(6), dims: [1, 6] }, {}, /expected float32 with a batch of 1, got BigInt64Array/],
      [
        { data: Float32Array.of(0, 0, 0, Number.NaN, 0, 0), dims: [1, 6] },
        {},
        /expected finite values, got NaN at 3 of 6/,
      ],
    ];
    for (const [tensor, change, message] of cases)
      assert.throws(() => toVector(tensor, declare(change), "x"), { code: "tensor_mismatch", message });
  });
});

describe("a manifest with declared experts", () => {
  const draft = (experts: object, conditions: readonly object[]) => ({
    ...tinyDraft,
    experts: { ...tinyDraft.experts, ...experts },
    translations: [{ ...tinyDraft.translations[0]!, conditions }],
  });

  it("a manifest with declared experts takes each of their kinds", () => {
    const parsed = DraftManifestSchema.safeParse(draft({ own: declare() }, [{ name: "sketch", expert: "own" }]));
    assert.ok(parsed.success, JSON.stringify(parsed.error?.issues));
  });

  it("a manifest with declared experts refuses declarations that contradict themselves, field by field", () => {
    const cases: Array<[change: object, path: string, message: RegExp]> = [
      [{ input: { ...image, mean: [0.5] } }, "input.mean", /expected 3 numbers for rgb, got 1/],
      [{ input: { ...image, range: [1, 0] } }, "input.range", /low end before the high end/],
      [{ input: { ...image, layout: "NHWC" } }, "input.layout", /NCHW/],
      [{ input: { ...image, background: "white" } }, "input.background", /expected a colour like #ffffff/],
      [{ model: "../encoder.onnx" }, "model", /expected a relative path inside the pack/],
      [{ data: ["/etc/passwd"] }, "data.0", /expected a relative path inside the pack/],
      [
        { input: { kind: "text", tokenizer: "t.json" }, pooling: { grid: 2 } },
        "pooling",
        /expected none or mean for a text, got a grid/,
      ],
      [{ wrong: 1 }, "", /wrong/],
    ];
    for (const [change, path, message] of cases) {
      const parsed = DeclarationSchema.safeParse({
        kind: "onnx",
        model: "a.onnx",
        input: image,
        layer: "code",
        dims: 6,
        ...change,
      });
      const issue = parsed.error?.issues[0];
      assert.equal(issue?.path.join("."), path);
      assert.match(issue.message, message);
    }
  });

  it("a manifest with declared experts takes every declaration that docs/own-experts.md shows", async () => {
    const text = await readFile(new URL("../../../docs/own-experts.md", import.meta.url), "utf8");
    // Examples are indented blocks of one or more named entries, as they stand under "experts".
    const blocks = [...text.matchAll(/(?:^ {4}"[a-z]+": \{\n(?:^ {4}.*\n|^\n(?= {4}))+)/gm)].map(([block]) => block);
    const entries = blocks.flatMap((block) => {
      const json = `{${block.trim().replace(/\n\s*\n/g, ",\n")}}`;
      return Object.values(JSON.parse(json) as Record<string, unknown>);
    });
    assert.deepEqual(
      entries.map((entry) => DeclarationSchema.parse(entry).kind),
      ["onnx", "onnx-autoencoder", "onnx-generator"],
    );
  });
});
