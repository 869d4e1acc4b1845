/**
 * Reads the records that training left in a pack: the cost card and the loss curve, in `training/<version>/`. A pack may lack
 * either.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const CostSchema = z.object({
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  processor: z.string(),
  formula: z.string(),
  kwh: z.number(),
  eurosPerKwh: z.number(),
  co2GramsPerKwh: z.number(),
  paperKwh: z.object({ cinn: z.number(), bigGan: z.number() }),
});

export interface TrainingRecords {
  readonly cost?: z.infer<typeof CostSchema>;
  /** SVG. */
  readonly lossCurve?: string;
}

/** Missing or invalid files are left out. */
export async function readTrainingRecords(pack: string, version: string): Promise<TrainingRecords> {
  const read = (file: string): Promise<string | undefined> =>
    readFile(join(pack, "training", version, file), "utf8").catch(() => undefined);
  const cost = CostSchema.safeParse(parseJson(await read("cost.json")));
  const lossCurve = await read("loss.svg");
  return { ...(cost.success && { cost: cost.data }), ...(lossCurve !== undefined && { lossCurve }) };
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
