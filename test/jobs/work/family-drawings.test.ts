/** What families drew is there for the generations that follow: once, for a while, up to so many bytes, and of the same packs. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { ImageResult, InferenceClient } from "../../../server/inference/protocol.ts";
import { FamilyDrawings } from "../../../server/jobs/work/family-drawings.ts";
import {
  type ResolvedRequest,
  ResolvedRequestSchema,
} from "../../../shared/contract/generations/generation-request.ts";
import { limits } from "../../../shared/limits.ts";

const asked = (caption: string, more: object = {}): ResolvedRequest =>
  ResolvedRequestSchema.parse({ condition: { caption }, count: 1, seed: 1, format: "svg", ...more });

/** Draws pictures of `bytes` bytes and remembers what was asked. */
function drawer(bytes = 4, digest = "d") {
  const drawn: string[] = [];
  const inference = {
    ready: { packs: [{ id: "pack", digest }] },
    generate: async (request: ResolvedRequest, { onFindings, onImage }: Parameters<InferenceClient["generate"]>[1]) => {
      drawn.push(request.condition.caption!);
      onFindings?.({ outOfDistribution: [], namedLabels: [request.condition.caption!] });
      await onImage({ index: 0, seed: 1, rgba: new Uint8Array(bytes), widthPx: 1, heightPx: 1 } as ImageResult);
    },
  };
  return { drawn, inference: inference as unknown as InferenceClient };
}

it("a generation gets what its family drew, with its findings, whatever its colours; the next is drawn anew", async () => {
  const drawings = new FamilyDrawings();
  const { drawn, inference } = drawer();
  await drawings.keeping(inference).generate(asked("cat"), { onImage: () => undefined });
  const seen: unknown[] = [];
  const handlers = {
    onImage: ({ index }: ImageResult) => void seen.push(index),
    onFindings: ({ namedLabels }: { readonly namedLabels: readonly string[] }) => void seen.push(namedLabels),
    onDone: (tookMs: number) => void seen.push(tookMs),
  };
  await drawings.using(inference).generate(asked("cat", { palette: ["#102a43"], viewBox: 24 }), handlers);
  assert.deepEqual([drawn, seen], [["cat"], [["cat"], 0, 0]]);
  for (const request of [asked("cat"), asked("dog"), asked("cat", { seed: 2 })])
    await drawings.using(inference).generate(request, { onImage: () => undefined });
  assert.deepEqual(drawn, ["cat", "cat", "dog", "cat"]);
});

it("a generation of other packs, of another request, or much later is drawn anew", async () => {
  let nowMs = 0;
  const drawings = new FamilyDrawings(() => nowMs);
  const { drawn, inference } = drawer();
  const keep = () => drawings.keeping(inference).generate(asked("cat"), { onImage: () => undefined });
  const use = async (request = asked("cat"), by = inference) =>
    drawings.using(by).generate(request, { onImage: () => undefined });
  await keep();
  await use(asked("cat", { temperature: 0.1 }));
  const renewed = drawer(4, "e");
  await use(asked("cat"), renewed.inference);
  assert.deepEqual([drawn.length, renewed.drawn.length], [2, 1]);
  nowMs += limits.familyDrawingsKeptMs + 1;
  await use();
  assert.equal(drawn.length, 3);
});

it("the oldest drawings go where all are too large", async () => {
  const drawings = new FamilyDrawings();
  const { drawn, inference } = drawer(Math.ceil(limits.familyDrawingsMaxBytes / 2));
  for (const name of ["a", "b", "c"])
    await drawings.keeping(inference).generate(asked(name), { onImage: () => undefined });
  for (const name of ["a", "c"]) await drawings.using(inference).generate(asked(name), { onImage: () => undefined });
  assert.deepEqual(drawn, ["a", "b", "c", "a"]);
});

it("a generation that is cancelled or fails leaves the drawing to the one that tries again", async () => {
  const drawings = new FamilyDrawings();
  const { drawn, inference } = drawer();
  await drawings.keeping(inference).generate(asked("cat"), { onImage: () => undefined });
  const signal = AbortSignal.abort(new Error("cancelled"));
  const use = (handlers: Parameters<InferenceClient["generate"]>[1]) =>
    drawings.using(inference).generate(asked("cat"), handlers);
  await assert.rejects(use({ signal, onImage: () => undefined }), /cancelled/);
  await assert.rejects(use({ onImage: () => Promise.reject(new Error("storage is full")) }), /full/);
  const images: number[] = [];
  await use({ onImage: ({ index }) => void images.push(index) });
  assert.deepEqual([drawn, images], [["cat"], [0]]);
});
