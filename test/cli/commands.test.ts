/** `tau` as a user runs it, in its own process: help and exit codes of every command, and `tau train` from pixels to pack. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readTrainingRecords } from "../../server/evaluation/training-records.ts";
import { readFlowFile } from "../../server/flow/weights.ts";
import { Catalogue } from "../../server/packs/catalogue.ts";
import { cliProgram } from "../fixtures/processes/programs.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyDraft, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { tinyItems, tinyPixels, writeTinySet } from "../fixtures/tiny-set.ts";
import { waitUntil } from "../fixtures/wait-until.ts";
import { tauIn } from "./run-tau.ts";

const root = temporaryFolder("commands");

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs in an empty folder, so that nothing is found by accident. `meanwhile` goes along with a process of the command's own. */
function tau(args: string[], meanwhile?: (child: ChildProcess) => Promise<void>): Promise<Result> {
  if (meanwhile === undefined) return tauIn(root)(...args);
  const child = spawn(process.execPath, [cliProgram, ...args], { cwd: root });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (err += text));
  void meanwhile(child);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

describe("tau", () => {
  it("tau explains itself: --help, help and each command's --help on standard output", async () => {
    for (const args of [["--help"], ["-h"], ["help"]]) {
      const { code, out, err } = await tau(args);
      assert.deepEqual([code, err], [0, ""]);
      for (const name of ["serve", "generate", "train", "packs"]) assert.match(out, new RegExp(`^  ${name} +\\w`, "m"));
    }
    for (const [name, flags] of Object.entries({
      serve: ["port", "data", "packs", "provider"],
      generate: ["caption", "style", "count", "seed", "temperature", "guidance", "upscale", "packs", "out"],
      upscale: ["scale", "detail", "count", "variance", "seed", "packs", "out"],
      train: [
        "name",
        "label",
        "base",
        "from-scratch",
        "force",
        "previews",
        "watts",
        "data",
        "pack",
        "translation",
        "measure",
        "steps",
        "batch",
        "learning-rate",
        "dropout",
        "patience",
        "keep",
        "start",
        "first-caption-rate",
        "drawn-repeats",
        "seed",
        "threads",
        "out",
        "encode-only",
      ],
      packs: ["packs", "json"],
    })) {
      const { code, out, err } = await tau([name, "--help"]);
      assert.deepEqual([code, err], [0, ""], name);
      for (const flag of flags) assert.match(out, new RegExp(`--${flag}\\b`), `${name} --${flag}`);
      assert.match(out, new RegExp(`^Usage: .*\\b(${name}|npm start)\\b`));
    }
  });

  it("tau exits with 2 and the way out for wrong usage: no command, an unknown one, an unknown flag", async () => {
    const cases: Array<[args: string[], message: RegExp]> = [
      [
        ["paint"],
        /^tau: expected one of serve, worker, workers, tokens, plugin, generate, drawings, invert, restyle, variations, blend, family, vectorise, upscale, train, evaluate, calibrate, experts, recipes, doctor, packs, got "paint"\n/,
      ],
      [["constructor"], /got "constructor"/],
      [["train"], /^tau train: expected DIR and --name NAME, or SET and --pack DIR, got neither\n/],
      [["train", "set"], /^tau train: expected --name NAME or --pack DIR, got neither\n/],
      [["train", "--name", "mine"], /^tau train: expected DIR and --name NAME, got no DIR\n/],
      [["train", "dir", "--name", "mine", "--keep", "last"], /^tau train: .*--keep/],
      [["train", "set", "--pack", "p", "second"], /got also "second"\n/],
      [["train", "set", "--pack", "p", "--stpes", "3"], /^tau train: .*--stpes/],
      [["packs", "--nonsense"], /^tau packs: .*--nonsense/],
      [["serve", "--prot", "80"], /^tau serve: .*--prot/],
    ];
    for (const [args, message] of cases) {
      const { code, out, err } = await tau(args);
      assert.deepEqual([code, out], [2, ""], args.join(" "));
      assert.match(err, message);
      assert.match(err, /Usage: npm /);
    }
    const bare = await tau([]);
    assert.deepEqual([bare.code, bare.err], [2, ""]);
    assert.match(bare.out, /^Usage: /);
  });
});

