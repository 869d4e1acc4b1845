/** How a photograph was brought to its size: what is recognised of pictures that were shrunk in known ways, and how edges show it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import type { Pixels } from "../../server/engine/interfaces.ts";
import { shrinkBy } from "../../server/evaluation/upscaling/shrunk-by.ts";
import { decodeRgba } from "../../server/images/codec.ts";
import { edgeProfileOf } from "../../server/upscaling/input/edge-profile.ts";
import { estimateInput } from "../../server/upscaling/input/input-kind.ts";
import { estimateKernel } from "../../server/upscaling/input/shrink-kernel.ts";
import { shrinkKernels } from "../../shared/contract/upscaling.ts";

const wren = await decodeRgba(await readFile(new URL("../../docs/examples/wren.png", import.meta.url)));

/** Bars of two levels whose edges lie at any part of a pixel. */
function bars(): Pixels {
  const [widthPx, heightPx] = [600, 96];
  const rgba = new Uint8Array(4 * widthPx * heightPx).fill(255);
  for (let at = 0; at < widthPx * heightPx; at += 1)
    rgba.fill(Math.floor((at % widthPx) / 53) % 2 === 0 ? 60 : 200, 4 * at, 4 * at + 3);
  return { rgba, widthPx, heightPx };
}

const greenOf = ({ rgba }: Pixels): Float32Array =>
  Float32Array.from({ length: rgba.length / 4 }, (_, at) => rgba[4 * at + 1]!);

describe("the kernel of a photograph", () => {
  it("soft pictures and those of kernels with negative lobes are recognised, the others are likeliest what they are or not named", () => {
    const estimates = shrinkKernels.map((kernel) => [kernel, estimateKernel(shrinkBy(wren, kernel, 2))!] as const);
    for (const [kernel, { shrunkBy, probabilities }] of estimates) {
      const wanted = kernel === "lanczos" ? "bicubic" : kernel;
      assert.ok(shrunkBy === undefined || shrunkBy === wanted, `${kernel}: ${shrunkBy}`);
      if (["bicubic", "lanczos", "soft"].includes(kernel)) assert.equal(shrunkBy, wanted);
      if (kernel === "aliased") assert.ok(probabilities.aliased > 0.5, JSON.stringify(probabilities));
    }
  });

  it("probabilities of kernels sum up to 1, and a picture too small says nothing", () => {
    const { probabilities } = estimateKernel(shrinkBy(wren, "area", 2))!;
    const sum = Object.values(probabilities).reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9);
    assert.equal(estimateKernel({ rgba: new Uint8Array(4 * 20 * 20), widthPx: 20, heightPx: 20 }), undefined);
  });

  it("a projection trusts what was shrunk without antialiasing less than what was shrunk bicubically", () => {
    const [aliased, bicubic] = (["aliased", "bicubic"] as const).map((kernel) =>
      estimateInput(shrinkBy(wren, kernel, 2)),
    );
    assert.ok(aliased!.foreignness > bicubic!.foreignness, `${aliased!.foreignness} ${bicubic!.foreignness}`);
    assert.equal(aliased!.kind, "photograph");
  });

  it("edges go beyond their areas by sharpening most, by Lanczos some, by areas not at all", () => {
    const overshoot = (kernel: "area" | "lanczos" | "sharpened"): number => {
      const small = shrinkBy(bars(), kernel, 3);
      const profile = edgeProfileOf(greenOf(small), small.widthPx, small.heightPx);
      assert.ok(profile, kernel);
      return Math.max(...profile.subarray(1));
    };
    const [area, lanczos, sharpened] = [overshoot("area"), overshoot("lanczos"), overshoot("sharpened")];
    assert.ok(area < 0.01 && lanczos > area + 0.02 && sharpened > lanczos, `${area} ${lanczos} ${sharpened}`);
  });
});
