/** Experts that read pictures: what they make of planes before a network sees them, and what is refused of networks. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { ConditionValue } from "../../server/engine/interfaces.ts";
import { averageAreas } from "../../server/engine/pixels/areas.ts";
import { ImageExpert } from "../../server/experts/image.ts";
import { LayoutExpert } from "../../server/experts/layout.ts";
import { LowResolutionExpert } from "../../server/experts/low-resolution.ts";
import { SharedFiles } from "../../server/experts/shared-files.ts";
import { SketchExpert } from "../../server/experts/sketch/sketch.ts";
import { asText } from "../../server/experts/values.ts";
import { Graph } from "../../server/onnx/graph.ts";
import { toModelBytes } from "../../server/onnx/model-file.ts";
import { add, div, log, mul, reduceSum, reshape, sqrt } from "../../server/onnx/ops.ts";
import { colourSums } from "../fixtures/networks/foreign-graphs.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyFullDraft, tinyGraph, tinyLayout, tinySizePx, writeTinyPack } from "../fixtures/tiny-pack.ts";

const root = temporaryFolder("expert-images");
const { pack } = await writeTinyPack(root, tinyFullDraft);
const entryOf = <Kind extends string>(name: string, kind: Kind) => {
  const entry = tinyFullDraft.experts[name]!;
  assert.equal(entry.kind, kind);
  return entry as Extract<typeof entry, { kind: Kind }>;
};
const imageEntry = entryOf("image-early", "image");

type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** A picture painted pixel by pixel, straight colours. */
function picture(sizePx: number, paint: (x: number, y: number) => Rgba, key = "picture") {
  const planes = new Float32Array(4 * sizePx * sizePx);
  for (let y = 0; y < sizePx; y += 1)
    for (let x = 0; x < sizePx; x += 1) {
      const [red, green, blue, alpha] = paint(x, y);
      for (const [channel, value] of [red * alpha, green * alpha, blue * alpha, alpha].entries())
        planes[(channel * sizePx + y) * sizePx + x] = value;
    }
  return { kind: "image" as const, planes, sizePx, key };
}

const waves = (sizePx: number, phase: number): ConditionValue =>
  picture(
    sizePx,
    (x, y) => [0.5 + 0.5 * Math.sin(x + phase), 0.5 + 0.5 * Math.cos(y), 0.3, (x + y) % 3 ? 1 : 0.4],
    `w${phase}`,
  );

const clear: Rgba = [0, 0, 0, 0];
const black: Rgba = [0, 0, 0, 1];
const red: Rgba = [1, 0, 0, 1];

const largestDifference = (a: Float32Array, b: Float32Array): number => {
  assert.equal(a.length, b.length);
  return a.reduce((worst, value, index) => Math.max(worst, Math.abs(value - b[index]!)), 0);
};

describe("averaging areas", () => {
  it("averaging areas is a box filter where the sizes divide, and keeps every mean where they do not", () => {
    const planes = Float32Array.from({ length: 36 }, (_, index) => index);
    assert.deepEqual([...averageAreas(planes, 6, 2)], [7, 10, 25, 28]);
    const both = Float32Array.of(...planes, ...planes.map((value) => 2 * value));
    assert.deepEqual([...averageAreas(both, 6, 2)], [7, 10, 25, 28, 14, 20, 50, 56]);
    for (const toPx of [1, 4, 5, 9]) {
      const mean = averageAreas(planes, 6, toPx).reduce((sum, value) => sum + value, 0) / toPx ** 2;
      assert.ok(Math.abs(mean - 17.5) < 1e-4, `${toPx}: ${mean}`);
    }
  });
});

