/**
 * Colours of the selection's layers, and the same layers in other colours. Solid paints and the stops of gradients, of fills and strokes;
 * images stay. A layer that the editor refuses to change keeps all of its paints.
 */
import type { SkippedLayer } from "../../../shared/messages/layer-messages.ts";
import {
  type ColourChange,
  type SkippedIcon,
  type UsedColour,
  type VectorRecord,
  vectorKey,
} from "../../../shared/messages/vector-messages.ts";
import type { AppliedNode } from "../applied.ts";
import { iconsIn } from "../read/read-icons.ts";
import { createYield } from "../slices.ts";
import { type Bound, hexOf, loadBindings, rgbOf } from "./bindings.ts";
import { renameColours } from "./colour-layer-names.ts";
import { detailOf, isLocked } from "./layers.ts";

type Painted = SceneNode & MinimalFillsMixin & MinimalStrokesMixin;
const paintKeys = ["fills", "strokes"] as const;

/** Paints of a node by where they are; none of texts with several fills. */
const paintsOf = (node: SceneNode, key: (typeof paintKeys)[number]): readonly Paint[] => {
  const paints = key in node ? (node as Painted)[key] : [];
  return paints === figma.mixed ? [] : (paints as readonly Paint[]);
};

/** The artboard's own ground is no colour of its icons. */
const paintedIn = (selection: readonly SceneNode[]): readonly SceneNode[] =>
  selection.flatMap((node) => iconsIn(node, ({ children }) => children));

/** The layer and all that show inside it; a mask's colours don't. */
const layersIn = (node: SceneNode): SceneNode[] =>
  !node.visible || ("isMask" in node && node.isMask)
    ? []
    : [node, ...("children" in node ? node.children.flatMap(layersIn) : [])];

const coloursIn = (paint: Paint): readonly RGB[] =>
  paint.visible === false
    ? []
    : paint.type === "SOLID"
      ? [paint.color]
      : "gradientStops" in paint
        ? paint.gradientStops.map(({ color }) => color)
        : [];

export async function readColours(
  selection: readonly SceneNode[],
): Promise<{ used: readonly UsedColour[]; skipped: readonly SkippedIcon[] }> {
  const yieldToEditor = createYield();
  const shares = new Map<string, number>();
  const skipped: SkippedIcon[] = [];
  for (const node of paintedIn(selection)) {
    const before = shares.size;
    let hasColour = false;
    if (!node.removed && isLocked(node)) skipped.push({ nodeId: node.id, nodeName: node.name, reason: "locked" });
    else if (!node.removed)
      for (const layer of layersIn(node)) {
        if (layer.removed) continue;
        for (const key of paintKeys)
          for (const paint of paintsOf(layer, key)) {
            const colours = coloursIn(paint);
            for (const colour of colours) {
              hasColour = true;
              const share = (Math.max(1, layer.width) * Math.max(1, layer.height)) / colours.length;
              shares.set(hexOf(colour), (shares.get(hexOf(colour)) ?? 0) + share);
            }
          }
        const pause = yieldToEditor();
        if (pause !== undefined) await pause;
      }
    if (!node.removed && !hasColour && !isLocked(node) && shares.size === before)
      skipped.push({ nodeId: node.id, nodeName: node.name, reason: "not-vector" });
  }
  const used = [...shares].map(([hex, share]) => ({ hex, share })).sort((a, b) => b.share - a.share);
  return { used, skipped };
}

export interface Recoloured {
  /** Of the selection, and of icons in it. */
  readonly count: number;
  /** All layers whose paints changed. */
  readonly layers: readonly AppliedNode[];
  readonly skipped: readonly SkippedLayer[];
}

