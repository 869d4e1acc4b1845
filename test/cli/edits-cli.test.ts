/** Conditions and edits from the command line, in one real child on a tiny pack with an expert of every kind. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { keepInference } from "../../server/cli/cli-session.ts";
import { encodePng } from "../../server/images/codec.ts";
import { InversionSchema } from "../../shared/contract/generations/inversion.ts";
import { tinyFullDraft, tinyLayout, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { greyPng } from "../http/images.ts";
import { linesOf, type TauResult, tauIn } from "./run-tau.ts";

interface Line {
  readonly file: string;
  readonly seed: number;
  readonly logLikelihood: number;
  readonly conditionGain: number;
}

const folder = await mkdtemp(join(tmpdir(), "tau-edits-"));
const packs = join(folder, "ship");
const at = (name: string): string => join(folder, name);
const tau = tauIn(folder);
const run = (command: string, ...args: string[]): Promise<TauResult> => tau(command, "--packs", packs, ...args);

let outs = 0;
/** Runs a command that writes images; fails the test when it fails. Returns its lines and the bytes of its files. */
async function draw(command: string, ...args: string[]): Promise<{ lines: Line[]; files: Buffer[] }> {
  const result = await run(command, ...args, "--out", at(`out-${outs++}`));
  assert.deepEqual([result.code, result.err], [0, ""], args.join(" "));
  const lines = linesOf<Line>(result);
  return { lines, files: await Promise.all(lines.map(({ file }) => readFile(file))) };
}

before(async () => {
  await writeTinyPack(packs, tinyFullDraft);
  await writeFile(at("a.png"), greyPng(20, 200, 0));
  await writeFile(at("b.png"), greyPng(8, 30, 0));
  const column = (at: number): number[] => (at % 16 === 5 ? [0, 0, 0, 255] : [255, 255, 255, 255]);
  await writeFile(
    at("lines.png"),
    await encodePng(Uint8Array.from(Array.from({ length: 256 }, (_, i) => column(i)).flat()), 16, 16),
  );
  await writeFile(
    at("lines.svg"),
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1L7 7" stroke="black"/></svg>',
  );
  await writeFile(at("script.svg"), '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>');
  await writeFile(
    at("map.json"),
    JSON.stringify(Array.from({ length: tinyLayout.columns * tinyLayout.rows }, (_, cell) => cell % 4)),
  );
  await writeFile(at("short.json"), "[0, 1]");
  await writeFile(at("broken.json"), "{");
});
after(keepInference());
after(() => rm(folder, { recursive: true }));