describe("a layout expert", () => {
  const expert = new LayoutExpert(tinyLayout);
  /** Left half red, lower right quarter a dark blue, the rest transparent; each cell is two pixels wide. */
  const known = picture(8, (x, y) => (x < 4 ? red : y < 4 ? clear : [0.1, 0.1, 0.6, 1]));
  const cells = [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 3, 3, 1, 1, 3, 3];

  it("a layout expert reduces a known picture to its label map, whatever its size", () => {
    assert.deepEqual(expert.cellsOf(known), cells);
    assert.deepEqual(expert.cellsOf(picture(30, (x, y) => (x < 15 ? red : y < 15 ? clear : [0, 0, 0.9, 1]))), cells);
  });

  it("a layout expert lets the majority of a cell's pixels decide, and half-transparent ones count as nothing", () => {
    const mostly = picture(8, (x, y) => (x === 0 && y === 0 ? [0, 1, 0, 1] : red));
    assert.equal(expert.cellsOf(mostly)[0], 1);
    const faint = picture(8, () => [1, 0, 0, 0.45]);
    assert.deepEqual(expert.cellsOf(faint), new Array(16).fill(0));
    const half = picture(8, () => [1, 0, 0, 0.55]);
    assert.deepEqual(expert.cellsOf(half), new Array(16).fill(1), "the colour is not darkened by its alpha");
  });

  it("a layout expert gives cells that are sent the vector of the picture that they describe, of unit length", async () => {
    const [fromPicture, fromCells] = [await expert.encode([known]), await expert.encode([{ kind: "cells", cells }])];
    assert.deepEqual(fromCells, fromPicture);
    assert.equal(fromCells.length, expert.dims);
    assert.ok(Math.abs(Math.hypot(...fromCells) - 1) < 1e-6);
    const classes = tinyLayout.palette.length + 1;
    const back = cells.map((_, cell) =>
      fromCells.subarray(cell * classes, (cell + 1) * classes).findIndex((value) => value > 0),
    );
    assert.deepEqual(back, cells);
  });

  it("a layout expert refuses too few cells, labels outside the palette, and texts, by the field's name", async () => {
    const cases: Array<[ConditionValue, RegExp]> = [
      [{ kind: "cells", cells: [1, 2] }, /condition\.layout: expected 16 cells, 4 rows of 4, got 2 cells/],
      [{ kind: "cells", cells: cells.with(5, 4) }, /expected labels from 0 to 3, got 4 at cell 5/],
      [{ kind: "cells", cells: cells.with(5, 0.5) }, /got 0\.5 at cell 5/],
      [asText("red"), /expected an image or cells, got a text/],
    ];
    for (const [value, message] of cases)
      await assert.rejects(expert.encode([value]), { code: "layout_invalid", message });
  });
});

/** Ink summed over a grid of 8 × 8 areas, brought to unit length: an encoder that looks where the strokes are. */
function areaEncoder(): Uint8Array {
  const graph = new Graph("areas");
  const areas = reshape(graph.input("sketch", [1, 1, 64, 64]), [8, 8, 8, 8]);
  const sums = reshape(reduceSum(areas, [1, 3]), [1, 64]);
  graph.output("code", div(sums, sqrt(add(reduceSum(mul(sums, sums), [1]), graph.constant(1e-12)))));
  return toModelBytes(graph, { kind: "weights", weights: new Map() });
}

describe("a sketch expert", async () => {
  await writeFile(join(pack, "areas.onnx"), areaEncoder());
  const entry = { ...entryOf("sketch", "sketch"), model: "areas.onnx", dims: 64 };
  const expert = await SketchExpert.open(pack, entry, { threads: 1 });
  /** A ring of the given middle, radius and line width, in ink on nothing or on paper. */
  const ring = (middle: number, radius: number, width: number, paper: Rgba = clear): ConditionValue =>
    picture(128, (x, y) => (Math.abs(Math.hypot(x - middle, y - middle) - radius) < width / 2 ? black : paper));
  const cross = picture(128, (x, y) =>
    (x > 20 && x < 108 && Math.abs(y - 64) < 2) || (y > 20 && y < 108 && Math.abs(x - 64) < 2) ? black : clear,
  );
  const distance = (a: Float32Array, b: Float32Array): number => Math.hypot(...a.map((value, at) => value - b[at]!));

  it("a sketch expert reads one drawing alike in any size, place and thickness, on paper or on nothing", async () => {
    const reference = await expert.encode([ring(64, 40, 4)]);
    assert.ok(Math.abs(Math.hypot(...reference) - 1) < 1e-5);
    const other = distance(reference, await expert.encode([cross]));
    for (const [name, drawing] of Object.entries({
      smaller: ring(64, 26, 4),
      moved: ring(52, 40, 4),
      thicker: ring(64, 40, 6),
      paper: ring(64, 40, 4, [1, 1, 1, 1]),
    })) {
      const apart = distance(reference, await expert.encode([drawing]));
      assert.ok(apart < 0.5 * other, `${name}: ${apart}, another drawing ${other}`);
    }
  });

  it("a sketch expert is refused for drawings of another size than they are normalised to", async () => {
    await assert.rejects(SketchExpert.open(pack, { ...entry, sizePx: 32 }, { threads: 1 }), {
      code: "pack_corrupt",
      message: /sketch expert areas\.onnx: expected 64 px, got 32 px/,
    });
  });

  it("a sketch expert refuses an empty drawing, and takes the edges of an image only as an example", async () => {
    for (const empty of [picture(128, () => clear), picture(128, () => [1, 1, 1, 1])])
      await assert.rejects(expert.encode([empty]), {
        code: "sketch_empty",
        message: /condition\.sketch: expected a drawing with at least one stroke/,
      });
    const disc = picture(128, (x, y) => (Math.hypot(x - 64, y - 64) < 40 ? red : clear));
    const [asDrawing, asExample] = [await expert.encode([disc]), await expert.encodeForTraining([disc])];
    assert.ok(distance(asDrawing, asExample) > 0.01);
    const outline = await expert.encode([ring(64, 40, 4)]);
    assert.ok(distance(asExample, outline) < distance(asDrawing, outline), "edges of a disc are nearer to a ring");
    assert.equal((await expert.encodeForTraining([picture(128, () => clear)])).length, expert.dims);
  });
});

