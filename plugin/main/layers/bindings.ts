/** Colours of layers bound to the file's variables: which variable a colour is, and the paints with it. */
import type { Bindings } from "../../../shared/messages/vector-messages.ts";

/** Variables that are still there, by `#rrggbb`. */
export interface Bound {
  readonly byHex: ReadonlyMap<string, Variable>;
  readonly collection: VariableCollection | null;
  readonly modeId: string;
}

export async function loadBindings(bindings: Bindings | undefined): Promise<Bound> {
  const byHex = new Map<string, Variable>();
  if (bindings === undefined || figma.variables === undefined) return { byHex, collection: null, modeId: "" };
  for (const { hex, variableId } of bindings.variables) {
    const variable = await figma.variables.getVariableByIdAsync(variableId);
    if (variable !== null) byHex.set(hex, variable);
  }
  const collection = await figma.variables.getVariableCollectionByIdAsync(bindings.collectionId);
  return { byHex, collection, modeId: bindings.modeId };
}

/** `#rrggbb` of a colour. */
export const hexOf = ({ r, g, b }: RGB): string =>
  `#${[r, g, b]
    .map((part) =>
      Math.round(part * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

export function rgbOf(hex: string): RGB {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return { r: r!, g: g!, b: b! };
}

/** The same paints, those of a known colour bound to its variable. */
export const boundPaints = (paints: readonly Paint[], { byHex }: Bound): Paint[] =>
  paints.map((paint) => {
    const variable = paint.type === "SOLID" ? byHex.get(hexOf(paint.color)) : undefined;
    return paint.type === "SOLID" && variable !== undefined
      ? figma.variables.setBoundVariableForPaint(paint, "color", variable)
      : paint;
  });

/** Shows the variables inside a layer in the mode in which they were read. */
export function showMode(node: FrameNode | SectionNode | ComponentNode, { collection, modeId }: Bound): void {
  if (
    collection !== null &&
    collection.modes[0]?.modeId !== modeId &&
    collection.modes.some((mode) => mode.modeId === modeId)
  )
    node.setExplicitVariableModeForCollection(collection, modeId);
}