/** Gives every colour of the selection the one that the change for it names; one undo step is the caller's. */
export async function recolour(
  selection: readonly SceneNode[],
  changes: readonly ColourChange[],
  record: VectorRecord,
): Promise<Recoloured> {
  const yieldToEditor = createYield();
  const bound = await loadBindings(record.bindings);
  const byFrom = new Map(changes.map((change) => [change.from, change]));
  let changedCount = 0;
  const layers: AppliedNode[] = [];
  const skipped: SkippedLayer[] = [];
  for (const node of paintedIn(selection)) {
    if (node.removed) continue;
    const about = { nodeId: node.id, nodeName: node.name };
    if (isLocked(node)) {
      skipped.push({ ...about, reason: "locked", detail: "" });
      continue;
    }
    const before = layers.length;
    const changed: (readonly [SceneNode, readonly ColourChange[]])[] = [];
    for (const layer of layersIn(node)) {
      if (layer.removed) continue;
      if (isLocked(layer)) skipped.push({ nodeId: layer.id, nodeName: layer.name, reason: "locked", detail: "" });
      else
        try {
          const former = lookOf(layer);
          const own = changes.filter(({ from }) => hasColour(layer, from));
          if (recolourLayer(layer, byFrom, bound)) {
            changed.push([layer, own]);
            layers.push(unlike(layer, former));
            rememberColours(layer, node, record);
          }
        } catch (error) {
          skipped.push({ nodeId: layer.id, nodeName: layer.name, reason: "read-only", detail: detailOf(error) });
        }
      const pause = yieldToEditor();
      if (pause !== undefined) await pause;
    }
    if (layers.length === before) continue;
    renameColours(changed.filter(([{ removed }]) => !removed));
    changedCount++;
    if (showsOtherMode(node, bound)) skipped.push({ ...about, reason: "other-mode", detail: "" });
  }
  return { count: changedCount, layers, skipped };
}

const hasColour = (layer: SceneNode, hex: string): boolean =>
  paintKeys.some((key) =>
    paintsOf(layer, key).some((paint) => coloursIn(paint).some((colour) => hexOf(colour) === hex)),
  );

/** All paints of a layer, to see whether they are the former ones again. */
const lookOf = (node: BaseNode): string =>
  JSON.stringify(paintKeys.map((key) => ("visible" in node ? paintsOf(node, key) : [])));

const unlike = ({ id }: SceneNode, former: string): AppliedNode => ({
  id,
  imageHash: "",
  isThere: (node) => lookOf(node) !== former,
});

/** True when it changed. @throws Error when the editor refuses, and then nothing of the layer has changed */
function recolourLayer(layer: SceneNode, byFrom: ReadonlyMap<string, ColourChange>, bound: Bound): boolean {
  const before = paintKeys.map((key) => paintsOf(layer, key));
  const after = before.map((paints) => paints.map((paint) => recoloured(paint, byFrom, bound)));
  const isOther = (index: number): boolean => after[index]!.some((paint, at) => paint !== before[index]![at]);
  if (![0, 1].some(isOther)) return false;
  try {
    for (const [index, key] of paintKeys.entries()) if (isOther(index)) (layer as Painted)[key] = after[index]!;
  } catch (error) {
    if (isOther(0)) (layer as Painted).fills = before[0]!;
    throw error;
  }
  return true;
}

function recoloured(paint: Paint, byFrom: ReadonlyMap<string, ColourChange>, { byHex }: Bound): Paint {
  if (paint.type === "SOLID") {
    const change = byFrom.get(hexOf(paint.color));
    if (change === undefined) return paint;
    const variable = change.variableId === undefined ? undefined : byHex.get(change.to);
    const isBound = paint.boundVariables?.color !== undefined;
    const painted = { ...paint, color: rgbOf(change.to) };
    return variable === undefined && !isBound
      ? painted
      : figma.variables.setBoundVariableForPaint(painted, "color", variable ?? null);
  }
  if (!("gradientStops" in paint) || !paint.gradientStops.some(({ color }) => byFrom.has(hexOf(color)))) return paint;
  return {
    ...paint,
    gradientStops: paint.gradientStops.map((stop) => {
      const change = byFrom.get(hexOf(stop.color));
      if (change === undefined) return stop;
      const { position } = stop;
      const color = { ...rgbOf(change.to), a: stop.color.a };
      const variable = change.variableId === undefined ? undefined : byHex.get(change.to);
      // The API binds solid paints only; a stop takes the variable as it is written here. Bound, it would lose its transparency.
      const isBound = variable !== undefined && color.a === 1;
      return { position, color, ...(isBound && { boundVariables: { color: aliasOf(variable) } }) };
    }),
  };
}

const aliasOf = ({ id }: Variable): VariableAlias => ({ type: "VARIABLE_ALIAS", id });

/** The vector around a changed layer, within what is selected: drawn anew, it is drawn in its new colours. */
function rememberColours(layer: SceneNode, selected: SceneNode, record: VectorRecord): void {
  for (let at: BaseNode | null = layer; at !== null && at.id !== selected.parent?.id; at = at.parent)
    if (at.getPluginData(vectorKey) !== "") at.setPluginData(vectorKey, JSON.stringify(record));
}

function showsOtherMode(node: SceneNode, { collection, modeId }: Bound): boolean {
  if (collection === null || !("resolvedVariableModes" in node)) return false;
  return (node.resolvedVariableModes[collection.id] ?? collection.modes[0]?.modeId) !== modeId;
}
