/**
 * Renders the style data: `npm run render-styles` writes ../../.cache/styles/{images.rgba,images-256.rgba,index.jsonl,licences.json,licences.md}.
 * images.rgba is uint8 [row, 128, 128, 4], colour premultiplied by alpha; a part of the training rows is also in images-256.rgba at twice the size.
 * The index grows while it renders, so that a training can begin on the first rows. One broken file costs its own row alone.
 * `--cap`, `--held-cap`, `--styles` and `--per-style` bound the amount; `--first N` stops after N drawings,
 * `--continue` goes on behind the last row of an index that the same flags began.
 */
import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadEmoji } from "../concepts.mjs";
import { clipartDrawings, clipartSet } from "./clipart.mts";
import { collectVariants } from "./collect-variants.mts";
import { type Drawing, inOrder, planDrawings } from "./plan-drawings.mts";
import { hashUnit } from "./random.mts";
import type { RenderResult, RenderTask } from "./render-worker.mts";
import { sidePx } from "./svg.mts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values: flags } = parseArgs({
  options: {
    out: { type: "string", default: join(here, "../../.cache/styles") },
    sets: { type: "string", default: join(here, "../node_modules/@iconify/json") },
    clipart: { type: "string", default: join(here, "../../.cache/clipart") },
    cap: { type: "string", default: "640" },
    "held-cap": { type: "string", default: "150" },
    styles: { type: "string", default: "400" },
    "per-style": { type: "string", default: "160" },
    first: { type: "string", default: "Infinity" },
    "large-share": { type: "string", default: "0.1" },
    workers: { type: "string", default: "2" },
    continue: { type: "boolean", default: false },
  },
});
const batchSize = 48;

const startedMs = Date.now();
mkdirSync(flags.out, { recursive: true });
const { variants, sets, skipped } = collectVariants(flags.sets, {
  trained: Number(flags.cap),
  heldOut: Number(flags["held-cap"]),
});
const clipart = existsSync(flags.clipart) ? clipartDrawings(flags.clipart) : [];
if (clipart.length === 0) console.log(`no clip art: looked for a Debian package openclipart-svg in ${flags.clipart}`);
const planned = planDrawings(variants, loadEmoji(), Number(flags.styles), Number(flags["per-style"]));
const drawings = inOrder([...clipart, ...planned]).slice(0, Number(flags.first));
const heldOut = drawings.filter(({ split }) => split !== "train").length;
console.log(
  `${drawings.length} drawings, ${heldOut} held out, of ${new Set(drawings.map(({ variant }) => variant)).size} variants planned, ${Math.round((Date.now() - startedMs) / 1000)} s`,
);

const [imagesPath, largePath, indexPath] = ["images.rgba", "images-256.rgba", "index.jsonl"].map((file) =>
  join(flags.out, file),
) as [string, string, string];
if (!flags.continue) for (const path of [imagesPath, largePath, indexPath]) closeSync(openSync(path, "w"));

const lost: Record<string, number> = {};
const lose = (why: string): void => {
  lost[why] = (lost[why] ?? 0) + 1;
};
const seen = new Map<string, { split: string; variants: Set<string> }>();
const counts = new Map<string, number>();
let next = 0;
let done = 0;
let largeRows = 0;

/** Takes up what an earlier run wrote: its rows stay, and equal pictures are known by their digests. */
function takeUp(): void {
  const pixels = Buffer.alloc(4 * sidePx * sidePx);
  const images = openSync(imagesPath, "r");
  for (const line of readFileSync(indexPath, "utf8").split("\n")) {
    if (line === "") continue;
    const { row, largeRow, ...drawing } = JSON.parse(line) as Drawing & { row: number; largeRow?: number };
    if (drawings[row]?.id !== drawing.id)
      throw new Error(
        `index.jsonl, row ${row}: expected ${drawings[row]?.id}, got ${drawing.id}; the flags or the sets have changed`,
      );
    readSync(images, pixels, 0, pixels.length, row * pixels.length);
    remember(createHash("sha1").update(pixels).digest("base64"), drawing);
    next = Math.max(next, row + 1);
    largeRows = Math.max(largeRows, (largeRow ?? -1) + 1);
  }
  closeSync(images);
  console.log(`${next} rows taken up`);
}

/** Notes a picture that is in the index. */
function remember(digest: string, { split, variant, set }: Pick<Drawing, "split" | "variant" | "set">): void {
  const twin = seen.get(digest);
  seen.set(digest, { split: twin?.split ?? split, variants: (twin?.variants ?? new Set()).add(variant) });
  counts.set(set, (counts.get(set) ?? 0) + 1);
}

