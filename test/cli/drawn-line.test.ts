/** What commands print of an image: short lines for people at a terminal, JSON for programs. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { keepInference } from "../../server/cli/cli-session.ts";
import { shortLine } from "../../server/cli/drawn-line.ts";
import { tinyFullDraft, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";
import { styleSizePx, tinyStyleDraft, writeTinyStylePack } from "../fixtures/tiny-style-pack.ts";
import { greyPng } from "../http/images.ts";
import { linesOf, type TauResult, tauIn } from "./run-tau.ts";

const folder = await mkdtemp(join(tmpdir(), "tau-drawn-line-"));
const tau = tauIn(folder);
const common = ["--packs", "packs", "--style", "filled", "--seed", "3", "--temperature", "0"];
after(keepInference());
after(() => rm(folder, { recursive: true }));

/** The command as a person at a terminal runs it. */
async function tauAtTerminal(...args: string[]): Promise<TauResult> {
  const known = Object.getOwnPropertyDescriptor(process.stdout, "isTTY");
  Object.defineProperty(process.stdout, "isTTY", { value: true, configurable: true });
  try {
    return await tau(...args);
  } finally {
    if (known) Object.defineProperty(process.stdout, "isTTY", known);
    else Reflect.deleteProperty(process.stdout, "isTTY");
  }
}

before(async () => {
  const [translation] = tinyStyleDraft.translations;
  await writeTinyPack(join(folder, "packs"), withRetrieval(tinyFullDraft));
  await writeTinyStylePack(join(folder, "packs"), {
    ...tinyStyleDraft,
    translations: [{ ...translation!, captions: { translation: "caption", styles: ["flat"] } }],
  });
  await writeFile(join(folder, "grey.png"), greyPng(styleSizePx, 90, 0));
});

it("a short line says what the image is of, its file, and whose drawings it was made from under which licence", () => {
  const bell = { set: "lucide", icon: "bell", licence: "ISC", share: 1 };
  assert.equal(
    shortLine("bell", { file: "out/000-7.png", seed: 7, sources: [bell] }),
    "bell → out/000-7.png · lucide/bell (ISC)",
  );
  const dot = { set: "noto", title: "Noto Emoji", icon: "dot", licence: "CC-BY-4.0", author: "A. Painter", share: 0.2 };
  assert.equal(
    shortLine("bell with a dot", { file: "out/bell.svg", seed: 12, sources: [bell, dot] }),
    "bell with a dot → out/bell.svg · seed 12 · lucide/bell (ISC), Noto Emoji/dot (CC-BY-4.0, A. Painter)",
  );
  assert.equal(shortLine("a.svg", { file: "out/000-a.png" }), "a.svg → out/000-a.png");
});

it("tau generate, restyle and family print short lines on a terminal, and JSON when piped or asked for", async () => {
  const generate = ["generate", "--caption", "red", "--count", "1", "--out", "drawn", ...common];
  const piped = await tau(...generate);
  assert.equal(piped.code, 0, piped.err);
  const [line] = linesOf<{ file: string }>(piped);
  assert.equal(line!.file, join("drawn", "000-3.png"));
  const short = await tauAtTerminal(...generate);
  assert.equal(short.out, `red → ${line!.file}\n`, short.err);
  const asked = await tauAtTerminal(...generate, "--json");
  const timeless = (result: TauResult) => result.out.replace(/"milliseconds":\d+/, "");
  assert.equal(timeless(asked), timeless(piped));

  const restyled = await tauAtTerminal("restyle", "grey.png", "--out", "restyled", ...common);
  assert.equal(restyled.out, `grey.png → ${join("restyled", "000-grey.png")} · seed 3\n`, restyled.err);
  const family = await tauAtTerminal("family", "red", "zzzzz", "--out", "family", "--format", "png", ...common);
  const lines = family.out.trim().split("\n");
  assert.equal(lines.length, 2, family.out);
  assert.ok(lines[0]!.startsWith(`red → ${join("family", "red.png")}`), family.out);
  assert.match(lines[1]!, /^seed 3 · .*left out: zzzzz$/);
});

it("tau generate and family write SVGs in the requested grid and in the colour of the page", async () => {
  const written = ["--view-box", "24", "--ink", "current", "--palette", "#102a43", "--packs", "packs"];
  for (const args of [
    ["generate", "--caption", "red", "--count", "1", "--format", "svg"],
    ["family", "red"],
  ]) {
    const result = await tau(...args, ...written, "--style", "flat", "--seed", "3", "--out", "grid");
    assert.equal(result.code, 0, result.err);
    const [line] = linesOf<{ file: string }>(result);
    const svg = await readFile(join(folder, line!.file), "utf8");
    assert.match(svg, /width="24" height="24" viewBox="0 0 24 24"/);
    assert.match(svg, /(?:fill|stroke)="currentColor"/);
    assert.doesNotMatch(svg, /="#/);
  }
  const refused = await tau("generate", "--caption", "red", "--view-box", "24", "--out", "grid", ...common);
  assert.match(refused.err, /--view-box: expected format "svg" beside it/);
});
