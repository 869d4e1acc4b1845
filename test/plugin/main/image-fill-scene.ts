/**
 * A document with image fills in a QuickJS machine that runs the built main code: for the tests of upscaling on the
 * canvas. Registers the hooks that build the plugin once and start a fresh machine for each test.
 */
import assert from "node:assert/strict";
import type { MainMessage } from "../../../shared/messages/messages.ts";
import { drawPng } from "../png.ts";
import { useMachine } from "./use-machine.ts";

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
  const { evaluate, fromUi } = useMachine("caption-to-artboard");
  return {
    evaluate,
    fromUi,
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
