/**
 * OpenPencil's component sets and colour variables under Figma's names. Its editor makes the sets and finds variants; its scene graph keeps
 * the variables, binds them to `fills/0/color` of a node, and resolves aliases and modes. Under Figma's names a paint says to which variable
 * it is bound; OpenPencil keeps that with the paint.
 */
import { createDefaultEditorState, createEditor } from "@open-pencil/core/editor";
import type { FigmaAPI } from "@open-pencil/core/figma-api";
import type { SceneGraph, Variable as TheirVariable } from "@open-pencil/scene-graph";
import { parseVariantName } from "@open-pencil/scene-graph/variant-name";

/** `figma.combineAsVariants` by the editor's own command. It makes the set around its components; the API lays them in the corner. */
export const combineAsVariants =
  (graph: SceneGraph, figma: FigmaAPI) => (components: readonly ComponentNode[], parent: BaseNode) => {
    const { editor, state } = editorOf(graph, figma);
    state.selectedIds = new Set(components.map(({ id }) => id));
    editor.createComponentSetFromComponents();
    const [id] = [...state.selectedIds];
    const set = figma.getNodeById(id!) as unknown as ComponentSetNode;
    (parent as SectionNode).appendChild(set);
    for (const component of components) Object.assign(component, { x: 0, y: 0 });
    return set;
  };

/** What it reads from the names of a set's variants, and which of them its editor takes as the default. */
export const readVariants = (graph: SceneGraph, figma: FigmaAPI, setId: string) =>
  [
    graph.getChildren(setId).map(({ name }) => parseVariantName(name)),
    editorOf(graph, figma).editor.getDefaultVariantForComponentSet(setId)?.name,
  ] as const;

function editorOf(graph: SceneGraph, figma: FigmaAPI) {
  const state = createDefaultEditorState(figma.currentPage.id);
  return { editor: createEditor({ graph, state, skipInitialGraphSetup: true }), state };
}

const figmaValue = (value: unknown): VariableValue =>
  typeof value === "object" && value !== null && "aliasId" in value
    ? { type: "VARIABLE_ALIAS", id: value.aliasId as string }
    : (value as RGBA);

/** `figma.variables`, as far as Tau and its tests use it. */
export function variablesOf(graph: SceneGraph, figma: FigmaAPI): VariablesAPI {
  let lastMode = 0;
  const variableOf = (found: TheirVariable | null | undefined): Variable | null =>
    found
      ? ({
          id: found.id,
          name: found.name,
          variableCollectionId: found.collectionId,
          resolvedType: found.type,
          get valuesByMode() {
            return Object.fromEntries(
              Object.entries(found.valuesByMode).map(([mode, value]) => [mode, figmaValue(value)]),
            );
          },
          setValueForMode: (modeId: string, value: RGB | VariableAlias) =>
            figma.setVariableValue(found.id, modeId, "type" in value ? { aliasId: value.id } : { ...value, a: 1 }),
        } as unknown as Variable)
      : null;
  const collectionOf = (id: string): VariableCollection | null => {
    const found = figma.getVariableCollectionById(id);
    return found
      ? ({
          id,
          name: found.name,
          get modes() {
            return found.modes.map((mode) => ({ ...mode }));
          },
          addMode: (name: string) => {
            const modeId = `mode:${++lastMode}`;
            graph.addMode(id, modeId, name);
            return modeId;
          },
        } as unknown as VariableCollection)
      : null;
  };
  return {
    getLocalVariablesAsync: async (type?: VariableResolvedDataType) => figma.getLocalVariables(type).map(variableOf),
    getLocalVariableCollectionsAsync: async () => figma.getLocalVariableCollections().map(({ id }) => collectionOf(id)),
    getVariableByIdAsync: async (id: string) => variableOf(figma.getVariableById(id)),
    getVariableCollectionByIdAsync: async (id: string) => collectionOf(id),
    createVariableCollection: (name: string) => collectionOf(figma.createVariableCollection(name).id),
    createVariable: (name: string, { id }: VariableCollection, type: "COLOR") =>
      variableOf(figma.createVariable(name, type, id)),
    setBoundVariableForPaint: ({ boundVariables, ...paint }: SolidPaint, _: "color", variable: Variable | null) =>
      variable === null ? paint : { ...paint, boundVariables: { color: { type: "VARIABLE_ALIAS", id: variable.id } } },
  } as unknown as VariablesAPI;
}

/** The colour that OpenPencil resolves for a paint of a node once it is bound there; undefined for a paint of no variable. */
export function resolvedColour(graph: SceneGraph, { id }: SceneNode, index: number, paint: Paint): RGB | undefined {
  const alias = paint.type === "SOLID" ? paint.boundVariables?.color : undefined;
  if (alias === undefined) return undefined;
  graph.bindVariable(id, `fills/${index}/color`, alias.id);
  return graph.resolveColorVariableForNode(id, alias.id);
}

/** `setExplicitVariableModeForCollection` of nodes, which OpenPencil lets one read but not set. */
export const setMode = (graph: SceneGraph, nodeId: string, collectionId: string, modeId: string): void =>
  graph.updateNode(nodeId, { variableModes: { ...graph.getNode(nodeId)!.variableModes, [collectionId]: modeId } });
