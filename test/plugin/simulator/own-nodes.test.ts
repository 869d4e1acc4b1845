/**
 * A stroke icon on the canvas that is restyled in the style which it has, or in part drawn anew: the built main code in QuickJS, the
 * window's plan and the server's vectors, with a picture of the answer.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { afterEach, before, beforeEach, test } from "node:test";
import type { UploadedIcon } from "../../../plugin/ui/plans/edits.ts";
import { upright } from "../../../plugin/ui/plans/icons.ts";
import { planRedrawnIcons, planRedrawnPart } from "../../../plugin/ui/plans/redraw.ts";
import type { DrawJob } from "../../../plugin/ui/run/jobs.ts";
import { contentOf } from "../../../plugin/ui/run/vector-sets.ts";
import { defaultForm } from "../../../plugin/ui/state/form.ts";
import type { SeenIcon } from "../../../plugin/ui/state/state.ts";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import { toStraightRgba } from "../../../server/engine/pixels/pixels.ts";
import { renderSvg } from "../../../server/images/codec.ts";
import { vectorise } from "../../../server/vector/vectorise.ts";
import { ResolvedRequestSchema, vectorOptionsOf } from "../../../shared/contract/generations/generation-request.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { testMeta } from "../contract/contract-server.ts";
import { type Machine, startMachine } from "../main/virtual-machine.ts";

const bell = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="#1f2328" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="M6 17V9a6 6 0 0 1 12 0v8"/><path d="M4 17h16"/><path d="M10 20h4"/></svg>`;
const sidePx = 256;
const translation = { ...testMeta.packs[0]!.translations[0]!, hasNodes: true };

const outDir = temporaryFolder("own-nodes");
let machine: Machine;
before(async () => {
  await buildPlugin({ outDir });
});
beforeEach(async () => {
  machine = await startMachine(path.join(outDir, "plugin/main.js"));
  machine.open("restyle");
});
afterEach(() => machine.dispose());

const send = (message: object): void => machine.fromUi(JSON.stringify(message));
const lastSent = <T>(): T => machine.evaluate<T>("sent[sent.length - 1]");

/** A layer with a stroke: its path data, and its width in px. */
interface Stroke {
  readonly path: string;
  readonly weight: number;
}
const strokesIn = (id: string): Stroke[] =>
  machine.evaluate<Stroke[]>(
    `(function read(id) { const { type, vectorPaths = [], strokeWeight } = sim.tree.get(id);
      const own = type === "VECTOR" ? [{ path: vectorPaths.map(({ data }) => data).join(" "), weight: strokeWeight }] : [];
      return [...own, ...sim.tree.childrenOf(id).flatMap((child) => read(child.id))]; })("${id}")`,
  );

const planRestyled = (icon: UploadedIcon): DrawJob =>
  planRedrawnIcons(defaultForm, translation, [icon], { style: "outline" })[0]!;
const planPart = (icon: UploadedIcon): DrawJob =>
  planRedrawnPart(defaultForm, translation, icon, "1".repeat(64), undefined)[0]!;

interface Redrawn {
  /** Done to the layer before. */
  readonly turn?: string;
  readonly plan?: (icon: UploadedIcon) => DrawJob;
  /** Of the request's nodes. */
  readonly change?: (nodes: string) => string;
  /** Of the icon's SVG, of which the answer is the picture; absent: it looks like the icon. */
  readonly answer?: (svg: string) => string;
}

/** Draws the icon anew in its place. */
async function redrawn({ turn = "", plan = planRestyled, change = String, answer = String }: Redrawn) {
  const id = machine.evaluate<string>(`(() => { const node = figma.createNodeFromSvg(${JSON.stringify(bell)});
    ${turn}; sim.select([node.id]); figma.commitUndo(); return node.id; })()`);
  const given = strokesIn(id);
  send({ type: "read-icons", readId: 1 });
  const icon = upright(lastSent<{ icons: SeenIcon[] }>().icons[0]!);
  const uploaded: UploadedIcon = { icon, digest: "0".repeat(64) };
  const job = plan(uploaded);
  const request = ResolvedRequestSchema.parse(job.input);
  const { drawing } = request.condition;
  assert.ok(drawing && "nodes" in drawing && drawing.nodes !== undefined, "its paths are sent");
  drawing.nodes = change(drawing.nodes);
  const pixels = toStraightRgba(await renderSvg(answer(icon.svg!), sidePx), sidePx);
  const made = await vectorise(pixels, vectorOptionsOf(request));
  const image = { key: "k", vector: contentOf(made.svg, job.vector!, job.sizesPx) };
  send({
    type: "apply",
    applyId: 1,
    artboards: [{ caption: "", images: [image] }],
    target: { kind: "replace", nodeIds: job.nodeIds, scaleMode: "FILL" },
  });
  const after = machine.evaluate<string>("sim.tree.childrenOf(sim.tree.pageId)[0].id");
  return { given, made, after: strokesIn(after) };
}

/** Numbers to a hundredth of a px, as Figma shows them. */
const shown = (strokes: readonly Stroke[]) =>
  strokes.map(({ path: data, weight }) => [...data.match(/[\d.]+/g)!.map(Number), weight].map((px) => px.toFixed(2)));

for (const [what, turn] of [
  ["a stroke icon", ""],
  ["one that is turned on the page", "node.rotation = 90"],
] as const)
  test(`${what} has its own paths and strokes again when it is restyled in its own style`, async () => {
    const { given, made, after } = await redrawn({ turn });
    assert.equal(made.hasOwnNodes, true);
    assert.equal(given.length, 3);
    assert.deepEqual(shown(after), shown(given));
  });

test("an icon of which a part is drawn anew keeps its own paths and strokes elsewhere", async () => {
  const clapper = /<path[^>]*\/>(?=\s*(?:<\/g>\s*)*<\/svg>)/;
  const plus = `<path d="M0 0L2 2L4 0" stroke="#1f2328" stroke-width="2" stroke-linecap="round"/>`;
  const { given, made, after } = await redrawn({ plan: planPart, answer: (svg) => svg.replace(clapper, plus) });
  assert.equal(made.hasOwnNodes, true);
  assert.deepEqual(shown(after).slice(0, 2), shown(given).slice(0, 2));

  assert.ok(made.layers.some(({ name }) => name === "part"));
});

test("an older server, which refuses the field, gets no paths of an icon of which a part is drawn anew", () => {
  const icon = { nodeId: "1:1", nodeName: "bell", svg: bell } as SeenIcon;
  for (const hasNodes of [true, undefined]) {
    const { hasNodes: _, ...older } = translation;
    const told = hasNodes ? translation : older;
    const [job] = planRedrawnPart(defaultForm, told, { icon, digest: "0".repeat(64) }, "1".repeat(64), undefined);
    const drawing = "condition" in job!.input ? job!.input.condition.drawing : undefined;
    assert.equal("nodes" in drawing!, hasNodes === true);
  }
});

test("an export that can't be read is traced", async () => {
  for (const wrong of ["<svg", "no drawing"]) {
    const { made } = await redrawn({ change: () => wrong });
    assert.equal(made.hasOwnNodes, undefined);
    assert.ok(made.layers.length > 0);
  }
});
