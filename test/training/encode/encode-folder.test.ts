/** From a folder to a training set: threads that encode start, and experts open, while images are still read, and no thread is left, however it ends. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { TrainingRandom } from "../../../server/flow/random.ts";
import { encodePng } from "../../../server/images/codec.ts";
import { selectTranslation } from "../../../server/manifest/pack-draft.ts";
import { digestExperts } from "../../../server/packs/publish.ts";
import { encodeFolder, type FolderProgress } from "../../../server/training/encode/encode-folder.ts";
import { openSetExperts } from "../../../server/training/encode/pack-experts.ts";
import { writeFiles } from "../../fixtures/image-folder.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { tinyFullDraft, tinySizePx, writeTinyPack } from "../../fixtures/tiny-pack.ts";

const root = temporaryFolder("encode-folder");
const { pack } = await writeTinyPack(join(root, "full"), tinyFullDraft);
const draft = selectTranslation(tinyFullDraft);
const source = { pack, draft, files: await digestExperts(pack, draft) };
const experts = await openSetExperts(source, { threads: 1 });

/** As few as a team starts for, and a part. */
const count = 262;

/** Pictures of noise, `different` of them before they come again. */
async function writeNoise(folder: string, different = count): Promise<string> {
  const files: Record<string, Uint8Array> = {};
  for (let index = 0; index < count; index += 1) {
    const random = new TrainingRandom(index % different, 0, "order");
    const rgba = Uint8Array.from({ length: 4 * tinySizePx ** 2 }, (_, at) => (at % 4 === 3 ? 255 : random.below(256)));
    // Captions, which numbers are no part of.
    const name = [index % 26, Math.floor(index / 26)].map((letter) => String.fromCharCode(97 + letter)).join(" ");
    files[`${name}.png`] = await encodePng(rgba, tinySizePx, tinySizePx);
  }
  return writeFiles(join(root, folder), files);
}

const started: Worker[] = [];
const onWorker = (worker: Worker): void => void started.push(worker);
before(() => void process.on("worker", onWorker));
after(() => void process.off("worker", onWorker));
const running = (): number => started.filter(({ threadId }) => threadId !== -1).length;

let sets = 0;
const encode = (
  folder: string,
  onProgress?: (progress: FolderProgress) => void,
  {
    signal,
    openExperts = async () => experts,
    set = join(root, `set-${sets++}`),
  }: { signal?: AbortSignal; openExperts?: (threads: number) => Promise<typeof experts>; set?: string } = {},
) =>
  encodeFolder({
    ...{ folder, set, sizePx: tinySizePx, source, threads: 2, openExperts, onProgress },
    signal,
  });

describe("encoding a folder", async () => {
  const folder = await writeNoise("noise");

  it("encoding a folder starts a thread for each other core and opens experts while it reads, reports every row in order, and ends its threads", async () => {
    started.length = 0;
    const reported: FolderProgress[] = [];
    const opened: Array<{ readonly threads: number; readonly read: number }> = [];
    let runningAtLast = 0;
    const onProgress = (progress: FolderProgress): void => {
      reported.push(progress);
      if (progress.stage === "reading" && progress.done === progress.total) runningAtLast = running();
    };
    const openExperts = async (threads: number): Promise<typeof experts> => {
      opened.push({ threads, read: reported.at(-1)?.done ?? 0 });
      return experts;
    };
    const { images, set, captions } = await encode(folder, onProgress, { openExperts });
    assert.equal(runningAtLast, 1);
    assert.equal(started.length, 1);
    assert.equal(running(), 0);
    assert.equal(opened.length, 1);
    assert.equal(opened[0]!.threads, 1);
    assert.ok(opened[0]!.read < count / 2, `${opened[0]!.read}`);
    assert.equal(images.usable, count);
    assert.equal(captions.length, count);
    assert.equal(set.latents.length, count * experts.target.latentDims);
    for (const stage of ["reading", "encoding"] as const) {
      const done = reported.filter((progress) => progress.stage === stage).map((progress) => progress.done);
      assert.ok(done.every((rows, at) => rows >= (done[at - 1] ?? 0)) && done.length > 4, `${stage}: ${done}`);
      assert.equal(done.at(-1), reported.findLast((progress) => progress.stage === stage)!.total);
    }
  });

  it("encoding a folder opens experts for a team too where the folder was read before", async () => {
    const set = join(root, "read before");
    const opened: number[] = [];
    const openExperts = async (threads: number): Promise<typeof experts> => {
      opened.push(threads);
      return experts;
    };
    const first = await encode(folder, undefined, { openExperts, set });
    await rm(join(set, ".encoded"), { recursive: true });
    started.length = 0;
    const second = await encode(folder, undefined, { openExperts, set });
    assert.deepEqual([opened, started.length], [[1, 1], 1]);
    assert.deepEqual(second.images, first.images);
    // What is encoded already needs no thread.
    const third = await encode(folder, undefined, { openExperts, set });
    assert.equal(started.length, 1);
    assert.deepEqual(third.set, second.set);
  });

  it("encoding a folder waits for experts that are being opened before it refuses or stops", async () => {
    let hasOpened = false;
    const abort = new AbortController();
    const openExperts = async (): Promise<typeof experts> => {
      abort.abort();
      await new Promise((resolve) => setTimeout(resolve, 300));
      hasOpened = true;
      return experts;
    };
    await assert.rejects(encode(folder, undefined, { openExperts, signal: abort.signal }), { name: "AbortError" });
    assert.equal(hasOpened, true);
  });

  it("encoding a folder leaves no thread when the folder is refused, when it is stopped, and when experts do not open", async () => {
    const alike = await writeNoise("alike", 3);
    const abort = new AbortController();
    const stopAt = ({ done }: FolderProgress): void => {
      if (done > count / 2) abort.abort();
    };
    const fault = new Error("no experts");
    const openExperts = (): Promise<never> => Promise.reject(fault);
    for (const [ending, expected] of [
      [() => encode(alike), { code: "dataset_invalid" }],
      [() => encode(folder, stopAt, { signal: abort.signal }), { name: "AbortError" }],
      [() => encode(folder, undefined, { openExperts }), fault],
    ] as const) {
      started.length = 0;
      await assert.rejects(ending(), expected);
      assert.equal(started.length, 1);
      assert.equal(running(), 0);
    }
  });
});
