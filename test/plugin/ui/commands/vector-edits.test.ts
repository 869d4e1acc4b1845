/** Variations and Blend of vectors: drawn as a picture like an icon of Restyle, with what the layer knows of its style. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Controller } from "../../../../plugin/ui/control/controller.ts";
import type { CommandId } from "../../../../shared/commands.ts";
import { startContractServer, testMeta } from "../../contract/contract-server.ts";
import { drawPng } from "../../png.ts";
import { connectedController } from "../connected-controller.ts";

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><path d="M1 1h62" stroke="#112233"/></svg>';
const numbers = { seed: 1, temperature: 0, guidance: 0, logLikelihood: 0 };
const made = { format: 1, packId: "p", packDigest: "d", translation: "caption", ...numbers };
const provenance = JSON.stringify({ ...made, condition: { caption: "house", style: "flat" } });
const size = { widthPx: 64, heightPx: 64, vector: "" };
const vector = { nodeId: "1:1", nodeName: "house", provenance, svg, ...size };
const image = { nodeId: "1:2", nodeName: "tree", provenance: "", imageHash: "tree", ...size };
/** In an instance, which is only looked at. */
const instance = { ...vector, nodeId: "1:3", provenance: "", problem: "instance" as const };

const [drawn, photo] = [drawPng(1), drawPng(2)];
const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What a command asks for with these icons selected, and its failure. */
async function requestOf(command: CommandId, icons: readonly (typeof vector | typeof image | typeof instance)[]) {
  const server = await startContractServer();
  try {
    const [pack] = testMeta.packs;
    const [own] = pack!.translations;
    const translations = [{ ...own!, conditions: [...own!.conditions, "image" as const] }];
    server.meta = { ...testMeta, packs: [{ ...pack!, translations }] };
    const rasterised: (string | Uint8Array)[] = [];
    const controller: Controller = await connectedController(server, {
      rasterise: async (source) => {
        rasterised.push(source);
        return drawn;
      },
      post: (message) => {
        if (message.type !== "read-icons") return;
        const { readId } = message;
        controller.receive({ type: "icon-image", readId, hash: "tree", bytes: photo });
        controller.receive({ type: "icons", readId, icons, skipped: [], unreadCount: 0 });
      },
    });
    controller.show(command);
    controller.editForm({ style: "flat", insertAs: "image" });
    await controller.generate();
    const [job] = server.generations.values();
    return { request: job?.request, failure: controller.state.failure?.code, rasterised };
  } finally {
    await server.close();
  }
}

test("variations of a vector follow its picture and say what it shows; those of an instance too", async () => {
  const { request, failure, rasterised } = await requestOf("variations", [vector, image]);
  assert.equal(failure, undefined);
  assert.deepEqual(rasterised, [svg]);
  assert.deepEqual(request?.condition.image, { image: digestOf(drawn), depth: "middle" });
  assert.equal(request?.condition.caption, "house");
  const other = await requestOf("variations", [instance]);
  assert.deepEqual([other.failure, other.request?.condition.image?.image], [undefined, digestOf(drawn)]);
});

test("a blend goes from a vector to an image and back, with the style of the layer that knows its own", async () => {
  const [known, unknown] = [
    { image: digestOf(drawn), condition: { caption: "house", style: "flat" } },
    digestOf(photo),
  ];
  const { request } = await requestOf("blend", [vector, image]);
  assert.deepEqual([request?.keepResidualOf, request?.blendWith], [known, { image: unknown, condition: {} }]);
  const back = await requestOf("blend", [image, vector]);
  assert.deepEqual([back.request?.blendWith, back.rasterised], [known, [svg]]);
});

test("a blend of one icon, and variations of none, send nothing and say that something must be selected", async () => {
  for (const [command, icons] of [
    ["blend", [vector]],
    ["variations", []],
  ] as const) {
    const { request, failure } = await requestOf(command, icons);
    assert.deepEqual([request, failure], [undefined, "selection_missing"]);
  }
});
