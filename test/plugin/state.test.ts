/** The reducer, the plan of jobs, ranks and progress sentences: everything the UI decides without a browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../plugin/ui/failure.ts";
import { languages } from "../../plugin/ui/i18n/texts.ts";
import { captionProblem, captionsOf, formOf, planJobs, planRegeneration } from "../../plugin/ui/plan.ts";
import { describeStep, shareOf } from "../../plugin/ui/progress-text.ts";
import { rankByLikelihood } from "../../plugin/ui/run.ts";
import { type Action, initialState, keptImages, type ResultSet, reduce, type State } from "../../plugin/ui/state.ts";
import type { Provenance } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { defaultSettings } from "../../shared/messages.ts";

const provenance = (seed: number, caption = "a cat"): Provenance => ({
  format: 1,
  packId: "default",
  packDigest: "d",
  translation: "caption",
  condition: { caption, style: "flat" },
  seed,
  temperature: 0.5,
  guidance: 2,
  logLikelihood: -10,
});
const set = (caption: string, keys: readonly string[]): ResultSet => ({
  caption,
  images: keys.map((key, index) => ({
    key,
    rank: index + 1,
    natsPerDimension: 1,
    bytes: new Uint8Array(),
    url: "",
    isKept: true,
    nodeId: undefined,
    provenance: provenance(index),
  })),
});
const after = (...actions: Action[]): State => actions.reduce(reduce, initialState);
const empty = { texts: [], images: [] };
const started: Action = { type: "started", settings: defaultSettings, selection: empty, seed: 5 };
const run = (runId: number): Action => ({ type: "run-started", runId, seed: 1, caption: "a cat", total: 1 });

test("a late result of an earlier run never overwrites the newer one", () => {
  const newer = after(started, run(1), { type: "cancelled" }, run(2));
  assert.equal(reduce(newer, { type: "run-result", runId: 1, set: set("old", ["x"]) }), newer);
  assert.equal(reduce(newer, { type: "failed", runId: 1, failure: new Failure("internal", "") }), newer);
  assert.equal(reduce(newer, { type: "run-done", runId: 1 }), newer);
});

test("cancel leaves nothing: no run, no results, and what still arrives is ignored", () => {
  const state = after(
    started,
    run(1),
    { type: "run-result", runId: 1, set: set("a cat", ["x"]) },
    { type: "cancelled" },
  );
  assert.deepEqual([state.run, state.results, state.appliedCount], [undefined, [], 0]);
  assert.equal(reduce(state, { type: "run-result", runId: 1, set: set("a cat", ["y"]) }), state);
});

test("a failure ends the run and keeps the captions", () => {
  const typed = after(started, { type: "form", change: { captions: "a cat" } }, run(1));
  const state = reduce(typed, { type: "failed", runId: 1, failure: new Failure("unreachable", "") });
  assert.equal(state.run, undefined);
  assert.equal(state.failure?.code, "unreachable");
  assert.equal(state.form.captions, "a cat");
});

test("selected text layers become captions until a person writes own ones", () => {
  const texts = (...list: string[]): Action => ({
    type: "selection",
    selection: { texts: list.map((text, i) => ({ id: String(i), text })), images: [] },
  });
  const filled = after(started, texts("a cat", "a dog"));
  assert.equal(filled.form.captions, "a cat\na dog");
  assert.equal(reduce(filled, texts("a tree")).form.captions, "a tree");
  const edited = reduce(filled, { type: "form", change: { captions: "mine" } });
  assert.equal(reduce(edited, texts("a tree")).form.captions, "mine");
  assert.equal(reduce(reduce(edited, texts("a tree")), { type: "use-texts" }).form.captions, "a tree");
});

test("only ticked images are applied, and only the answer to the last apply counts", () => {
  const state = after(
    started,
    run(1),
    { type: "run-result", runId: 1, set: set("a cat", ["x", "y"]) },
    { type: "run-done", runId: 1 },
    { type: "keep", key: "x" },
    { type: "applying", applyId: 9 },
  );
  assert.deepEqual(
    keptImages(state).map(({ key }) => key),
    ["y"],
  );
  assert.equal(reduce(state, { type: "applied", applyId: 8, imageCount: 1 }), state);
  assert.equal(reduce(state, { type: "applied", applyId: 9, imageCount: 1 }).appliedCount, 1);
});

test("each line is a caption, and all share the seed", () => {
  const form = { ...formOf(defaultSettings, 42), captions: " a  cat \n\n a dog", style: "flat", count: 3 };
  const jobs = planJobs(form, { id: "caption" }, []);
  assert.deepEqual(captionsOf(form.captions), ["a cat", "a dog"]);
  assert.deepEqual(
    jobs.map(({ input }) => [input.condition, input.count, input.seed]),
    [
      [{ caption: "a cat", style: "flat" }, 3, 42],
      [{ caption: "a dog", style: "flat" }, 3, 42],
    ],
  );
});

test("captions that the server would refuse are found first", () => {
  assert.equal(captionProblem([]), "caption_empty");
  assert.equal(captionProblem(["x".repeat(501)]), "caption_too_long");
  assert.equal(captionProblem(["a cat", "🐈"]), "caption_unreadable");
  assert.equal(captionProblem(["猫"]), undefined);
});

test("regenerating layers keeps each one's caption and replaces exactly those layers", () => {
  const images = ["a cat", "a dog", "a cat"].map((caption, i) => ({
    id: `1:${i}`,
    isArtboard: false,
    provenance: JSON.stringify(provenance(i, caption)),
  }));
  const form = formOf(defaultSettings, 1);
  const plan = planRegeneration([...images, { id: "1:9", isArtboard: false, provenance: "broken" }], form);
  assert.ok(plan);
  assert.deepEqual([plan.form.captions, plan.form.style, plan.form.guidance], ["a cat\na dog", "flat", 2]);
  const jobs = planJobs(plan.form, { id: "caption" }, plan.replacements);
  assert.deepEqual(
    jobs.map(({ caption, nodeIds, input }) => [caption, nodeIds, input.count]),
    [
      ["a cat", ["1:0", "1:2"], 2],
      ["a dog", ["1:1"], 1],
    ],
  );
  assert.equal(planRegeneration([], form), undefined);
});

test("regenerating an artboard makes a new one", () => {
  const plan = planRegeneration(
    [{ id: "1:1", isArtboard: true, provenance: JSON.stringify(provenance(3)) }],
    formOf(defaultSettings, 1),
  );
  assert.deepEqual(plan?.replacements, []);
  assert.equal(plan?.form.captions, "a cat");
});

test("a job says how much of retrieval it wants only where a translation has some", () => {
  const form = { ...formOf(defaultSettings, 1), captions: "a cat\na dog" };
  const sent = (hasRetrieval: boolean | undefined, change = {}) =>
    planJobs({ ...form, ...change }, { id: "caption", hasRetrieval }, []).map(({ input }) =>
      "retrieval" in input ? input.retrieval : "absent",
    );
  assert.deepEqual(sent(true), [limits.retrievalDefault, limits.retrievalDefault]);
  assert.deepEqual(sent(true, { retrieval: 0 }), [0, 0]);
  assert.deepEqual([sent(false), sent(undefined)].flat(), new Array(4).fill("absent"));
});

test("regenerating restores the share of retrieval, and leaves the form's where a layer knows none", () => {
  const form = { ...formOf(defaultSettings, 1), retrieval: 0.3 };
  const planned = (made: Provenance) =>
    planRegeneration([{ id: "1:1", isArtboard: false, provenance: JSON.stringify(made) }], form)!;
  assert.equal(planned(provenance(1)).form.retrieval, 0.3);
  for (const retrieval of [0, 0.6]) {
    const plan = planned({ ...provenance(1), retrieval });
    assert.equal(plan.form.retrieval, retrieval);
    const [job] = planJobs(plan.form, { id: "caption", hasRetrieval: true }, plan.replacements);
    assert.deepEqual([job?.input.retrieval, job?.nodeIds], [retrieval, ["1:1"]]);
  }
});

test("settings that are saved leave the share of retrieval as it is in the form", () => {
  const state = after(
    started,
    { type: "form", change: { retrieval: 0.3 } },
    { type: "settings", settings: { ...defaultSettings, guidance: 3 } },
  );
  assert.deepEqual([state.form.retrieval, state.form.guidance], [0.3, 3]);
});

test("images are ranked by exact log-likelihood", () => {
  const ranks = rankByLikelihood([-5, -1, -3].map((logLikelihood, index) => ({ index, logLikelihood })));
  assert.deepEqual([...ranks].sort(), [
    [0, 3],
    [1, 1],
    [2, 2],
  ]);
});

test("progress says what is happening and never runs backwards", () => {
  const step = (stage: "waiting" | "translating" | "decoding", completed: number, position?: number) => ({
    stage: "server" as const,
    progress: { stage, completed, total: 8, ...(position === undefined ? {} : { position }) },
  });
  assert.equal(describeStep(languages.en, step("waiting", 0, 2)), "Waiting as number 3");
  assert.equal(describeStep(languages.en, step("translating", 4)), "Translating 4 of 8");
  const share = (index: number, inner: ReturnType<typeof step>) =>
    shareOf({ id: 1, caption: "", index, total: 2, step: inner }) ?? 0;
  const shares = [step("waiting", 0, 1), step("translating", 4), step("translating", 8), step("decoding", 8)].map((s) =>
    share(0, s),
  );
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  assert.ok(share(1, step("waiting", 0, 1)) >= shares.at(-1)!);
});
