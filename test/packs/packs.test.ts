/** Packs on disk: what a folder must hold, and what is said when it does not. */
import assert from "node:assert/strict";
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { SharedFiles } from "../../server/experts/shared-files.ts";
import { asText } from "../../server/experts/values.ts";
import type { PackManifest } from "../../server/manifest/manifest.ts";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { loadPacks } from "../../server/packs/load.ts";
import { writeManifest } from "../../server/packs/publish.ts";
import { setTitles } from "../../server/packs/set-titles.ts";
import { readTensorFile, writeTensorFile } from "../../server/platform/files/tensor-file.ts";
import { conditionFields } from "../../shared/contract/conditions.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import {
  tinyDraft,
  tinyFullDraft,
  tinyLabels,
  tinyLayout,
  tinySizePx,
  tinyStyles,
  withRetrieval,
  writeTinyPack,
} from "../fixtures/tiny-pack.ts";

const root = temporaryFolder("packs");

const flowPath = "flow/caption.onnx";
const paths = ["text/model.onnx", "text/tokenizer.json", "target/encoder.onnx", "target/decoder.onnx", flowPath];

let folders = 0;
/** A pack of arbitrary bytes: verification looks at digests, never inside. */
async function makePack(): Promise<{ home: string; folder: string; digest: string }> {
  const home = join(root, `home-${folders++}`);
  const folder = join(home, "tiny");
  for (const path of paths) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), `bytes of ${path}`);
  }
  return { home, folder, digest: (await writeManifest(folder, tinyDraft)).digest };
}

const edit = async (folder: string, change: (manifest: PackManifest) => void): Promise<void> => {
  const path = join(folder, "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8")) as PackManifest;
  change(manifest);
  await writeFile(path, JSON.stringify(manifest));
};

