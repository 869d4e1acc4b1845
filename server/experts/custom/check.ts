/**
 * Checks an unknown ONNX file as an expert and reports what does not fit, with what was expected and what came: first the file
 * itself, before any runtime opens it, then the declaration, the graph, and its outputs for samples (probe.ts).
 */
import { realpath } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { AppError } from "../../../shared/problem.ts";
import type { ConditionValue } from "../../engine/interfaces.ts";
import { type Declaration, filesOfDeclared } from "../../manifest/declared-manifest.ts";
import { describeModel, type ModelDescription } from "../../onnx/model-graph.ts";
import { openModel } from "../../onnx/model-source.ts";
import { type CheckFinding, Findings } from "./findings.ts";
import { completeSuggestion, tryDeclared } from "./probe.ts";
import { parsedDeclaration, suggestDeclaration } from "./suggestion.ts";

export interface CheckReport {
  readonly file: string;
  readonly bytes?: number;
  readonly graph?: ModelDescription;
  /** Files beside the graph with its weights. */
  readonly externalData: readonly string[];
  readonly declaration?: Declaration;
  readonly isSuggested: boolean;
  readonly samples: number;
  /** Median time for one sample, including preprocessing. */
  readonly millisecondsPerSample?: number;
  readonly findings: readonly CheckFinding[];
  readonly isOk: boolean;
}

export interface CheckOptions {
  /** A declaration as parsed JSON, and the folder that its paths are relative to; absent = one is suggested. */
  readonly declared?: { readonly value: unknown; readonly folder: string };
  /** Images to try; absent = built-in ones. Texts are always built-in. */
  readonly images?: readonly ConditionValue[];
}

/** Checks a file. Errors of the file become findings, never exceptions. */
export async function checkExpert(file: string, { declared, images }: CheckOptions = {}): Promise<CheckReport> {
  const findings = new Findings();
  const report = (rest: Partial<CheckReport>): CheckReport => ({
    file,
    externalData: [],
    isSuggested: declared === undefined,
    samples: 0,
    ...rest,
    findings: findings.list,
    isOk: findings.list.every(({ level }) => level !== "error"),
  });
  const source = await findings.attempt("file", () => openModel(file, { label: basename(file), externalData: "any" }));
  if (!source) return report({});
  const graph = describeModel(source.model);
  const known = { bytes: source.bytes.length, graph, externalData: source.externalData };
  const folder = declared?.folder ?? source.folder!;
  const data = source.externalData.length > 0 ? { data: [...source.externalData] } : {};
  const found = await findings.attempt("declaration", async () =>
    declared
      ? await readDeclaration(declared.value, folder, file)
      : parsedDeclaration({ ...suggestDeclaration(graph, basename(await realpath(file))), ...data }),
  );
  if (!found) return report(known);
  const declaration = declared
    ? found
    : await findings.attempt("graph", () => completeSuggestion(folder, found, images));
  if (!declaration) return report({ ...known, declaration: found });
  const trial = await findings.attempt("graph", () => tryDeclared(folder, declaration, findings, images));
  return report({ ...known, declaration, ...trial });
}

/** @throws AppError `config_invalid` naming every field that does not fit, or when the declaration belongs to another file */
async function readDeclaration(value: unknown, folder: string, file: string): Promise<Declaration> {
  const declaration = parsedDeclaration(value);
  const files = filesOfDeclared(declaration);
  const real = await realpath(file);
  const named = await Promise.all(files.map((path) => realpath(join(folder, path)).catch(() => undefined)));
  if (!named.includes(real)) {
    const [expected, received] = [relative(folder, real) || basename(file), files.join(", ")];
    throw new AppError(
      "config_invalid",
      `files: expected ${expected} among the files of the declaration, got ${received}`,
      {
        expected,
        received,
      },
    );
  }
  return declaration;
}
