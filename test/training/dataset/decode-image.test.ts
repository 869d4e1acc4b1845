/** Pictures of a folder of training images: of pixels, and SVGs, which icons are most often. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { encodePng } from "../../../server/images/codec.ts";
import {
  captionsOfFolder,
  filesBelow,
  hasPixels,
  isImage,
} from "../../../server/training/dataset/captions-of-folder.ts";
import { DatasetIssues } from "../../../server/training/dataset/dataset-issues.ts";
import { decodeImage } from "../../../server/training/dataset/decode-image.ts";
import { readIcons } from "../../../server/training/style/style-icons.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const sizePx = 16;
const folder = temporaryFolder("decode-image");
const svg = (fill: string, left = 0): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="${fill}" d="M${left} 0h8v16h-8z"/></svg>`;

it("an SVG is drawn at the requested size, and what takes the colour of the text is in the usual ink", async () => {
  const planes = await decodeImage(Buffer.from(svg("currentColor")), "a.svg", sizePx);
  const at = (channel: number, column: number): number => Math.round(255 * planes[channel * sizePx ** 2 + column]!);
  assert.deepEqual([at(0, 2), at(1, 2), at(2, 2), at(3, 2), at(3, 12)], [0x1f, 0x23, 0x28, 255, 0]);
});

it("what is no picture is refused by its content, whatever its name is", async () => {
  await assert.rejects(decodeImage(Buffer.from("no svg"), "a.svg", sizePx), { code: "image_rejected" });
  await assert.rejects(decodeImage(Buffer.from(svg("red")), "a.png", sizePx), { code: "unsupported_media" });
  const scripted = svg("red").replace("<path", "<script>1</script><path");
  await assert.rejects(decodeImage(Buffer.from(scripted), "a.svg", sizePx), { code: "image_rejected" });
});

it("a folder of SVGs is a style, beside pictures of pixels, named by its files", async () => {
  await mkdir(join(folder, "more"));
  await writeFile(join(folder, "red-door.svg"), svg("red"));
  await writeFile(join(folder, "more/tall house.SVG"), svg("red", 4));
  await writeFile(join(folder, "red-door.png"), await encodePng(new Uint8Array(4 * 16 ** 2).fill(99), 16, 16));
  await writeFile(join(folder, "broken.svg"), "<svg");
  await writeFile(join(folder, "dot.png"), await encodePng(new Uint8Array(4 * 16 ** 2).fill(255), 16, 16));
  const issues = new DatasetIssues();
  const icons = await readIcons(folder, { sizePx, least: 3, issues }, () => undefined);
  assert.deepEqual(icons.map(({ caption }) => caption).sort(), ["dot", "red door", "tall house"]);
  assert.deepEqual(
    issues.list().map(({ kind, count, shown }) => [kind, count, shown[0]!.split(":")[0]]),
    [
      ["duplicate", 1, "red-door.png"],
      ["unreadable_image", 1, "broken.svg"],
    ],
  );
  const files = await filesBelow(folder, issues);
  assert.equal((await captionsOfFolder(folder, files, issues)).length, 5);
  assert.deepEqual([isImage("a.svg"), hasPixels("a.svg"), hasPixels("a.JPG")], [true, false, true]);
});
