/** Which caption belongs to which image: file names, tables, texts; and what is said of everything that does not fit. */
import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, it } from "node:test";
import { parseCaptionTable } from "../../../server/training/dataset/caption-table.ts";
import { captionsOfFolder, filesBelow } from "../../../server/training/dataset/captions-of-folder.ts";
import { DatasetIssues, describeIssues, shownMax } from "../../../server/training/dataset/dataset-issues.ts";
import { writeFiles } from "../../fixtures/image-folder.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const root = temporaryFolder("captions");

let folders = 0;
/** Captions by file, and issues by kind, of a folder with these files; images may be empty, for nobody opens them here. */
async function read(files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = await writeFiles(join(root, `folder-${folders++}`), files);
  return captionsIn(folder);
}

async function captionsIn(folder: string) {
  const issues = new DatasetIssues();
  const images = await captionsOfFolder(folder, await filesBelow(folder, issues), issues);
  return {
    captions: Object.fromEntries(images.map(({ file, captions }) => [file, captions])),
    issues: Object.fromEntries(issues.list().map(({ kind, shown }) => [kind, shown])),
  };
}

describe("captions from file names", () => {
  it("captions from file names are the words of the name, without the number that only distinguishes files", async () => {
    const { captions, issues } = await read({
      "red-apple.png": "",
      "red_apple 2.PNG": "",
      "GreenTree.jpeg": "",
      "sub/folder/blue.car.webp": "",
      "17.gif": "",
      ".hidden.png": "",
      ".hidden/a.png": "",
      "notes.md": "",
    });
    assert.deepEqual(captions, {
      "GreenTree.jpeg": ["green tree"],
      "red-apple.png": ["red apple"],
      "red_apple 2.PNG": ["red apple"],
      "sub/folder/blue.car.webp": ["blue car"],
    });
    assert.deepEqual(issues, { image_without_caption: ["17.gif"] });
  });

  it("captions from file names are the same for a folder that is named from elsewhere, with a slash at its end, and for links to files", async () => {
    const folder = await writeFiles(join(root, "named"), { "red.png": "" });
    await symlink(join(folder, "red.png"), join(folder, "linked-red.png"));
    await symlink(join(folder, "nowhere"), join(folder, "lost.png"));
    const expected = await captionsIn(folder);
    assert.deepEqual(Object.keys(expected.captions), ["linked-red.png", "lost.png", "red.png"]);
    for (const same of [`test/../${relative(process.cwd(), folder)}`, `${folder}/`, `${folder}/../named/.`])
      assert.deepEqual(await captionsIn(same), expected, same);
  });

  it("captions from file names do not reach into linked folders, which are listed", async () => {
    const elsewhere = await writeFiles(join(root, "elsewhere"), { "green.png": "" });
    const folder = await writeFiles(join(root, "linking"), { "sub/red.png": "" });
    await symlink(elsewhere, join(folder, "sub", "more"));
    const { captions, issues } = await captionsIn(folder);
    assert.deepEqual([Object.keys(captions), issues], [["sub/red.png"], { linked_folder: ["sub/more"] }]);
  });

  it("captions from file names are wanted from a folder that is there", async () => {
    await assert.rejects(filesBelow(join(root, "nowhere"), new DatasetIssues()), {
      code: "dataset_invalid",
      message: /nowhere: expected a folder of images, got none that can be read/,
    });
  });

  it("captions from file names stay when the only texts say nothing of an image, and images of other kinds are named", async () => {
    const { captions, issues } = await read({
      "red.png": "",
      "LICENSE.txt": "MIT",
      "tree.tiff": "",
      "sun.HEIC": "",
    });
    assert.deepEqual(captions, { "red.png": ["red"] });
    assert.deepEqual(issues, {
      unreadable_image: [
        "sun.HEIC: expected PNG, JPEG, WebP, GIF or SVG",
        "tree.tiff: expected PNG, JPEG, WebP, GIF or SVG",
      ],
    });
  });
});

describe("captions from texts beside the images", () => {
  it("captions from texts beside the images are the lines of the text, the first line first, for every image of the name", async () => {
    const { captions, issues } = await read({
      "a.png": "",
      "a.jpg": "",
      "a.txt": "\uFEFFred apple\r\n\r\n  a shiny   red apple \nred apple\n",
      "b.png": "",
      "c.txt": "nobody\n!!\n",
      "d.png": "",
      "d.txt": `ok\n${"x".repeat(501)}\n🍎\n`,
    });
    assert.deepEqual(captions, {
      "a.jpg": ["red apple", "a shiny red apple"],
      "a.png": ["red apple", "a shiny red apple"],
      "d.png": ["ok"],
    });
    assert.deepEqual(issues, {
      bad_line: [
        "d.txt:2: expected at most 500 characters, got 501",
        "d.txt:3: expected at least one letter or digit, got only emoji or punctuation",
      ],
      caption_without_image: ["c.txt"],
      image_without_caption: ["b.png"],
    });
  });
});

