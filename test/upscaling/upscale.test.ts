/** The upscaling engine on networks small enough to follow: tiles, seeds, alpha, grey, borders, cancelling. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pixels } from "../../server/engine/interfaces.ts";
import type { DetailDecoder } from "../../server/upscaling/details/draw-details.ts";
import { shrinkArea } from "../../server/upscaling/shrink-area.ts";
import { createUpscaler } from "../../server/upscaling/upscale.ts";
import {
  drawHere,
  drawTile,
  type FactorParts,
  type TileDrawer,
  type UpscalerParts,
  warmUpTiles,
} from "../../server/upscaling/upscale-tile.ts";
import { enlargedSize, type NetworkScale } from "../../shared/contract/upscale-scales.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { averaging, details, flow, networkOf } from "../fixtures/upscaling/small-parts.ts";

type Changed = Partial<FactorParts>;
const factorsWith = (changed: Changed = {}, weave = 0): UpscalerParts["factors"] => ({
  2: { network: networkOf(2), flow, ...changed },
  4: { network: networkOf(4, weave), flow, ...changed },
});
const woven = 4;
const make = (corePx?: number, decoder?: DetailDecoder, weave = 0) =>
  createUpscaler(
    drawHere({
      factors: factorsWith(decoder ? { details: decoder } : {}, weave),
      consistency: { 2: averaging(2), 4: averaging(4) },
    }),
    { corePx },
  );

/** Its network gives green 9 levels more than red, and blue 18. */
function tinting() {
  const tinted = (factor: 2 | 4): FactorParts["network"] => {
    const plain = networkOf(factor);
    const tint = (means: Float32Array): Float32Array =>
      means.map((value, at) => value + (9 / 255) * Math.floor((at % (3 * factor ** 2)) / factor ** 2));
    return {
      ...plain,
      async read(...tile) {
        const { features, means } = await plain.read(...tile);
        return { features, means: tint(means) };
      },
      predictMeans: async (...tile) => tint(await plain.predictMeans(...tile)),
    };
  };
  return createUpscaler(
    drawHere({
      factors: { 2: { network: tinted(2), flow }, 4: { network: tinted(4), flow } },
      consistency: { 2: averaging(2), 4: averaging(4) },
    }),
  );
}

function picture(widthPx: number, heightPx: number, colour: (x: number, y: number) => readonly number[]): Pixels {
  const rgba = new Uint8Array(4 * widthPx * heightPx);
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) rgba.set(colour(x, y), 4 * (y * widthPx + x));
  return { rgba, widthPx, heightPx };
}
const wavy = picture(37, 23, (x, y) => [100 + ((x * 7) % 60), 90 + ((y * 11) % 70), 120 + ((x * y) % 50), 255]);