/** Shared files whose sessions count their runs. */
class CountingFiles extends SharedFiles {
  runs = 0;
  made = 0;
  override open<T>(path: string, kind: string, make: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
    return super.open(path, kind, async (bytes) => {
      this.made += 1;
      const opened = await make(bytes);
      const { run } = opened as { run?: (...feeds: unknown[]) => unknown };
      if (run)
        Object.assign(opened as object, {
          run: (...feeds: unknown[]) => {
            this.runs += 1;
            return run.apply(opened, feeds);
          },
        });
      return opened;
    });
  }
}

describe("image experts of several depths", () => {
  const openDepths = (shared: SharedFiles) =>
    Promise.all(
      ["early", "middle", "last"].map((output) =>
        ImageExpert.open(pack, { ...imageEntry, output }, { threads: 1, shared }),
      ),
    );

  it("image experts of several depths share one session, and one run for each image", async () => {
    const shared = new CountingFiles();
    const experts = await openDepths(shared);
    assert.equal(shared.made, 1);
    const images = [waves(tinySizePx, 1), waves(tinySizePx, 2)];
    const vectors = await Promise.all(experts.map((expert) => expert.encode(images)));
    assert.equal(shared.runs, 2);
    assert.notDeepEqual(vectors[0], vectors[1]);
    await experts[2]!.encode([...images, waves(tinySizePx, 3)]);
    assert.equal(shared.runs, 3);
    await Promise.all(experts.map((expert) => expert.encodeForTraining(images)));
    assert.equal(shared.runs, 4, "both examples in one run for all depths");
  });

  it("image experts of several depths read images of other sizes by their areas", async () => {
    const [early] = await openDepths(new SharedFiles());
    const small = waves(tinySizePx, 1) as ReturnType<typeof picture>;
    const large = { ...small, planes: averageAreas(small.planes, tinySizePx, 4 * tinySizePx), sizePx: 4 * tinySizePx };
    assert.ok(largestDifference(await early!.encode([small]), await early!.encode([large])) < 1e-5);
  });
});

describe("image experts of one graph of free sizes", () => {
  it("image experts of one graph of free sizes never take each other's answers for their own size", async () => {
    const shared = new SharedFiles();
    await writeFile(join(root, "sums.onnx"), colourSums(4));
    const open = (sizePx: number) =>
      ImageExpert.open(root, { ...imageEntry, model: "sums.onnx", output: "sums", dims: 4, sizePx }, { shared });
    const [small, large] = [await open(4), await open(8)];
    const image = [picture(8, () => [1, 0.5, 0, 1])];
    assert.deepEqual([...(await small.encode(image))], [16, 8, 0, 16]);
    assert.deepEqual([...(await large.encode(image))], [64, 32, 0, 64]);
  });
});