describe("tau generate", () => {
  it("tau generate follows every condition: each changes the image, and all go together", async () => {
    const conditions = [
      ["--caption", "red apple"],
      ["--label", "red"],
      ["--style", "round"],
      ["--sketch", at("lines.svg")],
      ["--sketch", at("lines.png")],
      ["--layout", at("map.json")],
      ["--layout", at("a.png")],
      ["--image", at("a.png")],
      ["--image", at("a.png"), "--depth", "last"],
      ["--low-resolution", at("a.png")],
    ];
    const drawn = [];
    for (const flags of conditions)
      drawn.push((await draw("generate", ...flags, "--count", "1", "--seed", "3")).files[0]!.toString("base64"));
    assert.equal(new Set(drawn).size, drawn.length);
    const all = [
      "--caption",
      "a",
      "--label",
      "red",
      "--style",
      "flat",
      "--sketch",
      at("lines.svg"),
      "--layout",
      at("map.json"),
    ];
    const more = ["--image", at("a.png"), "--depth", "early", "--low-resolution", at("b.png")];
    const guided = [
      "--guidance-of",
      "sketch=2",
      "--guidance-of",
      "low-resolution=1",
      "--towards",
      "happy",
      "--from",
      "sad",
    ];
    const { lines } = await draw("generate", ...all, ...more, ...guided, "--count", "2", "--seed", "3");
    assert.equal(lines.length, 2);
    for (const { conditionGain } of lines) assert.ok(Number.isFinite(conditionGain));
  });

  it("tau generate keeps the best of K by its gain, and the seed that it reports makes the same bytes alone", async () => {
    const base = ["--caption", "red apple", "--temperature", "1"];
    const eight = await draw("generate", ...base, "--count", "8", "--seed", "40");
    const best = await draw("generate", ...base, "--count", "2", "--best-of", "4", "--seed", "40");
    for (const [image, line] of best.lines.entries()) {
      const candidates = eight.lines.slice(4 * image, 4 * image + 4);
      const winner = candidates.reduce((a, b) => (b.conditionGain > a.conditionGain ? b : a));
      assert.equal(line.seed, winner.seed);
      assert.deepEqual(best.files[image], eight.files[winner.seed - 40]);
    }
  });

  it("tau generate follows the label that a caption names, says so, and leaves it out on request", async () => {
    const [translation] = tinyFullDraft.translations;
    const conditions = translation!.conditions.map((condition) =>
      condition.name === "label" ? { ...condition, readFrom: "caption" as const } : condition,
    );
    const naming = at("naming");
    const { experts } = tinyFullDraft;
    const style = {
      kind: "label" as const,
      vocabulary: [
        { id: "flat", label: "Flat", group: "emoji" },
        { id: "round", label: "Round", group: "interface" },
        { id: "sharp", label: "Sharp" },
      ],
    };
    const label = {
      kind: "label" as const,
      vocabulary: ["red", "green", "blue"].map((id) => ({ id, label: id, groups: ["emoji"] })),
    };
    const own = {
      ...tinyFullDraft,
      experts: { ...experts, style, label },
      translations: [{ ...translation!, conditions }],
    };
    await writeTinyPack(naming, own);
    const drawn = async (...flags: string[]) => {
      const out = at(`out-${outs++}`);
      const requested = ["--packs", naming, "--caption", "a red", "--seed", "3", "--count", "1", "--out", out];
      const result = await tau("generate", ...requested, ...flags);
      assert.equal(result.code, 0, result.err);
      return { err: result.err, image: (await readFile(linesOf<Line>(result)[0]!.file)).toString("base64") };
    };
    const [read, given, none] = [await drawn(), await drawn("--label", "red"), await drawn("--label", "")];
    assert.deepEqual([read.err, given.err, none.err], ["caption: names the label red\n", "", ""]);
    assert.equal(read.image, given.image);
    assert.notEqual(read.image, none.image);
    assert.match((await drawn("--style", "flat")).err, /names the label red/);
    assert.equal((await drawn("--style", "round")).err, "");
    const restyled = async (...flags: string[]) => {
      const out = at(`out-${outs++}`);
      const requested = ["--packs", naming, "--from-caption", "a red", "--style", "flat", "--seed", "3", "--out", out];
      const result = await tau("restyle", at("a.png"), ...requested, ...flags);
      return { ...result, image: result.code === 0 ? await readFile(linesOf<Line>(result)[0]!.file, "base64") : "" };
    };
    const [kept, without] = [await restyled(), await restyled("--from-label", "")];
    assert.deepEqual([kept.code, kept.err, without.err], [0, "caption: names the label red\n", ""]);
    assert.notEqual(kept.image, without.image);
    assert.match(
      (await restyled("--from-label", "cow")).err,
      /label_unknown: .*expected one of red, green, blue, got "cow"/,
    );
  });

  it("tau generate says which flag is wrong", async () => {
    const cases: ReadonlyArray<readonly [string[], RegExp]> = [
      [["--label", "cow"], /label_unknown: --label: expected one of red, green, blue, got "cow"\n$/],
      [["--caption", "a", "--depth", "last"], /invalid_request: --depth: expected --image FILE beside it, got none/],
      [
        ["--image", at("a.png"), "--depth", "deep"],
        /invalid_request: --depth: expected one of early, middle, last, got "deep"/,
      ],
      [["--sketch", at("nowhere.svg")], /not_found: .*nowhere\.svg: expected a file that can be read/],
      [["--sketch", at("script.svg")], /image_rejected: --sketch: expected only svg, g, .*, got <script>/],
      [["--sketch", at("map.json")], /unsupported_media: .*map\.json: image: expected PNG, JPEG, WebP or GIF/],
      [["--layout", at("short.json")], /layout_invalid: --layout: expected 4 × 4 cells, got 2/],
      [["--layout", at("broken.json")], /layout_invalid: .*broken\.json: expected a JSON list of whole numbers/],
      [
        ["--caption", "a", "--guidance-of", "sketch"],
        /--guidance-of: expected FIELD=WEIGHT, e\.g\. sketch=2, got "sketch"/,
      ],
      [
        ["--caption", "a", "--guidance-of", "sketch=2"],
        /--guidance-of: expected condition\.sketch beside it, got none/,
      ],
      [["--caption", "a", "--retrieval", "1.5"], /--retrieval: expected at most 1, got 1\.5/],
      [["--caption", "a", "--best-of", "99"], /--best-of: expected at most 16, got 99/],
      [["--style", "flat", "--towards", "happy"], /--towards: expected condition\.caption beside it, got none/],
      [["--caption", "a", "--from", "sad"], /--towards: expected a value of type string, got nothing/],
      [
        ["--caption", "a", "--translation", "x"],
        /translation_unknown: --translation: expected one of caption, got "x"/,
      ],
    ];
    for (const [flags, message] of cases) {
      const result = await run("generate", ...flags, "--out", at("nothing"));
      assert.deepEqual([result.code, result.out], [1, ""], flags.join(" "));
      assert.match(result.err, message);
      assert.equal(result.err.trim().split("\n").length, 1, result.err);
    }
    assert.equal((await readdir(folder)).includes("nothing"), false);
  });
});

