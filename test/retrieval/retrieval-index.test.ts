/** The store of entries: which drawings words and pictures start from, how they are mixed, what they are called, and files that do not fit. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { cosine } from "../../server/engine/edits/sphere.ts";
import type { RetrievalQuery, RetrievedPrior } from "../../server/engine/interfaces.ts";
import { readTensorFile, writeTensorFile } from "../../server/platform/files/tensor-file.ts";
import {
  type IndexContent,
  type IndexWidths,
  readIndexFile,
  writeIndexFile,
} from "../../server/retrieval/index-file.ts";
import { quantizeInt4 } from "../../server/retrieval/int4.ts";
import type { QuantizedCodes } from "../../server/retrieval/quantized-codes.ts";
import { RetrievalIndex } from "../../server/retrieval/retrieval-index.ts";
import { near } from "../fixtures/near.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const root = temporaryFolder("retrieval");

const [dims, keyDims] = [2, 6];
/** A vector of length 1 in `keyDims` dimensions. */
const direction = (...values: number[]): Float32Array => {
  const vector = Float32Array.from({ length: keyDims }, (_, axis) => values[axis] ?? 0);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
};

/** Apples in three styles, pears in one, plums in two, figs in all; nothing is known of quinces. */
const written = {
  dims,
  keyDims,
  labels: ["apple", "pear", "plum", "fig", "quince"],
  styles: ["flat", "round", "sharp"],
  styleMeans: Float32Array.of(1, 0, 0, 1, -1, -1, 10, 10),
  // Names are further from one another than from captions that mean them.
  keys: [direction(1), direction(0, 1), direction(0, 0, 1), direction(0, 0, 0, 1), direction(0, 0, 0, 0, 1)],
  entries: [
    { label: 0, style: 0 },
    { label: 0, style: 1 },
    { label: 0, style: 2 },
    { label: 1, style: 1 },
    { label: 2, style: 0 },
    { label: 2, style: 2 },
    { label: 3, style: 0 },
    { label: 3, style: 1 },
    { label: 3, style: 2 },
  ],
  values: [
    [1, 0],
    [0, 2],
    [-3, 0],
    [4, 0],
    [0, 5],
    [6, 0],
    [0, -7],
    [0, -8],
    [0, -9],
  ].map((row) => Float32Array.from(row)),
  /** Flat and round are alike: each counts three times as much in the other as sharp does. */
  affinities: Float32Array.of(0, Math.log(3), 0, Math.log(3), 0, 0, 0, 0, 0),
};
const content: IndexContent = {
  ...written,
  keys: quantizeInt4(written.keys, keyDims),
  values: quantizeInt4(written.values, dims),
};
const widths: IndexWidths = {
  dims,
  keyDims,
  pictures: new Map([
    ["sketch", 4],
    ["layout", 6],
  ]),
};
const store = new RetrievalIndex(content);

const startOf = (requested: Partial<RetrievalQuery>, from = store): RetrievedPrior | undefined =>
  from.retrieve({ noise: (count) => new Float32Array(count), ...requested });
const latentOf = (requested: Partial<RetrievalQuery>): Float32Array => {
  const start = startOf(requested);
  assert.ok(start, JSON.stringify(requested));
  return start.latent;
};

