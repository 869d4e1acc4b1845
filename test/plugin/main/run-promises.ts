/**
 * `npm run promises -- [MAIN.JS ...]`: what a built plugin's main code does to a person's layers, in QuickJS on today's host. Without
 * a file it is today's plugin; with files of other versions it says how they differ. One line a promise; it judges nothing.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import { drawPng } from "../png.ts";
import { placeOnCrowdedPage } from "./crowded-page.ts";
import { type Machine, startMachine } from "./virtual-machine.ts";

const provenance = { format: 1, condition: { caption: "a cat" }, seed: 1 };

/** Hands over one set of one artboard, as both versions' UI do. */
function apply(machine: Machine, applyId: number, keys: readonly string[], target: object): void {
  for (const [index, key] of keys.entries())
    machine.fromUi(
      `{ type: "image", applyId: ${applyId}, key: "${key}", bytes: new Uint8Array([${drawPng(index + 10 * applyId, 8).join(",")}]) }`,
    );
  const artboards = [{ caption: "a cat", images: keys.map((key) => ({ key, provenance })) }];
  machine.fromUi(JSON.stringify({ type: "apply", applyId, artboards, target }));
}

/** A photograph between two colours, its layers as a person set them. */
const addPhoto = (name: string, more: object = {}): string => `(() => {
  const { hash } = sim.addImage(new Uint8Array([${drawPng(90, 8).join(",")}]));
  const solid = { type: "SOLID", color: { r: 1, g: 0, b: 0 } };
  const fills = [solid, { type: "IMAGE", scaleMode: "FIT", imageHash: hash, opacity: 0.5, filters: { saturation: -1 } }, solid];
  const id = sim.tree.create("RECTANGLE", { name: "${name}", width: 100, height: 80, fills, ...${JSON.stringify(more)} });
  sim.tree.commit();
  return id;
})()`;

interface Paint {
  readonly type: string;
  readonly scaleMode?: string;
  readonly opacity?: number;
  readonly filters?: { readonly saturation?: number };
  readonly imageHash?: string;
}

type Promised = readonly [name: string, run: (mainFile: string) => Promise<string>];
const onMachine =
  (run: (machine: Machine) => string) =>
  async (mainFile: string): Promise<string> => {
    const machine = await startMachine(mainFile, true);
    machine.open("caption-to-artboard");
    return run(machine);
  };
const fillsOf = (machine: Machine, id: string): Paint[] => machine.evaluate<Paint[]>(`sim.tree.get("${id}").fills`);
const replace = (...nodeIds: string[]): object => ({ kind: "replace", nodeIds, scaleMode: "FILL" });

const promises: readonly Promised[] = [
  [
    "a new image in a layer with three paints",
    onMachine((machine) => {
      const id = machine.evaluate<string>(addPhoto("photo"));
      apply(machine, 1, ["a"], replace(id));
      const fills = fillsOf(machine, id);
      const image = fills.find(({ type }) => type === "IMAGE");
      return `${fills.length} paints, the image ${image?.scaleMode}, opacity ${image?.opacity ?? 1}, saturation ${image?.filters?.saturation ?? 0}`;
    }),
  ],
  [
    "a new image for a locked layer",
    onMachine((machine) => {
      const id = machine.evaluate<string>(addPhoto("locked", { locked: true }));
      const before = JSON.stringify(fillsOf(machine, id));
      apply(machine, 1, ["a"], replace(id));
      return JSON.stringify(fillsOf(machine, id)) === before ? "stays" : "changed";
    }),
  ],
  [
    "a deleted layer among two",
    onMachine((machine) => {
      const [id, gone] = [
        machine.evaluate<string>(addPhoto("photo")),
        machine.evaluate<string>(addPhoto("soon deleted")),
      ];
      machine.evaluate(`void sim.tree.remove("${gone}")`);
      apply(machine, 1, ["a", "b"], replace(id, gone));
      const { imageCount, skipped = [] } = machine.evaluate<{ imageCount?: number; skipped?: unknown[] }>(
        "sent[sent.length - 1]",
      );
      return `${imageCount ?? 0} changed, ${skipped.length} listed`;
    }),
  ],
  [
    "undo of a set in two layers",
    onMachine((machine) => {
      const ids = ["photo", "other"].map((name) => machine.evaluate<string>(addPhoto(name)));
      const read = (): string => JSON.stringify(ids.map((id) => fillsOf(machine, id)));
      const before = read();
      apply(machine, 1, ["a", "b"], replace(...ids));
      let steps = 0;
      while (read() !== before && steps < 5) {
        machine.evaluate("void sim.undo()");
        steps++;
      }
      return `${steps} step${steps === 1 ? "" : "s"}`;
    }),
  ],
  [
    "an artboard that a person would see anyway",
    onMachine((machine) => {
      machine.evaluate("void (sim.viewport = { x: 100, y: 50, zoom: 0.8 })");
      const view = (): string => JSON.stringify(machine.evaluate("sim.viewport"));
      const before = view();
      apply(machine, 1, ["a"], { kind: "artboards", tilePx: 128 });
      return view() === before ? "the view stays" : "the view moves";
    }),
  ],
  [
    "an artboard of 32 px icons",
    onMachine((machine) => {
      apply(machine, 1, ["a"], { kind: "artboards", tilePx: 32 });
      const widthPx = machine.evaluate<number>(
        "sim.tree.get(sim.tree.childrenOf(sim.tree.childrenOf(sim.tree.pageId)[0].id)[0].id).width",
      );
      return `images of ${widthPx} px`;
    }),
  ],
  [
    "texts in two frames, the first on the page lower within its frame",
    onMachine((machine) => {
      const texts = machine.evaluate<string[]>(`(() => {
        const frames = [0, 400].map((y) => sim.tree.create("FRAME", { y, width: 300, height: 300 }));
        const ids = [sim.addText("second", 0, 10, frames[1]), sim.addText("first", 0, 200, frames[0])];
        sim.select(ids);
        run.fromUi({ type: "ready" });
        return new Promise((done) => done()).then(() => 0).then(() => 0).then(() => 0).then(() => 0).then(() => 0).then(() => 0)
          .then(() => sent.filter(({ selection }) => selection).pop().selection.texts.map(({ text }) => text));
      })()`);
      return texts.join(", ");
    }),
  ],
  [
    "an artboard on a page of 1,000 layers",
    async (mainFile) => {
      const { slicesMs } = await placeOnCrowdedPage(mainFile, 1000);
      const total = slicesMs.reduce((sum, ms) => sum + ms, 0);
      return `${Math.round(total)} ms in ${slicesMs.length} slices, the longest ${Math.round(Math.max(...slicesMs))} ms`;
    },
  ],
];

const outDir = await mkdtemp(path.join(tmpdir(), "tau-promises-"));
await buildPlugin({ outDir });
for (const mainFile of [path.join(outDir, "plugin/main.js"), ...process.argv.slice(2)]) {
  console.log(mainFile.startsWith(outDir) ? "this version" : mainFile);
  for (const [name, run] of promises) {
    const seen = await run(mainFile).catch((error: unknown) => `failed: ${String(error)}`);
    console.log(`  ${name}: ${seen}`);
  }
}
await rm(outDir, { recursive: true });