describe("tau invert", () => {
  it("tau invert prints what it found, and writes z, v and the reconstruction that v gives back", async () => {
    const out = at("inverted");
    const result = await run("invert", at("a.png"), "--caption", "grey", "--style", "flat", "--out", out);
    assert.deepEqual([result.code, result.err], [0, ""]);
    const [about, image] = linesOf<Record<string, unknown>>(result);
    assert.ok((about!["roundTripError"] as number) < 1e-3);
    assert.equal(image!["file"], join(out, "reconstruction.png"));
    const found = InversionSchema.parse(JSON.parse(await readFile(join(out, "inversion.json"), "utf8")));
    assert.deepEqual([found.latent.length, found.residual.length, about!["dimensions"]], [8, 8, 8]);
    assert.equal(found.logLikelihood, about!["logLikelihood"]);
    assert.deepEqual(found.request.condition, { caption: "grey", style: "flat" });
    // v and its condition belong together: another condition gives another v, but the same reconstruction.
    const bare = at("bare");
    assert.equal((await run("invert", at("a.png"), "--out", bare)).code, 0);
    const other = InversionSchema.parse(JSON.parse(await readFile(join(bare, "inversion.json"), "utf8")));
    assert.deepEqual(other.latent, found.latent);
    assert.notDeepEqual(other.residual, found.residual);
    assert.deepEqual(await readFile(join(bare, "reconstruction.png")), await readFile(join(out, "reconstruction.png")));
  });

  it("tau invert wants one image file", async () => {
    assert.equal((await run("invert")).code, 2);
    assert.equal((await run("invert", at("a.png"), at("b.png"))).code, 2);
    assert.match((await run("invert", at("map.json"))).err, /^tau invert: unsupported_media: .*map\.json/);
  });
});

