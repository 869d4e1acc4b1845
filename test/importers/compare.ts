/** Imports a checkpoint as a user would, runs the networks that come of it and compares what they give with a reference. */
import { join } from "node:path";
import type { Checkpoint } from "../../server/checkpoints/checkpoint.ts";
import type { ImportOptions } from "../../server/importers/importer.ts";
import { type ImportKind, importers } from "../../server/importers/kinds.ts";
import { writeNetworks } from "../../server/importers/write-networks.ts";
import { type Feeds, Session } from "../../server/onnx/session.ts";

export interface ReferenceRun {
  /** Ending of the network's file. */
  readonly file: string;
  readonly feeds: Feeds;
  readonly outputs: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly step: number; readonly values: ArrayLike<number> }>
  >;
}

/** Largest difference of each output, by `<file>/<output>`. */
export async function differences(folder: string, runs: readonly ReferenceRun[]): Promise<Record<string, number>> {
  const most: Record<string, number> = {};
  for (const { file, feeds, outputs } of runs) {
    const session = await Session.create(join(folder, `net${file}`), {
      label: file,
      externalData: "any",
      threads: 2,
      keepsMemory: false,
    });
    const given = await session.run(feeds);
    for (const [name, { shape, step, values }] of Object.entries(outputs)) {
      const { data, dims } = given[name]!;
      if (dims.join() !== shape.join()) throw new Error(`${file} ${name}: expected [${shape}], got [${dims}]`);
      let largest = 0;
      for (let at = 0; at < values.length; at += 1) {
        const difference = Math.abs(Number(data[at * step]) - values[at]!);
        largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
      }
      most[`${file}/${name}`] = largest;
    }
    await session.dispose();
  }
  return most;
}

/** Writes the networks of a checkpoint that lies in memory; returns the tensors that no importer used. */
export async function importInMemory(
  checkpoint: Checkpoint,
  kind: ImportKind,
  folder: string,
  options: Partial<ImportOptions>,
): Promise<readonly string[]> {
  const { networks, unused } = await importers[kind].build(checkpoint, {
    name: "net",
    folder,
    truncation: 1,
    ...options,
  });
  await writeNetworks(folder, "net.bin", networks);
  return unused;
}
