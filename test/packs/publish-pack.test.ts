/**
 * Publishing a user's translation: a pack that serves, next to the ones that ship; versions take over in one step; a disk that is
 * full at any moment leaves the old version served and nothing else behind.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type FlowWeights, readFlowFile, writeFlowFile } from "../../server/flow/weights.ts";
import { type BasePack, openBasePack, withoutLabelConditions } from "../../server/packs/base-pack.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { loadTranslations } from "../../server/packs/load-translations.ts";
import { recordsFolder } from "../../server/packs/made-files.ts";
import { publishOwnPack } from "../../server/packs/own-pack.ts";
import { requireName } from "../../server/packs/pack-name.ts";
import { writeManifest } from "../../server/packs/publish.ts";
import { isFreeForStyle } from "../../server/packs/style-pack.ts";
import { indexWidths, readIndexFile } from "../../server/retrieval/index-file.ts";
import { selectInitialWeights } from "../../server/training/select-initial-weights.ts";
import { buildUserStyleIndex } from "../../server/training/transfer/user-style-index.ts";
import { diskFull, watchDisk } from "../fixtures/disk-calls.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyDraft, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { trainingSetOf } from "../fixtures/tiny-training-set.ts";

const root = temporaryFolder("publish-pack");

const shipped = join(root, "ship");
const { pack: basePath } = await writeTinyPack(shipped, withRetrieval(tinyDraft));
const base = await openBasePack(basePath);
const set = trainingSetOf(withoutLabelConditions(base.draft));
const { weights } = await selectInitialWeights(base, set, ["caption"], { seed: 1, threads: 1 });
const drawings = await readIndexFile(join(basePath, base.draft.translation.retrieval!), indexWidths(set));

let homes = 0;
const newPacks = (): string => join(root, `packs-${homes++}`);

/** A flow that fits, another for each factor. */
function flowOf(factor: number): Uint8Array {
  const scaled = [...weights.tensors].map(([name, data]): [string, Float32Array] => [
    name,
    name.startsWith("whitening") ? data : data.map((value) => value * factor),
  ]);
  return writeFlowFile({ architecture: weights.architecture, tensors: new Map(scaled) } satisfies FlowWeights);
}

const publish = (packs: string, factor: number, from: BasePack = base, journal = `${packs}-journal-${factor}`) =>
  publishOwnPack(
    packs,
    from,
    {
      name: "mine",
      label: "Mine",
      draft: withoutLabelConditions(from.draft),
      flow: flowOf(factor),
      index: from === base ? buildUserStyleIndex(drawings, set) : undefined,
      metrics: { captionNatsPerDim: factor },
      source: "40 captioned images",
      records: new Map([["cost.json", `{"factor":${factor}}`]]),
    },
    journal,
  );

/** Every file below a folder with its content. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents: Record<string, string> = {};
  for (const file of files.sort())
    contents[file.slice(folder.length + 1)] = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  return contents;
}

/** Verifies and loads the pack as a server does; its manifest. */
async function served(packs: string) {
  const catalogue = await Catalogue.open(shipped, packs);
  assert.deepEqual(catalogue.faults, []);
  await catalogue.verify();
  const entry = catalogue.entries.find(({ manifest }) => manifest.id === "mine")!;
  const [translation] = await loadTranslations(entry, { threads: 1 });
  assert.equal(translation!.id, "mine");
  return { manifest: entry.manifest, digest: entry.digest, info: catalogue.packs().at(-1)! };
}

