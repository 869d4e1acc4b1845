/**
 * Component sets of icons: a variant for each size and style, in a section where nothing is covered. All or nothing: what the editor
 * refuses leaves nothing behind.
 */
import { provenanceKey } from "../../../shared/messages/messages.ts";
import { type ComponentPlan, iconSizesPx, sizeKey } from "../../../shared/messages/vector-messages.ts";
import type { AppliedNode } from "../applied.ts";
import { loadBindings } from "../layers/bindings.ts";
import { findNode } from "../layers/layers.ts";
import { createVector, hasStrokes, rememberVector } from "../layers/vector-nodes.ts";
import { selectAdded } from "../read/selection.ts";
import { remember } from "../remember.ts";
import { createYield } from "../slices.ts";
import { findFreeSpot } from "./place.ts";
import { bringIntoSight, readObstacles } from "./place-artboards.ts";

const gapPx = 16;
const paddingPx = 24;
const widthPx = iconSizesPx.reduce<number>((sum, size) => sum + size + gapPx, gapPx);
const rowPx = Math.max(...iconSizesPx) + gapPx;

/** @param made every new node, for the way back */
export async function makeComponents(sets: readonly ComponentPlan[], made: SceneNode[]): Promise<AppliedNode[]> {
  const yieldToEditor = createYield();
  const page = figma.currentPage;
  const columns = Math.ceil(Math.sqrt(sets.length / 2)) || 1;
  const heights = sets.map(({ styles }) => styles.length * rowPx + gapPx);
  const cellPx = Math.max(...heights) + gapPx;
  const size = {
    width: 2 * paddingPx + columns * (widthPx + gapPx) - gapPx,
    height: 2 * paddingPx + Math.ceil(sets.length / columns) * cellPx - gapPx,
  };
  const spot = await findFreeSpot(
    size,
    figma.viewport.center,
    await readObstacles(page, yieldToEditor),
    80,
    yieldToEditor,
  );
  const section = figma.createSection();
  made.push(section);
  page.appendChild(section);
  section.name = "icon";
  section.x = spot.x;
  section.y = spot.y;
  section.resizeWithoutConstraints(size.width, size.height);
  for (const [index, plan] of sets.entries()) {
    const set = await makeSet(plan, section, made);
    set.resizeWithoutConstraints(widthPx, heights[index]!);
    set.x = paddingPx + (index % columns) * (widthPx + gapPx);
    set.y = paddingPx + Math.floor(index / columns) * cellPx;
    await yieldToEditor();
  }
  selectAdded(page, [section]);
  bringIntoSight(page, [section], { ...spot, ...size });
  return [{ id: section.id, imageHash: "" }];
}

async function makeSet(
  { name, description, styles }: ComponentPlan,
  section: SectionNode,
  made: SceneNode[],
): Promise<ComponentSetNode> {
  const components: ComponentNode[] = [];
  for (const { style, nodeId, content } of styles) {
    const source = await findNode(nodeId);
    const bound = await loadBindings(content.record.bindings);
    const provenance = source?.getPluginData(provenanceKey) ?? "";
    for (const sizePx of iconSizesPx) {
      const svg = content.fitted?.[sizePx] ?? content.svg;
      const frame = createVector({ ...content, svg }, { width: sizePx, height: sizePx }, bound, made);
      // It begins on the page in view, which may be another by now.
      section.appendChild(frame);
      if (source !== null) copyColours(source, frame);
      const component = figma.createComponentFromNode(frame);
      made.push(component);
      component.name = `Size=${sizePx}, Style=${style}`;
      component.setPluginData(sizeKey, String(sizePx));
      rememberVector(component, {
        key: "",
        vector: content,
        hasDrawings: source !== null && "drawings" in source.getRelaunchData(),
        ...(provenance === "" ? {} : { provenance: JSON.parse(provenance) }),
      });
      components.push(component);
    }
  }
  const set = figma.combineAsVariants(components, section);
  made.push(set);
  set.name = name;
  set.description = description;
  const first = components[0]?.getPluginData(provenanceKey) ?? "";
  remember(set, first === "" ? {} : { provenance: JSON.parse(first) });
  // Figma stacks the variants in the corner.
  for (const [index, component] of components.entries()) {
    const column = index % iconSizesPx.length;
    const sizePx = iconSizesPx[column]!;
    component.x = gapPx + iconSizesPx.slice(0, column).reduce<number>((sum, size) => sum + size + gapPx, 0);
    component.y = gapPx + Math.floor(index / iconSizesPx.length) * rowPx + (Math.max(...iconSizesPx) - sizePx) / 2;
  }
  return set;
}

/** The colours of the layer that the component is made from, of fills and strokes: they may have been changed or bound since. */
function copyColours(source: BaseNode, frame: FrameNode): void {
  const from = "children" in source ? (source.children as readonly SceneNode[]) : [];
  const isAlike =
    from.length === frame.children.length &&
    frame.children.every((child, at) => {
      const { type, name } = from[at]!;
      // Lines that became outlines have no colour of strokes any more.
      return type === "VECTOR" && name === child.name && (!hasStrokes(child) || hasStrokes(from[at]!));
    });
  if (!isAlike) return;
  for (const [index, child] of frame.children.entries()) {
    const { fills, strokes } = from[index] as VectorNode;
    if ("fills" in child && fills !== figma.mixed) child.fills = fills;
    if ("strokes" in child && hasStrokes(child)) child.strokes = strokes;
  }
}
