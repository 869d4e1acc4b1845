/** From a folder to an image set: what is unusable is listed and skipped, what is too little is refused, what is done is not done again. */
import assert from "node:assert/strict";
import { chmod, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import sharp from "sharp";
import { holdOut } from "../../../server/training/dataset/hold-out.ts";
import { openImageSet } from "../../../server/training/dataset/image-set.ts";
import { DuplicateFinder } from "../../../server/training/dataset/near-duplicates.ts";
import { prepareFolder } from "../../../server/training/dataset/prepare-folder.ts";
import { limits } from "../../../shared/limits.ts";
import { diskFull, watchDisk } from "../../fixtures/disk-calls.ts";
import { boxName, boxPng, writeBoxes, writeFiles } from "../../fixtures/image-folder.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const root = temporaryFolder("prepare");

const smallPx = 8;
let folders = 0;
const newPath = (): string => join(root, `${folders++}`);

/** Prepares a folder; also how many images were read. */
async function prepare(folder: string, set: string, sizePx = smallPx) {
  let read = 0;
  const onProgress = (done: number): void => {
    read = done;
  };
  const { issues, ...prepared } = await prepareFolder({ folder, set, sizePx, onProgress });
  return { ...prepared, issues: Object.fromEntries(issues.map(({ kind, shown }) => [kind, shown])), read };
}

describe("a folder of images", () => {
  it("a folder of images becomes a set of pixels and captions, a tenth of it but at least eight held out, the same each time", async () => {
    const [folder, set] = [await writeBoxes(newPath(), 40), newPath()];
    assert.deepEqual(await prepare(folder, set), { usable: 40, heldOut: 8, issues: {}, read: 40 });
    const images = await openImageSet(set, smallPx);
    const heldOut = images.items.filter(({ split }) => split === "heldOutPair").map(({ id }) => id);
    assert.equal(heldOut.length, 8);
    const row = images.items.findIndex(({ id }) => id === `${boxName(5)}.png`);
    assert.deepEqual(images.items[row]!.captions, ["green b"]);
    const planes = await images.read(row, 1);
    // Two pixels of green at the top left corner; all else is nothing.
    const alpha = planes.subarray(3 * smallPx * smallPx);
    assert.ok(alpha[0]! > 0.6 && alpha[1]! > 0.6 && alpha.subarray(3, 8).every((value) => value < 0.2));
    await images.close();
    const again = newPath();
    await prepare(folder, again);
    for (const file of ["index.jsonl", "images.rgba"])
      assert.deepEqual(await readFile(join(again, file)), await readFile(join(set, file)), file);
  });

  it("a folder of images lists files that can't be read as an image, show nothing or are there already, and uses the rest", async () => {
    const folder = await writeBoxes(newPath(), 24, 64);
    const good = await boxPng(35);
    const same = await boxPng(3, 64);
    await writeFiles(folder, {
      "bad-1-cut.png": good.slice(0, good.length - 30),
      "bad-2-text.png": "this is no image",
      "bad-3-svg.png": '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>',
      "bad-4-empty.jpg": "",
      "clear.png": await sharp({ create: { width: 9, height: 9, channels: 4, background: "#ff000000" } })
        .png()
        .toBuffer(),
      "zz-copy.png": same,
      "zz-larger.png": await boxPng(3, 128),
      "zz-webp.webp": await sharp(same).webp({ quality: 90 }).toBuffer(),
    });
    await writeFile(join(folder, "bad-5-large.png"), Buffer.alloc(limits.uploadMaxBytes + 1));
    const { usable, issues } = await prepare(folder, newPath(), 32);
    assert.equal(usable, 24);
    assert.deepEqual(issues["empty_image"], ["clear.png: every pixel is transparent"]);
    const name = `${boxName(3)}.png`;
    assert.deepEqual(issues["duplicate"], [`zz-copy.png: equals ${name}`, ...issues["duplicate"]!.slice(1, 3)]);
    assert.match(issues["duplicate"]![1]!, new RegExp(`^zz-larger\\.png: (equals|looks the same as) ${name}$`));
    assert.match(issues["duplicate"]![2]!, new RegExp(`^zz-webp\\.webp: (equals|looks the same as) ${name}$`));
    const [cut, text, svg, empty, large, ...more] = issues["unreadable_image"]!;
    assert.match(cut!, /^bad-1-cut\.png: image: expected a complete, undamaged file, got: /);
    for (const [line, file] of [
      [text, "bad-2-text.png"],
      [svg, "bad-3-svg.png"],
      [empty, "bad-4-empty.jpg"],
    ] as const)
      assert.equal(line, `${file}: image: expected PNG, JPEG, WebP or GIF by its first bytes, got something else`);
    assert.match(large!, /^bad-5-large\.png: expected at most 12582912 bytes, got 12582913$/);
    assert.deepEqual(more, []);
  });

  it("a folder of images with too few usable images is refused, with every reason, and nothing is taken for done", async () => {
    const set = newPath();
    const three = await writeFiles(newPath(), {
      "a.png": await boxPng(0),
      "b.png": await boxPng(1),
      "c.png": await boxPng(2),
    });
    await assert.rejects(prepare(three, set), {
      code: "dataset_invalid",
      message: /^\d+: expected at least 20 usable images, got 3$/,
    });
    const folder = await writeBoxes(three, 18);
    await writeFiles(folder, { "cut.png": (await boxPng(30)).slice(0, 40), "zz.png": await boxPng(7), "1.png": "" });
    for (const name of ["a", "b", "c"]) await rm(join(folder, `${name}.png`));
    await assert.rejects(prepare(folder, set), (error: Error) => {
      const [first, ...lines] = error.message.split("\n");
      assert.match(first!, /expected at least 20 usable images, got 18/);
      assert.deepEqual(
        lines.filter((line) => !line.startsWith(" ")),
        ["1 images without a caption:", "1 files that could not be read as an image:", "1 duplicates of other images:"],
      );
      assert.deepEqual(
        lines.filter((line) => line === "  1.png" || line.startsWith("  zz.png")),
        ["  1.png", `  zz.png: equals ${boxName(7)}.png`],
      );
      return true;
    });
    assert.equal((await readdir(set)).includes("prepared.json"), false);
  });

  it("a folder of images is read once, and again when one of its files changes or something of the set is gone", async () => {
    const [folder, set] = [await writeBoxes(newPath(), 24), newPath()];
    const first = await prepare(folder, set);
    assert.deepEqual(await prepare(folder, set), { ...first, read: 0 });
    await writeFiles(set, { ".encoded/key/images-0.safetensors": "of the old pixels" });
    const path = join(folder, `${boxName(0)}.png`);
    await utimes(path, new Date(), new Date(Date.now() + 5000));
    assert.deepEqual(await prepare(folder, set), first);
    assert.deepEqual((await readdir(set)).sort(), ["images.rgba", "index.jsonl", "prepared.json"]);
    // What an interruption may leave: a set whose last file is missing.
    await rm(join(set, "prepared.json"));
    assert.deepEqual(await prepare(folder, set), first);
    await rm(path);
    assert.equal((await prepare(folder, set)).usable, 23);
  });

  it("a folder of images stops on request, and says so when the disk is full", async () => {
    const [folder, set] = [await writeBoxes(newPath(), 24), newPath()];
    const abort = new AbortController();
    const stopped = prepareFolder({
      folder,
      set,
      sizePx: smallPx,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await assert.rejects(stopped, { name: "AbortError" });
    for (const full of [1, 10, 23, 24]) {
      let writes = 0;
      const end = watchDisk(({ name, phase, path }) => {
        if (name === "write" && phase === "half" && path.includes("images.rgba") && ++writes === full) throw diskFull();
      });
      await assert.rejects(prepare(folder, set), { code: "storage_full" }, `image ${full}`).finally(end);
    }
    assert.equal((await prepare(folder, set)).usable, 24);
  });

  it("a folder of images that can't be read in part says which file, not more", async (context) => {
    const folder = await writeBoxes(newPath(), 24);
    const path = join(folder, `${boxName(0)}.png`);
    await chmod(path, 0);
    const isRoot = (await readFile(path).catch(() => undefined)) !== undefined;
    if (isRoot) return context.skip("this user may read every file");
    const { usable, issues } = await prepare(folder, newPath());
    assert.equal(usable, 23);
    assert.match(issues["unreadable_image"]![0]!, /EACCES/);
    assert.ok((await stat(path)).isFile());
  });
});

describe("what is held out", () => {
  const images = (captions: readonly string[]) =>
    captions.map((caption, at) => ({ file: `${at}.png`, captions: [caption] }));

  it("what is held out keeps images of one caption on one side, whatever its letters' case", () => {
    const captions = Array.from({ length: 100 }, (_, at) =>
      at % 2 === 0 ? `Word ${at % 30}` : `word ${(at - 1) % 30}`,
    );
    const heldOut = holdOut(images(captions), "folder");
    assert.ok(heldOut.size >= 8 && heldOut.size <= 15, `${heldOut.size}`);
    const sides = new Map<string, boolean>();
    for (const [row, caption] of captions.entries()) {
      const key = caption.toLowerCase();
      assert.equal(sides.get(key) ?? heldOut.has(row), heldOut.has(row), caption);
      sides.set(key, heldOut.has(row));
    }
  });

  it("what is held out is chosen by image where captions are too few, and leaves half of each caption to be learned from", () => {
    for (const [captions, count] of [
      [["apple", "pear", "plum"], 21],
      [["apple", "pear"], 40],
      [["apple", "pear", "plum"], 300],
    ] as const) {
      const named = images(Array.from({ length: count }, (_, at) => captions[at % captions.length]!));
      const heldOut = holdOut(named, "folder");
      assert.equal(heldOut.size, Math.max(8, Math.round(count / 10)));
      for (const caption of captions) {
        const own = named.flatMap((image, row) => (image.captions[0] === caption ? [row] : []));
        const gone = own.filter((row) => heldOut.has(row)).length;
        assert.ok(2 * gone <= own.length, `${caption}: ${gone} of ${own.length}`);
      }
      assert.deepEqual(holdOut(named, "folder"), heldOut);
    }
  });

  it("what is held out can't be chosen when all images are called the same", () => {
    assert.throws(() => holdOut(images(new Array<string>(50).fill("icon")), "icons"), {
      code: "dataset_invalid",
      message:
        /icons: expected captions that differ, .* got 1 captions for 50 images; describe what each image shows that others do not/,
      detail: {
        field: "folder",
        expected: "captions that differ, so that 8 images can be held out",
        received: "1 captions for 50 images",
      },
    });
  });
});

describe("near duplicates", () => {
  /** A 64 px picture: a dark box on light ground, and a thin hand that points somewhere. */
  const clock = (hand: number, shade = 0.2): Uint8Array => {
    const pixels = new Uint8Array(4 * 64 * 64).map((_, at) => (at % 4 === 3 ? 255 : 230));
    const paint = (x: number, y: number, value: number): void => {
      const at = 4 * (Math.round(y) * 64 + Math.round(x));
      pixels.fill(Math.round(255 * value), at, at + 3);
    };
    for (let y = 40; y < 60; y += 1) for (let x = 4; x < 60; x += 1) paint(x, y, shade);
    for (let r = 0; r < 18; r += 0.5) {
      paint(32 + r * Math.cos(hand), 20 + r * Math.sin(hand), 0);
      paint(33 + r * Math.cos(hand), 20 + r * Math.sin(hand), 0);
    }
    return pixels;
  };

  it("near duplicates are the same picture with a little noise or another brightness, not a clock that shows another time", () => {
    const finder = new DuplicateFinder();
    assert.equal(finder.find("three", clock(0), 64), undefined);
    assert.deepEqual(finder.find("copy", clock(0), 64), { name: "three", isExact: true });
    const noisy = clock(0).map((value, at) => Math.min(255, Math.max(0, value + 12 * Math.sin(7 * at))));
    assert.deepEqual(finder.find("noisy", noisy, 64), { name: "three", isExact: false });
    assert.deepEqual(finder.find("lighter", clock(0, 0.24), 64), { name: "three", isExact: false });
    assert.equal(finder.find("six", clock(Math.PI / 2), 64), undefined);
    assert.equal(finder.find("two", clock(-Math.PI / 6), 64), undefined);
    assert.equal(finder.find("another colour", clock(0, 0.5), 64), undefined);
  });

  it("near duplicates are found on both sides of any step of their mean colour, at its ends too, and not by colour alone", () => {
    const plain = (red: number, green: number, blue: number, alpha: number): Uint8Array =>
      new Uint8Array(4 * 64 * 64).map((_, at) => [red, green, blue, alpha][at % 4]!);
    for (let channel = 0; channel < 4; channel += 1)
      for (let value = 0; value < 255; value += 5) {
        const finder = new DuplicateFinder();
        const colour = [60, 120, 180, 255];
        const of = (level: number): Uint8Array => {
          colour[channel] = level;
          return plain(...(colour as [number, number, number, number]));
        };
        assert.equal(finder.find("first", of(value), 64), undefined);
        // 10 of 255 is less than the difference that counts, 20 more.
        const near = Math.min(255, value + 10);
        assert.deepEqual(finder.find("near", of(near), 64), { name: "first", isExact: false }, `${channel}: ${value}`);
        if (value + 20 <= 255) assert.equal(finder.find("far", of(value + 20), 64), undefined, `${channel}: ${value}`);
      }
  });
});
