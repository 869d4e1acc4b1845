/** Restyle of icons in their own layers: what stays an image, and what becomes a vector. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { UploadedIcon } from "../../../../plugin/ui/plans/edits.ts";
import { planRestyle, showsOwnStyle, upright } from "../../../../plugin/ui/plans/icons.ts";
import { iconsOf } from "../../../../plugin/ui/plans/prepare.ts";
import { planRedrawnIcons } from "../../../../plugin/ui/plans/redraw.ts";
import { effectOf, nameOfLayer } from "../../../../plugin/ui/run/applied-set.ts";
import { defaultForm } from "../../../../plugin/ui/state/form.ts";
import { initialState, type State } from "../../../../plugin/ui/state/state.ts";
import { limits } from "../../../../shared/limits.ts";
import { testMeta } from "../../contract/contract-server.ts";

const translation = testMeta.packs[0]!.translations[0]!;
const icons = [
  { icon: { nodeId: "1:1", nodeName: "photo", provenance: "", imageHash: "h" }, digest: "a" },
  { icon: { nodeId: "1:2", nodeName: "vector", provenance: "", svg: "<svg/>" }, digest: "b" },
] as unknown as readonly UploadedIcon[];
const plans = [
  (vector?: object) => planRestyle(defaultForm, translation, icons, vector),
  (vector?: object) => planRedrawnIcons(defaultForm, translation, icons, { style: "flat" }, vector),
];

test("a restyled image stays an image and a vector a vector, each in its own layer", () => {
  for (const plan of plans) {
    const jobs = plan();
    assert.deepEqual(
      jobs.map(({ nodeIds, input, vector }) => [nodeIds, input.format, vector]),
      [
        [["1:1"], undefined, undefined],
        [["1:2"], "svg", {}],
      ],
    );
  }
});

test("a vector's paths go beside its picture to servers that know the field, unless they are long or hold pictures", () => {
  const sent = (svg: string | undefined, hasNodes: true | undefined) => {
    const icon = { ...icons[1]!.icon, svg } as UploadedIcon["icon"];
    const [job] = planRedrawnIcons(
      defaultForm,
      { ...translation, ...(hasNodes && { hasNodes }) },
      [{ icon, digest: "a" }],
      {
        style: "flat",
      },
    );
    return job!.input.condition.drawing;
  };
  const path = '<svg><path d="M1 1h2"/></svg>';
  assert.deepEqual(sent(path, true), { image: "a", nodes: path });
  for (const other of [undefined, path.replace("h2", "h2".repeat(5000)), path.replace("<path", "<image/><path")])
    assert.deepEqual(sent(other, true), { image: "a" });
  assert.deepEqual(sent(path, undefined), { image: "a" }, "an older server refuses the field");
  const bytes = 2 * limits.familyMax * limits.nodesMaxBytes;
  assert.ok(bytes + 2 * limits.familyMax * 16 * 70 < limits.batchJsonMaxBytes, "all of a selection fit in one batch");
});

test("one badge is requested on all icons that are restyled, where the translation reads words", () => {
  const form = { ...defaultForm, caption: " with a  heart " };
  for (const { input } of planRedrawnIcons(form, { ...translation, conditions: ["drawing", "caption"] }, icons, {
    style: "flat",
  }))
    assert.equal(input.condition.caption, "with a heart");
  for (const { input } of planRedrawnIcons(form, { ...translation, conditions: ["drawing"] }, icons, { style: "flat" }))
    assert.equal("caption" in input.condition, false);
});

test("turned icons are sent in their own px where the drawing is put back, and as they look where it is not", () => {
  const svg = `<svg width="20" height="40" viewBox="0 0 20 40"></svg>`;
  const icon = { ...icons[1]!.icon, svg, turn: [0, 1, -1, 0] as const, widthPx: 40, heightPx: 20 };
  const sent = (change: Partial<State>) => iconsOf({ ...initialState, scene: { icons: [icon] }, ...change })[0]!.svg!;
  const inPlace = { ...defaultForm, vectorsGo: "in-place" as const };
  const changes = [{ work: "restyle" }, { work: "redraw-part" }, { work: "vectorise", form: inPlace }] as const;
  for (const change of changes) assert.match(sent(change), /^<svg [^>]*width="40" height="20".*matrix\(0 1 -1 0 0 0\)/);
  for (const work of ["vectorise", "components"] as const) assert.equal(sent({ work }), svg);
  const line = { ...icon, svg: svg.replaceAll("20", "2"), heightPx: 0 };
  assert.match(upright(line).svg!, /^<svg [^>]*viewBox="0 0 42 2"/, "with its stroke");
});

test("inserted as vectors, restyled images are traced too, all in the chosen colours", () => {
  const palette = ["#0b3954", "#ff5a5f"];
  for (const plan of plans)
    for (const { input, vector } of plan({ palette })) {
      assert.deepEqual([input.format, input.palette, vector], ["svg", palette, { palette }]);
    }
});

test("icons that show the chosen style are known while they alone are what would be restyled", () => {
  const shows = (nodeIds: readonly string[], style = "#a1") =>
    showsOwnStyle({
      ...initialState,
      form: { ...defaultForm, style },
      taken: { styleId: "a1", nodeIds: ["1:1", "1:2"] },
      scene: { icons: nodeIds.map((nodeId) => ({ ...icons[0]!.icon, nodeId })) },
    });
  assert.deepEqual([shows(["1:1", "1:2"]), shows(["1:2"])], [true, true]);
  assert.deepEqual([shows(["1:2", "1:3"]), shows([]), shows(["1:1"], "flat")], [false, false, false]);
  assert.equal(showsOwnStyle(initialState), false);
});

test("a layer that was deleted meanwhile is called what was made for it is called", () => {
  const image = { key: "k", seed: 1, bytes: new Uint8Array(), url: "", isKept: true };
  const results = [
    {
      ...{ index: 0, title: "house", doubts: [], namedLabels: [] },
      images: [{ ...image, destination: { kind: "layer" as const, nodeId: "1:34" } }],
    },
  ];
  const state = { ...initialState, results };
  assert.deepEqual([nameOfLayer(state, "1:34"), nameOfLayer(state, "1:35")], ["house", "1:35"]);
});

test("before it runs, a command says whether it changes the selection, adds, or shows a preview first", () => {
  const settings = { ...initialState.settings, applyAutomatically: true };
  const effect = (change: Partial<State>) => effectOf({ ...initialState, settings, ...change });
  const inPlace = { ...defaultForm, vectorsGo: "in-place" as const };
  const withPreview = { ...settings, applyAutomatically: false };
  assert.equal(effect({ work: "caption-to-artboard" }), "addsNew");
  assert.equal(effect({ work: "restyle" }), "changesSelection");
  assert.deepEqual(
    [effect({ work: "vectorise" }), effect({ work: "vectorise", form: inPlace })],
    ["addsNew", "changesSelection"],
  );
  assert.equal(effect({ work: "restyle", settings: withPreview }), "previewsFirst");
  assert.equal(effect({ work: "recolour", settings: withPreview }), "changesSelection", "has none");
});
