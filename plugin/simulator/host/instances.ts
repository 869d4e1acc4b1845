/**
 * An instance follows its component: its layers are those of the component, each with what was overridden on it. A layer that the
 * component lost is gone with its overrides, as in Figma.
 */
import type { NodeRecord } from "./node-record.ts";

export type Records = Map<string, NodeRecord>;

/** What an instance never takes from its component. */
const ownKeys = [
  "id",
  "type",
  "parent",
  "children",
  "mainId",
  "overrides",
  "pluginData",
  "relaunchData",
  "explicitVariableModes",
  "isReadOnly",
];

export function followComponent(records: Records, componentId: string, instanceId: string): void {
  const component = records.get(componentId);
  const instance = records.get(instanceId);
  if (component === undefined || instance === undefined) return;
  records.set(instanceId, { ...instance, ...shownBy(component, instance) });
  copyChildren(records, instanceId, componentId, instanceId);
}

const shownBy = (main: NodeRecord, own: NodeRecord): Partial<NodeRecord> =>
  Object.fromEntries(Object.entries(main).filter(([key]) => !ownKeys.includes(key) && !own.overrides.includes(key)));

function copyChildren(records: Records, instanceId: string, from: string, to: string): void {
  const children = records.get(from)!.children.map((child) => {
    const main = records.get(child)!;
    const id = `I${instanceId};${child}`;
    const own = records.get(id);
    const base: NodeRecord = own ?? { ...main, id, children: [], overrides: [], pluginData: {}, relaunchData: {} };
    records.set(id, { ...base, ...shownBy(main, base), parent: to, mainId: child });
    copyChildren(records, instanceId, child, id);
    return id;
  });
  const before = records.get(to)!;
  for (const gone of before.children) if (!children.includes(gone)) removeAll(records, gone);
  records.set(to, { ...before, children });
}

function removeAll(records: Records, id: string): void {
  for (const child of records.get(id)?.children ?? []) removeAll(records, child);
  records.delete(id);
}