describe("a start from retrieved drawings of a label", () => {
  it("a start from retrieved drawings of a label leaves those of the requested style out: what they show is moved to that style's middle", () => {
    near(latentOf({ label: "apple", style: "sharp" }), [-1 + 1 / 2, -1 + 2 / 2]);
    near(latentOf({ label: "plum", style: "flat" }), [1 + 6, 0]);
  });

  it("a start from retrieved drawings of a label weighs them by how alike their styles are to the one that is requested", () => {
    near(latentOf({ label: "apple", style: "flat" }), [1 + (3 * 0 - 3) / 4, (3 * 2 + 0) / 4]);
    near(latentOf({ label: "apple", style: "round" }), [(3 * 1 - 3) / 4, 1]);
  });

  it("a start from retrieved drawings of a label without a style, or in one that is not known, takes all alike around the middle of all", () => {
    const alike = [10 + (1 + 0 - 3) / 3, 10 + 2 / 3];
    near(latentOf({ label: "apple" }), alike);
    near(latentOf({ label: "apple", style: "of another pack" }), alike);
  });

  it("a start from retrieved drawings of a label is called by the label's own name, whatever the caption says", () => {
    near(startOf({ label: "apple", style: "flat" })!.caption!, [...direction(1)]);
    near(startOf({ label: "plum", caption: direction(1, 0, 1) })!.caption!, [...direction(0, 0, 1)]);
  });

  it("a start from retrieved drawings of a label is mixed as the noise says, of which each example has a number", () => {
    const counts: number[] = [];
    const towards = (chosen: number) => (count: number) => {
      counts.push(count);
      return Float32Array.from({ length: count }, (_, at) => (at === chosen ? 50 : 0));
    };
    near(latentOf({ label: "apple", noise: towards(0) }), [10 + 1, 10]);
    near(latentOf({ label: "apple", noise: towards(2) }), [10 - 3, 10]);
    near(latentOf({ label: "apple", style: "round", noise: towards(1) }), [0 - 3, 1]);
    assert.deepEqual(counts, [3, 3, 2]);
    // By its style a third of what round counts, by the noise e times as much.
    const [sharp, round] = [Math.E, 3];
    const noise = () => Float32Array.of(0, 1);
    const share = sharp / (sharp + round);
    near(latentOf({ label: "apple", style: "flat", noise }), [1 - 3 * share, 2 * (1 - share)]);
  });
});

describe("a start from retrieved drawings of nearest names", () => {
  type Part = readonly [logWeight: number, value: readonly [number, number]];
  /** A middle and the weighed mean of what labels give. */
  const mixed = (middle: readonly number[], parts: readonly Part[]): number[] => {
    const weights = parts.map(([logWeight]) => Math.exp(logWeight));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return middle.map((from, axis) => parts.reduce((sum, [, v], at) => sum + (v[axis]! * weights[at]!) / total, from));
  };
  /** Nearest to apples, then to pears and plums, then to figs. */
  const caption = direction(10, 9, 8, 7);
  /** Log-weights of the labels' entries: 30 a unit of cosine. */
  const [apple, pear, plum, fig] = caption.map((cosine) => 30 * cosine) as unknown as [number, number, number, number];

  it("a start from retrieved drawings of nearest names takes the three nearest where no label is given, in no style or in one", () => {
    const all: readonly Part[] = [
      [apple, [1, 0]],
      [apple, [0, 2]],
      [apple, [-3, 0]],
      [pear, [4, 0]],
      [plum, [0, 5]],
      [plum, [6, 0]],
    ];
    near(latentOf({ caption }), mixed([10, 10], all));
    const notSharp = all.filter(([, [x]]) => x !== -3 && x !== 6);
    near(latentOf({ caption, style: "sharp" }), mixed([-1, -1], notSharp));
  });

  it("a start from retrieved drawings of nearest names passes over labels that are drawn in the requested style alone", () => {
    // Among names a style's similarity counts three quarters.
    const alike = 0.75 * Math.log(3);
    const parts: readonly Part[] = [
      [apple + alike, [1, 0]],
      [apple, [-3, 0]],
      [plum + alike, [0, 5]],
      [plum, [6, 0]],
      [fig + alike, [0, -7]],
      [fig, [0, -9]],
    ];
    near(latentOf({ caption, style: "round" }), mixed([0, 1], parts));
  });

  it("a start from retrieved drawings of nearest names stands for the caption itself: it is called nothing", () => {
    assert.deepEqual(Object.keys(startOf({ caption })!), ["latent", "drawings"]);
  });

  it("a start from retrieved drawings of nearest names is what an unknown label gets, and one that is drawn in the asked style alone", () => {
    const pears = { caption: direction(1), style: "round" };
    const nearest = startOf(pears);
    assert.ok(nearest);
    assert.deepEqual(startOf({ ...pears, label: "melon" }), nearest);
    assert.deepEqual(startOf({ ...pears, label: "quince" }), nearest);
    assert.deepEqual(startOf({ ...pears, label: "pear" }), nearest);
  });

  it("a start from retrieved drawings of nearest names is nowhere where no name is near enough, or there are no words at all", () => {
    const away = (cosine: number) => direction(cosine, 0, 0, 0, 0, Math.sqrt(1 - cosine ** 2));
    assert.ok(startOf({ caption: away(0.36) }));
    assert.equal(startOf({ caption: away(0.34) }), undefined);
    assert.equal(startOf({ label: "melon", caption: away(-0.9) }), undefined);
    assert.equal(startOf({ label: "melon" }), undefined);
    assert.equal(startOf({ label: "pear", style: "round" }), undefined);
    assert.equal(startOf({ style: "flat" }), undefined);
  });

  it("a start from retrieved drawings of nearest names is nowhere where the one name that is near has no example to give", () => {
    assert.equal(startOf({ caption: direction(0, 0, 0, 0, 1) }), undefined);
    assert.equal(startOf({ caption: direction(0, 1), style: "round" }), undefined);
  });
});

