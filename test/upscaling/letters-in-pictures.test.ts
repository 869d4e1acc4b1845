/** Letters in whole pictures, by networks small enough to follow: where they are read, by which seed, and that tiles do not matter. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pixels, UpscaleOptions } from "../../server/engine/interfaces.ts";
import { createUpscaler } from "../../server/upscaling/upscale.ts";
import {
  drawHere,
  drawTile,
  type TileDrawer,
  type TileTask,
  type UpscalerParts,
} from "../../server/upscaling/upscale-tile.ts";
import { averaging, details, flow, networkOf } from "../fixtures/upscaling/small-parts.ts";

/**
 * Text is what is darker than a half. Each run of it along three columns is a letter, and each of three classes is as likely. The drawer draws a class as a
 * grey of its own.
 */
const letters: NonNullable<UpscalerParts["letters"]> = {
  finder: {
    marginPx: 12,
    async find(luma, widthPx, heightPx) {
      const columns = Math.ceil(widthPx / 4);
      return Float32Array.from({ length: columns * Math.ceil(heightPx / 4) }, (_, cell) => {
        const [x, y] = [4 * (cell % columns), 4 * Math.floor(cell / columns)];
        let isDark = 0;
        for (let v = Math.max(0, y - 2); v <= Math.min(heightPx - 1, y + 2); v += 1)
          for (let u = Math.max(0, x - 2); u <= Math.min(widthPx - 1, x + 2); u += 1)
            if (luma[v * widthPx + u]! < 0.5) isDark = 1;
        return isDark;
      });
    },
  },
  reader: {
    marginPx: 3,
    async read(luma, widthPx, heightPx) {
      const pixels = widthPx * heightPx;
      const [letters, ways] = [new Uint8Array(4 * pixels), new Float32Array(2 * pixels)];
      for (let at = 0; at < pixels; at += 1) {
        // Logits of all letters are 5, and of none 0 or 10.
        letters.set([luma[at]! < 0.5 ? 0 : 10, 5, 5, 5], 4 * at);
        let [from, to] = [at % widthPx, at % widthPx];
        const row = at - from;
        while (from > 0 && luma[row + from - 1]! < 0.5) from -= 1;
        while (to < widthPx - 1 && luma[row + to + 1]! < 0.5) to += 1;
        ways[at] = (from + to) / 2 - (at % widthPx);
      }
      return { letters, step: 1, ways };
    },
  },
  drawer: {
    marginPx: 0,
    draw: async (luma, planes, widthPx) =>
      Float32Array.from({ length: 16 * luma.length }, (_, at) => {
        const [x, y] = [Math.floor((at % (4 * widthPx)) / 4), Math.floor(at / (4 * widthPx) / 4)];
        const kind = planes[y * widthPx + x]!;
        return kind > 0 ? 0.1 * kind : luma[y * widthPx + x]!;
      }),
  },
};

const partsWith = (known: typeof letters | undefined): UpscalerParts => ({
  factors: { 2: { network: networkOf(2), flow, details }, 4: { network: networkOf(4, 4), flow, details } },
  ...(known && { letters: known }),
  consistency: { 2: averaging(2), 4: averaging(4) },
});
const make = (corePx?: number, knowsLetters = true) =>
  createUpscaler(drawHere(partsWith(knowsLetters ? letters : undefined)), { corePx });

/** The page with paper where no marks are to be. */
function withoutMarks({ rgba, widthPx, heightPx }: Pixels, isKept: (x: number, y: number) => boolean): Pixels {
  const left = rgba.slice();
  for (let at = 0; at < widthPx * heightPx; at += 1)
    if (!isKept(at % widthPx, Math.floor(at / widthPx))) left.fill(250, 4 * at, 4 * at + 3);
  return { rgba: left, widthPx, heightPx };
}