describe("a text or a table that can't be read", () => {
  it("a text or a table that can't be read costs its own images, a text; or all, a table, with the reason", async () => {
    const folder = await writeFiles(join(root, "unreadable"), { "a.png": "", "b.png": "", "b.txt": "blue" });
    await symlink(join(folder, "nowhere"), join(folder, "a.txt"));
    const { captions, issues } = await captionsIn(folder);
    assert.deepEqual(captions, { "b.png": ["blue"] });
    assert.deepEqual(Object.keys(issues), ["bad_line", "image_without_caption"]);
    assert.match(issues["bad_line"]![0]!, /^a\.txt: expected a text, got ENOENT/);
    await symlink(join(folder, "nowhere"), join(folder, "captions.csv"));
    await assert.rejects(captionsIn(folder), {
      code: "dataset_invalid",
      message: /captions\.csv: expected a table that can be read, got .*ENOENT/,
    });
  });
});

describe("captions from a table", () => {
  it("a table of captions may have quotes, several lines an image and a style, which becomes words", async () => {
    const { captions, issues } = await read({
      "captions.csv": [
        "File,Caption,Style",
        'a.png,"red, ripe ""apple""",flat',
        "a.png,apple,",
        "./sub/b.png,car,",
        "c.png,lost,",
        "",
      ].join("\r\n"),
      "a.png": "",
      "sub/b.png": "",
      "d.png": "",
      "a.txt": "not read when there is a table",
    });
    assert.deepEqual(captions, {
      "a.png": ['red, ripe "apple"', 'flat red, ripe "apple"', "apple"],
      "sub/b.png": ["car"],
    });
    assert.deepEqual(issues, { caption_without_image: ["c.png"], image_without_caption: ["d.png"] });
  });

  it("a table of captions may have no header, other separators and the column names of other tools", async () => {
    const expected = { "a.png": ["red apple"], "b.png": ["blue car"] };
    const tables = {
      "captions.csv": "a.png,red apple\nb.png,blue car\n",
      "CAPTIONS.CSV": "a.png;red apple\nb.png;blue car\n",
      "tabs.csv": "\uFEFFfilename\ttext\na.png\tred apple\nb.png\tblue car\n",
      "spaces.csv": 'a.png, "red apple"\n"b.png" , blue car \n',
      "columns.csv": "id,file_name,split,caption\n1,a.png,train,red apple\n2,b.png,train,blue car\n",
      "metadata.jsonl": '{"file_name": "a.png", "text": "red apple"}\n{"file": "b.png", "caption": "blue car"}\n',
    };
    for (const [name, text] of Object.entries(tables)) {
      const { captions, issues } = await read({ [name]: text, "a.png": "", "b.png": "" });
      assert.deepEqual([captions, issues], [expected, {}], name);
    }
  });

  it("a table of captions may hold separators that it does not use in its captions, and spaces before quotes", async () => {
    const images = { "a.png": "", "b.png": "" };
    for (const [name, text] of Object.entries({
      "tabs.csv": "a.png\tred, ripe; apple\nb.png\tcar\n",
      "semicolons.csv": "a.png;red, ripe apple\nb.png;car\n",
      "commas.csv": 'a.png, "red, ripe"\nb.png, car\n',
    })) {
      const { captions, issues } = await read({ [name]: text, ...images });
      assert.deepEqual([Object.keys(captions), issues], [["a.png", "b.png"], {}], name);
      assert.match(captions["a.png"]![0]!, /^red, ripe/, name);
      assert.deepEqual(captions["b.png"], ["car"], name);
    }
  });

  it("a table of captions finds images whose name is spelt with separate accents", async () => {
    const name = "ca\u0301fe.png";
    const { captions } = await read({ "captions.csv": `${name.normalize("NFC")},coffee\n`, [name]: "" });
    assert.deepEqual(captions, { [name]: ["coffee"] });
  });

  it("captions of a folder come from one table, or none is read", async () => {
    await assert.rejects(read({ "a.csv": "", "b.jsonl": "", "a.png": "" }), {
      code: "dataset_invalid",
      message: /expected one table of captions, got a\.csv and b\.jsonl/,
    });
  });

  it("a table of captions costs a bad line nothing but itself", async () => {
    const rows = (name: string, text: string | Buffer) => {
      const issues = new DatasetIssues();
      const found = parseCaptionTable(name, text.toString("utf8"), issues);
      return { files: found.map(({ file }) => file), bad: issues.list()[0]?.shown ?? [] };
    };
    const csv = rows(
      "t.csv",
      [
        "a.png,ok",
        'b.png,"open',
        "c.png",
        "d.png,a,b,c",
        '"e.png"x,y',
        "/etc/f.png,y",
        "../g.png,y",
        "h.png, ",
        ",y",
        "i.png,ok",
      ].join("\n"),
    );
    assert.deepEqual(csv.files, ["a.png", "i.png"]);
    assert.deepEqual(csv.bad, [
      "t.csv:2: expected a closing quote on the same line, got none",
      "t.csv:3: expected 2 or 3 columns, got 1; quote a caption that holds a separator",
      "t.csv:4: expected 2 or 3 columns, got 4; quote a caption that holds a separator",
      "t.csv:5: expected a separator after a quoted cell, got more text",
      't.csv:6: file: expected a path inside the folder, got "/etc/f.png"',
      't.csv:7: file: expected a path inside the folder, got "../g.png"',
      "t.csv:8: caption: expected a caption of at least one word, got an empty text",
      't.csv:9: file: expected the name of an image, got ""',
    ]);
    const jsonl = rows(
      "t.jsonl",
      '{"file":"a.png","caption":"ok"}\n{"file":"b.png"\n[1]\n{"file":"c.png","caption":7}\n{"file":"d.png","caption":"ok","style":1}',
    );
    assert.deepEqual(jsonl.files, ["a.png"]);
    assert.deepEqual(jsonl.bad, [
      't.jsonl:2: expected one JSON object, got "{"file":"b.png""',
      't.jsonl:3: expected one JSON object, got "[1]"',
      "t.jsonl:4: caption: expected a text, got 7",
      "t.jsonl:5: style: expected a text, got 1",
    ]);
    const latin1 = rows("t.csv", Buffer.from("a.png,caf\xe9\nb.png,ok\n", "latin1"));
    assert.deepEqual(latin1.files, ["b.png"]);
    assert.deepEqual(latin1.bad, ["t.csv:1: caption: expected UTF-8, got bytes of another encoding"]);
    const style = rows("t.csv", Buffer.from("a.png,ok,rococ\xf3\nb.png,ok,flat\n", "latin1"));
    assert.deepEqual(style.files, ["b.png"]);
    assert.deepEqual(style.bad, ["t.csv:1: style: expected UTF-8, got bytes of another encoding"]);
  });

  it("a table of captions of 100,000 lines with errors in the middle names the first of them by their lines, and counts the rest", () => {
    const lines = Array.from({ length: 100_000 }, (_, at) =>
      at >= 50_000 && at < 50_500 ? `broken ${at}` : `image-${at}.png,caption ${at}`,
    );
    const issues = new DatasetIssues();
    const rows = parseCaptionTable("big.csv", lines.join("\n"), issues);
    assert.equal(rows.length, 99_500);
    assert.deepEqual(rows[50_000], { file: "image-50500.png", caption: "caption 50500" });
    const [found, ...more] = issues.list();
    assert.deepEqual([found!.kind, found!.count, more.length], ["bad_line", 500, 0]);
    const text = describeIssues(issues.list());
    assert.equal(text.length, shownMax + 2);
    assert.equal(text[0], "500 lines that could not be read:");
    assert.match(text[1]!, /^ {2}big\.csv:50001: expected 2 or 3 columns, got 1/);
    assert.match(text[shownMax]!, new RegExp(`^ {2}big\\.csv:${50_000 + shownMax}: `));
    assert.equal(text.at(-1), `  … and ${500 - shownMax} more`);
  });

  it("a table of captions of 100,000 lines beside two images gives these their captions, and counts the others", async () => {
    const lines = Array.from({ length: 100_000 }, (_, at) =>
      at === 50_000 ? '"open' : `image-${at}.png,caption ${at}`,
    );
    const folder = await writeFiles(join(root, "many lines"), {
      "captions.csv": lines.join("\n"),
      "image-7.png": "",
      "image-99999.png": "",
    });
    const issues = new DatasetIssues();
    const images = await captionsOfFolder(folder, await filesBelow(folder, issues), issues);
    assert.deepEqual(images, [
      { file: "image-7.png", captions: ["caption 7"] },
      { file: "image-99999.png", captions: ["caption 99999"] },
    ]);
    assert.deepEqual(
      issues.list().map(({ kind, count, shown }) => [kind, count, shown.length]),
      [
        ["bad_line", 1, 1],
        ["caption_without_image", 99_997, shownMax],
      ],
    );
  });
});