describe("publishing a translation", () => {
  it("publishing a translation makes a pack with the base's experts, the flow, where it comes from and what it cost", async () => {
    const packs = newPacks();
    const published = await publish(packs, 0.9);
    const { manifest, digest, info } = await served(packs);
    assert.deepEqual(published, { folder: join(packs, "mine"), version: "0.1.0", digest });
    assert.deepEqual([manifest.id, manifest.label, manifest.version], ["mine", "Mine", "0.1.0"]);
    const [translation] = manifest.translations;
    assert.deepEqual(
      translation!.conditions.map(({ name }) => name),
      ["caption"],
    );
    assert.deepEqual(translation!.metrics, { captionNatsPerDim: 0.9 });
    assert.deepEqual(Object.keys(manifest.experts).sort(), ["image", "text"]);
    assert.match(translation!.retrieval!, /^retrieval\/mine-[0-9a-f]{8}\.safetensors$/);
    assert.equal(info.translations[0]!.hasRetrieval, true);
    const found = await readIndexFile(join(packs, "mine", translation!.retrieval!), indexWidths(set));
    assert.deepEqual(found, buildUserStyleIndex(drawings, set));
    assert.match(manifest.parts.at(-1)!.source, /^trained from 40 captioned images, started from tiny 0\.0\.1$/);
    assert.deepEqual([info.id, info.translations[0]!.styles], ["mine", []]);
    const { flow } = translation!;
    assert.deepEqual(await readFile(join(packs, "mine", flow)), Buffer.from(flowOf(0.9)));
    assert.equal(await readFile(join(packs, "mine", recordsFolder("0.1.0"), "cost.json"), "utf8"), '{"factor":0.9}');
    assert.deepEqual(await readdir(packs), ["mine"]);
    // The experts take no room twice.
    const [own, ours] = await Promise.all(
      [basePath, join(packs, "mine")].map((pack) => stat(join(pack, "target/encoder.onnx"))),
    );
    assert.equal(own!.ino, ours!.ino);
  });

  it("publishing a translation publishes the next version beside it, and leaves one flow and one version's records", async () => {
    const packs = newPacks();
    assert.ok(await isFreeForStyle(packs, "mine"));
    await publish(packs, 0.9);
    assert.ok(!(await isFreeForStyle(packs, "mine")), "a style would take the place of what captions taught");
    const own = ["notes.md", "flow/mine.onnx.bak", "flow/notes.md", "training/notes.md", "training/0.1.0/notes.md"];
    for (const place of own) await writeFile(join(packs, "mine", place), "the user's own");
    // Halves that crashes left.
    await writeFile(join(packs, "mine", "flow", "mine-00000000.onnx.0123456789ab.tmp"), "half");
    await writeFile(join(packs, "mine", "retrieval", "mine.writing"), "half");
    await mkdir(join(packs, ".mine-01234567", "flow"), { recursive: true });
    const second = await publish(packs, 0.8);
    assert.equal(second.version, "0.2.0");
    const { manifest, digest } = await served(packs);
    assert.equal(digest, second.digest);
    const { flow } = manifest.translations[0]!;
    const filesIn = async (folder: string) => (await readdir(join(packs, "mine", folder))).sort();
    assert.deepEqual(await filesIn("flow"), [flow.slice("flow/".length), "mine.onnx.bak", "notes.md"]);
    assert.deepEqual(
      await filesIn("retrieval"),
      [manifest.translations[0]!.retrieval!].map((path) => path.slice("retrieval/".length)),
    );
    assert.deepEqual(await filesIn("training"), ["0.1.0", "0.2.0", "notes.md"]);
    assert.deepEqual(await filesIn("training/0.1.0"), ["notes.md"]);
    assert.deepEqual(await readdir(packs), ["mine"]);
    for (const place of own) assert.equal(await readFile(join(packs, "mine", place), "utf8"), "the user's own");
    await rm(join(packs, "mine", "training", "0.1.0"), { recursive: true });
    await publish(packs, 0.7);
    assert.deepEqual(await filesIn("training"), ["0.3.0", "notes.md"]);
  });

  it("publishing a translation keeps the old version's experts until a base with others has taken over", async () => {
    const packs = newPacks();
    await publish(packs, 0.9);
    const { pack } = await writeTinyPack(join(root, "newer"), { ...tinyDraft, version: "0.0.2" });
    const decoder = join(pack, "target/decoder.onnx");
    const bytes = await readFile(decoder);
    await writeFile(decoder, bytes.with(-60, bytes.at(-60)! ^ 1));
    await writeManifest(pack, { ...tinyDraft, version: "0.0.2" });
    const newer = await openBasePack(pack);
    await publish(packs, 0.8, newer);
    const { manifest, info } = await served(packs);
    assert.deepEqual(
      [info.translations[0]!.hasRetrieval, await readdir(join(packs, "mine", "retrieval"))],
      [undefined, []],
    );
    const paths = manifest.files.map(({ path }) => path);
    assert.ok(
      paths.some((path) => /^target\/decoder-[0-9a-f]{8}\.onnx$/.test(path)),
      paths.join(),
    );
    assert.deepEqual(
      (await readdir(join(packs, "mine", "target"))).sort(),
      paths
        .filter((path) => path.startsWith("target/"))
        .map((path) => path.slice(7))
        .sort(),
    );
  });

  it("publishing a translation knows a publication that a crash cut off after the switch, and does not publish it twice", async () => {
    const packs = newPacks();
    const first = await publish(packs, 0.9);
    assert.deepEqual(await publish(packs, 0.9), first);
    const another = await publish(packs, 0.9, base, `${packs}-journal-of-another-training`);
    assert.equal(another.version, "0.2.0");
  });

  it("publishing a translation overwrites nothing that it did not publish", async () => {
    for (const files of [
      { "holiday.txt": "not a pack" },
      { "manifest.json": "{" },
      { "manifest.json": await readFile(join(basePath, "manifest.json"), "utf8") },
    ]) {
      const packs = newPacks();
      await mkdir(join(packs, "mine"), { recursive: true });
      for (const [name, text] of Object.entries(files)) await writeFile(join(packs, "mine", name), text);
      const before = await contentOf(packs);
      await assert.rejects(publish(packs, 0.9), {
        code: "config_invalid",
        message: /mine: expected no folder, or a translation/,
      });
      assert.deepEqual(await contentOf(packs), before);
    }
    const packs = newPacks();
    await publish(packs, 0.9);
    const path = join(packs, "mine", "manifest.json");
    const { parts, ...manifest } = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify({ ...manifest, parts: parts.slice(0, 1) }));
    await assert.rejects(publish(packs, 0.8), { message: /a pack that was not trained from another/ });
  });

  it("publishing a translation refuses a base whose file changed since it was verified, and leaves nothing", async () => {
    const packs = newPacks();
    const { pack } = await writeTinyPack(join(root, "changing"));
    const changing = await openBasePack(pack);
    await writeFile(join(pack, "text/tokenizer.json"), "{}");
    await assert.rejects(publish(packs, 0.9, changing), { code: "pack_corrupt", message: /text\/tokenizer\.json/ });
    assert.deepEqual(await readdir(packs), []);
  });
});

