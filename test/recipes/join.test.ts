/** A published flow joined with its experts as a pack that is served, with tiny networks of random weights. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { measureLatents } from "../../server/engine/translation.ts";
import { importExpert } from "../../server/importers/import-expert.ts";
import { readEntry } from "../../server/packs/catalogue.ts";
import { loadTranslations } from "../../server/packs/load.ts";
import { verifyPack } from "../../server/packs/verify.ts";
import { joinPublished } from "../../server/recipes/join-published.ts";
import { tauIn } from "../cli/run-tau.ts";
import { writeCheckpoint } from "./tiny-experts.ts";

const folder = await mkdtemp(join(tmpdir(), "tau-join-"));
after(() => rm(folder, { recursive: true }));
for (const [reference, kind] of [
  ["net2net-flow", "net2net-flow"],
  ["basicae", "basicae"],
] as const) {
  const path = join(folder, `${reference}.safetensors`);
  await writeCheckpoint(reference, path);
  await importExpert(path, { to: folder, kind });
}
const tau = tauIn(folder);
const labels = ["oil", "photo", "ink", "anime", "chalk"];
const joined = {
  experts: folder,
  flow: "net2net-flow",
  target: "basicae",
  name: "style",
  id: "domains",
  to: folder,
} as const;

describe("a published flow", () => {
  it("joined with its experts verifies, loads and undoes itself under every label", async () => {
    const pack = await joinPublished({ ...joined, labels });
    const entry = await readEntry(pack, true);
    await verifyPack(entry.folder, entry.manifest);
    const [translation] = await loadTranslations(entry, { threads: 1 });
    const { flow, target, conditions } = translation!;
    const planes = Float32Array.from({ length: 4 * target.imageSizePx ** 2 }, (_, at) => 0.5 + 0.5 * Math.sin(at));
    const latent = await target.encode(planes, 1);
    const residuals: string[] = [];
    for (const label of labels) {
      const vector = (await conditions[0]!.expert.encode([{ kind: "text", text: label }])).slice();
      const given = { style: { vector, presence: 1 } };
      const [measured] = await measureLatents(translation!, [latent], [given]);
      assert.ok(Number.isFinite(measured!.logLikelihood));
      residuals.push([...measured!.residual].join());
      const batch = { style: { values: vector, present: Float32Array.of(1) } };
      const forward = await flow.forward(latent, batch, 1);
      const back = await flow.inverse(measured!.residual, batch, 1);
      for (const [at, value] of back.values.entries()) assert.ok(Math.abs(value - latent[at]!) < 1e-4);
      assert.ok(Math.abs(back.logDet![0]! + forward.logDet[0]!) < 1e-4);
    }
    assert.equal(new Set(residuals).size, labels.length);
  });

  it("is refused with experts of another size, naming both", async () => {
    const pack = await joinPublished({ ...joined, id: "wrong", labels: labels.slice(1) });
    await assert.rejects(
      loadTranslations(await readEntry(pack, true), { threads: 1 }),
      /expected a flow for z 6, style 4, as the experts are, got z 6, style 5/,
    );
  });

  it("is asked for by name", async () => {
    await assert.rejects(joinPublished({ ...joined, flow: "basicae", labels }), /expected the import of a flow/);
    await assert.rejects(joinPublished({ ...joined, target: "bigae", labels }), /expected an import "bigae", got/);
  });
});

describe("tau recipes and experts", () => {
  it("join a pack and import a checkpoint from the command line", async () => {
    const to = join(folder, "cli");
    const imported = await tau(
      ...["experts", "import", join(folder, "basicae.safetensors"), "--to", to, "--name", "small"],
    );
    assert.equal(imported.code, 0, imported.err);
    assert.match(imported.out, /safetensors, basicae, SHA-256 [0-9a-f]{64}\n {2}wrote small-encoder\.onnx/);
    const args = [
      "--experts",
      folder,
      "--flow",
      "net2net-flow",
      "--target",
      "basicae",
      "--labels",
      labels.join(),
      "--as",
      "style",
    ];
    const pack = await tau(...["recipes", "join", ...args, "--to", to]);
    assert.equal(pack.code, 0, pack.err);
    assert.equal(pack.out.trim(), join(to, "net2net-flow"));
    const wrong = await tau(
      ...["experts", "import", join(folder, "basicae.safetensors"), "--as", "resnet", "--to", to],
    );
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /expected a checkpoint of kind resnet/);
  });

  it("list the paper's systems, and refuse what they do not know", async () => {
    const list = await tau(...["recipes", "list"]);
    assert.match(list.out, /bert-to-biggan\n.*\n {2}needs biggan or biggan-deep, sentence-encoder/);
    for (const args of [
      ["recipes"],
      ["recipes", "run", "cake"],
      ["recipes", "figure", "cake"],
      ["experts", "fetch", "one"],
    ])
      assert.equal((await tau(...args)).code, 2, args.join(" "));
  });
});
