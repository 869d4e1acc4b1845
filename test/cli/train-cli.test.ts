/** `tau train DIR --name NAME` as a user runs it: progress, result, interruptions, and a translation that other commands find. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { probeImage } from "../../server/images/codec.ts";
import type { CostCard } from "../../server/training/cost-card.ts";
import type { PackInfo } from "../../shared/contract/meta.ts";
import { writeBoxes, writeFiles } from "../fixtures/image-folder.ts";
import { cliProgram } from "../fixtures/processes/programs.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyFullDraft, tinySizePx, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { linesOf, tauIn } from "./run-tau.ts";

interface Report {
  readonly name: string;
  readonly version?: string;
  readonly digest?: string;
  readonly records: string;
  readonly startNats: number;
  readonly finalNats: number;
  readonly steps: number;
  readonly cost: CostCard;
}

const root = temporaryFolder("train-cli");
const packs = join(root, "ship");
await writeTinyPack(packs, tinyFullDraft);
const images = await writeBoxes(join(root, "boxes"), 40);
await writeFiles(images, { "broken.png": "no image", "captions.csv": "" });
const rows = (await readdir(images))
  .filter((file) => file.endsWith(".png"))
  .map((file) => `${file},a ${file.slice(0, -4).replace("-", " ")} box`);
await writeFile(join(images, "captions.csv"), `file,caption\n${rows.join("\n")}\nlost.png,nothing\nbroken line\n`);

const tau = tauIn(root);
const quick = ["--packs", packs, "--steps", "50", "--batch", "16", "--learning-rate", "0.02", "--threads", "1"];
const packOf = (data: string): string => join(data, "packs", "boxes");
const flowOf = async (data: string): Promise<Buffer> => {
  const [file, ...more] = await readdir(join(packOf(data), "flow"));
  assert.deepEqual(more, []);
  return readFile(join(packOf(data), "flow", file!));
};

describe("tau train DIR --name NAME", () => {
  it("tau train DIR --name NAME makes a translation that packs list and generate find, and says what it used, left out and cost", async () => {
    const previews = join(root, "previews");
    const result = await tau("train", images, "--name", "boxes", ...quick, "--previews", previews, "--watts", "30");
    assert.equal(result.code, 0, result.err);
    const [report] = linesOf<Report>(result);
    assert.deepEqual([report!.name, report!.version, report!.steps], ["boxes", "0.1.0", 50]);
    assert.ok(report!.finalNats < report!.startNats);
    assert.equal(report!.cost.wattsPerCore, 30);
    for (const line of [
      /^1 lines that could not be read:\n {2}captions\.csv:44: expected 2 columns, got 1/m,
      /^1 captions without an image:\n {2}lost\.png$/m,
      /^1 files that could not be read as an image:\n {2}broken\.png: /m,
      /^40 images used, 8 of them held out$/m,
      /^50 steps \(finished\), kept the flow of step \d+$/m,
      /^energy {2}[\d.e-]+ kWh \(kWh = 30 W a busy core × \d+ s of CPU time \/ 3\.6e6\)$/m,
      /^ {2}a cINN: 14\.4 kWh, /m,
      /^ {2}BigGAN: 1,?260 kWh, /m,
      /^boxes 0\.1\.0: held-out nats per dimension, given captions: [\d.-]+ before, [\d.-]+ after$/m,
    ])
      assert.match(result.err, line);
    assert.deepEqual((await readdir(report!.records)).sort(), ["cost.json", "log.jsonl", "loss.svg"]);
    const drawn = (await readdir(previews)).sort();
    assert.deepEqual([drawn.length, drawn[0], drawn.at(-1)], [8, "step-00025-1.png", "step-00050-4.png"]);

    const list = JSON.parse((await tau("packs", "list", "--json", "--packs", packs)).out) as PackInfo[];
    assert.deepEqual(
      list.map(({ id }) => id),
      ["tiny", "boxes"],
    );
    assert.equal(list[1]!.digest, report!.digest);
    assert.deepEqual(list[1]!.translations[0]!.conditions, ["caption", "sketch", "layout", "image", "lowResolution"]);
    const out = join(root, "drawn");
    const generated = await tau(
      "generate",
      "--packs",
      packs,
      "--translation",
      "boxes",
      "--caption",
      "a red box",
      "--seed",
      "7",
      "--count",
      "1",
      "--out",
      out,
    );
    assert.equal(generated.code, 0, generated.err);
    assert.equal((await probeImage(await readFile(join(out, "000-7.png")))).widthPx, tinySizePx);
  });

  it("tau train DIR --name NAME publishes the next version when it is trained again, and none that is not better", async () => {
    const again = await tau("train", images, "--name", "boxes", ...quick, "--seed", "2");
    assert.equal(linesOf<Report>(again)[0]!.version, "0.2.0");
    const idle = await tau("train", images, "--name", "boxes", ...quick, "--learning-rate", "0", "--patience", "1");
    assert.equal(idle.code, 1);
    assert.match(idle.err, /no better than its start, so nothing was published/);
    const [report] = linesOf<Report>(idle);
    assert.deepEqual([report!.version, existsSync(join(report!.records, "loss.svg"))], [undefined, true]);
    const verified = await tau("packs", "verify", "--packs", packs);
    assert.match(verified.out, /^boxes@0\.2\.0 ok, /m);
  });

  it("tau train SET --pack DIR says in one line that --start can't be read", async () => {
    const { code, err } = await tau("train", images, "--pack", packs, "--start", "none.onnx");
    assert.deepEqual([code, err], [1, "tau train: not_found: none.onnx: expected a file that can be read, got none\n"]);
  });

  it("tau train DIR --name NAME says in a few lines what is wrong, by its flag, and publishes nothing", async () => {
    const cases: Array<[args: string[], code: number, message: RegExp]> = [
      [
        [images, "--name", "tiny"],
        1,
        /^tau train: config_invalid: name: expected one that pack tiny does not use, got "tiny"\n$/,
      ],
      [[images, "--name", "x", "--base", "huge"], 1, /--base: expected one of tiny, boxes, got "huge"\n$/],
      [[images, "--name", "x", "--previews", join(images, "p")], 1, /--previews: expected a folder outside the images/],
      [
        [join(root, "nowhere"), "--name", "x"],
        1,
        /^tau train: dataset_invalid: .*nowhere: expected a folder of images/,
      ],
      [[images, "more", "--name", "x"], 2, /got also "more"/],
    ];
    for (const [args, code, message] of cases) {
      const result = await tau("train", ...args, "--packs", packs);
      assert.deepEqual([result.code, result.out], [code, ""], args.join(" "));
      assert.match(result.err, message);
    }
    assert.deepEqual(await readdir(join(root, "packs")), ["boxes"]);
  });
});

describe("an interrupted tau train", () => {
  const long = [...quick, "--steps", "400", "--patience", "1000"];
  const train = (data: string, ...more: string[]): ChildProcess =>
    spawn(process.execPath, [cliProgram, "train", images, "--name", "boxes", ...long, "--data", data, ...more], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  const end = (child: ChildProcess): Promise<{ code: number | null; signal: string | null; err: string }> => {
    let err = "";
    child.stderr!.on("data", (text) => (err += text));
    return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, err })));
  };
  /** Waits until this process has logged evaluations of its own, then sends the signal. */
  async function interrupt(child: ChildProcess, data: string, signal: "SIGKILL" | "SIGINT"): Promise<void> {
    const work = join(data, "training", "boxes");
    const logged = async (): Promise<number> => {
      const run = (await readdir(work).catch(() => [])).find((name) => name.startsWith("run-"));
      const log = run && (await readFile(join(work, run, "log.jsonl"), "utf8").catch(() => ""));
      return log ? log.trim().split("\n").length : 0;
    };
    const before = await logged();
    await waitUntil("three evaluations", async () => (await logged()) >= before + 3 || child.exitCode !== null);
    child.kill(signal);
  }

  it("an interrupted tau train goes on after kill -9 and after Ctrl-C to the very flow of an unbroken one", async () => {
    const whole = join(root, "whole");
    assert.equal((await end(train(whole))).code, 0);
    const broken = join(root, "broken");
    const killed = train(broken, "--checkpoint-seconds", "0");
    const [first] = await Promise.all([end(killed), interrupt(killed, broken, "SIGKILL")]);
    assert.equal(first.signal, "SIGKILL");
    assert.equal(existsSync(packOf(broken)), false);
    const stopped = train(broken);
    const [second] = await Promise.all([end(stopped), interrupt(stopped, broken, "SIGINT")]);
    assert.deepEqual([second.code, second.signal], [1, null]);
    assert.match(second.err, /^tau train: cancelled: stopped; starting the same training again continues from here\n$/);
    assert.equal(existsSync(packOf(broken)), false);
    assert.equal((await end(train(broken))).code, 0);
    assert.deepEqual(await flowOf(broken), await flowOf(whole));
    assert.deepEqual(await readdir(join(broken, "training")), []);
  });
});
