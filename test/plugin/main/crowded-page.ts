/** A page full of layers in a QuickJS machine, and one artboard placed on it: for the test and the bench of placing. */
import type { Box } from "../../../plugin/main/place/place.ts";
import { drawPng } from "../png.ts";
import { startMachine } from "./virtual-machine.ts";

export interface Placed {
  readonly board: Box;
  readonly layers: readonly Box[];
  /** Of the apply alone. */
  readonly slicesMs: readonly number[];
  readonly slicesWallMs: readonly number[];
}

/** `count` layers of 100 px, 20 px apart, around the middle of the view, and an artboard of four images. */
export async function placeOnCrowdedPage(mainFile: string, count: number): Promise<Placed> {
  const machine = await startMachine(mainFile, true);
  const side = Math.ceil(Math.sqrt(count));
  machine.evaluate(`(() => {
      const nodes = [];
      for (let i = 0; i < ${count}; i++) nodes.push({ id: "2:" + i, type: "RECTANGLE", name: "Layer " + i, parent: "0:1", children: [],
        x: (i % ${side} - ${side / 2}) * 120, y: (Math.floor(i / ${side}) - ${side / 2}) * 120, width: 100, height: 100 });
      sim.tree.load([{ id: "0:1", type: "PAGE", name: "Page 1", parent: null, children: nodes.map(({ id }) => id) }, ...nodes]);
    })()`);
  machine.open("caption-to-artboard");
  const provenance = { format: 1, condition: { caption: "a cat" }, seed: 1 };
  const images = [0, 1, 2, 3].map((index) => ({ key: `k${index}`, provenance }));
  for (const [index, { key }] of images.entries()) {
    const bytes = `new Uint8Array([${drawPng(index, 8).join(",")}])`;
    machine.fromUi(`{ type: "image", applyId: 1, key: "${key}", bytes: ${bytes} }`);
  }
  const before = machine.slicesMs.length;
  const artboards = [{ caption: "a cat", images }];
  const target = { kind: "artboards", tilePx: 128 };
  machine.fromUi(JSON.stringify({ type: "apply", applyId: 1, artboards, target }));
  const [slicesMs, slicesWallMs] = [machine.slicesMs.slice(before), machine.slicesWallMs.slice(before)];
  const boxes = machine.evaluate<Box[]>(
    `sim.tree.childrenOf("0:1").map(({ x, y, width, height }) => ({ x, y, width, height }))`,
  );
  return { board: boxes.at(-1)!, layers: boxes.slice(0, -1), slicesMs, slicesWallMs };
}