describe("tau restyle", () => {
  it("tau restyle restyles many images in one go, and gives each back where nothing changes", async () => {
    const files = [at("a.png"), at("b.png"), at("a.png")];
    const from = ["--from-caption", "grey", "--from-style", "flat"];
    const round = await draw("restyle", ...files, ...from, "--style", "round");
    const names = round.lines.map(({ file }) => file.split("/").at(-1)!);
    assert.deepEqual(names.sort(), ["000-a.png", "001-b.png", "002-a.png"]);
    const same = await draw("restyle", at("a.png"), ...from, "--style", "flat", "--guidance", "0");
    assert.deepEqual(same.files[0], await readFile(at("inverted/reconstruction.png")));
    assert.notDeepEqual(same.files[0], (await draw("restyle", at("a.png"), ...from, "--style", "round")).files[0]);
    const happy = await draw("restyle", at("a.png"), ...from, "--towards", "happy", "--from", "sad", "--strength", "2");
    assert.notDeepEqual(happy.files[0], same.files[0]);
  });

  it("tau restyle that keeps the residual knows no temperature, because nothing is drawn; a blend neither", async () => {
    const rest = ["--temperature", "1", "--out", at("nothing")];
    const restyled = await run("restyle", at("a.png"), "--style", "flat", ...rest);
    assert.equal(restyled.code, 1);
    assert.match(
      restyled.err,
      /--temperature: expected a translation that reads drawings, got one that keeps the residual/,
    );
    const blended = await run("blend", at("a.png"), at("b.png"), "--frames", "2", ...rest);
    assert.equal(blended.code, 2);
    assert.match(blended.err, /Unknown option '--temperature'/);
    assert.doesNotMatch((await tau("blend", "--help")).out, /--temperature/);
  });

  it("tau restyle names flags of the source apart from those of the result", async () => {
    const result = await run(
      "restyle",
      at("a.png"),
      "--from-style",
      "cubist",
      "--style",
      "flat",
      "--out",
      at("nothing"),
    );
    assert.match(
      result.err,
      /^tau restyle: style_unknown: --from-style: expected one of flat, round, sharp, got "cubist"\n$/,
    );
    assert.equal((await run("restyle", "--style", "flat", "--out", at("nothing"))).code, 2);
  });
});

describe("tau variations", () => {
  it("tau variations turns v by an angle, or draws anew at a depth", async () => {
    const near = await draw(
      "variations",
      at("a.png"),
      "--angle",
      "30",
      "--count",
      "3",
      "--seed",
      "5",
      "--style",
      "flat",
    );
    assert.equal(new Set(near.files.map((file) => file.toString("base64"))).size, 3);
    const deep = await draw("variations", at("a.png"), "--depth", "last", "--count", "2", "--seed", "5");
    assert.deepEqual(
      deep.lines.map(({ seed }) => seed),
      [5, 6],
    );
  });

  it("tau variations wants either an angle or a depth", async () => {
    for (const flags of [[], ["--angle", "5", "--depth", "last"]])
      assert.equal((await run("variations", at("a.png"), ...flags, "--out", at("nothing"))).code, 2);
    const hot = await run("variations", at("a.png"), "--angle", "5", "--temperature", "1", "--out", at("nothing"));
    assert.equal(hot.code, 2);
    assert.match(hot.err, /--temperature: expected it with --depth, got it with --angle, which keeps/);
    const wide = await run("variations", at("a.png"), "--angle", "400", "--out", at("nothing"));
    assert.match(wide.err, /^tau variations: invalid_request: --angle: expected at most 180, got 400\n$/);
    for (const flags of [
      ["--angle", "5"],
      ["--depth", "last"],
    ]) {
      const unknown = await run("variations", at("a.png"), ...flags, "--style", "cubist", "--out", at("nothing"));
      assert.match(
        unknown.err,
        /^tau variations: style_unknown: --style: expected one of flat, round, sharp, got "cubist"/,
      );
    }
  });
});

describe("tau blend", () => {
  it("tau blend goes from the reconstruction of one image to that of the other", async () => {
    const conditions = [
      "--from-caption",
      "light",
      "--from-style",
      "flat",
      "--to-caption",
      "dark",
      "--to-style",
      "round",
    ];
    const { files } = await draw("blend", at("a.png"), at("b.png"), "--frames", "5", ...conditions, "--guidance", "0");
    assert.equal(new Set(files.map((file) => file.toString("base64"))).size, 5);
    for (const [frame, name] of [
      [0, "a.png"],
      [4, "b.png"],
    ] as const) {
      const same = await draw("restyle", at(name), "--style", "flat", "--from-style", "flat", "--guidance", "0");
      assert.deepEqual(files[frame], same.files[0]);
    }
  });

  it("tau blend wants two images and at least two frames", async () => {
    assert.equal((await run("blend", at("a.png"), "--frames", "3", "--out", at("nothing"))).code, 2);
    const one = await run("blend", at("a.png"), at("b.png"), "--frames", "1", "--out", at("nothing"));
    assert.match(one.err, /^tau blend: invalid_request: --frames: expected at least 2 frames with blendWith, got 1\n$/);
  });
});
