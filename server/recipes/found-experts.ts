/**
 * The experts that lie in a folder: what `tau experts import` wrote there, read by its `<name>.json`. Before that, `sources.json` of the folder is
 * looked at: a list of checkpoints on hubs, each fetched and imported where its import is missing.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "../../shared/problem.ts";
import { parse } from "../../shared/validation.ts";
import { type FetchOptions, fetchExpert } from "../hub/fetch-expert.ts";
import { importExpert } from "../importers/import-expert.ts";
import { type ImportKind, importKinds } from "../importers/kinds.ts";
import { type Declaration, DeclarationSchema } from "../manifest/declared-manifest.ts";

const KindSchema = z.enum(importKinds as [ImportKind, ...ImportKind[]]);

const ImportSchema = z.object({
  source: z.object({ file: z.string(), sha256: z.string(), kind: KindSchema }),
  experts: z.record(z.string(), DeclarationSchema),
});

const SourcesSchema = z.array(
  z.strictObject({
    repository: z.string(),
    revision: z.string(),
    path: z.string(),
    sha256: z.string(),
    /** What it is imported as; absent = a file that only has to lie there, as a tokenizer. */
    as: KindSchema.optional(),
    name: z.string().optional(),
  }),
);

export interface FoundExpert {
  readonly kind: ImportKind;
  /** Name of the declaration. */
  readonly name: string;
  readonly declaration: Declaration;
  /** Where it came from, for the pack's parts. */
  readonly source: string;
}

/** @throws AppError `pack_corrupt` naming a file that is not as expected, or the fault of a download */
export async function findExperts(folder: string, options: Omit<FetchOptions, "to">): Promise<FoundExpert[]> {
  await importSources(folder, options);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json")).sort();
  const found: FoundExpert[] = [];
  for (const name of names) {
    const parsed = ImportSchema.safeParse(await readJson(join(folder, name)));
    if (!parsed.success) continue;
    const { source, experts } = parsed.data;
    for (const [expert, declaration] of Object.entries(experts))
      found.push({ kind: source.kind, name: expert, declaration, source: `${source.file}, SHA-256 ${source.sha256}` });
  }
  return found;
}

async function importSources(folder: string, options: Omit<FetchOptions, "to">): Promise<void> {
  const path = join(folder, "sources.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const value = asJson(text);
  if (value === undefined) throw new AppError("pack_corrupt", `${path}: expected a JSON list of files, got no JSON`);
  const sources = sourcesIn(value, path);
  const there = new Set(await readdir(folder));
  for (const { as, name, ...file } of sources) {
    if (as !== undefined && there.has(`${name ?? as}.json`)) continue;
    const fetched = await fetchExpert(file, { ...options, to: folder });
    if (as !== undefined) await importExpert(fetched, { kind: as, name, to: folder });
  }
}

/** @throws AppError `pack_corrupt` naming the file and the field */
function sourcesIn(value: unknown, path: string): z.output<typeof SourcesSchema> {
  try {
    return parse(SourcesSchema, value);
  } catch (error) {
    throw new AppError("pack_corrupt", `${path}: ${(error as Error).message}`, { cause: error });
  }
}

const readJson = async (path: string): Promise<unknown> => readFile(path, "utf8").then(asJson, () => undefined);

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** @throws AppError `pack_unavailable` saying what to import, when none is of the kinds */
export function pickExpert(
  found: readonly FoundExpert[],
  kinds: readonly ImportKind[],
  role: string,
  folder: string,
  variant = "",
): FoundExpert {
  const fitting = found.filter(({ kind, name }) => kinds.includes(kind) && name.endsWith(variant));
  if (fitting[0]) return fitting[0];
  throw new AppError(
    "pack_unavailable",
    `${folder}: expected ${role} imported as ${kinds.join(" or ")}, got ${
      found.map(({ name, kind }) => `${name} (${kind})`).join(", ") || "no imports"
    }; npm run -s tau -- experts import FILE --as ${kinds[0]} --to ${folder}`,
  );
}
