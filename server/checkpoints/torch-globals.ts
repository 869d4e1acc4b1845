/** The names that a PyTorch pickle may call, and what each makes. The whole list: everything else is refused by its name. */
import { checkpointFault } from "./checkpoint.ts";
import { typeOfStorage } from "./element-types.ts";
import type { PickleHost } from "./pickle.ts";
import { describeValue, isKind, type PickleValue, type StorageReference } from "./pickle-values.ts";

/** @param spend gets the number of items before they are copied. @throws AppError where that is too many */
type Call = (parameters: readonly PickleValue[], where: string, spend: (items: number) => void) => PickleValue;

const rebuildTensor: Call = ([storage, offset, shape, strides], where, spend) => {
  if (!isKind(storage, "storage")) throw checkpointFault(where, "a storage for a tensor", describeValue(storage));
  return {
    kind: "tensor",
    storage,
    offset: wholeNumber(offset, where),
    shape: wholeNumbers(shape, where, spend),
    strides: wholeNumbers(strides, where, spend),
  };
};

const emptyOr =
  (kind: "list" | "dict"): Call =>
  ([items], where, spend) => {
    if (items === undefined) return kind === "list" ? { kind, items: [] } : { kind, entries: [] };
    if (isKind(items, kind)) return items;
    // OrderedDict([(key, value), …]) as old versions write it.
    if (kind === "dict" && isKind(items, "list")) {
      spend(items.items.length);
      return {
        kind,
        entries: items.items.map((pair): [PickleValue, PickleValue] => {
          if ((isKind(pair, "tuple") || isKind(pair, "list")) && pair.items.length === 2)
            return [pair.items[0]!, pair.items[1]!];
          throw checkpointFault(where, "keys with values", describeValue(pair));
        }),
      };
    }
    throw checkpointFault(where, `a ${kind}`, describeValue(items));
  };

const calls: Readonly<Record<string, Call>> = {
  "torch._utils._rebuild_tensor": rebuildTensor,
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_parameter": ([tensor], where) => {
    if (isKind(tensor, "tensor")) return tensor;
    throw checkpointFault(where, "a tensor for a parameter", describeValue(tensor));
  },
  "torch.Size": ([items], where, spend) => ({ kind: "tuple", items: wholeNumbers(items, where, spend) }),
  "torch.device": ([name]) => name ?? null,
  "collections.OrderedDict": emptyOr("dict"),
  "builtins.set": emptyOr("list"),
  "__builtin__.set": emptyOr("list"),
};

function wholeNumber(value: PickleValue | undefined, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw checkpointFault(where, "a whole number", typeof value === "number" ? String(value) : describeValue(value));
}

function wholeNumbers(value: PickleValue | undefined, where: string, spend: (items: number) => void): number[] {
  if (isKind(value, "tuple") || isKind(value, "list")) {
    spend(value.items.length);
    return value.items.map((item) => wholeNumber(item, where));
  }
  throw checkpointFault(where, "a tuple of whole numbers", describeValue(value));
}

/** ("storage", class of the storage, key, device, elements); legacy files add how a storage is a view of another. */
function resolveStorage(id: PickleValue, where: string): StorageReference {
  const [tag, storageClass, key, , elements, view] = isKind(id, "tuple") ? id.items : [];
  if (tag === "module")
    throw checkpointFault(
      where,
      "tensors and plain containers (a state dict)",
      `a whole module of ${describeValue(storageClass)}`,
    );
  if (tag !== "storage" || typeof key !== "string" || !isKind(storageClass, "global"))
    throw checkpointFault(where, "a persistent id of a storage", describeValue(tag));
  const name = storageClass.name.replace(/^torch(\.cuda|\.storage)?\./, "");
  const type = Object.hasOwn(typeOfStorage, name) ? typeOfStorage[name] : undefined;
  if (!type) throw checkpointFault(where, `one of ${Object.keys(typeOfStorage).join(", ")}`, storageClass.name);
  if (view !== undefined && view !== null)
    throw checkpointFault(where, "storages that are no views of others", `a view of ${key}`);
  return { kind: "storage", key, type, elements: wholeNumber(elements, where) };
}

/** What a PyTorch checkpoint's pickle may make. @param where names the file in messages */
export const torchHost = (where: string): PickleHost => ({
  call(name, parameters, spend) {
    const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
    if (!call)
      throw checkpointFault(where, "tensors and plain containers, so that nothing is run", `a call of ${name}`);
    return call(parameters, where, spend);
  },
  resolve: (id) => resolveStorage(id, where),
});
