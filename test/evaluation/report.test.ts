/** The report of an evaluation: what the Markdown says, what the figures are, and that its folder comes whole or not at all. */

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { curveChart } from "../../server/evaluation/curve-chart.ts";
import { atLeast, atMost } from "../../server/evaluation/goals.ts";
import { toMarkdown } from "../../server/evaluation/markdown.ts";
import { publishReport, requireReplaceable } from "../../server/evaluation/publish.ts";
import type { Report } from "../../server/evaluation/report.ts";
import { tileSheet } from "../../server/evaluation/tile-sheet.ts";
import { decodeRgba } from "../../server/images/codec.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const folder = temporaryFolder("report");

const report: Report = {
  pack: { id: "tiny", version: "1.0.0", digest: "ab".repeat(32) },
  translation: "caption",
  settings: { seed: 7, limit: 16, temperature: 0.2, guidance: 1, retrieval: 0.9 },
  sections: [
    {
      id: "one",
      title: "One",
      about: "How it is measured.",
      seconds: 1.25,
      tables: [
        {
          title: "Table",
          columns: [
            { key: "share", label: "share", digits: 1, isShare: true, better: "higher" },
            { key: "error", label: "error", digits: 3, better: "lower" },
          ],
          rows: [
            { what: "samples | all", role: "measured", n: 16, values: { share: 0.5, error: 0.12345 } },
            { what: "chance", role: "floor", n: 16, values: { share: 0.01 } },
          ],
        },
      ],
      figures: [{ file: "one.svg", caption: "A figure.", data: "<svg/>" }],
    },
  ],
  machine: { processor: "Abacus 9", cores: 2, threads: 0 },
  leftOut: [{ id: "two", title: "Two", reason: "needs a set" }],
  seconds: 2,
};

describe("the Markdown of a report", () => {
  const markdown = toMarkdown(report);

  it("the Markdown of a report gives every row its role and N, every table its seed, every column its direction", () => {
    assert.match(markdown, /\*\*Table\*\* \(seed 7\)/);
    assert.match(markdown, /\| what \| role \| N \| share ↑ \| error ↓ \|/);
    assert.match(markdown, /\| samples \\\| all \| measured \| 16 \| 50\.0 % \| 0\.123 \|/);
    assert.match(markdown, /\| chance \| floor \| 16 \| 1\.0 % \| – \|/);
  });

  it("the Markdown of a report says which pack, set, seed, limit and machine the numbers are of", () => {
    assert.match(markdown, /Seed 7, at most \d+ images a row\. .* 2 s in all on Abacus 9, 2 cores, all threads\./);
  });

  it("the Markdown of a report shows the figures, the time of each section, and what was left out with the reason", () => {
    assert.match(markdown, /!\[one\]\(one\.svg\)\n\n\*A figure\.\*/);
    assert.match(markdown, /\| One \| 1\.3 \|/);
    assert.match(markdown, /- Two: needs a set/);
  });
});

describe("publishing a report", () => {
  it("publishing a report writes Markdown, JSON and figures, the JSON without the figures' bytes", async () => {
    const out = join(folder, "whole");
    await publishReport(report, out);
    assert.deepEqual((await readdir(out)).sort(), ["one.svg", "report.json", "report.md"]);
    const json = JSON.parse(await readFile(join(out, "report.json"), "utf8")) as Report;
    assert.equal(json.sections[0]!.tables[0]!.rows[0]!.values["error"], 0.12345);
    assert.deepEqual(json.sections[0]!.figures, [{ file: "one.svg", caption: "A figure." }]);
  });

  it("publishing a report replaces an earlier report as a whole, and leaves no folder beside it", async () => {
    const home = join(folder, "again");
    await mkdir(home);
    await publishReport(report, join(home, "out"));
    await publishReport({ ...report, sections: [] }, join(home, "out"));
    assert.deepEqual(await readdir(home), ["out"]);
    assert.deepEqual((await readdir(join(home, "out"))).sort(), ["report.json", "report.md"]);
  });

  it("publishing a report refuses a folder with other files and leaves it alone", async () => {
    const home = join(folder, "precious");
    await mkdir(home);
    await writeFile(join(home, "thesis.txt"), "years of work");
    await assert.rejects(publishReport(report, home), {
      code: "config_invalid",
      message: /--out: expected a new folder/,
    });
    await assert.rejects(requireReplaceable(join(home, "thesis.txt")), { code: "config_invalid" });
    assert.deepEqual(await readdir(home), ["thesis.txt"]);
  });

  it("publishing a report refuses an earlier report with other files beside it, and a folder without a name", async () => {
    const home = join(folder, "mixed");
    await publishReport(report, home);
    await writeFile(join(home, "thesis.txt"), "years of work");
    const others = /--out: expected a new folder or an earlier report at .*mixed, got one with 1 other files/;
    await assert.rejects(publishReport(report, home), { code: "config_invalid", message: others });
    assert.deepEqual((await readdir(home)).sort(), ["one.svg", "report.json", "report.md", "thesis.txt"]);
    await assert.rejects(requireReplaceable(""), { message: '--out: expected the name of a folder, got ""' });
  });

  it("publishing a report leaves the earlier report and no half folder when writing fails", async () => {
    const home = join(folder, "failing");
    await mkdir(home);
    await publishReport(report, join(home, "out"));
    const [section] = report.sections;
    const broken = {
      ...report,
      sections: [{ ...section!, figures: [{ file: "no/such/place.png", caption: "", data: "" }] }],
    };
    await assert.rejects(publishReport(broken, join(home, "out")));
    assert.deepEqual(await readdir(home), ["out"]);
    assert.match(await readFile(join(home, "out", "report.md"), "utf8"), /A figure/);
  });
});

