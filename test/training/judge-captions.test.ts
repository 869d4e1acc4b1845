/** The style judge of trainings: whose style it names, what counts as better, and that a training from captions tells what it says. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { joinRows } from "../../server/engine/join-rows.ts";
import { adaptFlow } from "../../server/flow/adapt-flow.ts";
import { openBasePack, withoutLabelConditions } from "../../server/packs/base-pack.ts";
import { indexWidths, readIndexFile } from "../../server/retrieval/index-file.ts";
import { encodeFolder } from "../../server/training/encode/encode-folder.ts";
import { openCaptionJudge } from "../../server/training/judge-captions.ts";
import { createPreview } from "../../server/training/preview.ts";
import { isBetterThan, shareNamed } from "../../server/training/style/style-judge.ts";
import { trainTranslation } from "../../server/training/train-translation.ts";
import { writeBoxes } from "../fixtures/image-folder.ts";
import { tinyFullDraft, withRetrieval, writeTinyPack } from "../fixtures/tiny-pack.ts";

const root = await mkdtemp(join(tmpdir(), "tau-judge-"));
after(() => rm(root, { recursive: true }));
const { pack } = await writeTinyPack(join(root, "ship"), withRetrieval(tinyFullDraft));
const folder = await writeBoxes(join(root, "boxes"), 40);

test("a training is better than its start only with fewer nats and as many pictures that the judge names, where one judges", () => {
  for (const [nats, judge, isBetter] of [
    [0.9, 0.5, true],
    [0.9, 0.6, true],
    [0.9, 0.4, false],
    [1, 1, false],
    [1.1, 1, false],
  ] as const)
    assert.equal(isBetterThan({ nats: 1, judge: 0.5 }, { nats, judge }), isBetter, `${nats}, ${judge}`);
  assert.ok(isBetterThan({ nats: 1 }, { nats: 0.9 }));
});

test("the judge names what is nearer to a style than to any other, whatever all pictures have in common", () => {
  const at = (x: number, y: number): Float32Array => Float32Array.of(x, y, 100);
  const others = [at(1, 0), at(-1, 0), at(0, -1)];
  assert.equal(shareNamed([at(0.1, 2), at(-0.4, 0.5), at(0.9, 0.1), at(0, -3)], at(0, 1), others), 0.5);
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
  assert.equal(await (await judgeOf(alike))!(weights), 1);
  assert.equal(await (await judgeOf(first))!(weights), 0, "boxes look otherwise");
  assert.equal(await openCaptionJudge({ set, experts, index: undefined, measured, threads: 1 }), undefined);
});

test("a training from captions tells the judge's share before and after, in its result and in its pack", async () => {
  const result = await trainTranslation({
    ...{ folder, basePack: pack, name: "boxes", packs: join(root, "packs"), work: join(root, "work"), threads: 1 },
    settings: { steps: 20, batch: 16, learningRate: 0.02, warmupSteps: 5, evaluateEvery: 10, patience: 100 },
    isForced: true,
  });
  const { startNats, finalNats, startJudge, finalJudge, isBetter } = result;
  assert.ok([startJudge, finalJudge].every((share) => share! >= 0 && share! <= 1));
  const before = { nats: startNats, judge: startJudge };
  assert.equal(isBetter, isBetterThan(before, { nats: finalNats, judge: finalJudge }));
  const manifest = await readFile(join(result.pack!.folder, "manifest.json"), "utf8");
  const { metrics } = (JSON.parse(manifest) as { translations: Array<{ metrics: object }> }).translations[0]!;
  assert.deepEqual({ ...metrics, judge: finalJudge, startJudge }, metrics);
});