/** Rows of marks of three columns on white; the page is drawn: its levels run and then jump. */
function page(widthPx: number, heightPx: number, paper = 250, ink = 60, [across, down] = [7, 6]): Pixels {
  const rgba = new Uint8Array(4 * widthPx * heightPx).fill(255);
  for (let at = 0; at < widthPx * heightPx; at += 1) {
    const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
    rgba.fill(x % across < 3 && y % down < 3 ? ink : paper, 4 * at, 4 * at + 3);
  }
  return { rgba, widthPx, heightPx };
}
const text = page(61, 40);
const wide = page(300, 90);
const drawn: UpscaleOptions = { scale: 4, temperature: 0, seed: 3, foreignness: 1 };

/** A drawer whose letters are as dark as what lies within nine pixels. */
const farSeeing: (typeof letters)["drawer"] = {
  marginPx: 9,
  draw: async (luma, planes, widthPx) => {
    const heightPx = luma.length / widthPx;
    const meanAround = (x: number, y: number): number => {
      let [sum, count] = [0, 0];
      for (let v = Math.max(0, y - 9); v <= Math.min(heightPx - 1, y + 9); v += 1)
        for (let u = Math.max(0, x - 9); u <= Math.min(widthPx - 1, x + 9); u += 1, count += 1)
          sum += luma[v * widthPx + u]!;
      return sum / count;
    };
    const greys = Float32Array.from(luma, (value, at) =>
      planes[at]! > 0 ? 0.2 * meanAround(at % widthPx, Math.floor(at / widthPx)) : value,
    );
    return Float32Array.from({ length: 16 * luma.length }, (_, at) => {
      const [x, y] = [Math.floor((at % (4 * widthPx)) / 4), Math.floor(at / (4 * widthPx) / 4)];
      return greys[y * widthPx + x]!;
    });
  },
};

