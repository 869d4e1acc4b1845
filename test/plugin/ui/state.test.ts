/** The reducer, the plan of jobs, ranks and progress sentences: everything the UI decides without a browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../../plugin/ui/client/failure.ts";
import { languages } from "../../../plugin/ui/i18n/texts.ts";
import {
  captionProblem,
  captionsOf,
  planCaptions,
  planMakeAgain,
  planRedraw,
  planReplacements,
} from "../../../plugin/ui/plans/captions.ts";
import { labelOf } from "../../../plugin/ui/plans/icons.ts";
import type { DrawJob } from "../../../plugin/ui/run/jobs.ts";
import { countOf, describeStep, shareOf } from "../../../plugin/ui/run/progress-text.ts";
import { enlargedImage, rankByLikelihood } from "../../../plugin/ui/run/result-sets.ts";
import type { Action } from "../../../plugin/ui/state/actions.ts";
import { defaultForm, type Form, readForm, withRecent } from "../../../plugin/ui/state/form.ts";
import { reduce } from "../../../plugin/ui/state/reduce.ts";
import type { ResultSet, Step } from "../../../plugin/ui/state/results.ts";
import { readSession, sessionOf } from "../../../plugin/ui/state/session.ts";
import { initialState, isEdited, keptImages, type State } from "../../../plugin/ui/state/state.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import { limits } from "../../../shared/limits.ts";
import { defaultSettings } from "../../../shared/messages/settings.ts";

test("a layer remembers of an upscale whether small text was left", () => {
  const rememberedOf = (letters: boolean) => {
    const request = { image: "d", scale: 2, detail: 0, clean: 1, letters, seed: 7, count: 1, variance: false };
    const upscale = { request, packDigest: "p" } as unknown as Parameters<typeof enlargedImage>[1];
    const job = { fills: [] } as unknown as Parameters<typeof enlargedImage>[0];
    const info = { kind: "hypothesis", index: 0, seed: 7 } as Parameters<typeof enlargedImage>[2];
    const { destination } = enlargedImage(job, upscale, info, new Uint8Array(), "key");
    return destination.kind === "fills" && destination.provenance;
  };
  const usual = { format: 1, scale: 2, detail: 0, clean: 1, seed: 7, packDigest: "p" };
  assert.deepEqual(rememberedOf(true), usual);
  assert.deepEqual(rememberedOf(false), { ...usual, letters: false });
});

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
const set = (title: string, keys: readonly string[], index = 0): ResultSet => ({
  index,
  title,
  generationId: `g-${title}`,
  doubts: [],
  namedLabels: [],
  images: keys.map((key, place) => ({
    key,
    seed: place,
    bytes: new Uint8Array(),
    url: "",
    isKept: true,
    destination: { kind: "artboard" },
    drawn: { rank: place + 1, natsPerDimension: 1, typicalityPercentile: 50, provenance: provenance(place) },
  })),
});
const after = (...actions: Action[]): State => actions.reduce(reduce, initialState);
const empty = { texts: [], images: [], layerCount: 0, key: "" };
const started: Extract<Action, { type: "started" }> = {
  type: "started",
  settings: defaultSettings,
  selection: empty,
  form: defaultForm,
  command: "caption-to-artboard",
  editor: "figma",
};
const job = (title: string, index = 0): DrawJob => ({
  kind: "draw",
  index,
  title,
  imageCount: 4,
  input: { condition: { caption: title } },
  nodeIds: [],
});
const run = (runId: number, titles = ["a cat"], isResumed = false): Action => ({
  type: "run-started",
  runId,
  jobs: titles.map(job),
  isResumed,
});

test("a late result of an earlier run never overwrites the newer one", () => {
  const newer = after(started, run(1), { type: "cancelled", missing: [] }, run(2));
  assert.equal(reduce(newer, { type: "run-result", runId: 1, set: set("old", ["x"]) }), newer);
  assert.equal(reduce(newer, { type: "failed", runId: 1, failure: new Failure("internal", "") }), newer);
  assert.equal(reduce(newer, { type: "run-done", runId: 1 }), newer);
});

test("cancel before anything is finished leaves nothing, and what still arrives is ignored", () => {
  const state = after(started, run(1), { type: "cancelled", missing: [job("a cat")] });
  assert.deepEqual([state.run, state.results, state.missing, state.wasCancelled], [undefined, [], [], false]);
  assert.equal(reduce(state, { type: "run-result", runId: 1, set: set("a cat", ["y"]) }), state);
});

test("cancel keeps what is finished, and the rest can be made afterwards or all be discarded", () => {
  const cancelled = after(
    started,
    run(1, ["a cat", "a dog"]),
    { type: "run-result", runId: 1, set: set("a cat", ["x"]) },
    { type: "cancelled", missing: [job("a dog", 1)] },
  );
  assert.deepEqual([cancelled.wasCancelled, cancelled.results.length, cancelled.missing.length], [true, 1, 1]);
  const resumed = reduce(cancelled, run(2, ["a dog"], true));
  assert.deepEqual([resumed.wasCancelled, resumed.results.length, resumed.missing.length], [false, 1, 0]);
  const complete = reduce(resumed, { type: "run-result", runId: 2, set: set("a dog", ["y"], 1) });
  assert.deepEqual(
    complete.results.map(({ title }) => title),
    ["a cat", "a dog"],
  );
  assert.deepEqual(reduce(cancelled, { type: "discarded" }).results, []);
});

test("a failure in the middle keeps what is finished and knows what is missing", () => {
  const state = after(
    started,
    run(1, ["a cat", "a dog"]),
    { type: "run-result", runId: 1, set: set("a cat", ["x"]) },
    { type: "failed", runId: 1, failure: new Failure("unreachable", ""), missing: [job("a dog", 1)] },
  );
  assert.deepEqual([state.results.length, state.missing.length, state.failure?.code], [1, 1, "unreachable"]);
});

test("results of the run before stay until a new one brings its first", () => {
  const before = after(
    started,
    run(1),
    { type: "run-result", runId: 1, set: set("a cat", ["x"]) },
    { type: "run-done", runId: 1 },
    run(2, ["a dog"]),
  );
  const failed = reduce(before, {
    type: "failed",
    runId: 2,
    failure: new Failure("unreachable", ""),
    missing: [job("a dog")],
  });
  assert.deepEqual([failed.results[0]?.title, failed.missing.length], ["a cat", 1]);
  const resumed = [run(3, ["a dog"], true), { type: "run-result", runId: 3, set: set("a dog", ["y"]) } as const].reduce(
    reduce,
    failed,
  );
  assert.deepEqual(
    resumed.results.map(({ title }) => title),
    ["a dog"],
  );
  const cancelled = reduce(before, { type: "cancelled", missing: [job("a dog")] });
  assert.deepEqual([cancelled.results[0]?.title, cancelled.missing, cancelled.wasCancelled], ["a cat", [], false]);
});

/** After a run that drew a cat. */
const drawnCat = (): State =>
  after(
    started,
    { type: "form", change: { captions: "a cat" } },
    run(1),
    { type: "run-result", runId: 1, set: set("a cat", ["x"]) },
    { type: "run-done", runId: 1 },
  );