/** The next tasks; a drawing whose SVG cannot be written is lost here. */
function takeBatch(): RenderTask[] {
  const tasks: RenderTask[] = [];
  while (tasks.length < batchSize && next < drawings.length) {
    const row = next++;
    const drawing = drawings[row]!;
    const isLarge = drawing.split === "train" && hashUnit(`large|${drawing.id}`) < Number(flags["large-share"]);
    try {
      const svg = drawing.svgOf(isLarge ? 2 * sidePx : sidePx);
      tasks.push({ row, largeRow: isLarge ? largeRows++ : undefined, svg });
    } catch (error) {
      lose(error instanceof Error ? error.message.slice(0, 60) : "no SVG");
    }
  }
  return tasks;
}

/** Writes the index lines of a batch. Equal pictures of one variant stay once; a training picture that equals a held-out one is left out. */
function settle(tasks: readonly RenderTask[], results: readonly RenderResult[]): void {
  const lines: string[] = [];
  for (const { row, digest, reason } of results) {
    done += 1;
    const { svgOf: _, ...drawing } = drawings[row] as Drawing;
    if (digest === undefined) {
      lose((reason ?? "broken").slice(0, 60));
      continue;
    }
    const twin = seen.get(digest);
    if (twin?.variants.has(drawing.variant)) {
      lose("twice in one variant");
      continue;
    }
    if (twin && twin.split !== "train" && drawing.split === "train") {
      lose("equals a held-out picture");
      continue;
    }
    remember(digest, drawing);
    const largeRow = tasks.find((task) => task.row === row)?.largeRow;
    lines.push(JSON.stringify({ row, ...drawing, ...(largeRow === undefined ? {} : { largeRow }) }));
  }
  if (lines.length > 0) appendFileSync(indexPath, `${lines.join("\n")}\n`);
}

/** One process after another renders until nothing is left; what a process died of is tried once more, alone. */
async function work(): Promise<void> {
  let child = startWorker();
  const ask = async (tasks: RenderTask[]): Promise<void> => {
    const results = await answer(child, tasks);
    if (results) return settle(tasks, results);
    child = startWorker();
    if (tasks.length === 1) return settle(tasks, [{ row: tasks[0]!.row, reason: "ended the renderer" }]);
    for (const task of tasks) await ask([task]);
  };
  for (let tasks = takeBatch(); tasks.length > 0; tasks = takeBatch()) {
    await ask(tasks);
    if (done % (batchSize * 200) < batchSize)
      console.log(`${done} rendered, ${Math.round((Date.now() - startedMs) / 1000)} s`);
  }
  child.disconnect();
}

const startWorker = (): ChildProcess =>
  fork(join(here, "render-worker.mts"), [imagesPath, largePath, String(sidePx)], {
    execArgv: ["--import", "tsx"],
    serialization: "advanced",
    env: { ...process.env, UV_THREADPOOL_SIZE: "2" },
  });

/** What a worker says to a batch, or undefined when it ended instead. */
const answer = (child: ChildProcess, tasks: RenderTask[]): Promise<RenderResult[] | undefined> =>
  new Promise((resolve) => {
    const onExit = (): void => settleWith(undefined);
    const onMessage = (results: unknown): void => settleWith(results as RenderResult[]);
    const settleWith = (results: RenderResult[] | undefined): void => {
      child.off("exit", onExit).off("message", onMessage);
      resolve(results);
    };
    child.once("exit", onExit).once("message", onMessage);
    child.send(tasks);
  });

if (flags.continue) takeUp();
await Promise.all(Array.from({ length: Number(flags.workers) }, work));

const licences = [...sets, clipartSet].flatMap((set) => {
  const count = counts.get(set.set) ?? 0;
  return count === 0 ? [] : [{ ...set, drawings: count }];
});
writeFileSync(join(flags.out, "licences.json"), `${JSON.stringify({ sets: licences, skipped }, null, 2)}\n`);
const head = "| set | title | author | licence | drawings |\n| --- | --- | --- | --- | --: |\n";
writeFileSync(
  join(flags.out, "licences.md"),
  head +
    licences
      .map(
        (set) =>
          `| ${set.set} | ${set.title} | ${set.author} | [${set.licence}](${set.licenceUrl ?? ""}) | ${set.drawings} |\n`,
      )
      .join(""),
);
console.log({ rendered: done, lost, sets: licences.length, seconds: Math.round((Date.now() - startedMs) / 1000) });