describe("letters in pictures", () => {
  for (const temperature of [0, 0.9])
    it(`at a temperature of ${temperature} they are the same in small tiles, where the drawer sees far beyond what else is seen`, async () => {
      const uneven = page(70, 50);
      for (let at = 0; at < uneven.rgba.length; at += 4)
        if (uneven.rgba[at]! > 128) uneven.rgba.fill(190 + ((at >> 2) % 70), at, at + 3);
      const upscale = (corePx: number) =>
        createUpscaler(drawHere(partsWith({ ...letters, drawer: farSeeing })), { corePx }).upscale(
          { ...uneven },
          { ...drawn, temperature },
        );
      const whole = await upscale(1024);
      for (const corePx of [7, 12]) assert.deepEqual(await upscale(corePx), whole);
    });

  describe("Φ of text", () => {
    /** Two tiles: one of letters, and one of marks that are too pale to be read. */
    const half = page(300, 200);
    for (let at = 0; at < half.rgba.length; at += 4)
      if ((at / 4) % 300 >= 150 && half.rgba[at]! < 128) half.rgba.fill(180, at, at + 3);
    const requested: string[] = [];
    const noting = (name: string, level = 0) => {
      const network = networkOf(4, 4);
      return {
        ...network,
        read: async (...tile: Parameters<typeof network.read>) => {
          requested.push(name);
          return network.read(...tile);
        },
        predictMeans: async (...tile: Parameters<typeof network.predictMeans>) => {
          requested.push(name);
          return (await network.predictMeans(...tile)).map((value) => value + level);
        },
      };
    };
    const plain = partsWith(letters);
    const networks = {
      network: noting("shrunk"),
      foreignNetwork: noting("foreign"),
      drawnNetwork: noting("drawn"),
      textNetwork: { predictMeans: noting("text", 0.05).predictMeans },
    };
    const here = drawHere({ ...plain, factors: { ...plain.factors, 4: { ...plain.factors[4], ...networks } } });

    it("serves where letters are alone, in pictures shrunk before or not, but not for details", async () => {
      const requestedBy = async (picture: Pixels, options: UpscaleOptions): Promise<string[]> => {
        requested.length = 0;
        await createUpscaler(here).upscale(picture, options);
        return [...new Set(requested)].sort();
      };
      assert.deepEqual(await requestedBy(half, drawn), ["foreign", "text"]);
      assert.deepEqual(await requestedBy(text, drawn), ["foreign"], "of one tile");
      assert.deepEqual(await requestedBy(half, { ...drawn, leavesLetters: true }), ["foreign"]);
      assert.deepEqual(await requestedBy(half, { ...drawn, temperature: 0.5 }), ["foreign"]);
      const shrunk = { ...drawn, foreignness: 0 };
      assert.deepEqual(await requestedBy(half, { ...shrunk, isShrunkDrawing: true }), ["drawn", "text"]);
      assert.deepEqual(await requestedBy(half, shrunk), ["shrunk"]);
    });

    it("serves in the same places however many threads there are and however large other tiles are, and all tiles are told", async () => {
      const pictures: Pixels[] = [];
      for (const [concurrency, corePx] of [
        [1, 174],
        [4, 174],
        [3, 40],
      ] as const) {
        const upscaler = createUpscaler({ ...here, concurrency }, { corePx });
        let told = 0;
        const onTile = (): void => {
          told += 1;
        };
        pictures.push(await upscaler.upscale({ ...half }, { ...drawn, onTile }));
        assert.equal(told, upscaler.tilesOf(half, { scale: 4 }));
      }
      assert.deepEqual(pictures[1], pictures[0]);
      assert.deepEqual(pictures[2], pictures[0]);
    });
  });

  it("letters far darker than the input keep its means, but for three levels", async () => {
    const [whole, factor] = [{ left: 0, top: 0, widthPx: 24, heightPx: 24 }, 4] as const;
    const pixels = whole.widthPx * whole.heightPx;
    const tile = Float32Array.from({ length: pixels }, (_, at) => ((at + Math.floor(at / 24)) % 2 === 0 ? 0.3 : 0.8));
    const planes = new Float32Array(3 * pixels).fill(1, 0, pixels);
    const black = { ...letters.drawer, draw: async (luma: Float32Array) => new Float32Array(16 * luma.length) };
    const task: TileTask = {
      kind: "enlarge",
      ...{ factor, tile, isDrawn: new Uint8Array(pixels).fill(1), whole, core: whole, picture: whole },
      ...{ seed: 1, temperature: 0, reader: "network", isText: false, isAlone: true },
    };
    const parts = partsWith({ ...letters, drawer: black });
    const [plain, lettered] = [await drawTile(parts, task), await drawTile(parts, { ...task, letters: planes })];
    assert.equal(lettered.length, factor ** 2 * pixels);
    const moved = lettered.reduce((sum, value, at) => sum + 255 * (value - plain[at]!), 0) / plain.length;
    assert.ok(Math.abs(moved + 3) < 0.5, `means move by ${moved} levels`);
  });

  for (const scale of [2, 4] as const)
    for (const temperature of [0, 0.45, 0.9])
      it(`at ×${scale} and a temperature of ${temperature} they are the same in small tiles as in one`, async () => {
        const options = { ...drawn, scale, temperature };
        const whole = await make(1024).upscale(text, options);
        for (const corePx of [12, 24]) assert.deepEqual(await make(corePx).upscale(text, options), whole);
      });

  it("the accurate answer has the likeliest letters whatever the seed, and the liveliest those of its seed", async () => {
    const draw = (temperature: number, seed: number) => make().upscale(text, { ...drawn, temperature, seed });
    assert.deepEqual(await draw(0, 1), await draw(0, 2));
    assert.deepEqual(await draw(0.9, 1), await draw(0.9, 1));
    assert.notDeepEqual(await draw(0.9, 1), await draw(0.9, 2));
    assert.notDeepEqual(await draw(0, 1), await make(undefined, false).upscale(text, drawn));
  });

  it("beside places that are not drawn they are the same in small tiles as in one", async () => {
    const mixed = page(121, 60);
    for (let at = 0; at < mixed.rgba.length; at += 4)
      if ((at / 4) % 121 > 50)
        for (let channel = 0; channel < 3; channel += 1) mixed.rgba[at + channel]! += (at * 7919) % 5;
    const [whole, left] = [await make(1024).upscale(mixed, drawn), await make(1024, false).upscale(mixed, drawn)];
    const isRead = (x: number): boolean => {
      for (let y = 0; y < 240; y += 1) if (whole.rgba[4 * (y * 484 + x)] !== left.rgba[4 * (y * 484 + x)]) return true;
      return false;
    };
    assert.ok(isRead(4 * 56 + 1) && !isRead(4 * 110 + 1));
    for (const corePx of [12, 24, 40]) assert.deepEqual(await make(corePx).upscale(mixed, drawn), whole);
  });

  it("they are left where they are not wanted", async () => {
    const left = await make().upscale(text, { ...drawn, leavesLetters: true });
    assert.deepEqual(left, await make(undefined, false).upscale(text, drawn));
  });

  it("photographs are not read, nor the middle of the flow", async () => {
    const kinds: string[] = [];
    const here = drawHere(partsWith(letters));
    const watched: TileDrawer = {
      ...here,
      draw: (task) => {
        kinds.push(task.kind);
        return here.draw(task);
      },
    };
    const upscaler = createUpscaler(watched);
    const wavy = page(61, 40);
    for (let at = 0; at < wavy.rgba.length; at += 1) if (at % 4 < 3) wavy.rgba[at]! += (at * 7919) % 5;
    await upscaler.upscale(wavy, drawn);
    assert.ok(!kinds.includes("letters"), `${kinds}`);
    await upscaler.centreOf(text, 4);
    assert.ok(!kinds.includes("letters"), `${kinds}`);
    await upscaler.upscale(text, drawn);
    assert.ok(kinds.includes("letters"), `${kinds}`);
  });

  it("hypotheses of one picture read its letters once, and choose by their seeds as if they read alone", async () => {
    let readings = 0;
    const here = drawHere(partsWith(letters));
    const watched: TileDrawer = {
      ...here,
      draw: (task) => {
        if (task.kind === "letters") readings += 1;
        return here.draw(task);
      },
    };
    const upscaler = createUpscaler(watched);
    const all: Pixels[] = [];
    for (const seed of [1, 2, 1]) all.push(await upscaler.upscale(text, { ...drawn, temperature: 0.9, seed }));
    assert.equal(readings, 1);
    for (const [at, seed] of [1, 2, 1].entries())
      assert.deepEqual(all[at], await make().upscale({ ...text }, { ...drawn, temperature: 0.9, seed }));
    assert.notDeepEqual(all[0], all[1]);
  });

  it("a picture whose reading was cancelled is read again", async () => {
    const upscaler = make(24);
    const cancelled = new AbortController();
    const onTile = async () => cancelled.abort();
    await assert.rejects(upscaler.upscale(wide, { ...drawn, signal: cancelled.signal, onTile }));
    assert.deepEqual(await upscaler.upscale(wide, drawn), await make(24).upscale({ ...wide }, drawn));
  });

  it("a picture whose letters were left is read when they are wanted", async () => {
    const upscaler = make();
    await upscaler.upscale(text, { ...drawn, leavesLetters: true });
    assert.deepEqual(await upscaler.upscale(text, drawn), await make().upscale({ ...text }, drawn));
  });

  for (const [name, picture] of [
    ["a full page", () => wide],
    ["words that are far apart", () => withoutMarks(wide, (x, y) => x % 130 < 24 && y % 50 < 14)],
  ] as const)
    it(`${name} is read in many tiles as in one`, async () => {
      const image = picture();
      const options = { ...drawn, scale: 2, temperature: 0.9 } as const;
      const whole = await make(1024).upscale({ ...image }, options);
      assert.notDeepEqual(whole, await make(1024, false).upscale(image, options));
      for (const corePx of [10, 18]) {
        let readings = 0;
        const here = drawHere(partsWith(letters));
        const draw: TileDrawer["draw"] = (task) => {
          if (task.kind === "letters") readings += 1;
          return here.draw(task);
        };
        assert.deepEqual(await createUpscaler({ ...here, draw }, { corePx }).upscale({ ...image }, options), whole);
        assert.ok(readings > 2, `${readings} tiles were read`);
      }
    });

  it("tiles in which letters are looked for are counted, too", async () => {
    for (const knowsLetters of [true, false]) {
      const upscaler = make(24, knowsLetters);
      let done = 0;
      await upscaler.upscale(text, {
        ...drawn,
        onTile: async () => {
          done += 1;
        },
      });
      assert.equal(done, upscaler.tilesOf(text, drawn));
    }
  });
});