describe("entries seen from a style of one's own", () => {
  const learned = [direction(0, 0, 0, 0, 1, 1), direction(0, 0, 0, 0, 0, 1)];
  const own = new RetrievalIndex({ ...content, ownKeys: quantizeInt4(learned, keyDims) });
  /** A caption at these cosines from "apple" and from the nearer of what was learned. */
  const between = (apple: number, own: number) => direction(apple, 0, Math.sqrt(1 - apple ** 2 - own ** 2), 0, 0, own);

  it("entries seen from a style of one's own give a start to what is nearer to a name by 0.4 than to what the flow has learned", () => {
    for (const [apple, nearest, hasStart] of [
      [0.9, 0.43, true],
      [0.8, 0.43, false],
      [0.8, 0.37, true],
      [0.5, 0.85, false],
    ] as const) {
      const caption = between(apple, nearest);
      const start = startOf({ caption });
      assert.ok(start);
      assert.deepEqual(startOf({ caption }, own), hasStart ? start : undefined, `${apple}, ${nearest}`);
    }
  });

  describe("that lie as that style's images do", () => {
    const ownAffinities = Float32Array.of(0, 2, 1);
    const composited = new RetrievalIndex({ ...content, ownKeys: quantizeInt4(learned, keyDims), ownAffinities });

    it("entries seen from a style of one's own that lie as that style's images do give a start to what is a little nearer to a name", () => {
      for (const [apple, nearest, hasStart] of [
        [0.7, 0.6, true],
        [0.65, 0.63, false],
        [0.5, 0.85, false],
      ] as const) {
        const start = startOf({ caption: between(apple, nearest) }, composited);
        assert.equal(start !== undefined, hasStart, `${apple}, ${nearest}`);
      }
    });

    it("entries seen from a style of one's own that lie as that style's images do are taken one at a time, the most similar one unless the noise says otherwise", () => {
      const towards = (chosen: number, by: number) => (count: number) =>
        Float32Array.from({ length: count }, (_, at) => (at === chosen ? by : 0));
      const requested = { caption: direction(1) };
      // Of round apples, by its affinity.
      near(startOf(requested, composited)!.latent, [10 + 0, 10 + 2]);
      near(startOf({ ...requested, noise: towards(2, 0.9) }, composited)!.latent, [10 + 0, 10 + 2]);
      near(startOf({ ...requested, noise: towards(2, 1.1) }, composited)!.latent, [10 - 3, 10]);
      near(startOf({ ...requested, noise: towards(0, 2.1) }, composited)!.latent, [10 + 1, 10]);
    });

    it("entries seen from a style of one's own that lie as that style's images do are those of names about as near as the nearest alone", () => {
      const drawnFrom = (caption: Float32Array): number => {
        let drawings = 0;
        const noise = (count: number): Float32Array => {
          drawings = count;
          return new Float32Array(count);
        };
        startOf({ caption, noise }, composited);
        return drawings;
      };
      // Cosines of 0.8 to apples, and to pears of 0.72 or 0.6; three apples are drawn, and one pear.
      assert.equal(drawnFrom(Float32Array.of(0.8, 0.72, 0, 0, 0, 0).map((value) => value / Math.hypot(0.8, 0.72))), 4);
      assert.equal(drawnFrom(direction(0.8, 0.6)), 3);
    });
  });
});

