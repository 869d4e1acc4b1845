/**
 * What a retrieval index leaves out, in a file of its own: drawings, and other names of labels. The index keeps at most five drawings of a
 * label, which serve all styles in mixtures; images that shall differ start from single drawings, and for them five are few.
 */
import { AppError } from "../../shared/problem.ts";
import { readTensorFile, writeTensorFile } from "../platform/files/tensor-file.ts";
import type { IndexContent } from "./index-file.ts";
import type { OtherNames } from "./named-labels.ts";

type Drawings = Pick<IndexContent, "entries" | "values">;
export type FurtherDrawings = Drawings & { readonly names?: OtherNames };

/** Whole or not at all. @throws AppError `storage_full` */
export const writeFurtherDrawings = (path: string, { entries, values, names }: FurtherDrawings): Promise<void> =>
  writeTensorFile(
    path,
    new Map([
      ["valueSteps", values.steps],
      ["labels", Float32Array.from(entries, ({ label }) => label)],
      ...(names
        ? ([
            ["nameSteps", names.keys.steps],
            ["nameLabels", Float32Array.from(names.labels)],
          ] as const)
        : []),
    ]),
    {},
    new Map([
      ["values", values.bytes],
      ["styles", Int8Array.from(entries, ({ style }) => style)],
      ...(names ? ([["names", names.keys.bytes]] as const) : []),
    ]),
  );

/** @throws AppError `pack_corrupt` when the file is missing or does not fit the index */
export async function readFurtherDrawings(
  path: string,
  { dims, keyDims, labels, styles }: Pick<IndexContent, "dims" | "keyDims" | "labels" | "styles">,
): Promise<FurtherDrawings> {
  const refuse = (got: string, cause?: unknown): never => {
    const expected = `drawings of ${labels.length} labels and ${styles.length} styles, of ${dims} values each`;
    throw new AppError("pack_corrupt", `further drawings ${path}: expected ${expected}, got ${got}`, { cause });
  };
  const { tensors, bytes } = await readTensorFile(path).catch((cause: unknown) => refuse(String(cause), cause));
  const [steps, label, of, style] = [
    tensors.get("valueSteps"),
    tensors.get("labels"),
    bytes.get("values"),
    bytes.get("styles"),
  ];
  if (!steps || !label || !of || !style) return refuse([...tensors.keys(), ...bytes.keys()].join(", ") || "none");
  const count = label.length;
  if (steps.length !== count || style.length !== count || of.length !== (count * dims) / 2)
    refuse(`${count} labels, ${style.length} styles, ${steps.length} steps and ${of.length} bytes`);
  const fits = (index: number, among: readonly string[]): boolean => among[index] !== undefined;
  const strange = label.find((at) => !fits(at, labels)) ?? style.find((at) => !fits(at, styles));
  if (strange !== undefined) refuse(`the index ${strange}`);
  const [nameSteps, nameLabels, named] = [tensors.get("nameSteps"), tensors.get("nameLabels"), bytes.get("names")];
  const hasNames = nameSteps && nameLabels && named;
  if (hasNames && (nameLabels.length !== nameSteps.length || named.length !== (nameSteps.length * keyDims) / 2))
    refuse(`${nameLabels.length} names, ${nameSteps.length} steps and ${named.length} bytes`);
  if (nameLabels?.some((at) => !fits(at, labels))) refuse("a name of no label");
  if (![...steps, ...(nameSteps ?? [])].every(Number.isFinite)) refuse("a step that is no number");
  return {
    entries: Array.from(label, (at, row) => ({ label: at, style: style[row]! })),
    values: { bytes: of, steps },
    ...(hasNames && { names: { labels: [...nameLabels], keys: { bytes: named, steps: nameSteps } } }),
  };
}

/** The drawings of an index and the further ones, one after the other. */
export function joinDrawings(index: Drawings, further: Drawings): Drawings {
  const bytes = new Int8Array(index.values.bytes.length + further.values.bytes.length);
  bytes.set(index.values.bytes);
  bytes.set(further.values.bytes, index.values.bytes.length);
  const steps = new Float32Array(index.values.steps.length + further.values.steps.length);
  steps.set(index.values.steps);
  steps.set(further.values.steps, index.values.steps.length);
  return {
    entries: [...index.entries, ...further.entries],
    values: { bytes, steps },
  };
}