describe("upscaling", () => {
  for (const scale of [2, 4] as const)
    it(`upscaling ×${scale} gives the same bytes in small tiles as in one`, async () => {
      const options = { scale, temperature: 0.7, seed: 9 };
      const whole = await make(1024).upscale(wavy, options);
      assert.deepEqual([whole.widthPx, whole.heightPx], [37 * scale, 23 * scale]);
      for (const corePx of [8, 10, 24]) assert.deepEqual(await make(corePx).upscale(wavy, options), whole);
    });

  for (const scale of [2, 4] as const)
    it(`upscaling ×${scale} with a decoder of details gives the same bytes in small tiles as in one`, async () => {
      const options = { scale, temperature: 0.7, seed: 9 };
      const whole = await make(1024, details, woven).upscale(wavy, options);
      assert.notDeepEqual(whole, await make(1024, undefined, woven).upscale(wavy, options));
      for (const corePx of [8, 10, 24])
        assert.deepEqual(await make(corePx, details, woven).upscale(wavy, options), whole);
    });

  it("upscaling gives the same bytes in several lanes, whose tiles end in any order, and counts as many as it says", async () => {
    const parts = {
      factors: factorsWith({ details }, woven),
      consistency: { 2: averaging(2), 4: averaging(4) },
    };
    let drawn = 0;
    const drawer: TileDrawer = {
      ...drawHere(parts),
      concurrency: 3,
      async draw(task) {
        drawn += 1;
        await new Promise((resolve) => setTimeout(resolve, [3, 0, 1][drawn % 3]));
        return drawTile(parts, task);
      },
    };
    const options = { scale: 4, temperature: 0.7, seed: 9 } as const;
    for (const corePx of [10, 24, 1024]) {
      drawn = 0;
      const upscaler = createUpscaler(drawer, { corePx });
      let reported = 0;
      const onTile = async (): Promise<void> => {
        reported += 1;
      };
      assert.deepEqual(
        await upscaler.upscale(wavy, { ...options, onTile }),
        await make(1024, details, woven).upscale(wavy, options),
      );
      assert.deepEqual([drawn, reported], [upscaler.tilesOf(wavy, { scale: 4 }), drawn]);
    }
  });

  it("upscaling hands on the first fault of a lane when the others have ended theirs", async () => {
    const parts = {
      factors: factorsWith(),
      consistency: { 2: averaging(2), 4: averaging(4) },
    };
    let [begun, ended] = [0, 0];
    const drawer: TileDrawer = {
      ...drawHere(parts),
      concurrency: 2,
      async draw(task) {
        begun += 1;
        const isFirst = begun === 1;
        await new Promise((resolve) => setTimeout(resolve, isFirst ? 1 : 10));
        ended += 1;
        if (isFirst) throw new AppError("tensor_mismatch", "tile broke");
        return drawTile(parts, task);
      },
    };
    const running = createUpscaler(drawer, { corePx: 8 }).upscale(wavy, { scale: 2, temperature: 0, seed: 1 });
    await assert.rejects(running, { code: "tensor_mismatch", message: "tile broke" });
    assert.deepEqual([begun, ended], [2, 2]);
  });

  it("upscaling that is cancelled ends when the tiles that ran have ended, and begins no more", async () => {
    const parts = { factors: factorsWith(), consistency: { 2: averaging(2), 4: averaging(4) } };
    const abort = new AbortController();
    let [begun, ended, reported] = [0, 0, 0];
    const drawer: TileDrawer = {
      ...drawHere(parts),
      concurrency: 2,
      async draw(task) {
        begun += 1;
        if (begun === 2) abort.abort();
        await new Promise((resolve) => setTimeout(resolve, 5));
        ended += 1;
        return drawTile(parts, task);
      },
    };
    const onTile = async (): Promise<void> => {
      reported += 1;
    };
    const options = { scale: 2, temperature: 0, seed: 1, signal: abort.signal, onTile } as const;
    await assert.rejects(createUpscaler(drawer, { corePx: 8 }).upscale(wavy, options), { code: "cancelled" });
    assert.deepEqual([begun, ended, reported], [2, 2, 0]);
  });

  it("upscaling is warmed up by every graph that details need", async () => {
    const requested: string[] = [];
    const note = <T extends object>(name: string, part: T, method: keyof T): T => ({
      ...part,
      [method]: (...args: unknown[]) => {
        requested.push(name);
        return (part[method] as (...args: unknown[]) => unknown)(...args);
      },
    });
    const noted = (factor: NetworkScale): FactorParts => ({
      network: note("network", networkOf(factor), "read"),
      flow: note("flow", flow, "inverse"),
      details: note("details", details, "decode"),
    });
    await warmUpTiles({
      factors: { 2: noted(2), 4: noted(4) },
      consistency: { 2: note("twice", averaging(2), "project"), 4: note("four times", averaging(4), "project") },
    });
    assert.deepEqual(requested, ["network", "flow", "details", "twice", "network", "flow", "details", "four times"]);
  });

  it("upscaling fades decoded details in with the temperature, and leaves them out of the accurate answer and of the flow's middle", async () => {
    // Texture, because details are kept out of flat areas, and levels above and below, between which they stay.
    const rough = picture(12, 12, (x, y) => {
      const away = (x + y) % 2 === 0 ? 0 : (x + 2 * y) % 4 < 2 ? 100 : -100;
      return [128 + away, 128, 128, 255];
    });
    const constant = {
      ...details,
      decode: async (_: Float32Array, latent: Float32Array) =>
        latent.map((_value, at) => (at % 2 === 0 ? 24 / 255 : -24 / 255)),
    };
    // Within the picture: at a border windows are smaller, and lie in one pixel of the input.
    const middle = 4 * (10 * 24 + 10);
    const at = async (temperature: number) =>
      (await make(undefined, constant).upscale(rough, { scale: 2, temperature, seed: 1 })).rgba[middle]! - 128;
    assert.deepEqual([await at(0), await at(0.15), await at(0.3), await at(0.9)], [0, 4, 8, 24]);
    const { rgba } = await make(undefined, constant).centreOf(rough, 2);
    assert.equal(rgba[middle], 128);
  });

  it("upscaling requests features only where details are drawn", async () => {
    const requested: string[] = [];
    const noting = (factor: NetworkScale): FactorParts => {
      const network = networkOf(factor);
      return {
        flow,
        network: {
          ...network,
          read(...tile) {
            requested.push("read");
            return network.read(...tile);
          },
          predictMeans(...tile) {
            requested.push("answer");
            return network.predictMeans(...tile);
          },
        },
      };
    };
    const upscaler = createUpscaler(
      drawHere({ factors: { 2: noting(2), 4: noting(4) }, consistency: { 2: averaging(2), 4: averaging(4) } }),
    );
    await upscaler.upscale(wavy, { scale: 4, temperature: 0, seed: 1 });
    await upscaler.upscale(wavy, { scale: 2, temperature: 0.1, seed: 1 });
    assert.deepEqual(requested, ["answer", "read"]);
  });

  it("upscaling asks the network of foreign pictures for what nobody shrank and for alpha, that of drawings for shrunk ones", async () => {
    const requested: string[] = [];
    const noting = (name: string): FactorParts["network"] => ({
      ...networkOf(2),
      async predictMeans(...tile) {
        requested.push(name);
        return networkOf(2).predictMeans(...tile);
      },
    });
    const upscaler = createUpscaler(
      drawHere({
        factors: factorsWith({
          network: noting("shrunk"),
          foreignNetwork: noting("foreign"),
          drawnNetwork: noting("drawn"),
        }),
        consistency: { 2: averaging(2), 4: averaging(4) },
      }),
    );
    const options = { scale: 2, temperature: 0, seed: 1 } as const;
    await upscaler.upscale(wavy, { ...options, foreignness: 0.9 });
    await upscaler.upscale(wavy, { ...options, foreignness: 1 });
    await upscaler.upscale(wavy, { ...options, isShrunkDrawing: true });
    await upscaler.upscale(
      picture(8, 8, (x) => [9, 9, 9, 100 + x]),
      options,
    );
    assert.deepEqual(requested, ["shrunk", "foreign", "drawn", "shrunk", "foreign"]);
  });

  it("upscaling draws by the seed alone", async () => {
    const draw = (seed: number, temperature = 0.5) => make().upscale(wavy, { scale: 2, temperature, seed });
    assert.deepEqual(await draw(1), await draw(1));
    assert.notDeepEqual(await draw(1), await draw(2));
    assert.deepEqual(await draw(1, 0), await draw(2, 0));
    assert.deepEqual(await draw(1, 0), await make().centreOf(wavy, 2));
  });

  it("upscaling comes nearer to what shrinks to the input by its projection, also when it is drawn", async () => {
    const options = { scale: 4, temperature: 0.15, seed: 3 } as const;
    const missing = async (upscaler: ReturnType<typeof make>): Promise<number> => {
      const { rgba, widthPx } = await upscaler.upscale(wavy, options);
      let missed = 0;
      for (let y = 0; y < wavy.heightPx; y += 1)
        for (let x = 0; x < wavy.widthPx; x += 1) {
          let sum = 0;
          for (let at = 0; at < 16; at += 1) sum += rgba[4 * ((4 * y + (at >> 2)) * widthPx + 4 * x + (at % 4))]!;
          missed += Math.abs(sum / 16 - wavy.rgba[4 * (y * wavy.widthPx + x)]!);
        }
      return missed / (wavy.widthPx * wavy.heightPx);
    };
    const none = { marginPx: 0, project: async (picture: Float32Array) => picture.slice() };
    const [soft, off] = [
      await missing(make(undefined, undefined, woven)),
      await missing(createUpscaler(drawHere({ factors: factorsWith({}, woven), consistency: { 2: none, 4: none } }))),
    ];
    assert.ok(soft < 0.7 * off, `${soft} levels with a projection, ${off} without`);
  });

  it("upscaling keeps the colour of a shape up to its edge, whatever lies under what is transparent", async () => {
    const disc = picture(24, 24, (x, y) => {
      const distance = Math.hypot(x - 11.5, y - 11.5);
      return distance < 8 ? [200, 40, 30, 255] : distance < 9 ? [200, 40, 30, 128] : [0, 255, 0, 0];
    });
    const { rgba } = await make().upscale(disc, { scale: 4, temperature: 0, seed: 1 });
    let [visible, invisible] = [0, 0];
    for (let at = 0; at < rgba.length; at += 4) {
      if (rgba[at + 3] === 0) {
        invisible += 1;
        assert.deepEqual([...rgba.subarray(at, at + 3)], [0, 0, 0]);
        continue;
      }
      visible += 1;
      assert.ok(
        Math.abs(rgba[at]! - 200) <= 2 && Math.abs(rgba[at + 1]! - 40) <= 2 && Math.abs(rgba[at + 2]! - 30) <= 2,
      );
    }
    assert.ok(visible > 2500 && invisible > 4000, `${visible} visible, ${invisible} not`);
  });

  it("upscaling keeps the colours of what is translucent as they are", async () => {
    const texture = (alpha: number) =>
      picture(16, 16, (x, y) => [(x * 37) % 200, (y * 53) % 180, ((x + y) * 29) % 220, alpha]);
    const options = { scale: 2, temperature: 0, seed: 1 } as const;
    const opaque = await make().upscale(texture(255), options);
    for (const alpha of [254, 128, 20]) {
      const { rgba } = await make().upscale(texture(alpha), options);
      for (let at = 0; at < rgba.length; at += 1)
        if (at % 4 === 3) assert.equal(rgba[at], alpha);
        else assert.ok(Math.abs(rgba[at]! - opaque.rgba[at]!) <= 1, `alpha ${alpha}, value ${at}`);
    }
  });

  it("upscaling gives a picture of nothing for a picture of nothing, without running a network", async () => {
    const upscaler = make();
    const nothing = picture(5, 3, () => [9, 9, 9, 0]);
    assert.equal(upscaler.tilesOf(nothing, { scale: 4 }), 0);
    const { rgba, widthPx, heightPx } = await upscaler.upscale(nothing, { scale: 4, temperature: 0.5, seed: 1 });
    assert.deepEqual([widthPx, heightPx, rgba.some((value) => value !== 0)], [20, 12, false]);
  });

  for (const [temperature, foreignness] of [
    [0.9, 0],
    [0, 1],
  ] as const)
    it(`upscaling keeps grey grey at a temperature of ${temperature}, by networks that tint`, async () => {
      const grey = picture(9, 9, (x, y) => [20 * x, 20 * x, 20 * x, y === 0 ? 90 : 255]);
      const { rgba } = await tinting().upscale(grey, { scale: 4, temperature, foreignness, seed: 4 });
      for (let at = 0; at < rgba.length; at += 4)
        assert.ok(rgba[at] === rgba[at + 1] && rgba[at] === rgba[at + 2], `pixel ${at / 4}`);
    });

  it("the middle of the flow is grey, too, by networks that tint", async () => {
    const grey = picture(9, 7, (x, y) => [x * 20 + y, x * 20 + y, x * 20 + y, 255]);
    const [{ rgba }, plain] = [await tinting().centreOf(grey, 4), await make().centreOf(grey, 4)];
    for (let at = 0; at < rgba.length; at += 4) assert.ok(rgba[at] === rgba[at + 1] && rgba[at] === rgba[at + 2]);
    // The mean of the tints is 9 levels; the projection takes some of it off.
    const apart = rgba.filter((_, at) => at % 4 === 0).map((value, at) => value - plain.rgba[4 * at]!);
    assert.ok(
      apart.filter((levels) => levels >= 5 && levels <= 10).length > 0.9 * apart.length,
      `${apart.slice(0, 40)}`,
    );
  });

  for (const planes of [1, 3])
    it(`a projection moves a value by a share of the range around, of ${planes === 1 ? "a plane" : "three planes"}`, async () => {
      const [widthPx, heightPx, factor, largestShare] = [9, 9, 4, 0.03] as const;
      const low = Float32Array.from({ length: planes * 81 }, (_, at) => 0.3 + 0.2 * (at % 3));
      const high = Float32Array.from({ length: planes * 81 * 16 }, (_, at) => {
        const [x, y] = [Math.floor((at % 36) / 4), Math.floor((at % (36 * 36)) / 36 / 4)];
        return low[y * widthPx + x]!;
      });
      const moving = { marginPx: 0, project: async (given: Float32Array) => given.map((value) => value + 0.5) };
      const parts = { factors: factorsWith(), consistency: { 2: moving, 4: moving } };
      const task = {
        factor,
        low,
        isDrawn: new Uint8Array(81),
        widthPx,
        heightPx,
        largestShare,
        isAlone: true,
      } as const;
      const made = await drawTile(parts, { kind: "projection", ...task, picture: high.slice() });
      const most = Math.max(...made.map((value, at) => Math.abs(value - high[at]!)));
      // The range is 0.4; grain is smoothed after it.
      assert.ok(most > 0.005 && most < 0.5 / 255 + 0.03 * 0.4 + 1 / 255, `${most}`);
    });

  it("alpha is the mean of what networks that tint make of it", async () => {
    const half = picture(24, 24, (x, y) => [10, 20, 30, 60 + ((x * 37 + y * 53) % 120)]);
    const alphas = async (upscaler: ReturnType<typeof make>): Promise<number[]> => {
      const { rgba } = await upscaler.upscale(half, { scale: 4, temperature: 0, seed: 1, foreignness: 1 });
      return [...rgba].filter((_, at) => at % 4 === 3);
    };
    const [tinted, plain] = [await alphas(tinting()), await alphas(make())];
    const apart = tinted.map((value, at) => value - plain[at]!);
    assert.ok(apart.filter((value) => Math.abs(value - 9) <= 1).length > 0.9 * apart.length, `${apart.slice(0, 40)}`);
  });

  for (const [widthPx, heightPx] of [
    [1, 1],
    [1, 300],
    [300, 1],
  ] as const)
    it(`upscaling takes ${widthPx} × ${heightPx} px`, async () => {
      const thin = picture(widthPx, heightPx, () => [10, 200, 30, 255]);
      const result = await make().upscale(thin, { scale: 4, temperature: 0, seed: 1 });
      assert.deepEqual([result.widthPx, result.heightPx], [4 * widthPx, 4 * heightPx]);
      assert.deepEqual([...result.rgba.subarray(0, 4)], [10, 200, 30, 255]);
    });

  it("upscaling announces as many tiles as it works through", async () => {
    const half = picture(37, 23, (x) => [1, 2, 3, x % 256]);
    for (const image of [wavy, half])
      for (const scale of [2, 4] as const)
        for (const temperature of [0, 0.5]) {
          const upscaler = make(8);
          let tiles = 0;
          const onTile = () => {
            tiles += 1;
          };
          await upscaler.upscale(image, { scale, temperature, seed: 1, onTile });
          assert.equal(tiles, upscaler.tilesOf(image, { scale }));
        }
  });

  it("upscaling stops between two tiles when it is cancelled", async () => {
    const abort = new AbortController();
    let tiles = 0;
    const onTile = () => {
      tiles += 1;
      if (tiles === 3) abort.abort();
    };
    const options = { scale: 4, temperature: 0, seed: 1, signal: abort.signal, onTile } as const;
    await assert.rejects(
      make(8).upscale(wavy, options),
      (error) => error instanceof AppError && error.code === "cancelled",
    );
    assert.equal(tiles, 3);
  });

  it("upscaling fails when a flow or a decoder of details gives no numbers, instead of drawing them black", async () => {
    const broken = { flow: { inverse: async (residual: Float32Array) => residual.map(() => Number.NaN) } };
    const upscaler = createUpscaler(
      drawHere({ factors: factorsWith(broken), consistency: { 2: averaging(2), 4: averaging(4) } }),
    );
    const options = { scale: 2, temperature: 0.5, seed: 1 } as const;
    await assert.rejects(upscaler.upscale(wavy, options), { code: "tensor_mismatch" });
    const nothing = {
      ...details,
      decode: async (_: Float32Array, latent: Float32Array) => latent.map(() => Number.NaN),
    };
    await assert.rejects(make(8, nothing).upscale(wavy, options), { code: "tensor_mismatch" });
  });

  it("upscaling refuses what would be too large, and offers what fits", async () => {
    const most = limits.imageMaxSidePx;
    const refused = (widthPx: number, scale: 2 | 3 | 4, heightPx = 1) =>
      make()
        .upscale(
          { rgba: new Uint8Array(4 * widthPx * heightPx), widthPx, heightPx },
          { scale, temperature: 0, seed: 1 },
        )
        .then(
          () => undefined,
          (error: AppError) => [error.code, error.detail.largestScale],
        );
    assert.deepEqual(await refused(most / 4 + 1, 4), ["upscale_too_large", 3]);
    assert.deepEqual(await refused(1366, 3), ["upscale_too_large", 2]);
    assert.deepEqual(await refused(most / 2 + 1, 2), ["upscale_too_large", undefined]);
    assert.deepEqual(await refused(1, 2, 4000), ["upscale_too_large", undefined]);
    assert.equal(await refused(most / 4, 4), undefined);
  });

  it("upscaling ×3 and to a width gives the area averages of the next factor", async () => {
    const upscaler = make();
    const answer = { temperature: 0, seed: 1 } as const;
    for (const [target, factor] of [
      [{ scale: 3 }, 4],
      [{ widthPx: 2 * wavy.widthPx - 1 }, 2],
      [{ widthPx: 2 * wavy.widthPx + 1 }, 4],
      [{ widthPx: wavy.widthPx + 1 }, 2],
    ] as const) {
      const size = enlargedSize(wavy, target);
      const drawn = await upscaler.upscale(wavy, { scale: factor, ...answer });
      const result = await upscaler.upscale(wavy, { ...target, ...answer });
      assert.deepEqual([result.widthPx, result.heightPx], [size.widthPx, size.heightPx]);
      assert.deepEqual(result, await shrinkArea(drawn, size, () => undefined));
      assert.equal(upscaler.tilesOf(wavy, target), upscaler.tilesOf(wavy, { scale: factor }));
    }
  });

  it("upscaling to a width refuses one that is no enlargement, above four times, or too large, with the width that fits", async () => {
    const refused = (image: Pick<Pixels, "widthPx" | "heightPx">, widthPx: number) =>
      make()
        .upscale(
          { rgba: new Uint8Array(4 * image.widthPx * image.heightPx), ...image },
          { widthPx, temperature: 0, seed: 1 },
        )
        .then(
          () => undefined,
          (error: AppError) => [error.code, error.detail.expected],
        );
    const range = "a width of 101 to 400 px, wider than the image and at most four times as wide";
    assert.deepEqual(await refused({ widthPx: 100, heightPx: 1 }, 100), ["invalid_request", range]);
    assert.deepEqual(await refused({ widthPx: 100, heightPx: 1 }, 401), ["invalid_request", range]);
    const high = { widthPx: 100, heightPx: 2000 };
    assert.deepEqual(await refused(high, 210), ["upscale_too_large", "a width of at most 200 px"]);
    const huge = { widthPx: 1, heightPx: 4000 };
    assert.deepEqual(await refused(huge, 2), ["upscale_too_large", "an image of at most 2048 px a side"]);
  });
});