describe("a start from retrieved drawings that look like a picture", () => {
  /** A sketch of each example: axes 0 to 2 by label, the last by style. */
  const sketches = written.entries.map(({ label, style }) =>
    Float32Array.from({ length: 4 }, (_, axis) => (axis === label ? 6 : 0) + (axis === 3 ? 2 * style : 0)),
  );
  /** Two cells of three classes each: the style's in both, but apples are transparent below. */
  const classesOf = ({ label, style }: { readonly label: number; readonly style: number }): number[] => [
    style,
    label === 0 ? 0 : style,
  ];
  const pictures = new Map<string, QuantizedCodes>([
    ["sketch", { kind: "dense", dims: 4, ...quantizeInt4(sketches, 4) }],
    [
      "layout",
      {
        kind: "cells",
        dims: 6,
        cells: 2,
        bytes: Int8Array.from(written.entries, (example) => classesOf(example)[0]! | (classesOf(example)[1]! << 4)),
      },
    ],
  ]);
  const seen = new RetrievalIndex({ ...content, pictures });
  const sketchOf = (at: number): Float32Array => sketches[at]!;
  const layoutOf = (at: number): Float32Array => {
    const map = new Float32Array(6);
    for (const [cell, of] of classesOf(written.entries[at]!).entries()) map[3 * cell + of] = Math.SQRT1_2;
    return map;
  };
  /** The example that a start is, of those that are known. */
  const startsFrom = (requested: Partial<RetrievalQuery>, from = seen): number | undefined => {
    const start = startOf(requested, from);
    const middle = requested.style ? written.styles.indexOf(requested.style) : 3;
    const isFrom = (value: Float32Array): boolean =>
      value.every((of, axis) => Math.abs(written.styleMeans[2 * middle + axis]! + of - start!.latent[axis]!) < 0.2);
    return start && written.values.findIndex(isFrom);
  };

  it("a start from retrieved drawings that look like a picture without words takes the most similar of all, by sketch, by layout or by both", () => {
    // A pear, of which there is one; a plum in the sharp style.
    assert.equal(startsFrom({ pictures: { sketch: sketchOf(3) } }), 3);
    assert.equal(startsFrom({ pictures: { sketch: sketchOf(5), layout: layoutOf(5) } }), 5);
    // Among layouts alone, sharp plums and sharp figs are equal.
    near(startOf({ pictures: { layout: layoutOf(5) } }, seen)!.latent, [10 + 6 / 2, 10 - 9 / 2]);
    // A plum's outline in the layout of flat ones.
    assert.equal(startsFrom({ pictures: { sketch: sketchOf(5), layout: layoutOf(4) } }), 4);
  });

  it("a start from retrieved drawings that look like a picture never takes one of the requested style, and moves what it takes to that style's middle", () => {
    assert.equal(startsFrom({ style: "sharp", pictures: { sketch: sketchOf(5) } }), 4);
    assert.equal(startsFrom({ style: "flat", pictures: { sketch: sketchOf(5) } }), 5);
  });

  it("a start from retrieved drawings that look like a picture keeps to what words name, whatever the picture looks like", () => {
    assert.equal(startsFrom({ label: "plum", pictures: { sketch: sketchOf(5), layout: layoutOf(5) } }), 5);
    const { caption } = startOf({ label: "pear", pictures: { sketch: sketchOf(5) } }, seen)!;
    near(caption!, [...direction(0, 1)]);
    assert.equal(startsFrom({ label: "pear", pictures: { sketch: sketchOf(5) } }), 3);
    // Nearest to plums, but what is drawn is a pear, which is among the three nearest names, or is not.
    assert.equal(startsFrom({ caption: direction(7, 8, 9, 8), pictures: { sketch: sketchOf(3) } }), 3);
    assert.notEqual(startsFrom({ caption: direction(8, 1, 9, 8), pictures: { sketch: sketchOf(3) } }), 3);
  });

  it("a start from retrieved drawings that look like a picture goes by the picture alone where the words name nothing that is known", () => {
    const unheard = direction(0, 0, 0, 0, 0, 1);
    assert.equal(startOf({ caption: unheard }, seen), undefined);
    assert.equal(startsFrom({ caption: unheard, pictures: { sketch: sketchOf(3) } }), 3);
    assert.equal(startsFrom({ label: "quince", pictures: { sketch: sketchOf(3) } }), 3);
  });

  it("a start from retrieved drawings that look like a picture is none where nothing looks like the picture, and less of one where what does is not very like it", () => {
    const likenessTo = (...sketch: number[]): number | undefined =>
      startOf({ pictures: { sketch: Float32Array.from(sketch) } }, seen)?.similarity;
    const at = (cosine: number): number[] =>
      [0, cosine, 0, 0, 0].map((part, axis) => (axis === 3 ? Math.sqrt(1 - cosine ** 2) : part)).slice(0, 4);
    // One pear, on whose axis alone no other example lies.
    const pear = new RetrievalIndex({
      ...content,
      entries: [{ label: 1, style: 1 }],
      values: quantizeInt4([Float32Array.of(4, 0)], dims),
      pictures: new Map([["sketch", { kind: "dense", dims: 4, ...quantizeInt4([Float32Array.of(0, 7, 0, 0)], 4) }]]),
    });
    const pearTo = (cosine: number): number | undefined =>
      startOf({ pictures: { sketch: Float32Array.from(at(cosine)) } }, pear)?.similarity;
    assert.deepEqual([pearTo(-1), pearTo(0), pearTo(0.29)], [undefined, undefined, undefined]);
    assert.deepEqual([pearTo(0.5001), pearTo(0.9), pearTo(1)], [1, 1, 1]);
    for (const cosine of [0.31, 0.4, 0.49]) assert.ok(Math.abs(pearTo(cosine)! - cosine / 0.5) < 1e-6, `${cosine}`);
    assert.equal(likenessTo(0, 0, 0, 0), undefined);
    // By the picture that it is less like: half of the cells are equal, which is where layouts begin.
    const half = layoutOf(3).map((value, axis) => (axis < 3 ? value : axis === 3 ? Math.SQRT1_2 : 0));
    const both = startOf({ pictures: { sketch: sketchOf(3), layout: half } }, seen)!;
    assert.ok(Math.abs(both.similarity! - 0.5 / 0.75) < 1e-6, `${both.similarity}`);
    // What words found stands for them, whatever it looks like.
    assert.equal(startOf({ label: "pear", pictures: { sketch: sketchOf(5) } }, seen)!.similarity, undefined);
  });

  it("a start from retrieved drawings that look like a picture is none for a label that is drawn in the requested style alone, which the flow has learned", () => {
    assert.equal(startOf({ label: "pear", style: "round", pictures: { sketch: sketchOf(5) } }, seen), undefined);
    assert.equal(startsFrom({ label: "pear", style: "flat", pictures: { sketch: sketchOf(5) } }), 3);
  });

  it("a start from retrieved drawings that look like a picture is looked for again where anything but the noise differs", () => {
    const [sketch, layout] = [sketchOf(5), layoutOf(4)];
    assert.equal(startsFrom({ pictures: { sketch, layout } }), 4);
    assert.equal(startsFrom({ pictures: { sketch } }), 5);
    assert.equal(startsFrom({ pictures: { sketch }, style: "sharp" }), 4);
    assert.equal(startsFrom({ pictures: { sketch }, label: "pear" }), 3);
    assert.equal(startOf({ pictures: { sketch }, caption: direction(0, 1) }, seen)!.similarity, undefined);
    assert.equal(startsFrom({ pictures: { sketch, layout: layoutOf(5) } }), 5);
    assert.equal(startsFrom({ pictures: { sketch } }), 5);
  });

  it("a start from retrieved drawings that look like a picture says what it shows of each picture that was requested", () => {
    const shown = startOf({ pictures: { sketch: sketchOf(3), layout: layoutOf(3) } }, seen)!.pictures!;
    near(shown.sketch!, [0, 6, 0, 12 / 7]);
    near(shown.layout!, [...layoutOf(3)]);
    const { layout } = startOf({ pictures: { layout: layoutOf(5) } }, seen)!.pictures!;
    near(layout!, [0, 0, Math.SQRT1_2, 0, 0, Math.SQRT1_2]);
    assert.equal(startOf({ label: "pear" }, seen)!.pictures, undefined);
  });

  it("a start from retrieved drawings that look like a picture is one of the most similar as the noise says, of sixteen at most", () => {
    const counts: number[] = [];
    const noise = (count: number): Float32Array => {
      counts.push(count);
      return Float32Array.from({ length: count }, (_, at) => (at === 1 ? 30 : 0));
    };
    // The second most similar plum.
    assert.equal(startsFrom({ pictures: { sketch: sketchOf(5) }, noise }), 4);
    const many = {
      ...content,
      entries: Array.from({ length: 40 }, (_, at) => ({ label: at % 4, style: at % 3 })),
      values: quantizeInt4(
        Array.from({ length: 40 }, () => Float32Array.of(1, 1)),
        dims,
      ),
      pictures: new Map([
        [
          "sketch",
          {
            kind: "dense" as const,
            dims: 4,
            ...quantizeInt4(
              Array.from({ length: 40 }, () => Float32Array.of(1, 2, 3, 4)),
              4,
            ),
          },
        ],
      ]),
    };
    startOf({ pictures: { sketch: sketchOf(5) }, noise }, new RetrievalIndex(many));
    const alike = sketches.filter((sketch) => cosine(sketch, sketchOf(5)) >= 0.3).length;
    assert.ok(alike > 2 && alike < sketches.length);
    assert.deepEqual(counts, [alike, 16]);
  });

  it("a start from retrieved drawings that look like a picture is none where the entries are not known by a picture that is requested", () => {
    assert.deepEqual(
      [seen, store].map((one) => [one.knows("sketch"), one.knows("layout")]),
      [
        [true, true],
        [false, false],
      ],
    );
    const bySketch = new RetrievalIndex({ ...content, pictures: new Map([["sketch", pictures.get("sketch")!]]) });
    const both = { sketch: sketchOf(5), layout: layoutOf(5) };
    for (const label of [undefined, "plum"]) {
      assert.equal(startOf({ label, pictures: { sketch: sketchOf(5) } }), undefined);
      assert.equal(startOf({ label, pictures: both }, bySketch), undefined);
      assert.ok(startOf({ label, pictures: both }, seen));
    }
  });

  it("a start from retrieved drawings that look like a picture is none in a style of one's own for a caption that the flow has learned", () => {
    const own = {
      ...content,
      pictures,
      ownKeys: quantizeInt4([direction(1)], keyDims),
      ownAffinities: Float32Array.of(0, 0, 0),
    };
    const mine = new RetrievalIndex(own);
    const sketch = sketchOf(3);
    assert.equal(startOf({ caption: direction(1), pictures: { sketch } }, mine), undefined);
    near(startOf({ caption: direction(0, 0, 0, 0, 0, 1), pictures: { sketch } }, mine)!.latent, [14, 10]);
    near(startOf({ pictures: { sketch } }, mine)!.latent, [14, 10]);
  });
});