test("another caption asks for other images than the last run, another size on the canvas does not", () => {
  const made = drawnCat();
  const isEditedBy = (change: Partial<Form>): boolean => isEdited(reduce(made, { type: "form", change }));
  assert.deepEqual(
    [
      { captions: "a dog" },
      { captions: "a cat" },
      { palette: "hex" },
      { tilePx: 32 },
      { insertAs: "image" as const },
    ].map(isEditedBy),
    [true, false, true, false, false],
  );
  assert.equal(isEdited(after(started)), false);
});

test("a seed asks for other images where it is fixed, chosen labels where they are others", () => {
  const made = after(started, { type: "form", change: { seed: 5, chosenLabels: { sun: "a", sea: "b" } } }, run(1));
  const isEditedBy = (change: Partial<Form>): boolean => isEdited(reduce(made, { type: "form", change }));
  assert.deepEqual([{ seed: 6 }, { isSeedFixed: true }, { seed: 6, isSeedFixed: true }].map(isEditedBy), [
    false,
    false,
    true,
  ]);
  assert.deepEqual(
    [{ sea: "b", sun: "a" }, { sun: "c", sea: "b" }, { sun: "a" }].map((chosenLabels) => isEditedBy({ chosenLabels })),
    [false, true, true],
  );
});

test("restored results are those of the form they were made with, and others asked for by another caption", () => {
  const typed = { type: "form", change: { captions: "a dog" } } as const;
  const made = drawnCat();
  const restart = (state: State): State => {
    const { form, asked } = readSession(JSON.parse(JSON.stringify(sessionOf(state))));
    const seeded = { ...form, seed: 77 };
    return after({ ...started, form: seeded }, { type: "restored", results: [set("a cat", ["x"])], asked });
  };
  assert.deepEqual([restart(made), reduce(restart(made), typed), restart(reduce(made, typed))].map(isEdited), [
    false,
    true,
    true,
  ]);
  const again = after(started, typed, { type: "restored", results: [set("a cat", ["x"])] });
  assert.equal(isEdited(again), false, "shown again from the history, to be added");
  assert.equal(isEdited(reduce(again, { type: "form", change: { captions: "a tree" } })), true);
});