describe("standard output", () => {
  it("standard output may be closed by its reader: no stack trace, exit code 0", async () => {
    const { packs } = await makeWork();
    const child = spawn(process.execPath, [cliProgram, "packs", "list", "--packs", packs]);
    child.stdout.destroy();
    let err = "";
    child.stderr.on("data", (text) => (err += text));
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.deepEqual([code, err], [0, ""]);
  });
});

let works = 0;
/** A pack with its draft and a set, each in a folder of its own. */
async function makeWork(content?: Parameters<typeof writeTinySet>[1]) {
  const home = join(root, `work-${works++}`);
  const { pack } = await writeTinyPack(join(home, "packs"));
  return { home, packs: join(home, "packs"), pack, set: await writeTinySet(join(home, "set"), content) };
}

type Work = Awaited<ReturnType<typeof makeWork>>;

const train = ({ set, pack }: Work, flags: string[], meanwhile?: Parameters<typeof tau>[1]): Promise<Result> =>
  tau(
    ["train", set, "--pack", pack, "--batch", "16", "--threads", "1", "--learning-rate", "0.003", ...flags],
    meanwhile,
  );

const stateOf = async ({ pack }: Work) => [
  await readFile(join(pack, "manifest.json"), "utf8"),
  await readdir(join(pack, "flow")),
];