describe("a file of entries", () => {
  const path = join(root, "index.safetensors");
  const filed = new Map<string, QuantizedCodes>([
    [
      "sketch",
      {
        kind: "dense",
        dims: 4,
        ...quantizeInt4(
          written.values.map(([a, b]) => Float32Array.of(a!, b!, 1, 2)),
          4,
        ),
      },
    ],
    [
      "layout",
      { kind: "cells", dims: 6, cells: 2, bytes: Int8Array.from(written.entries, ({ style }) => style | (2 << 4)) },
    ],
  ]);

  it("a file of entries gives back what was written, what belongs to a style of one's own too", async () => {
    const ownKeys = quantizeInt4([direction(1, 2), direction(0, 3)], keyDims);
    for (const own of [{}, { ownKeys }, { ownKeys, ownAffinities: Float32Array.of(1, 2, 3) }, { pictures: filed }]) {
      const whole = { ...content, ...own };
      await writeIndexFile(path, whole);
      assert.deepEqual(await readIndexFile(path, widths), whole);
    }
  });

  it("a file of entries gives the same starts as what was written", async () => {
    await writeIndexFile(path, content);
    const read = await RetrievalIndex.open(path, widths);
    for (const style of [undefined, ...written.styles])
      for (const label of [undefined, ...written.labels]) {
        const requested = { style, label, caption: direction(10, 9, 8, 7) };
        assert.deepEqual(startOf(requested, read), startOf(requested));
      }
  });

  const broken = join(root, "broken.safetensors");
  const refused = (message: string | RegExp, fitting: Partial<IndexWidths> = {}): Promise<void> =>
    assert.rejects(RetrievalIndex.open(broken, { ...widths, ...fitting }), {
      code: "pack_corrupt",
      message: message instanceof RegExp ? message : `retrieval index ${broken}: expected ${message}`,
    });

  it("a file of entries is refused where it is none, saying why", async () => {
    await refused(/^retrieval index .*broken\.safetensors: expected an index file \(.*ENOENT/);
    await writeFile(broken, "no tensors");
    await refused(/: expected an index file \(.*broken\.safetensors: expected /);
  });

  it("a file of entries is refused where it does not fit the pack's latents or captions", async () => {
    await writeIndexFile(broken, content);
    await refused('16 values in "styleMeans", got 8', { dims: 4 });
    await refused('20 values in "keys", got 15', { keyDims: 8 });
  });

  type Parts = Awaited<ReturnType<typeof readTensorFile>>;
  /** Writes a sound file, changed. */
  const breakBy = async (change: (parts: Parts) => void, metadata?: Record<string, string>): Promise<void> => {
    await writeIndexFile(broken, { ...content, pictures: filed });
    const parts = await readTensorFile(broken);
    change(parts);
    await writeTensorFile(broken, parts.tensors, metadata ?? parts.metadata, parts.bytes);
  };
  const indices = "indices of 5 labels and 3 styles, got";
  const cases: ReadonlyArray<readonly [what: string, change: (parts: Parts) => void, message: string]> = [
    ["no labels of entries", ({ tensors }) => tensors.delete("labels"), 'some values in "labels", got none'],
    ["no styles of entries", ({ bytes }) => bytes.delete("styles"), '9 values in "styles", got none'],
    ["too few styles", ({ bytes }) => bytes.set("styles", Int8Array.of(0, 1)), '9 values in "styles", got 2'],
    ["an unknown label", ({ tensors }) => tensors.get("labels")!.fill(5, 3, 4), `${indices} 5`],
    ["half a label", ({ tensors }) => tensors.get("labels")!.fill(0.5, 3, 4), `${indices} 0.5`],
    ["an unknown style", ({ bytes }) => bytes.get("styles")!.fill(3, 8), `${indices} 3`],
    ["a style below none", ({ bytes }) => bytes.get("styles")!.fill(-1, 8), `${indices} -1`],
    [
      "too few styleMeans",
      ({ tensors }) => tensors.set("styleMeans", new Float32Array(6)),
      '8 values in "styleMeans", got 6',
    ],
    ["too few names", ({ bytes }) => bytes.set("keys", new Int8Array(12)), '15 values in "keys", got 12'],
    ["no steps of names", ({ tensors }) => tensors.delete("keySteps"), '5 values in "keySteps", got none'],
    [
      "steps of learned captions alone",
      ({ tensors }) => tensors.set("ownKeySteps", new Float32Array(2)),
      '6 values in "ownKeys", got none',
    ],
    [
      "learned captions without steps",
      ({ bytes }) => bytes.set("ownKeys", new Int8Array(6)),
      'some values in "ownKeySteps", got none',
    ],
    ["too few latents", ({ bytes }) => bytes.set("values", new Int8Array(8)), '9 values in "values", got 8'],
    [
      "too few affinities of a style of one's own",
      ({ tensors }) => tensors.set("ownAffinities", new Float32Array(2)),
      '3 values in "ownAffinities", got 2',
    ],
    ["no steps of latents", ({ tensors }) => tensors.delete("valueSteps"), '9 values in "valueSteps", got none'],
    [
      "one affinity",
      ({ tensors }) => tensors.set("affinities", new Float32Array(1)),
      '9 values in "affinities", got 1',
    ],
    [
      "too few sketches",
      ({ bytes }) => bytes.set("picture.sketch", new Int8Array(16)),
      '18 values in "picture.sketch", got 16',
    ],
    [
      "no steps of sketches",
      ({ tensors }) => tensors.delete("picture.sketch.steps"),
      '9 values in "picture.sketch.steps", got none',
    ],
    [
      "too few layouts",
      ({ bytes }) => bytes.set("picture.layout", new Int8Array(8)),
      '9 values in "picture.layout", got 8',
    ],
    [
      "an unknown class",
      ({ bytes }) => bytes.get("picture.layout")!.fill(3 << 4, 8),
      'classes below 3 in "layout", got 3',
    ],
  ];
  for (const [what, change, message] of cases)
    it(`a file of entries is refused with ${what}`, async () => {
      await breakBy(change);
      await refused(message);
    });

  it("a file of entries is refused with pictures that the pack does not read so, or that do not say what they are", async () => {
    await breakBy(() => undefined);
    await refused('"sketch" of 8 values, got 4', { pictures: new Map([["sketch", 8]]) });
    await refused('"layout" of no values, got 6', { pictures: new Map([["sketch", 4]]) });
    const lists = { labels: JSON.stringify(written.labels), styles: JSON.stringify(written.styles) };
    await breakBy(() => undefined, { ...lists, pictures: '{"layout":{"kind":"cells","dims":6,"cells":4}}' });
    await refused('"layout" of 4 cells of as many values each, got 6');
    const strange = ["sketch", "[]", '{"sketch":{"kind":"dense"}}', '{"layout":{"kind":"cells","dims":6,"cells":3}}'];
    for (const pictures of strange) {
      await breakBy(() => undefined, { ...lists, pictures });
      await refused(`pictures that say what they are, got ${pictures}`);
    }
  });

  it("a file of entries is refused without lists of labels and styles, and with what are no lists of texts", async () => {
    const labels = JSON.stringify(written.labels);
    for (const [metadata, message] of [
      [{}, "labels as a list of texts, got none"],
      [{ labels: "apple" }, "labels as a list of texts, got apple"],
      [{ labels }, "styles as a list of texts, got none"],
      [{ labels, styles: "[1]" }, "styles as a list of texts, got [1]"],
    ] as const) {
      await breakBy(() => undefined, metadata);
      await refused(`its ${message}`);
    }
  });
});
