/**
 * A stroke icon on the canvas that is restyled in the style which it has: the built main code in QuickJS, the window's plan and the
 * server's vectors, with the icon's own picture as the answer.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { afterEach, before, beforeEach, test } from "node:test";
import type { UploadedIcon } from "../../../plugin/ui/plans/edits.ts";
import { upright } from "../../../plugin/ui/plans/icons.ts";
import { planRedrawnIcons } from "../../../plugin/ui/plans/redraw.ts";
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

/** Restyles the icon, whose answer looks like it. @param change of the request's nodes */
async function restyled(turn: string, change: (nodes: string) => string) {
  const id = machine.evaluate<string>(`(() => { const node = figma.createNodeFromSvg(${JSON.stringify(bell)});
    ${turn}; sim.select([node.id]); figma.commitUndo(); return node.id; })()`);
  const given = strokesIn(id);
  send({ type: "read-icons", readId: 1 });
  const icon = upright(lastSent<{ icons: SeenIcon[] }>().icons[0]!);
  const uploaded: UploadedIcon = { icon, digest: "0".repeat(64) };
  const [job] = planRedrawnIcons(defaultForm, translation, [uploaded], { style: "outline" });
  const request = ResolvedRequestSchema.parse(job!.input);
  const { drawing } = request.condition;
  assert.ok(drawing && "nodes" in drawing && drawing.nodes !== undefined, "its paths are sent");
  drawing.nodes = change(drawing.nodes);
  const pixels = toStraightRgba(await renderSvg(icon.svg!, sidePx), sidePx);
  const made = await vectorise(pixels, vectorOptionsOf(request));
  const image = { key: "k", vector: contentOf(made.svg, job!.vector!, job!.sizesPx) };
  send({
    type: "apply",
    applyId: 1,
    artboards: [{ caption: "", images: [image] }],
    target: { kind: "replace", nodeIds: job!.nodeIds, scaleMode: "FILL" },
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
    const { given, made, after } = await restyled(turn, (nodes) => nodes);
    assert.equal(made.hasOwnNodes, true);
    assert.equal(given.length, 3);
    assert.deepEqual(shown(after), shown(given));
  });

test("an export that can't be read is traced", async () => {
  for (const wrong of ["<svg", "no drawing"]) {
    const { made } = await restyled("", () => wrong);
    assert.equal(made.hasOwnNodes, undefined);
    assert.ok(made.layers.length > 0);
  }
});
