/** Names of layers that say a colour: in drawings of Tau they go along when the colour changes. What a person named stays. */
import { type ColourChange, vectorKey } from "../../../shared/messages/vector-messages.ts";

/** What the layer's name says after its colour changed, without a number; undefined where it says something else. */
function saidAfter({ name, parent }: SceneNode, { names }: ColourChange): string | undefined {
  if (names === undefined || names[0] === names[1] || parent?.getPluginData(vectorKey) === "") return undefined;
  const [from, to] = names;
  if (!name.startsWith(from)) return undefined;
  const rest = /^(?:-\d+)?(-behind)?$/.exec(name.slice(from.length));
  return rest === null ? undefined : to + (rest[1] ?? "");
}

/** Renames layers that changed: each name once among its siblings, as the tracer does. @param changed each with its former colours' changes */
export function renameColours(
  changed: readonly (readonly [layer: SceneNode, changes: readonly ColourChange[]])[],
): void {
  const renamed = changed.flatMap(([layer, changes]) => {
    const said = changes.map((change) => saidAfter(layer, change)).find((name) => name !== undefined);
    return said === undefined ? [] : [{ layer, said }];
  });
  const layers = new Set(renamed.map(({ layer }) => layer.id));
  const taken = new Map<string, Set<string>>();
  for (const { layer, said } of renamed) {
    const parent = layer.parent as BaseNode & ChildrenMixin;
    const names =
      taken.get(parent.id) ?? new Set(parent.children.flatMap(({ id, name }) => (layers.has(id) ? [] : [name])));
    taken.set(parent.id, names);
    let own = said;
    for (let number = 2; names.has(own); number += 1)
      own = `${said.replace(/-behind$/, "")}-${number}${/-behind$/.exec(said) ?? ""}`;
    names.add(own);
    layer.name = own;
  }
}
