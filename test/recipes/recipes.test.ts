/**
 * Every recipe from nothing to a served pack, by the commands of its page in docs/recipes, with tiny networks of random weights under the names
 * that the pages give them. Only what makes them short is added to the commands. Nothing is downloaded, nothing mocked.
 */
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { createApiClient } from "../../plugin/ui/client/api-client.ts";
import { isAvailable, translationFor } from "../../plugin/ui/client/translations.ts";
import { planCaptions } from "../../plugin/ui/plans/captions.ts";
import { defaultForm } from "../../plugin/ui/state/form.ts";
import { readConfig } from "../../server/app/config.ts";
import { startServer } from "../../server/app/main.ts";
import { decodeImage, drawLatents } from "../../server/engine/translation.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { loadTranslations } from "../../server/packs/load-translations.ts";
import { verifyPack } from "../../server/packs/verify.ts";
import { sha256Of } from "../../server/platform/sha256.ts";
import { readAttributes } from "../../server/recipes/attribute-list.ts";
import { depthSheet, labelSheet } from "../../server/recipes/figures.ts";
import { findExperts } from "../../server/recipes/found-experts.ts";
import { labelledBy } from "../../server/recipes/picture-set.ts";
import { type RecipeName, recipeNames, recipes } from "../../server/recipes/recipe.ts";
import { type RecipeReport, runRecipe } from "../../server/recipes/run-recipe.ts";
import { commandTable } from "../../shared/commands.ts";
import { tauIn } from "../cli/run-tau.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyClasses, tinySidePx, writeTinyImages, writeWeights } from "./tiny-experts.ts";

const folder = temporaryFolder("recipes");
const experts = join(folder, "own-experts");
const images = join(folder, "images");
const to = join(folder, "recipes");
before(async () => {
  await writeWeights(join(folder, "weights"));
  await writeTinyImages(images);
  await writeFile(join(folder, "list_attr_celeba.txt"), attributeList());
  await mkdir(experts);
  await writeFile(join(experts, "classes.txt"), tinyClasses);
});

const options = {
  experts,
  to,
  images,
  samples: 200,
  steps: 24,
  batch: 32,
  learningRate: 1e-3,
  seed: 1,
  threads: 1,
  measured: 16,
  hub: { hub: "http://127.0.0.1:1" },
};

const isPng = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(1, 4)).toString() === "PNG";

/** The attributes of the tiny images, as CelebA lists them. */
function attributeList(): string {
  const lines = ["discs", "squares"].flatMap((label, kind) =>
    Array.from({ length: 40 }, (_, at) => `${label}/${at}.png  ${kind === 0 ? " 1 -1" : "-1  1"}`),
  );
  return [`${lines.length}`, "Smiling Young", ...lines, ""].join("\n");
}

const tau = tauIn(folder);

/** Runs a command as a page has it. */
async function follow(command: string): Promise<void> {
  const [room, action, ...args] = command.split(" ");
  const kind = args[args.indexOf("--as") + 1]!;
  const short =
    action === "run"
      ? ["--samples", "200", "--steps", "24", "--batch", "32", "--measure", "16", "--threads", "1"]
      : kind === "resnet" || kind === "deeplabv3"
        ? ["--size", `${tinySidePx(kind)}`]
        : [];
  const { code, err } = await tau(room!, action!, ...args, ...short);
  assert.equal(code, 0, `${command}: ${err}`);
}

const followed = new Map<string, Promise<void>>();
/** A recipe's report after the commands of its page; a command runs once for all tests. */
async function run(name: RecipeName): Promise<RecipeReport> {
  const page = await readFile(new URL(`../../docs/recipes/${name}.md`, import.meta.url), "utf8");
  const commands = [...page.matchAll(/^npm run -s tau -- (.+)$/gm)].map(([, command]) => command!);
  assert.match(commands.at(-1)!, new RegExp(`^recipes run ${name} `));
  for (const command of commands) {
    const running = followed.get(command) ?? follow(command);
    followed.set(command, running);
    await running;
  }
  return JSON.parse(await readFile(join(to, `${name}.json`), "utf8"));
}