describe("packs", () => {
  it("packs are listed with digest, size, styles and licences, and verify", async () => {
    const { home, digest } = await makePack();
    const catalogue = await Catalogue.open(home);
    await catalogue.verify();
    const [pack] = catalogue.packs();
    assert.equal(pack?.digest, digest);
    assert.deepEqual(pack?.translations[0], {
      id: "caption",
      label: "Caption to image",
      conditions: ["caption", "style"],
      styles: tinyStyles.map((id) => ({ id, label: id })),
      labels: [],
      depths: [],
      hasDiversity: true,
      widthPx: 8,
      heightPx: 8,
      latentDims: 8,
    });
    assert.equal(
      pack?.sizeBytes,
      paths.reduce((sum, path) => sum + `bytes of ${path}`.length, 0),
    );
  });

  // Goal B1.
  for (const path of paths)
    it(`packs refuse one flipped byte in ${path}, naming file and digests`, async () => {
      const { home, folder } = await makePack();
      const bytes = await readFile(join(folder, path));
      bytes[3]! ^= 1;
      await writeFile(join(folder, path), bytes);
      await assert.rejects((await Catalogue.open(home)).verify(), {
        code: "pack_corrupt",
        message: new RegExp(`pack tiny@0.0.1, ${path}: expected SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}`),
      });
    });

  it("packs refuse a missing, a truncated and a linked file", async () => {
    const missing = await makePack();
    await rm(join(missing.folder, flowPath));
    await assert.rejects((await Catalogue.open(missing.home)).verify(), {
      code: "pack_corrupt",
      message: /flow\/caption\.onnx: expected a plain file inside the pack, got nothing/,
    });
    const short = await makePack();
    await writeFile(join(short.folder, flowPath), "bytes");
    await assert.rejects((await Catalogue.open(short.home)).verify(), {
      code: "pack_corrupt",
      message: /expected 26 bytes, got 5 bytes/,
    });
    const linked = await makePack();
    await rm(join(linked.folder, flowPath));
    await symlink("/etc/hostname", join(linked.folder, flowPath));
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

  it("packs refuse paths that leave the pack, unknown experts and unlisted files", async () => {
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
      [
        ({ translations }) => Object.assign(translations[0]!, { target: "style" }),
        /target: expected an expert of kind autoencoder, .*got "style" of kind label/,
      ],
      [
        ({ translations }) => Object.assign(translations[0]!.conditions[0]!, { expert: "style" }),
        /caption: expected an expert of kind text, or a declared one, got "style" of kind label/,
      ],
      [
        ({ translations }) => Object.assign(translations[0]!.conditions[1]!, { name: "sketch" }),
        /sketch: expected an expert of kind sketch, or a declared one, got "style" of kind label/,
      ],
      [
        ({ translations }) => translations[0]!.conditions.push({ name: "style", expert: "style" }),
        /expected each condition once, got "style" twice/,
      ],
      [
        ({ translations: [first], files }) =>
          Object.assign(first!, { retrieval: files[0]!.path, conditions: first!.conditions.slice(1) }),
        /retrieval: expected a translation that reads captions, got style$/,
      ],
      [
        ({ translations }) => Object.assign(translations[0]!, { retrieval: "index.safetensors" }),
        /translations\.caption: "index\.safetensors" is not in files/,
      ],
      [
        ({ translations }) => Object.assign(translations[0]!.conditions[0]!, { name: "smell" }),
        /translations\.0\.conditions\.0\.name/,
      ],
      [(manifest) => Object.assign(manifest, { format: 2 }), /format/],
    ];
    for (const [change, message] of cases) {
      const { home, folder } = await makePack();
      await edit(folder, change);
      await assert.rejects(Catalogue.open(home), { code: "pack_corrupt", message });
    }
  });

  it("packs say what is missing when there is no folder, no pack, or no JSON", async () => {
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

describe("a pack with every condition", () => {
  it("a pack with every condition lists the fields that a request may name, with labels, depths, grid and colours", async () => {
    const home = join(root, "every");
    await writeTinyPack(home, tinyFullDraft);
    const translation = (await Catalogue.open(home)).packs()[0]!.translations[0]!;
    assert.deepEqual(
      translation.conditions,
      conditionFields.filter((field) => field !== "drawing" && field !== "colours"),
    );
    assert.deepEqual(translation.depths, ["early", "middle", "last"]);
    assert.deepEqual(
      translation.labels.map(({ id }) => id),
      tinyLabels,
    );
    const { columns, rows, palette } = tinyLayout;
    assert.deepEqual(translation.layout, { columns, rows, palette });
  });

  it("a pack with every condition loads, and its flow reads what its experts give", async () => {
    const home = join(root, "loaded");
    await writeTinyPack(home, tinyFullDraft);
    const { translations, faults } = await loadPacks(await Catalogue.open(home), { threads: 1 });
    assert.deepEqual(faults, []);
    const [{ conditions, flow }] = translations as [(typeof translations)[number]];
    assert.deepEqual(
      conditions.map(({ name, expert }) => ({ name, dims: expert.dims })),
      flow.conditions.map(({ name, dims }) => ({ name, dims })),
    );
    const planes = new Float32Array(4 * tinySizePx ** 2).fill(0.5);
    const image = { kind: "image", planes, sizePx: tinySizePx, key: "grey" } as const;
    for (const { name, expert } of conditions) {
      const value = { caption: asText("cat"), style: asText("flat"), label: asText("red") }[name as string] ?? image;
      const vector = await expert.encode([value]);
      assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5, `${name}: ${Math.hypot(...vector)}`);
    }
    await assert.rejects(conditions.find(({ name }) => name === "label")!.expert.encode([asText("cubist")]), {
      code: "label_unknown",
    });
  });

  it("a pack with every condition is refused when flow and experts do not fit, naming every width", async () => {
    const home = join(root, "widths");
    const { pack } = await writeTinyPack(home, tinyFullDraft);
    await edit(pack, ({ experts }) => Object.assign(experts["label"]!, { vocabulary: [{ id: "one", label: "One" }] }));
    await assert.rejects(loadPacks(await Catalogue.open(home), { threads: 1 }), {
      code: "pack_corrupt",
      message: /expected a flow for z 8, caption 6, style 3, label 1, .*, got z 8, caption 6, style 3, label 3, /,
    });
  });
});

describe("a pack with retrieval", () => {
  it("a pack with retrieval says that it has some, verifies their file and starts words from them", async () => {
    const home = join(root, "retrieval");
    await writeTinyPack(home, withRetrieval(tinyFullDraft));
    const catalogue = await Catalogue.open(home);
    assert.equal(catalogue.packs()[0]!.translations[0]!.hasRetrieval, true);
    const { translations } = await loadPacks(catalogue, { threads: 1 });
    const noise = (count: number) => new Float32Array(count);
    const start = translations[0]!.retriever?.retrieve({ label: tinyLabels[0], style: "flat", noise });
    assert.equal(start?.latent.length, translations[0]!.flow.dims);
    await writeTinyPack(home, tinyFullDraft);
    const plain = await Catalogue.open(home);
    assert.equal(plain.packs()[0]!.translations[0]!.hasRetrieval, undefined);
    assert.equal((await loadPacks(plain, { threads: 1 })).translations[0]!.retriever, undefined);
  });

  it("a pack that says whose its drawings are gives each set its own title, or the one that is known of it", async () => {
    const home = join(root, "titles");
    const { translations: all, ...draft } = withRetrieval(tinyFullDraft);
    const drawings = [
      { set: "ph", licence: "MIT", styles: ["flat"] },
      { set: "own", title: "Our own icons", licence: "MIT", styles: ["line"] },
      { set: "f7", title: "Seven", licence: "MIT", styles: ["seven"] },
      { set: "nameless", licence: "MIT", styles: ["other"] },
    ];
    await writeTinyPack(home, { ...draft, translations: [{ ...all[0]!, drawings }] });
    const { translations } = await loadPacks(await Catalogue.open(home), { threads: 1 });
    assert.deepEqual(
      [...translations[0]!.drawings!.values()].map(({ title }) => title),
      ["Phosphor", "Our own icons", "Seven", undefined],
    );
  });

  it("every set of the packs that ship has a title, the one of its licences", async () => {
    const { entries } = await Catalogue.open(packsHome());
    const sets = entries
      .flatMap(({ manifest }) => manifest.translations)
      .flatMap(({ drawings = [] }) => drawings.map(({ set }) => set));
    assert.deepEqual(new Set(Object.keys(setTitles)), new Set(sets));
    const listed = JSON.parse(await readFile(join(packsHome(), "styles/drawings/licences.json"), "utf8")) as {
      readonly sets: ReadonlyArray<{ readonly set: string; readonly title: string }>;
    };
    assert.ok(listed.sets.length > 100);
    // Two of one name have their ids behind it.
    for (const { set, title } of listed.sets) assert.ok([title, `${title} (${set})`].includes(setTitles[set]!), set);
  });

  it("a pack with retrieval is refused where their file is another, and where it does not fit latents or captions", async () => {
    const home = join(root, "other-retrieval");
    const { pack } = await writeTinyPack(home, withRetrieval(tinyFullDraft));
    const path = join(pack, "retrieval/index.safetensors");
    const load = async () => loadPacks(await Catalogue.open(home), { threads: 1 });
    const { tensors, bytes, metadata } = await readTensorFile(path);
    await writeTensorFile(path, tensors, { ...metadata, more: "" }, bytes);
    await assert.rejects(load(), {
      code: "pack_corrupt",
      message: /retrieval\/index\.safetensors: expected \d+ bytes/,
    });
    await writeTensorFile(path, tensors.set("styleMeans", new Float32Array(7)), metadata, bytes);
    await writeManifest(pack, withRetrieval(tinyFullDraft));
    await assert.rejects(load(), {
      code: "pack_corrupt",
      message: /^retrieval index .*index\.safetensors: expected 32 values in "styleMeans", got 7$/,
    });
  });
});

describe("a user's packs", () => {
  const userDraft = (name: string): Omit<PackManifest, "files"> => ({
    ...tinyFullDraft,
    id: name,
    translations: [{ ...tinyFullDraft.translations[0]!, id: name }],
  });
  /** A folder of packs that ship and one of the user's. */
  async function makeHomes() {
    const base = join(root, `homes-${folders++}`);
    const [shipped, user] = [join(base, "shipped"), join(base, "user")];
    await writeTinyPack(shipped, tinyFullDraft);
    return { shipped, user };
  }

  it("a user's packs stand beside those that ship; a missing folder and packs being written are none", async () => {
    const { shipped, user } = await makeHomes();
    assert.equal((await Catalogue.open(shipped, user)).entries.length, 1);
    await writeTinyPack(user, userDraft("mine"));
    await cp(join(user, "mine"), join(user, ".half"), { recursive: true });
    const { entries, faults } = await Catalogue.open(shipped, user);
    assert.deepEqual(
      entries.map(({ manifest, isShipped }) => [manifest.id, isShipped]),
      [
        ["tiny", true],
        ["mine", false],
      ],
    );
    assert.deepEqual(faults, []);
  });

  it("a user's packs share the experts of equal files with the pack that they were trained from", async () => {
    const { shipped, user } = await makeHomes();
    await writeTinyPack(user, userDraft("mine"));
    let sessions = 0;
    class Counting extends SharedFiles {
      override open<T>(path: string, kind: string, make: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
        return super.open(path, kind, (bytes) => {
          if (kind.startsWith("session")) sessions += 1;
          return make(bytes);
        });
      }
    }
    const shared = new Counting();
    const { translations } = await loadPacks(await Catalogue.open(shipped, user), { threads: 1, shared });
    assert.deepEqual(
      translations.map(({ id }) => id),
      ["caption", "mine"],
    );
    assert.equal(sessions, 6, "text, encoder, decoder, sketch, image and low resolution, once for both packs");
  });

  it("a user's packs are left out with their fault when they are broken, and the others load", async () => {
    const { shipped, user } = await makeHomes();
    const broken: Array<[name: string, damage: (pack: string) => Promise<void>, message: RegExp]> = [
      ["manifest", (pack) => writeFile(join(pack, "manifest.json"), "{"), /expected JSON/],
      ["digest", (pack) => writeFile(join(pack, "flow/caption.onnx"), "no flow"), /expected \d+ bytes, got 7 bytes/],
      [
        "kinds",
        (pack) => edit(pack, ({ translations: [first] }) => Object.assign(first!, { target: "style" })),
        /target: /,
      ],
      [
        "twice",
        (pack) => edit(pack, ({ translations: [first] }) => Object.assign(first!, { id: "caption" })),
        /expected each translation in one pack, got "caption" in two/,
      ],
      ["same", (pack) => edit(pack, (manifest) => Object.assign(manifest, { id: "tiny" })), /expected one pack "tiny"/],
    ];
    await mkdir(join(user, "folder/manifest.json"), { recursive: true });
    broken.push(["folder", async () => {}, /expected the manifest of a pack, got no readable file \(EISDIR\)/]);
    for (const [name, damage] of broken.slice(0, -1)) {
      const { pack } = await writeTinyPack(user, userDraft(name));
      await damage(pack);
    }
    await writeTinyPack(user, userDraft("whole"));
    const { entries, translations, faults } = await loadPacks(await Catalogue.open(shipped, user), { threads: 1 });
    assert.deepEqual(
      entries.map(({ manifest }) => manifest.id),
      ["tiny", "whole"],
    );
    assert.equal(translations.length, 2);
    for (const [name, , message] of broken) {
      const fault = faults.find(({ folder }) => folder === join(user, name));
      assert.ok(fault, name);
      assert.match(fault.error.message, message);
    }
    assert.equal(faults.length, broken.length);
  });

  it("a user's packs do not excuse a pack that ships: the same damage there stops the start", async () => {
    const { shipped, user } = await makeHomes();
    await writeTinyPack(user, userDraft("mine"));
    await writeFile(join(shipped, "tiny/flow/caption.onnx"), "no flow");
    await assert.rejects(loadPacks(await Catalogue.open(shipped, user), { threads: 1 }), {
      code: "pack_corrupt",
      message: /pack tiny@0\.0\.1, flow\/caption\.onnx: expected \d+ bytes, got 7 bytes/,
    });
    await writeFile(join(shipped, "tiny/manifest.json"), "{");
    await assert.rejects(Catalogue.open(shipped, user), { code: "pack_corrupt", message: /expected JSON/ });
  });
});
