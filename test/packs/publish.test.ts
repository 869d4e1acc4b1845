/** Publishing a flow: the switch to it is one rename, a replaced expert is noticed, drafts are checked like any input. */
import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type FlowWeights, readFlowFile, writeFlowFile } from "../../server/flow/weights.ts";
import { draftOf } from "../../server/manifest/pack-draft.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { loadTranslations } from "../../server/packs/load-translations.ts";
import { digestExperts, publishInPack } from "../../server/packs/publish.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyDraft, writeTinyPack } from "../fixtures/tiny-pack.ts";

const root = temporaryFolder("publish");

let homes = 0;
/** A pack that serves, or one of which the manifest is a draft. */
async function makePack(draft?: unknown) {
  const home = join(root, `home-${homes++}`);
  const { pack } = await writeTinyPack(home);
  if (draft) await writeFile(join(pack, "manifest.json"), JSON.stringify(draft));
  return { home, pack };
}

/** The pack's own flow, every weight times `factor`: a flow that fits, but another. */
async function otherFlow(pack: string, factor: number): Promise<FlowWeights> {
  const { flow } = (await Catalogue.open(join(pack, ".."))).entries[0]!.manifest.translations[0]!;
  const { architecture, tensors } = readFlowFile(await readFile(join(pack, flow)), "tiny");
  const isFrozen = (name: string): boolean => name.startsWith("whitening");
  const scaled = [...tensors].map(
    ([name, data]) => [name, isFrozen(name) ? data : data.map((value) => value * factor)] as const,
  );
  return { architecture, tensors: new Map(scaled) };
}

async function publish(pack: string, factor: number): Promise<string> {
  const flow = writeFlowFile(await otherFlow(pack, factor));
  const draft = await draftOf(pack);
  const metrics = { heldOutNatsPerDim: factor };
  return (await publishInPack(pack, draft, await digestExperts(pack, draft), { flow, metrics })).digest;
}

/** Verifies and loads; returns what the only translation is measured with. */
async function check(home: string) {
  const catalogue = await Catalogue.open(home);
  await catalogue.verify();
  const [entry] = catalogue.entries;
  await loadTranslations(entry!, { threads: 1 });
  return { digest: entry!.digest, translation: entry!.manifest.translations[0]! };
}

describe("publishing a flow", () => {
  it("publishing a flow switches the pack to it, with metrics, and leaves one flow behind", async () => {
    const { home, pack } = await makePack();
    const first = await publish(pack, 0.9);
    const one = await check(home);
    assert.equal(one.digest, first);
    assert.deepEqual(one.translation.metrics, { heldOutNatsPerDim: 0.9 });
    const second = await publish(pack, 0.8);
    assert.notEqual(second, first);
    const two = await check(home);
    assert.match(two.translation.flow, /^flow\/caption-[0-9a-f]{8}\.onnx$/);
    assert.notEqual(two.translation.flow, one.translation.flow);
    assert.deepEqual(await readdir(join(pack, "flow")), [two.translation.flow.slice("flow/".length)]);
  });

  it("publishing a flow may be interrupted between flow and manifest: the old pack still verifies, the next run tidies up", async () => {
    const { home, pack } = await makePack();
    await publish(pack, 0.9);
    const manifest = await readFile(join(pack, "manifest.json"));
    const before = await check(home);
    const flow = await readFile(join(pack, before.translation.flow));
    await publish(pack, 0.8);
    // The state after a crash before the last rename: the new flow is there, the manifest is old, the old flow not yet removed.
    await writeFile(join(pack, "manifest.json"), manifest);
    await writeFile(join(pack, before.translation.flow), flow);
    await writeFile(join(pack, "flow/caption-00000000.onnx.0123456789ab.tmp"), "half a flow");
    await writeFile(join(pack, "flow/caption-of-somebody.onnx"), "not ours");
    assert.equal((await check(home)).digest, before.digest);
    await publish(pack, 0.7);
    const after = await check(home);
    assert.deepEqual(
      (await readdir(join(pack, "flow"))).sort(),
      [after.translation.flow.slice("flow/".length), "caption-of-somebody.onnx"].sort(),
    );
  });

  it("publishing a flow works where the folder of flows is not there yet, as in a fresh clone", async () => {
    const { home, pack } = await makePack();
    const flow = writeFlowFile(await otherFlow(pack, 0.9));
    await rm(join(pack, "flow"), { recursive: true });
    const draft = await draftOf(pack);
    await publishInPack(pack, draft, await digestExperts(pack, draft), { flow, metrics: {} });
    await check(home);
  });

  for (const path of ["target/encoder.onnx", "text/model.onnx", "text/tokenizer.json"])
    it(`publishing a flow refuses a flow when ${path} was replaced while it trained, and leaves the pack`, async () => {
      const { pack } = await makePack();
      const draft = await draftOf(pack);
      const digests = await digestExperts(pack, draft);
      const flow = writeFlowFile(await otherFlow(pack, 0.9));
      const [manifest, flows] = [await readFile(join(pack, "manifest.json")), await readdir(join(pack, "flow"))];
      await writeFile(join(pack, path), "another expert");
      await assert.rejects(publishInPack(pack, draft, digests, { flow, metrics: {} }), {
        code: "pack_corrupt",
        message: new RegExp(`${path}: expected SHA-256 [0-9a-f]{64}, which encoded the training set, got [0-9a-f]{64}`),
      });
      assert.deepEqual(await readFile(join(pack, "manifest.json")), manifest);
      assert.deepEqual(await readdir(join(pack, "flow")), flows);
    });

  it("publishing a flow lets the decoder improve meanwhile: it reads the same latents", async () => {
    const { home, pack } = await makePack();
    const draft = await draftOf(pack);
    const digests = await digestExperts(pack, draft);
    const flow = writeFlowFile(await otherFlow(pack, 0.9));
    const decoder = await readFile(join(pack, "target/decoder.onnx"));
    await writeFile(join(pack, "target/decoder.onnx"), decoder.with(-60, decoder.at(-60)! ^ 1));
    await publishInPack(pack, draft, digests, { flow, metrics: {} });
    await (await Catalogue.open(home)).verify();
  });
});

