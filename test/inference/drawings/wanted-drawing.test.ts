/** In lines or filled: what captions start from in a style by images. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { renderSvg } from "../../../server/images/codec.ts";
import { wantedDrawing } from "../../../server/inference/drawings/wanted-drawing.ts";

const folder = "docs/examples/hand-drawn";
const sizePx = 128;

/** The look that is wanted in a style of drawings. */
async function wantedBy(what: string, svgs: readonly string[]): Promise<string | undefined> {
  const images = [];
  for (const [at, svg] of svgs.entries())
    images.push({ kind: "image" as const, key: `${what} ${at}`, planes: await renderSvg(svg, sizePx), sizePx });
  return wantedDrawing({ conditions: [] }, { style: { kind: "images", images } }).look;
}

test("a style of lines starts from lines, however few of its drawings are shown, and in however many colours", async () => {
  const files = (await readdir(folder)).sort();
  const twoColours = await Promise.all(files.map((file) => readFile(`${folder}/${file}`, "utf8")));
  const oneColour = twoColours.map((svg) => svg.replaceAll("#2f6fed", "#111111"));
  for (const count of [1, 2, 3, 6]) {
    assert.equal(await wantedBy(`${count} of two colours`, twoColours.slice(0, count)), "lines");
    assert.equal(await wantedBy(`${count} of one colour`, oneColour.slice(0, count)), "lines");
  }
});

test("a style that has a name starts from drawings of its own sets", () => {
  const own = (text: string) => [...wantedDrawing({ conditions: [] }, { style: { kind: "text", text } }).ownSets!];
  assert.deepEqual(own("phosphor-duotone"), ["ph"]);
  assert.ok(own("tabler-filled").includes("tabler") && own("lucide").includes("lucide"));
});

test("a style of fills starts from fills, in one colour and in two", async () => {
  for (const [first, second] of [
    ["#111111", "#111111"],
    ["#111111", "#2f6fed"],
  ] as const) {
    const icons = [2, 4, 6].map(
      (left) =>
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24"><path fill="${first}" d="M${left} 3h14v10H${left}z"/><path fill="${second}" d="M${left} 15h12v7H${left}z"/></svg>`,
    );
    assert.equal(await wantedBy(`fills of ${first} and ${second}`, icons), "fills");
  }
});
