/**
 * Joins a published flow with the experts that it was trained between, as a pack that is served: nothing is trained. Labels must be given in
 * the order of training, which no checkpoint holds.
 */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../shared/problem.ts";
import { filesOfDeclared } from "../manifest/declared-manifest.ts";
import type { ExpertEntry } from "../manifest/expert-entries.ts";
import { DraftManifestSchema, type PublishedFlow, PublishedFlowSchema } from "../manifest/manifest.ts";
import { writeManifest } from "../packs/publish.ts";
import { linkFiles } from "./assemble-pack.ts";
import type { FoundExpert } from "./found-experts.ts";
import { findExperts } from "./found-experts.ts";
import type { Recipe } from "./recipe.ts";

const FlowImportSchema = z.object({
  source: z.object({ file: z.string(), sha256: z.string() }),
  flow: PublishedFlowSchema,
});

export interface JoinOptions {
  /** Folder of the imports. */
  readonly experts: string;
  /** Names of imports: the flow, the target, and Φ unless labels take its place. */
  readonly flow: string;
  readonly target: string;
  readonly condition?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  /** What Φ's condition is called in requests. */
  readonly name: Recipe["condition"]["name"];
  /** Id of the pack. */
  readonly id: string;
  readonly to: string;
}

/** @returns folder of the pack. @throws AppError `pack_unavailable` naming an import that is missing, `pack_corrupt` */
export async function joinPublished(options: JoinOptions): Promise<string> {
  const { experts: from, id, labels, name } = options;
  const { source, flow } = await flowImport(from, options.flow);
  const found = await findExperts(from, {});
  const target = named(found, options.target, from);
  const reader = labels ? undefined : named(found, options.condition ?? "", from);
  if (reader && reader.declaration.kind !== "onnx")
    throw new AppError(
      "pack_corrupt",
      `${reader.name}: expected an expert of conditions, got one of kind ${reader.declaration.kind}`,
    );
  const condition: ExpertEntry = reader
    ? // These flows were trained on features as they come.
      ({ ...reader.declaration, kind: "onnx", normalise: "none" } as ExpertEntry)
    : { kind: "label", vocabulary: labels!.map((label) => ({ id: label, label })) };
  const pack = join(options.to, id);
  await mkdir(pack, { recursive: true });
  const networks = [target, ...(reader ? [reader] : [])];
  const files = [...networks.flatMap(({ declaration }) => filesOfDeclared(declaration)), ...Object.values(flow)];
  await linkFiles(files, from, pack);
  const licence = "that of the weights";
  const draft = DraftManifestSchema.parse({
    format: 1,
    id,
    version: "0.0.1",
    label: id,
    licence,
    parts: [
      { name: options.flow, licence, source: `${source.file}, SHA-256 ${source.sha256}` },
      ...networks.map((expert) => ({ name: expert.name, licence, source: expert.source })),
    ],
    experts: { target: target.declaration, condition },
    translations: [
      {
        id,
        label: id,
        conditions: [{ name, expert: "condition" }],
        target: "target",
        flow: flow.forward,
        published: flow,
        ...(name === "style" && labels ? { defaultStyle: labels[0] } : {}),
        metrics: {},
      },
    ],
  });
  await writeManifest(pack, draft);
  return pack;
}

async function flowImport(
  folder: string,
  name: string,
): Promise<{ source: { file: string; sha256: string }; flow: PublishedFlow }> {
  const path = join(folder, `${name}.json`);
  const text = await readFile(path, "utf8").catch(() => undefined);
  const parsed = FlowImportSchema.safeParse(text === undefined ? undefined : JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new AppError(
    "pack_unavailable",
    `${path}: expected the import of a flow (tau experts import FILE --as net2net-flow), got ${text === undefined ? "no file" : "another"}`,
  );
}

function named(found: readonly FoundExpert[], name: string, folder: string): FoundExpert {
  const expert = found.find((candidate) => candidate.name === name);
  if (expert) return expert;
  throw new AppError(
    "pack_unavailable",
    `${folder}: expected an import "${name}", got ${found.map((other) => other.name).join(", ") || "none"}`,
  );
}