describe("figures", () => {
  it("figures put tiles in rows and columns over a checkerboard", async () => {
    const red = new Float32Array(4 * 4).fill(0).map((_, at) => (at < 4 || at >= 12 ? 1 : 0));
    const { rgba, widthPx, heightPx } = await decodeRgba(await tileSheet([[red, undefined], [red]], 2));
    assert.deepEqual([widthPx, heightPx], [4 + 2 * 6, 4 + 2 * 6]);
    const pixel = (x: number, y: number): number[] => [
      ...rgba.subarray((y * widthPx + x) * 4, (y * widthPx + x) * 4 + 4),
    ];
    assert.deepEqual(pixel(4, 4), [255, 0, 0, 255]);
    assert.deepEqual(pixel(4, 10), [255, 0, 0, 255]);
    assert.deepEqual(pixel(10, 4), [255, 255, 255, 255]);
  });

  it("figures write headings over their columns and enlarge tiles that are too small to see", async () => {
    const black = new Float32Array(4 * 4).map((_, at) => (at < 12 ? 0 : 1));
    const bare = await decodeRgba(await tileSheet([[black]], 2));
    const { rgba, widthPx, heightPx } = await decodeRgba(await tileSheet([[black]], 2, { headings: ["one\ntwo"] }));
    assert.deepEqual([bare.widthPx, widthPx], [2 + 8, 96 + 8]);
    const darkIn = (fromRow: number, toRow: number): number =>
      rgba.subarray(fromRow * widthPx * 4, toRow * widthPx * 4).filter((value) => value < 128).length;
    const headPx = heightPx - 96 - 8;
    assert.ok(darkIn(0, headPx) > 0, "a heading");
    assert.equal(darkIn(heightPx - 96 - 4, heightPx - 4), 3 * 96 * 96);
  });

  it("figures draw a curve through its points, also when all values are equal", () => {
    const chart = curveChart(
      [
        {
          label: "a < b",
          points: [
            [0, 1],
            [1, 1],
          ],
        },
      ],
      "guidance",
      "gain",
    );
    assert.match(chart, /^<svg [^>]+>/);
    assert.match(chart, /<polyline points="[\d., ]+"/);
    assert.ok(!chart.includes("a &#60; b"), "one curve needs no name");
    assert.ok(!chart.includes("NaN"));
  });

  it("figures name curves where there are several, on one axis of round numbers that encloses all", () => {
    const points = [
      [0, 3.7],
      [1, 19.2],
    ] as const;
    const chart = curveChart(
      [
        { label: "a < b", points },
        { label: "c", points: points.map(([x, y]) => [x, -y] as const) },
      ],
      "guidance",
      "gain",
    );
    assert.match(chart, /a &#60; b/);
    const ticks = [...chart.matchAll(/text-anchor="end" fill="#444">([^<]+)</g)].map(([, text]) => Number(text));
    assert.deepEqual(ticks, [-20, -10, 0, 10, 20, 30]);
  });
});

it("a goal that is just reached is met, whatever the last digits of the difference say", () => {
  assert.equal(atLeast("points", 1, 100 * (0.69 - 0.74), -5).values["isMet"], 1);
  assert.equal(atLeast("points", 1, -5.01, -5).values["isMet"], 0);
  assert.equal(atMost("points", 1, 0.1 + 0.2, 0.3).values["isMet"], 1);
  assert.equal(atMost("points", 1, 0.31, 0.3).values["isMet"], 0);
});