describe("experts over a network", async () => {
  const lowResolution = entryOf("low-resolution", "low-resolution");
  const experts = {
    image: await ImageExpert.open(pack, imageEntry, { threads: 1 }),
    "low-resolution": await LowResolutionExpert.open(pack, lowResolution, { threads: 1 }),
  };

  for (const [name, expert] of Object.entries(experts)) {
    it(`experts over a network give an image the same bytes beside any neighbours (${name})`, async () => {
      const images = Array.from({ length: 5 }, (_, phase) => waves(tinySizePx, phase));
      const together = await expert.encode(images);
      for (const [row, image] of images.entries())
        assert.deepEqual(
          await expert.encode([image]),
          together.slice(row * expert.dims, (row + 1) * expert.dims),
          `row ${row}`,
        );
    });

    it(`experts over a network encode many examples at once within 1e-5 of one at a time (${name})`, async () => {
      const images = Array.from({ length: 37 }, (_, phase) => waves(tinySizePx, phase));
      assert.ok(largestDifference(await expert.encodeForTraining(images), await expert.encode(images)) < 1e-5);
    });

    it(`experts over a network refuse texts and cells (${name})`, async () => {
      await assert.rejects(expert.encode([asText("cat")]), {
        code: "invalid_request",
        message: /expected an image, got a text/,
      });
      await assert.rejects(expert.encode([{ kind: "cells", cells: [1] }]), {
        code: "invalid_request",
        message: /got cells/,
      });
    });
  }

  it("experts over a network see only what is left of an image at the low resolution", async () => {
    const sizePx = 4 * lowResolution.sizePx;
    const fine = picture(sizePx, (x, y) => ((x + y) % 2 ? red : clear));
    const flat = picture(sizePx, () => [1, 0, 0, 0.5]);
    const expert = experts["low-resolution"];
    assert.ok(largestDifference(await expert.encode([fine]), await expert.encode([flat])) < 1e-6);
  });

  it("experts over a network are refused when the file has other names or sizes than the entry says, each one named", async () => {
    const cases: Array<[file: Uint8Array, message: RegExp]> = [
      [
        tinyGraph({ picture: [4, 8, 8] }, { early: [5] }),
        /image expert wrong\.onnx, early: input image: expected float32 \[batch, 4, 8, 8\], got only picture; input: expected only image, got picture/,
      ],
      [tinyGraph({ image: [3, 8, 8] }, { early: [5] }), /input image: .*got float32 \[batch, 3, 8, 8\]/],
      [tinyGraph({ image: [4, 8, 8] }, { late: [5] }), /output early: expected float32 \[batch, 5\], got only late/],
      [tinyGraph({ image: [4, 8, 8] }, { early: [6] }), /output early: .*got float32 \[batch, 6\]/],
      [tinyGraph({ image: [4, 8, 8] }, { early: [5, 1] }), /output early: .*got float32 \[batch, 5, 1\]/],
      [new TextEncoder().encode("no graph"), /could not load the graph|expected an ONNX model/],
    ];
    for (const [file, message] of cases) {
      await writeFile(join(pack, "wrong.onnx"), file);
      await assert.rejects(ImageExpert.open(pack, { ...imageEntry, model: "wrong.onnx" }, { threads: 1 }), {
        code: "pack_corrupt",
        message,
      });
    }
    await assert.rejects(ImageExpert.open(pack, { ...imageEntry, model: "none.onnx" }, { threads: 1 }), {
      code: "pack_corrupt",
      message: /none\.onnx: expected a file of the pack, got none/,
    });
  });

  it("experts over a network work with a graph for one image at a time, and refuse one for four", async () => {
    const graph = (batch: number): Uint8Array => {
      const fixed = new Graph("fixed");
      const image = reshape(fixed.input("image", [batch, 4, 8, 8]), [batch, 4, 64]);
      fixed.output("early", reshape(reduceSum(image, [2]), [batch, 4]));
      return toModelBytes(fixed, { kind: "weights", weights: new Map() });
    };
    const entry = { ...imageEntry, model: "fixed.onnx", dims: 4 };
    await writeFile(join(pack, "fixed.onnx"), graph(1));
    const expert = await ImageExpert.open(pack, entry, { threads: 1 });
    const images = [waves(8, 1), waves(8, 2), waves(8, 3)];
    assert.deepEqual(await expert.encodeForTraining(images), await expert.encode(images));
    await writeFile(join(pack, "fixed.onnx"), graph(4));
    await assert.rejects(ImageExpert.open(pack, entry, { threads: 1 }), {
      code: "pack_corrupt",
      message: /expected float32 \[batch, 4, 8, 8\], got float32 \[4, 4, 8, 8\]/,
    });
  });

  it("experts over a network refuse an output that is no number, by the expert's name and the first such value", async () => {
    const file = tinyGraph({ image: [4, 8, 8] }, { early: [5] }, { last: log });
    await writeFile(join(pack, "log.onnx"), file);
    const expert = await ImageExpert.open(pack, { ...imageEntry, model: "log.onnx" }, { threads: 1 });
    for (const encode of [expert.encode.bind(expert), expert.encodeForTraining.bind(expert)])
      await assert.rejects(encode([picture(8, () => clear)]), {
        code: "tensor_mismatch",
        message: /image expert log\.onnx, early: expected finite values, got -Infinity at 0 of 5/,
      });
  });
});