describe("a recipe", () => {
  for (const name of recipeNames)
    it(`${name} ends in a pack that verifies, loads and draws`, async () => {
      const report = await run(name);
      assert.ok(report.metrics["heldOutNatsPerDim"]! < report.metrics["diagonalGaussianNatsPerDim"]! + 1);
      assert.deepEqual(
        report.scores.map(({ who }) => who),
        ["flow", "MLP", "target's own images", "their two halves"],
      );
      for (const { distance } of report.scores) assert.ok(Number.isFinite(distance) && distance >= -1e-6);
      assert.ok((await stat(join(to, `${name}.png`))).size > 1000);
      const catalogue = await Catalogue.open(to);
      const entry = catalogue.entries.find(({ manifest }) => manifest.id === name)!;
      await verifyPack(entry.folder, entry.manifest);
      const [translation] = await loadTranslations(entry, { threads: 1 });
      const { dims } = translation!.flow;
      const condition = recipes[name].condition.name;
      const width = translation!.conditions[0]!.expert.dims;
      const residual = Float32Array.from({ length: dims }, (_, at) => Math.sin(at));
      const vector = Float32Array.from({ length: width }, (_, at) => Math.cos(at) / Math.sqrt(width));
      const conditions = { [condition]: { vector, presence: 1 } };
      const [drawn] = await drawLatents(translation!, [{ residual, conditions, guidance: [] }]);
      const image = await decodeImage(translation!, drawn!);
      assert.equal(image.rgba.length, 4 * translation!.target.imageSizePx ** 2);
    });

  it("is offered by the server with its conditions, which decide what commands apply", async () => {
    for (const name of recipeNames) await run(name);
    const packs = (await Catalogue.open(to)).packs();
    const offered = (id: string) => packs.flatMap(({ translations }) => translations).find((info) => info.id === id)!;
    const facts = recipeNames.map((name) => {
      const { conditions, depths, labels, styles, isInvertible = true } = offered(name);
      return [name, conditions, depths, labels.length, styles.length, isInvertible];
    });
    assert.deepEqual(facts, [
      ["bert-to-biggan", ["caption"], [], 0, 0, false],
      ["resnet-to-biggan", ["image"], ["last"], 0, 0, false],
      ["deeplab-to-autoencoder", ["image"], ["middle"], 0, 0, true],
      ["autoencoder-superresolution", ["lowResolution"], [], 0, 0, true],
      ["faces", ["label"], [], 2, 0, true],
      ["unpaired-domains", ["style"], [], 0, 2, true],
    ]);
  });

  it("is driven by the plugin: its conditions decide which commands are offered, and a caption becomes images", async () => {
    for (const name of recipeNames) await run(name);
    const config = readConfig({ port: "0", data: join(folder, "data"), packs: to, provider: "cpu" }, {});
    const server = await startServer({ ...config, logLevel: "silent" });
    try {
      await server.ready;
      const client = createApiClient({ serverUrl: server.url, token: server.token.value });
      const meta = await client.readMeta();
      const commandsOf = (id: RecipeName): string[] => {
        const packs = meta.packs.filter((pack) => pack.id === id);
        return commandTable.flatMap(({ id: command, needs }) =>
          needs.length > 0 && isAvailable({ ...meta, packs }, command) ? [command] : [],
        );
      };
      assert.deepEqual(Object.fromEntries(recipeNames.map((name) => [name, commandsOf(name)])), {
        "bert-to-biggan": ["caption-to-artboard", "family", "learn"],
        "resnet-to-biggan": ["variations"],
        "deeplab-to-autoencoder": ["variations", "blend"],
        "autoencoder-superresolution": ["blend"],
        faces: ["fill-label", "fill-names", "blend"],
        "unpaired-domains": ["restyle", "blend"],
      });
      const form = { ...defaultForm, captions: "red house", count: 2, seed: 1 };
      const { translation } = translationFor(meta, "caption-to-artboard");
      const [job] = planCaptions(form, translation);
      const { signal } = new AbortController();
      const started = await client.start(job!.input, "recipe");
      const { state, images: drawn } = await client.follow(started, () => undefined, signal);
      assert.deepEqual([translation.id, state, drawn.length], ["bert-to-biggan", "done", 2]);
      for (const { path } of drawn) assert.ok(isPng(await client.readImage(path, signal)));
    } finally {
      await server.stop();
    }
  });

  it("takes labels from a list of attributes, and names what the list lacks", async () => {
    const list = join(folder, "attributes.csv");
    await writeFile(list, 'image_id,Smiling,Hair\n1.png,1,"brown, long"\n2.png,0,\n');
    assert.deepEqual(
      [...(await readAttributes(list, ["Smiling"]))],
      [
        ["1.png", "Smiling"],
        ["2.png", "not Smiling"],
      ],
    );
    assert.equal((await readAttributes(list, ["Hair", "Smiling"])).get("1.png"), "brown, long, Smiling");
    await assert.rejects(readAttributes(list, ["Glasses"]), /expected some of Smiling, Hair, got "Glasses"/);
    const celeba = join(folder, "list_attr_celeba.txt");
    assert.equal((await readAttributes(celeba, ["Smiling", "Young"])).get("discs/3.png"), "Smiling, not Young");
    await writeFile(list, "image_id,Smiling\n1.png,1,1\n");
    await assert.rejects(readAttributes(list, ["Smiling"]), /attributes\.csv:2: expected 2 values, got 3/);
    assert.throws(
      () => labelledBy(new Map([["1.png", "a"]]), [{ file: "sub/1.png", label: "" }], "here"),
      /got 1 of 1/,
    );
  });

  it("fetches and imports what sources.json of the experts' folder lists, from an offline mirror too", async () => {
    const own = join(folder, "listed");
    const mirror = join(folder, "mirror");
    const bytes = await readFile(join(folder, "weights", "resnet50.pth"));
    await mkdir(join(mirror, "owner/name/main"), { recursive: true });
    await writeFile(join(mirror, "owner/name/main/model.safetensors"), bytes);
    await mkdir(own);
    const listed = { repository: "owner/name", revision: "main", path: "model.safetensors", sha256: sha256Of(bytes) };
    await writeFile(join(own, "sources.json"), JSON.stringify([{ ...listed, as: "resnet", name: "listed" }]));
    for (let time = 0; time < 2; time += 1) {
      const found = await findExperts(own, { mirror });
      assert.deepEqual(
        found.map(({ name, kind }) => [name, kind]),
        [["listed", "resnet"]],
      );
    }
    await writeFile(join(own, "sources.json"), JSON.stringify([{ ...listed, as: "cake" }]));
    await assert.rejects(findExperts(own, { mirror }), /sources\.json: 0\.as/);
    await writeFile(join(own, "sources.json"), JSON.stringify([{ ...listed, repository: 3 }]));
    await assert.rejects(
      findExperts(own, { mirror }),
      /sources\.json: 0\.repository: expected a value of type string, got 3$/,
    );
    await writeFile(join(own, "sources.json"), '[{"repository":');
    await assert.rejects(findExperts(own, { mirror }), /sources\.json: expected a JSON list of files, got no JSON$/);
  });

  it("names the expert that is missing and how to import it", async () => {
    const empty = join(folder, "empty");
    await mkdir(empty);
    await assert.rejects(
      runRecipe("resnet-to-biggan", { ...options, experts: empty }),
      /expected a target imported as biggan or biggan-deep, got no imports; npm run -s tau -- experts import FILE --as biggan/,
    );
    assert.deepEqual(await readdir(empty), []);
  });

  it("requests images where its target has an encoder", async () => {
    await assert.rejects(
      runRecipe("unpaired-domains", { ...options, images: undefined }),
      /--images: expected a folder/,
    );
    await assert.rejects(
      runRecipe("faces", { ...options, images: join(images, "discs") }),
      /expected two or more subfolders, one a label/,
    );
  });
});

describe("a figure", () => {
  it("shows depths and labels of packs, and refuses packs that read neither", async () => {
    const open = async (id: RecipeName) => {
      await run(id);
      const entry = (await Catalogue.open(to)).entries.find(({ manifest }) => manifest.id === id)!;
      return (await loadTranslations(entry, { threads: 1 }))[0]!;
    };
    const [byDepth, byLabel] = [await open("deeplab-to-autoencoder"), await open("unpaired-domains")];
    const sizePx = byLabel.target.imageSizePx;
    const planes = Float32Array.from({ length: 4 * sizePx ** 2 }, (_, at) => 0.5 + 0.5 * Math.sin(at));
    const images = [
      { planes, label: "discs" },
      { planes, label: "" },
    ];
    const depthOptions = { samples: 2, temperature: 0.3, seed: 1 };
    assert.ok(isPng(await depthSheet([byDepth], images, depthOptions)));
    assert.ok(isPng(await labelSheet(byLabel, images, ["discs", "squares"])));
    await assert.rejects(depthSheet([byLabel], images, depthOptions), /expected a translation that reads images/);
    await assert.rejects(labelSheet(byDepth, images, ["discs"]), /expected a translation that reads labels/);
  });
});
