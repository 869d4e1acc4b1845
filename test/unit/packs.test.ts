/** Packs on disk: what a folder must hold, and what is said when it does not. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Catalogue } from "../../server/packs/catalogue.ts";
import type { PackManifest } from "../../server/packs/manifest.ts";
import { writeManifest } from "../../server/training/publish.ts";

const root = await mkdtemp(join(tmpdir(), "tau-packs-"));
after(() => rm(root, { recursive: true }));

const draft: Omit<PackManifest, "files"> = {
  format: 1,
  id: "tiny",
  version: "0.0.1",
  label: "Tiny",
  licence: "MIT",
  parts: [{ name: "all", licence: "MIT", source: "made by this test" }],
  experts: {
    text: { kind: "text", model: "text/model.onnx", tokenizer: "text/tokenizer.json", dims: 4, maxTokens: 8 },
    style: { kind: "label", vocabulary: [{ id: "flat", label: "Flat" }] },
    image: {
      kind: "autoencoder",
      encoder: "encoder.onnx",
      decoder: "decoder.onnx",
      latentShape: [2, 1, 1],
      imageSizePx: 8,
      posteriorStd: 0.3,
    },
  },
  translations: [
    {
      id: "caption",
      label: "Caption",
      conditions: [
        { name: "caption", expert: "text" },
        { name: "style", expert: "style" },
      ],
      target: "image",
      flow: "flow.onnx",
      metrics: {},
    },
  ],
};
const paths = ["text/model.onnx", "text/tokenizer.json", "encoder.onnx", "decoder.onnx", "flow.onnx"];

let folders = 0;
/** A pack of arbitrary bytes: verification looks at digests, never inside. */
async function makePack(): Promise<{ home: string; folder: string; digest: string }> {
  const home = join(root, `home-${folders++}`);
  const folder = join(home, "tiny");
  await mkdir(join(folder, "text"), { recursive: true });
  for (const path of paths) await writeFile(join(folder, path), `bytes of ${path}`);
  return { home, folder, digest: await writeManifest(folder, draft) };
}

const edit = async (folder: string, change: (manifest: PackManifest) => void): Promise<void> => {
  const path = join(folder, "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8")) as PackManifest;
  change(manifest);
  await writeFile(path, JSON.stringify(manifest));
};

describe("packs", () => {
  it("are listed with digest, size, styles and licences, and verify", async () => {
    const { home, digest } = await makePack();
    const catalogue = await Catalogue.open(home);
    await catalogue.verify();
    const [pack] = catalogue.packs();
    assert.equal(pack?.digest, digest);
    assert.deepEqual(pack?.translations[0], {
      id: "caption",
      label: "Caption",
      conditions: ["caption", "style"],
      styles: [{ id: "flat", label: "Flat" }],
      widthPx: 8,
      heightPx: 8,
      latentDims: 2,
    });
    assert.equal(
      pack?.sizeBytes,
      paths.reduce((sum, path) => sum + `bytes of ${path}`.length, 0),
    );
  });

  for (const path of paths)
    it(`refuse one flipped byte in ${path}, naming file and digests`, async () => {
      const { home, folder } = await makePack();
      const bytes = await readFile(join(folder, path));
      bytes[3]! ^= 1;
      await writeFile(join(folder, path), bytes);
      await assert.rejects((await Catalogue.open(home)).verify(), {
        code: "pack_corrupt",
        message: new RegExp(`pack tiny@0.0.1, ${path}: expected SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}`),
      });
    });

  it("refuse a missing, a truncated and a linked file", async () => {
    const missing = await makePack();
    await rm(join(missing.folder, "flow.onnx"));
    await assert.rejects((await Catalogue.open(missing.home)).verify(), {
      code: "pack_corrupt",
      message: /flow\.onnx: expected a plain file inside the pack, got nothing/,
    });
    const short = await makePack();
    await writeFile(join(short.folder, "flow.onnx"), "bytes");
    await assert.rejects((await Catalogue.open(short.home)).verify(), {
      code: "pack_corrupt",
      message: /expected 18 bytes, got 5 bytes/,
    });
    const linked = await makePack();
    await rm(join(linked.folder, "flow.onnx"));
    await symlink("/etc/hostname", join(linked.folder, "flow.onnx"));
    await assert.rejects((await Catalogue.open(linked.home)).verify(), {
      code: "pack_corrupt",
      message: /got a link or folder/,
    });
    const bent = await makePack();
    await rename(join(bent.folder, "text"), join(bent.home, "elsewhere"));
    await symlink(join(bent.home, "elsewhere"), join(bent.folder, "text"));
    await assert.rejects((await Catalogue.open(bent.home)).verify(), {
      code: "pack_corrupt",
      message: /text\/model\.onnx: expected a plain file inside the pack/,
    });
  });

  it("refuse paths that leave the pack, unknown experts and unlisted files", async () => {
    const cases: Array<[(manifest: PackManifest) => void, RegExp]> = [
      [
        ({ files }) => Object.assign(files[0]!, { path: "../secret" }),
        /files\.0\.path: expected a relative path inside/,
      ],
      [({ files }) => Object.assign(files[0]!, { path: "/etc/passwd" }), /expected a relative path inside the pack/],
      [({ files }) => Object.assign(files[0]!, { path: "text/../../x" }), /expected a relative path inside the pack/],
      [({ translations }) => Object.assign(translations[0]!, { target: "nothing" }), /no expert "nothing"/],
      [({ translations }) => Object.assign(translations[0]!, { flow: "other.onnx" }), /"other\.onnx" is not in files/],
      [
        (manifest) => Object.assign(manifest.translations[0]!, { defaultStyle: "nope" }),
        /a default style of its vocabulary, got "nope"/,
      ],
      [(manifest) => Object.assign(manifest, { format: 2 }), /format/],
    ];
    for (const [change, message] of cases) {
      const { home, folder } = await makePack();
      await edit(folder, change);
      await assert.rejects(Catalogue.open(home), { code: "pack_corrupt", message });
    }
  });

  it("say what is missing when there is no folder, no pack, or no JSON", async () => {
    await assert.rejects(Catalogue.open(join(root, "nowhere")), {
      code: "pack_unavailable",
      message: /expected a folder at/,
    });
    const empty = join(root, "empty");
    await mkdir(empty);
    await assert.rejects(Catalogue.open(empty), {
      code: "pack_unavailable",
      message: /expected at least one <pack>\/manifest\.json/,
    });
    const { home, folder } = await makePack();
    await writeFile(join(folder, "manifest.json"), "{");
    await assert.rejects(Catalogue.open(home), { code: "pack_corrupt", message: /expected JSON/ });
  });
});
