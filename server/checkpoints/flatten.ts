/** From the value of a pickle to named tensors: every tensor in it, by its path through dicts and lists. */
import { limits } from "../../shared/limits.ts";
import { checkpointFault } from "./checkpoint.ts";
import { isKind, type PickleValue, type TensorReference } from "./pickle-values.ts";

/** Values that may be looked at for each tensor that is allowed: settings and names beside them, and shared containers more than once. */
const visitsMax = 20 * limits.checkpointTensorsMax;

/** @throws AppError `pack_corrupt` when it holds no tensor, too many, one name twice, or containers in themselves */
export function namedTensors(value: PickleValue, where: string): Map<string, TensorReference> {
  const tensors = new Map<string, TensorReference>();
  let visits = 0;
  const visit = (part: PickleValue, path: readonly string[]): void => {
    visits += 1;
    if (visits > visitsMax) throw checkpointFault(where, `at most ${visitsMax} values`, "more");
    if (isKind(part, "tensor")) {
      const name = path.join(".");
      if (tensors.has(name)) throw checkpointFault(where, "a name for each tensor", `"${name}" twice`);
      if (tensors.size >= limits.checkpointTensorsMax)
        throw checkpointFault(where, `at most ${limits.checkpointTensorsMax} tensors`, "more");
      tensors.set(name, part);
      return;
    }
    const children = childrenOf(part);
    if (children.length > 0 && path.length >= limits.checkpointNestingMax)
      throw checkpointFault(where, `containers ${limits.checkpointNestingMax} deep`, "deeper ones");
    for (const [key, child] of children) visit(child, [...path, key]);
  };
  visit(value, []);
  if (tensors.size === 0) throw checkpointFault(where, "tensors", "a file without any");
  return tensors;
}

function childrenOf(part: PickleValue): ReadonlyArray<readonly [string, PickleValue]> {
  if (isKind(part, "dict")) {
    // A key set twice has the value of the last time, as in Python.
    const last = new Map<string, PickleValue>();
    for (const [key, child] of part.entries) last.set(nameOf(key), child);
    return [...last];
  }
  if (isKind(part, "list") || isKind(part, "tuple")) return part.items.map((item, at) => [String(at), item] as const);
  return [];
}

const nameOf = (key: PickleValue): string => (isKind(key, "global") ? key.name : String(key));