describe("the draft of a pack", () => {
  it("the draft of a pack is refused when missing, no JSON, misshapen, or without the experts of its translation, saying what came", async () => {
    const { pack } = await makePack();
    const path = join(pack, "manifest.json");
    await rm(path);
    await assert.rejects(draftOf(pack), { code: "pack_unavailable", message: /manifest\.json: expected the manifest/ });
    const { translations, experts } = tinyDraft;
    const cases: Array<[content: string, message: RegExp]> = [
      ["{", /manifest\.json: expected JSON, got 1 bytes/],
      ["[]", /manifest\.json: manifest: /],
      [JSON.stringify({ ...tinyDraft, translations: undefined }), /manifest\.json: translations: /],
      [
        JSON.stringify({ ...tinyDraft, translations: [{ ...translations[0], flow: "../../etc/passwd" }] }),
        /manifest\.json: translations\.0\.flow: expected a relative path inside the pack/,
      ],
      [
        JSON.stringify({ ...tinyDraft, experts: { ...experts, image: { ...experts["image"], posteriorStd: 0 } } }),
        /manifest\.json: experts\.image\.posteriorStd: /,
      ],
      [
        JSON.stringify({ ...tinyDraft, translations: [{ ...translations[0], target: "style" }] }),
        /translations\.caption\.target: expected an expert that decodes images, got "style" of kind label/,
      ],
      [
        JSON.stringify({
          ...tinyDraft,
          translations: [{ ...translations[0], conditions: [{ name: "caption", expert: "words" }] }],
        }),
        /caption: expected an expert that reads conditions, got none named "words"/,
      ],
    ];
    for (const [content, message] of cases) {
      await writeFile(path, content);
      await assert.rejects(draftOf(pack), { code: "pack_corrupt", message });
    }
  });

  it("the draft of a pack may hold several translations: the named one is trained, an unknown one refused", async () => {
    const [first] = tinyDraft.translations;
    const { pack } = await makePack({ ...tinyDraft, translations: [first, { ...first, id: "second" }] });
    assert.equal((await draftOf(pack)).translation.id, "caption");
    assert.equal((await draftOf(pack, "second")).translation.id, "second");
    await assert.rejects(draftOf(pack, "third"), {
      code: "translation_unknown",
      message: /expected one of caption, second, got "third"/,
    });
  });

  it("the draft of a pack names a file of an expert that is missing before anything is trained", async () => {
    const { pack } = await makePack();
    await rm(join(pack, "target/decoder.onnx"));
    await assert.rejects(digestExperts(pack, await draftOf(pack)), {
      code: "pack_unavailable",
      message: /target\/decoder\.onnx: expected a file of the pack/,
    });
  });
});
