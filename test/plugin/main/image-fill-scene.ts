/**
 * A document with image fills in a QuickJS machine that runs the built main code: for the tests of upscaling on the
 * canvas. Registers the hooks that build the plugin once and start a fresh machine for each test.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import type { MainMessage } from "../../../shared/messages/messages.ts";
import { drawPng } from "../png.ts";
import { type Machine, startMachine } from "./virtual-machine.ts";

export type Sent<Type extends MainMessage["type"]> = Extract<MainMessage, { type: Type }>;

/** A PNG whose header says this size; the host looks no further. */
export function pngOf(seed: number, widthPx: number, heightPx: number): Buffer {
  const png = drawPng(seed, 8);
  png.writeUInt32BE(widthPx, 16);
  png.writeUInt32BE(heightPx, 20);
  return png;
}
export const bytesOf = (png: Uint8Array): string => `new Uint8Array([${png.join(",")}])`;

export const solid = { type: "SOLID", color: { r: 1, g: 0, b: 0 } };
export const image = (imageHash: string | null, more: object = {}) => ({
  type: "IMAGE",
  scaleMode: "FILL",
  imageHash,
  ...more,
});

export function useScene() {
  let outDir: string;
  let machine: Machine;
  before(async () => {
    outDir = await mkdtemp(path.join(tmpdir(), "tau-plugin-"));
    await buildPlugin({ outDir, port: 7826, minify: true });
  });
  after(() => rm(outDir, { recursive: true }));
  beforeEach(async () => {
    machine = await startMachine(path.join(outDir, "plugin/main.js"));
    machine.open("caption-to-artboard");
  });
  afterEach(() => machine.dispose());
  const evaluate = <T = unknown>(expression: string): T => machine.evaluate<T>(expression);
  return {
    evaluate,
    fromUi: (message: string): void => machine.fromUi(message),
    /** The image is in the file, as if a person had dropped it there; answers with its hash. */
    addImage: (png: Uint8Array): string => evaluate<string>(`sim.addImage(${bytesOf(png)}).hash`),
    /** A layer as its own undo step; answers with its id. */
    addLayer: (name: string, fills: readonly object[], more: object = {}, type = "RECTANGLE"): string =>
      evaluate<string>(`(() => {
        const id = sim.tree.create("${type}", ${JSON.stringify({ name, fills, ...more })});
        sim.tree.commit();
        return id;
      })()`),
    lastSent: <Type extends MainMessage["type"]>(type: Type): Sent<Type> => {
      const message = evaluate<MainMessage>("sent[sent.length - 1]");
      assert.equal(message.type, type);
      return message as Sent<Type>;
    },
  };
}