test("another drawing asks for other images, on the pad or in the selection, and an empty pad for none", () => {
  const drawn = (svg: string): Action => ({ type: "drawn", drawn: { name: "pad", svg, strokes: [] } });
  const selected = (svg: string): Action => ({ type: "scene", scene: { drawing: { name: "a", svg } } });
  const sketch: Action = { type: "command", command: "sketch" };
  const ofPad = after(started, sketch, drawn("<svg>1</svg>"), run(1));
  const afterPad = [drawn("<svg>1</svg>"), drawn("<svg>2</svg>"), { type: "drawn", drawn: undefined } as const];
  assert.deepEqual(
    afterPad.map((action) => isEdited(reduce(ofPad, action))),
    [false, true, false],
  );
  const ofSelection = after(started, sketch, selected("<svg>1</svg>"), run(1));
  const afterSelection = [selected("<svg>1</svg>"), selected("<svg>2</svg>"), selected(""), drawn("<svg>3</svg>")];
  assert.deepEqual(
    afterSelection.map((action) => isEdited(reduce(ofSelection, action))),
    [false, true, false, true],
  );
});

/** A person, or the plugin itself, selects layers, and main reads their icons: those inside, or themselves. */
const selecting = (ids: readonly string[], isOwn = false, inside = ids): Action[] => [
  { type: "selection", selection: { ...empty, layerCount: ids.length, key: [...ids].sort().join(), isOwn } },
  {
    type: "scene",
    scene: {
      icons: inside.map((nodeId) => ({
        ...{ nodeId, nodeName: nodeId, widthPx: 8, heightPx: 8, provenance: "", vector: "", url: "" },
      })),
    },
  },
];

test("after a run on two layers, others, more and fewer ask for other images, but none at all do not", () => {
  const made = after(
    started,
    { type: "command", command: "restyle" },
    ...selecting(["1", "2"]),
    run(1),
    { type: "run-result", runId: 1, set: set("a cat", ["x"]) },
    { type: "run-done", runId: 1 },
  );
  const isEditedBy = (...ids: string[]): boolean => isEdited(selecting(ids).reduce(reduce, made));
  assert.deepEqual(
    [["1", "2"], ["2", "1"], [], ["2"], ["3"], ["1", "2", "3"]].map((ids) => isEditedBy(...ids)),
    [false, false, false, true, true, true],
  );
  // A layer of the selection that the run changed can't be read any more, or was replaced in its frame.
  assert.equal(isEdited(reduce(made, selecting(["1", "2"], false, ["2"])[1]!)), false);
  const filled = after(
    started,
    { type: "command", command: "fill-label" },
    ...[selecting(["1"])[0]!, { type: "scene", scene: { layers: [{ id: "1", name: "1" }] } } as const],
    run(1),
  );
  const other = [selecting(["2"])[0]!, { type: "scene", scene: { layers: [{ id: "2", name: "2" }] } } as const];
  assert.deepEqual([filled, other.reduce<State>(reduce, filled)].map(isEdited), [false, true]);
});