describe("tau train", () => {
  it("tau train goes from pixels to a pack that verifies, and after Ctrl-C to the very pack of an unbroken run", async () => {
    const [whole, broken] = [await makeWork(), await makeWork()];
    const unbroken = await train(whole, ["--steps", "400"]);
    assert.equal(unbroken.code, 0, unbroken.err);
    const report = JSON.parse(unbroken.out) as Record<string, number | string>;
    assert.deepEqual(
      [report["reason"], report["steps"], report["trainImages"], report["heldOutImages"]],
      ["finished", 400, 62, 16],
    );
    const nats = (name: string): number => report[`${name}NatsPerDim`] as number;
    assert.ok(nats("heldOut") < nats("shuffled") && nats("heldOut") < nats("diagonalGaussian"), unbroken.out);
    assert.ok(Math.abs(nats("heldOut") - nats("float32")) < 2e-3, unbroken.out);
    const catalogue = await Catalogue.open(whole.packs);
    await catalogue.verify();
    assert.equal(catalogue.entries[0]!.digest, report["digest"]);
    assert.equal(catalogue.entries[0]!.manifest.translations[0]!.metrics["heldOutNatsPerDim"], nats("heldOut"));
    const { cost, lossCurve } = await readTrainingRecords(whole.pack, tinyDraft.version);
    assert.ok(cost!.cpuSeconds > 0 && cost!.wallSeconds > 0, JSON.stringify(cost));
    assert.match(lossCurve!, /<svg .*held out, given all conditions/s);

    const before = await stateOf(broken);
    const log = join(broken.set, "flow/train.log");
    let signals = 0;
    const stopped = await train(broken, ["--steps", "400"], async (child) => {
      const isThere = async () => existsSync(log) && (await readFile(log, "utf8")).includes("step 250");
      await waitUntil("step 250", async () => child.exitCode !== null || (await isThere()));
      signals += 1;
      child.kill("SIGINT");
    });
    assert.deepEqual([stopped.code, stopped.out, signals], [1, "", 1], stopped.err);
    assert.match(
      stopped.err,
      /^tau train: stopped at step (2[5-9]|3)\d+; the best flow so far is in .*flow\.onnx, the pack is as it was/,
    );
    assert.deepEqual(await stateOf(broken), before);
    assert.ok(readFlowFile(await readFile(join(broken.set, "flow/flow.onnx")), "best so far"));
    const resumed = await train(broken, ["--steps", "400"]);
    assert.equal(resumed.code, 0, resumed.err);
    assert.equal((JSON.parse(resumed.out) as { digest: string }).digest, report["digest"]);
  });

  it("tau train refuses settings that make no sense before it encodes anything", async () => {
    const work = await makeWork();
    const cases: Array<[flags: string[], message: RegExp]> = [
      [["--steps", "0"], /--steps: expected a whole number from 1 to \d+, got "0"/],
      [["--steps", ""], /--steps: .* got ""/],
      [["--batch", "2.5"], /--batch: expected a whole number from 1 to 65536, got "2\.5"/],
      [["--keep", "all"], /--keep: expected best or last, got "all"/],
      [["--condition-noise", "2"], /--condition-noise: expected a number from 0 to 1, got "2"/],
      [["--injector-weight=-1"], /--injector-weight: expected a number from 0 to 100, got "-1"/],
      [["--dropout", "1"], /--dropout: expected a number from 0 to 0\.9, got "1"/],
      [["--seed=-1"], /--seed: .*4294967295, got "-1"/],
    ];
    for (const [flags, message] of cases) {
      const { code, out, err } = await train(work, flags);
      assert.deepEqual([code, out], [1, ""], flags.join(" "));
      assert.match(err, /^tau train: config_invalid: .*\n$/);
      assert.match(err, message);
    }
    assert.equal(existsSync(join(work.set, ".encoded")), false);
  });

  it("tau train goes on from another flow, forgets named conditions, and refuses unknown ones by name", async () => {
    const work = await makeWork();
    const short = ["--steps", "40", "--keep", "last"];
    assert.equal((await train(work, short)).code, 0);
    const [first] = await readdir(join(work.pack, "flow"));
    const start = join(work.set, "start.onnx");
    await cp(join(work.pack, "flow", first!), start);
    const again = (...flags: string[]) =>
      train(work, [...short, "--out", join(work.set, "again"), "--start", start, ...flags]);
    const unknown = await again("--fresh", "style,sketch");
    assert.deepEqual([unknown.code, unknown.out], [1, ""]);
    assert.match(
      unknown.err,
      /config_invalid: --fresh: expected conditions of .*start\.onnx \(caption, style\), got "sketch"\n$/,
    );
    const alone = await train(work, ["--fresh", "style"]);
    assert.match(alone.err, /config_invalid: --fresh: expected --start with it, got none/);
    const nothing = await again("--fresh", "caption,style");
    assert.match(nothing.err, /config_invalid: --fresh: expected at least one condition that is kept, got none\n$/);
    const result = await again("--fresh", "style", "--condition-noise", "0.2", "--injector-weight", "1");
    assert.equal(result.code, 0, result.err);
    const { flow } = (await Catalogue.open(work.packs)).entries[0]!.manifest.translations[0]!;
    const { architecture, tensors } = readFlowFile(await readFile(join(work.pack, flow)), "again");
    assert.equal(architecture.injector.isDirect, true);
    assert.ok(tensors.get("embed.style.direct")!.some((value) => value !== 0));
    // A checkpoint of another start is another run's.
    const other = await again("--condition-noise", "0.2", "--injector-weight", "1");
    assert.match(other.err, /expected a checkpoint of this run: the same start, got another/);
  });

  it("tau train says in one line what is wrong with pack or set", async () => {
    const work = await makeWork({ pixels: tinyPixels().subarray(0, 64) });
    const short = await train(work, ["--steps", "2"]);
    assert.deepEqual([short.code, short.out], [1, ""]);
    assert.match(short.err, /^tau train: dataset_invalid: .*images\.rgba: expected 20480 bytes .* got 64\n$/);
    await rm(join(work.pack, "manifest.json"));
    const bare = await train(work, ["--steps", "2"]);
    assert.match(bare.err, /^tau train: pack_unavailable: .*manifest\.json: expected the manifest of a pack.*\n$/);
  });

  it("tau train leaves the pack as it was when nothing was learned", async () => {
    const work = await makeWork();
    const before = await stateOf(work);
    const { code, out, err } = await train(work, ["--learning-rate", "0", "--patience", "1"]);
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /tau train: nothing was learned in 250 steps, so the pack stays as it was/);
    assert.deepEqual(await stateOf(work), before);
  });

  it("tau train stops at once on Ctrl-C while encoding, says how to go on, and leaves the pack", async () => {
    const captions = (row: number): string[] => Array.from({ length: 1500 }, (_, index) => `square ${row} ${index}`);
    const work = await makeWork({ items: tinyItems.map((item) => ({ ...item, captions: captions(item.row) })) });
    const before = await stateOf(work);
    const { code, err } = await train(work, [], async (child) => {
      await waitUntil("encoding", () => child.exitCode !== null || existsSync(join(work.set, ".encoded")));
      child.kill("SIGINT");
    });
    assert.equal(code, 1);
    assert.equal(
      err,
      "tau train: cancelled: stopped while encoding; the same command goes on where this one stopped\n",
    );
    assert.deepEqual(await stateOf(work), before);
  });
});
