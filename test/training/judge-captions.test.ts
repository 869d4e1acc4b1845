/** The style judge of trainings: whose style it names, what counts as better, and that a training from captions tells what it says. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { joinRows } from "../../server/engine/join-rows.ts";
import { adaptFlow } from "../../server/flow/adapt-flow.ts";
import { openBasePack, withoutLabelConditions } from "../../server/packs/base-pack.ts";
import { indexWidths, readIndexFile } from "../../server/retrieval/index-file.ts";
import { encodeFolder } from "../../server/training/encode/encode-folder.ts";
import { openCaptionJudge } from "../../server/training/judge-captions.ts";
import { createPreview } from "../../server/training/preview.ts";
import { judgeCodes, worseBy } from "../../server/training/style/style-judge.ts";
import { trainTranslation } from "../../server/training/train-translation.ts";
import { writeBoxes } from "../fixtures/image-folder.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyFullDraft, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";

const root = temporaryFolder("judge");
const { pack } = await writeTinyPack(join(root, "ship"), withRetrieval(tinyFullDraft));
const folder = await writeBoxes(join(root, "boxes"), 40);

test("a training is better than its start only with fewer nats and no loss by the judge beyond a standard error, where one judges", () => {
  for (const [nats, before, after, fault] of [
    [0.9, 12, 12, undefined],
    [0.9, 24, 23, undefined],
    [0.9, 24, 22, "judge"],
    [0.9, 12, 9, undefined],
    [0.9, 12, 8, "judge"],
    [0.9, 0, 24, undefined],
    [1, 12, 24, "nats"],
    [1.1, 12, 8, "nats"],
  ] as const) {
    const judged = (count: number) => ({ share: count / 24, pictures: 24 });
    const found = worseBy({ nats: 1, judge: judged(before) }, { nats, judge: judged(after) });
    assert.equal(found, fault, `${nats}, ${before}, ${after}`);
  }
  const many = (share: number) => ({ share, pictures: 240 });
  assert.equal(worseBy({ nats: 1, judge: many(1) }, { nats: 0.9, judge: many(23 / 24) }), "judge", "of more pictures");
  assert.equal(worseBy({ nats: 1 }, { nats: 0.9 }), undefined);
});

test("the judge names what is nearer to a style than to any other, whatever all pictures have in common", () => {
  const at = (x: number, y: number): Float32Array => Float32Array.of(x, y, 100);
  const others = [at(1, 0), at(-1, 0), at(0, -1)];
  const judged = judgeCodes([at(0.1, 2), at(-0.4, 0.5), at(0.9, 0.1), at(0, -3)], at(0, 1), others);
  assert.deepEqual(judged, { share: 0.5, pictures: 4 });
});

test("the judge of captions names what has the look of the folder's images, and says nothing without drawings of other styles", async () => {
  const base = await openBasePack(pack);
  const draft = withoutLabelConditions(base.draft);
  const index = await readIndexFile(join(pack, draft.translation.retrieval!), indexWidths(base.flow.architecture));
  const { set, experts } = await encodeFolder({
    ...{ folder, set: join(root, "set"), sizePx: draft.target.imageSizePx, threads: 1 },
    source: { pack, draft, files: base.files },
  });
  const measured = ["caption"];
  const weights = adaptFlow(
    base.flow,
    set.conditions.map(({ name, dims }) => ({ name, dims })),
    1,
  );
  const first = { ...set, heldOutRows: set.heldOutRows.slice(0, 1) };
  const judgeOf = (of: typeof set) => openCaptionJudge({ set: of, experts, index, measured, threads: 1 });
  const preview = await createPreview(weights.architecture, first, experts.target, measured, 1);
  const drawn = await preview.draw(weights.tensors);
  await preview.dispose();
  assert.equal(drawn.length, 1);
  // A folder whose images look as what the flow draws of its caption.
  const values = drawn.map((image, at) => ({ kind: "image" as const, ...image, key: `drawn ${at}` }));
  const conditions = await Promise.all(
    set.conditions.map(async (condition) => {
      const { expert, entry } = experts.conditions.find(({ name }) => name === condition.name)!;
      if (entry.kind !== "image") return condition;
      const codes = joinRows([await expert.encodeForTraining(values)]);
      return { ...condition, table: { kind: "dense" as const, dims: expert.dims, values: codes } };
    }),
  );
  const alike = { ...first, conditions, trainRows: Int32Array.of(0) };
  assert.deepEqual(await (await judgeOf(alike))!(weights), { share: 1, pictures: 1 });
  assert.deepEqual(await (await judgeOf(first))!(weights), { share: 0, pictures: 1 }, "boxes look otherwise");
  assert.equal(await openCaptionJudge({ set, experts, index: undefined, measured, threads: 1 }), undefined);
});

test("a training from captions tells the judge's share before and after, in its result and in its pack", async () => {
  const result = await trainTranslation({
    ...{ folder, basePack: pack, name: "boxes", packs: join(root, "packs"), work: join(root, "work"), threads: 1 },
    settings: { steps: 20, batch: 16, learningRate: 0.02, warmupSteps: 5, evaluateEvery: 10, patience: 100 },
    isForced: true,
  });
  const { startNats, finalNats, startJudge, finalJudge, isBetter, images } = result;
  assert.ok([startJudge, finalJudge].every((share) => share! >= 0 && share! <= 1));
  const judged = (share?: number) => ({ share: share!, pictures: Math.min(24, images.heldOut) });
  const fault = worseBy({ nats: startNats, judge: judged(startJudge) }, { nats: finalNats, judge: judged(finalJudge) });
  assert.deepEqual([isBetter, result.worseBy], [fault === undefined, fault]);
  const manifest = await readFile(join(result.pack!.folder, "manifest.json"), "utf8");
  const { metrics } = (JSON.parse(manifest) as { translations: Array<{ metrics: object }> }).translations[0]!;
  assert.deepEqual({ ...metrics, judge: finalJudge, startJudge }, metrics);
});