test("what the plugin selects when it adds vectors or components is no wish for others; what a person selects then is", () => {
  for (const command of ["vectorise", "components"] as const) {
    const added = after(
      started,
      { type: "command", command },
      ...selecting(["1", "2"]),
      run(1),
      { type: "run-result", runId: 1, set: set("a cat", ["x"]) },
      { type: "run-done", runId: 1 },
      { type: "applying", applyId: 9 },
      ...selecting(["7"], true, ["8", "9"]),
      { type: "applied", applyId: 9, imageCount: 1 },
    );
    assert.equal(isEdited(added), false, command);
    const states = [selecting(["3"]), selecting(["1"]), selecting(["1", "2"]), selecting(["7"], false, ["8", "9"])].map(
      (actions) => actions.reduce(reduce, added),
    );
    assert.deepEqual(states.map(isEdited), [true, true, false, false], command);
    // The next run is of its own selection alone.
    const again = [...selecting(["3"]), run(2), ...selecting(["7"])].reduce<State>(reduce, added);
    assert.equal(isEdited(again), true, command);
  }
});

test("what was applied and is gone again can be added again", () => {
  const applied = after(
    started,
    run(1),
    { type: "run-result", runId: 1, set: set("a cat", ["x"]) },
    { type: "run-done", runId: 1 },
    { type: "applying", applyId: 9 },
    { type: "applied", applyId: 9, imageCount: 1 },
  );
  assert.equal(reduce(applied, { type: "unapplied", applyId: 8 }), applied);
  const gone = reduce(applied, { type: "unapplied", applyId: 9 });
  assert.deepEqual([gone.appliedCount, gone.wasUnapplied, keptImages(gone).length], [0, true, 1]);
});

test("form and names of the last results survive a restart; a form from elsewhere becomes valid", () => {
  const state = after(
    started,
    { type: "form", change: { captions: "a cat", style: "flat", count: 8, tilePx: 32 } },
    run(1),
    { type: "run-result", runId: 1, set: set("a cat", ["x"]) },
  );
  const { form, results, isKept } = readSession(JSON.parse(JSON.stringify(sessionOf(state))));
  assert.deepEqual(form, state.form);
  assert.deepEqual([results, isKept], [[{ id: "g-a cat", title: "a cat" }], true]);
  assert.deepEqual(readSession(undefined), { form: defaultForm, asked: defaultForm, results: [], isKept: false });
  for (const stored of [null, 7, [], { count: 99, tilePx: 33, style: 4, depth: "deep", temperature: Number.NaN }])
    assert.deepEqual(readForm(stored), defaultForm);
});

test("every factor of upscaling is kept by a stored form, others are not", () => {
  for (const scale of [1, 2, 3, 4]) assert.equal(readForm({ scale }).scale, scale);
  assert.equal(readForm({ scale: 5 }).scale, defaultForm.scale);
});

test("styles that were chosen come first in the list, each once, and any style not at all", () => {
  const recent = ["a", "b", "c", "a", "d", "e", "f", ""].reduce(withRecent, [] as readonly string[]);
  assert.deepEqual(recent, ["f", "e", "d", "a", "c"]);
  assert.deepEqual(readForm({ recentStyles: ["a", 7] }).recentStyles, ["a"]);
});

