/** What a restricted unpickler can make: plain values, containers, and descriptions of tensors and of names that were never looked up. */
import type { ElementType } from "./element-types.ts";

/** A name of Python that a pickle mentions. It stays a name: nothing is imported. */
export interface GlobalName {
  readonly kind: "global";
  readonly name: string;
}

/** A run of memory that tensors are views of. */
export interface StorageReference {
  readonly kind: "storage";
  readonly key: string;
  readonly type: ElementType;
  readonly elements: number;
}

export interface TensorReference {
  readonly kind: "tensor";
  readonly storage: StorageReference;
  /** In elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export interface Tuple {
  readonly kind: "tuple";
  readonly items: readonly PickleValue[];
}

/** dict and OrderedDict. */
export interface Dict {
  readonly kind: "dict";
  readonly entries: Array<[key: PickleValue, value: PickleValue]>;
}

export interface List {
  /** A set is a list whose order says nothing. */
  readonly kind: "list";
  readonly items: PickleValue[];
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | GlobalName
  | StorageReference
  | TensorReference
  | Tuple
  | Dict
  | List;

type Kind = Extract<PickleValue, { readonly kind: string }>["kind"];

export const isKind = <K extends Kind>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { readonly kind: K }> =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === kind;

/** What a value is, for messages. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value !== "object") return typeof value;
  return value.kind === "global" ? value.name : `a ${value.kind}`;
}