describe("a disk that is full", () => {
  /** Publishes with a disk that is full from write `from` on; false when it never was. */
  async function publishUntil(packs: string, factor: number, from: number): Promise<boolean> {
    let writes = 0;
    let isFull = false;
    const end = watchDisk(({ name, phase }) => {
      // Removing makes room, and names cost none that matters here.
      if (name === "rm" || name === "rename" || phase === "after") return;
      if (writes++ < from) return;
      isFull = true;
      throw diskFull();
    });
    try {
      await publish(packs, factor);
      assert.equal(isFull, false, "published although the disk was full");
    } catch (error) {
      assert.equal((error as { code?: string }).code, "storage_full", String(error));
    } finally {
      end();
    }
    return isFull;
  }

  for (const [what, isFirst] of [
    ["first", true],
    ["next", false],
  ] as const)
    it(`a disk that is full at whatever write of a ${what} version leaves the packs as they were, and the next try succeeds`, async () => {
      const packs = newPacks();
      if (!isFirst) await publish(packs, 0.9);
      else await mkdir(packs, { recursive: true });
      const before = await contentOf(packs);
      let from = 0;
      while (await publishUntil(packs, 0.8, from)) {
        assert.deepEqual(await contentOf(packs), before, `full from write ${from}`);
        from += 1;
      }
      assert.ok(from > 10, `${from} writes`);
      const { manifest } = await served(packs);
      assert.equal(manifest.version, isFirst ? "0.1.0" : "0.2.0");
      assert.deepEqual(await readdir(packs), ["mine"]);
      assert.deepEqual(
        readFlowFile(await readFile(join(packs, "mine", manifest.translations[0]!.flow)), "flow").architecture,
        weights.architecture,
      );
    });
});

describe("the name of a translation", () => {
  it("the name of a translation is an id that no other pack or translation has", () => {
    const taken = [{ id: "icons", translations: [{ id: "caption" }] }];
    for (const name of ["mine", "my-style-2"]) requireName(name, taken);
    for (const name of ["", "Mine", "2d", "a b", "../up", "über", "a".repeat(41)])
      assert.throws(() => requireName(name, taken), {
        code: "config_invalid",
        message: /^name: expected a lower-case letter/,
      });
    for (const name of ["icons", "caption"])
      assert.throws(() => requireName(name, taken), {
        code: "config_invalid",
        message: `name: expected one that pack icons does not use, got "${name}"`,
      });
  });
});