test("settings that are saved leave the form as it is", () => {
  const state = after(
    started,
    { type: "form", change: { style: "emoji", count: 8, temperature: 0.6 } },
    { type: "settings", settings: { ...defaultSettings, token: "t" } },
  );
  assert.deepEqual([state.form.style, state.form.count, state.form.temperature], ["emoji", 8, 0.6]);
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
    selection: {
      texts: list.map((text, i) => ({ id: String(i), text })),
      images: [],
      layerCount: list.length,
      key: "",
    },
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

test("each line is a caption, all share the seed, and a line without words is left out", () => {
  const form = { ...defaultForm, seed: 42, captions: " a  cat \n\n🐈\n a dog", style: "flat", count: 3 };
  const jobs = planCaptions(form, { id: "caption" });
  assert.deepEqual(captionsOf(form.captions), ["a cat", "🐈", "a dog"]);
  assert.deepEqual(
    jobs.map(({ index, input }) => [index, input.condition, input.count, input.seed]),
    [
      [0, { caption: "a cat", style: "flat" }, 3, 42],
      [1, { caption: "a dog", style: "flat" }, 3, 42],
    ],
  );
});

test("captions that the server would refuse are found first", () => {
  assert.equal(captionProblem(""), "caption_empty");
  assert.equal(captionProblem("x".repeat(501)), "caption_too_long");
  for (const caption of ["🐈", "cat\u0000", "cat \udc00"]) assert.equal(captionProblem(caption), "caption_unreadable");
  assert.equal(captionProblem("猫"), undefined);
});

const layer = (id: string, made: Provenance) => ({ id, isArtboard: false, provenance: JSON.stringify(made) });

test("redrawing layers keeps each one's caption, draws a new seed, and replaces exactly those layers", () => {
  const images = ["a cat", "a dog", "a cat"].map((caption, i) => layer(`1:${i}`, provenance(i, caption)));
  const fixed = { ...defaultForm, isSeedFixed: true };
  const plan = planRedraw([...images, { id: "1:9", isArtboard: false, provenance: "broken" }], fixed);
  assert.ok(plan);
  const { captions, style, guidance, isSeedFixed } = plan.form;
  assert.deepEqual([captions, style, guidance, isSeedFixed], ["a cat\na dog", "flat", 2, false]);
  const jobs = planReplacements(plan.form, { id: "caption" }, plan.replacements);
  assert.deepEqual(
    jobs.map(({ title, nodeIds, input }) => [title, nodeIds, input.count]),
    [
      ["a cat", ["1:0", "1:2"], 2],
      ["a dog", ["1:1"], 1],
    ],
  );
  assert.equal(planRedraw([], defaultForm), undefined);
});

test("Redraw leaves the form to the person: it is what is kept, and comes back with the next command", () => {
  const own = { ...defaultForm, captions: "a house", temperature: 0.2, retrieval: 0.1, guidance: 1, isSeedFixed: true };
  const plan = planRedraw([layer("1:0", { ...provenance(1), retrieval: 0.9, diversity: 0 })], own)!;
  const redrawing = after(started, { type: "form", change: own }, { type: "redraw", ...plan });
  assert.deepEqual([redrawing.form.temperature, redrawing.form.retrieval, redrawing.form.diversity], [0.5, 0.9, 0]);
  assert.deepEqual(sessionOf(redrawing).form, own);
  const changes: Action[] = [
    { type: "form", change: { seed: 99 } },
    { type: "form", change: { guidance: 3 }, isByPerson: true },
    { type: "redraw", ...plan },
    { type: "stop-replacing" },
  ];
  const changed = changes.reduce(reduce, redrawing);
  assert.deepEqual(sessionOf(changed).form, { ...own, guidance: 3 }, "what was changed by hand is the person's");
  const next = reduce(changed, { type: "command", command: "sketch" });
  assert.deepEqual(next.form, { ...own, guidance: 3 });
  assert.equal(reduce(next, { type: "form", change: { seed: 7 } }).form.seed, 7);
});

test("texts that are taken from the selection while a Redraw has the form belong to the person's form", () => {
  const texts = (text: string): Action => ({
    type: "selection",
    selection: { texts: [{ id: "1", text }], images: [], layerCount: 1, key: "" },
  });
  const plan = planRedraw([layer("1:0", provenance(1))], defaultForm)!;
  const leave: Action = { type: "command", command: "sketch" };
  const redrawing = after(started, texts("a house"), { type: "redraw", ...plan }, texts("a tree"));
  assert.equal(redrawing.form.captions, "a cat", "what is redrawn stays");
  const next = reduce(redrawing, leave);
  assert.equal(next.form.captions, "a tree");
  assert.equal(reduce(next, texts("a boat")).form.captions, "a boat", "still nobody wrote any");
  assert.equal([{ type: "use-texts" } as const, leave].reduce(reduce, redrawing).form.captions, "a tree");
  const edited = after(started, { type: "form", change: { captions: "mine" } }, { type: "redraw", ...plan });
  assert.equal([texts("a tree"), leave].reduce(reduce, edited).form.captions, "mine");
  assert.equal([texts("a tree"), { type: "use-texts" } as const, leave].reduce(reduce, edited).form.captions, "a tree");
});

test("settings and history leave the pad as it was, and a mask while its icon is the same", () => {
  const show = (command: State["command"]): Action => ({ type: "command", command });
  const strokes = [{ colour: "#000000", width: 5, points: [[1, 2]] as const }];
  const drawn: Action = { type: "drawn", drawn: { name: "pad", svg: "<svg/>", strokes } };
  const icons = (imageHash: string): Action => {
    const icon = { nodeId: "1:1", nodeName: "i", imageHash, widthPx: 1, heightPx: 1, provenance: "", vector: "" };
    return { type: "scene", scene: { icons: [{ ...icon, url: Math.random().toString() }] } };
  };
  for (const interruption of ["settings", "history"] as const) {
    const sketched = after(started, show("sketch"), drawn, show(interruption), show("sketch"));
    assert.deepEqual(sketched.drawn?.strokes, strokes);
    assert.equal(reduce(reduce(sketched, show(interruption)), show("layout")).drawn, undefined);
    const masked = after(started, show("redraw-part"), icons("a"), drawn, show(interruption), show("redraw-part"));
    assert.deepEqual(reduce(masked, icons("a")).drawn?.strokes, strokes);
    assert.equal(reduce(masked, icons("b")).drawn, undefined, "another picture");
    const image = { key: "k", seed: 1, bytes: new Uint8Array(), url: "", isKept: true };
    const made: ResultSet = {
      ...{ index: 0, title: "i", doubts: [], namedLabels: [] },
      images: [{ ...image, destination: { kind: "layer", nodeId: "1:1" } }],
    };
    const redrawn = reduce({ ...masked, results: [made] }, icons("b"));
    assert.deepEqual(redrawn.drawn?.strokes, strokes, "for another answer");
  }
});

test("redrawing an artboard makes a new one", () => {
  const plan = planRedraw([{ ...layer("1:1", provenance(3)), isArtboard: true }], defaultForm);
  assert.deepEqual([plan?.replacements, plan?.form.captions], [[], "a cat"]);
});

test("layers that were filled with a label are redrawn with it", () => {
  const made = { ...provenance(3), condition: { label: "anchor" } };
  const plan = planRedraw([layer("1:1", made)], defaultForm);
  const [only] = planReplacements(plan!.form, { id: "caption" }, plan!.replacements);
  assert.deepEqual(only?.input.condition, { label: "anchor" });
});

test("an icon with a badge is redrawn and made again with it, and is no picture of the badge", () => {
  const condition = { caption: "add", drawing: { image: "1".repeat(64) }, style: "flat" };
  const made = { ...provenance(3), translation: "restyle", condition };
  const plan = planRedraw([layer("1:1", made)], defaultForm)!;
  assert.equal(plan.form.captions, "");
  const [only] = planReplacements(plan.form, { id: "restyle" }, plan.replacements);
  assert.deepEqual(only?.input.condition, condition);
  assert.deepEqual(planMakeAgain([layer("1:1", made)])[0]!.input.condition, condition);
  assert.equal(labelOf({ nodeName: "icons/house", provenance: JSON.stringify(made) }), "house");
});

test("making again requests exactly what made each image, a frame of a blend with its strip", () => {
  const frame = { index: 2, count: 5 };
  const source = { image: "1".repeat(64), condition: {} };
  const blend = { ...provenance(12), condition: {}, keepResidualOf: source, blendWith: source, frame };
  const [single, strip] = planMakeAgain([layer("1:1", { ...provenance(7), bestOf: 4 }), layer("1:2", blend)]);
  const { condition, seed, count } = single!.input;
  assert.deepEqual([condition, seed, count], [{ caption: "a cat", style: "flat" }, 7, 1]);
  assert.equal("bestOf" in single!.input, false, "the seed that won makes the image by itself");
  assert.deepEqual([strip!.input.seed, strip!.input.count, strip!.onlyIndex], [10, 5, 2]);
});

test("a job says how much of retrieval it wants only where a translation has some", () => {
  const form = { ...defaultForm, captions: "a cat\na dog" };
  const sent = (hasRetrieval: boolean | undefined, change = {}) =>
    planCaptions({ ...form, ...change }, { id: "caption", hasRetrieval }).map(({ input }) =>
      "retrieval" in input ? input.retrieval : "absent",
    );
  assert.deepEqual(sent(true), [limits.retrievalDefault, limits.retrievalDefault]);
  assert.deepEqual(sent(true, { retrieval: 0 }), [0, 0]);
  assert.deepEqual([sent(false), sent(undefined)].flat(), new Array(4).fill("absent"));
});

test("several images of one job shall differ where the server knows how, and each is made again with that", () => {
  const form = { ...defaultForm, captions: "a cat", count: 4 };
  const requested = { id: "caption", hasDiversity: true };
  const sent = (change: object, known: object = requested) =>
    planCaptions({ ...form, ...change }, { id: "caption", ...known })[0]!.input.diversity;
  assert.deepEqual(
    [sent({}), sent({ diversity: 0.6 }), sent({ diversity: 0 }), sent({ count: 1 })],
    [limits.diversityIdeas, 0.6, undefined, undefined],
  );
  assert.equal(sent({}, { hasDiversity: undefined }), undefined, "an older server refuses the field");
  const made = { ...provenance(7), diversity: 0.3 };
  assert.equal(planMakeAgain([layer("1:1", made)])[0]!.input.diversity, 0.3);
  const redrawn = planRedraw([layer("1:1", made)], form)!;
  assert.equal(
    planReplacements(redrawn.form, requested, redrawn.replacements)[0]!.input.diversity,
    0.3,
    "another idea",
  );
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
  assert.equal(describeStep(languages.en, step("translating", 4)), "Translating");
  const share = (done: number, total: number, inner: ReturnType<typeof step>) =>
    shareOf({ id: 1, title: "", done, total, imageCount: 8, step: inner }) ?? 0;
  const shares = [step("waiting", 0, 1), step("translating", 4), step("translating", 8), step("decoding", 8)].map((s) =>
    share(0, 1, s),
  );
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  assert.deepEqual([share(1, 4, step("translating", 8)), share(2, 4, step("waiting", 0, 1))], [0.25, 0.5]);
});

test("progress counts jobs, or the parts of a single job, and nothing where there is one thing to do", () => {
  const count = (done: number, total: number, step: Step) =>
    countOf({ id: 1, title: "", done, total, imageCount: 8, step });
  const enlarging = (stage: "waiting" | "upscaling", total: number): Step => ({
    stage: "upscaling",
    progress: { stage, completed: 3, total },
  });
  assert.deepEqual(count(1, 4, { stage: "sending" }), { i: 1, n: 4 });
  assert.deepEqual(count(0, 1, enlarging("upscaling", 24)), { i: 3, n: 24 });
  assert.deepEqual(count(0, 1, { stage: "fetching", completed: 1, total: 2 }), { i: 1, n: 2 });
  const uncounted: Step[] = [
    { stage: "fetching", completed: 0, total: 1 },
    enlarging("upscaling", 1),
    enlarging("waiting", 24),
    { stage: "uploading" },
  ];
  for (const step of uncounted) assert.equal(count(0, 1, step), undefined);
});
