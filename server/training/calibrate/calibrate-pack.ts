/**
 * Calibrates a translation of an existing pack: encodes an image set by the pack's own experts (reusing what training cached),
 * measures the flow as it ships and publishes the new numbers with a new manifest. A crash at any moment leaves a valid pack.
 */
import { AppError } from "../../../shared/problem.ts";
import { type CalibrationEntry, digestsIn } from "../../manifest/manifest.ts";
import { selectTranslation } from "../../manifest/pack-draft.ts";
import { readManifest } from "../../manifest/read-manifest.ts";
import { openFlow } from "../../packs/load-translations.ts";
import { publishInPack } from "../../packs/publish.ts";
import { verifyPack } from "../../packs/verify.ts";
import { EncodePool } from "../encode/encode-pool.ts";
import { encodeSet } from "../encode/encode-set.ts";
import type { EncodeContext } from "../encode/encoded-chunks.ts";
import { calibrate } from "./calibrate.ts";

export interface CalibratePackOptions extends Omit<EncodeContext, "encode"> {
  /** The folder of the pack. */
  readonly pack: string;
  /** Absent = its first translation. */
  readonly translation?: string | undefined;
  readonly threads?: number | undefined;
}

export interface CalibratedPack {
  readonly pack: string;
  readonly translation: string;
  /** SHA-256 of the new manifest. */
  readonly digest: string;
  readonly heldOutImages: number;
  readonly calibration: CalibrationEntry;
}

/**
 * @throws AppError `dataset_invalid` when too few images of the set are held out, `pack_unavailable`, `pack_corrupt`,
 *   `storage_full`, `cancelled`; the pack is unchanged then
 */
export async function calibratePack(options: CalibratePackOptions): Promise<CalibratedPack> {
  const { pack, threads = 0, signal } = options;
  const { manifest: before } = await readManifest(pack);
  await verifyPack(pack, before);
  const draft = selectTranslation(before, options.translation);
  const files = digestsIn(before);
  const { id } = draft.translation;
  const pool = await EncodePool.open({ pack, draft, files }, { threads, rows: options.images.count });
  const { experts } = pool;
  const set = await encodeSet({ ...options, pool, drawnRepeats: 1 }).finally(() => pool.close());
  const flow = await openFlow(pack, draft.translation, before.experts, { threads, label: `calibration of ${id}` });
  const fitted = await calibrate({ ...experts, id, flow }, set).finally(() => flow.dispose());
  if (signal?.aborted) throw new AppError("cancelled", "stopped before the pack was changed");
  const { manifest, digest } = await publishInPack(pack, draft, files, { calibration: fitted });
  const calibration = selectTranslation(manifest, id).translation.calibration!;
  return { pack: manifest.id, translation: id, digest, heldOutImages: set.heldOutRows.length, calibration };
}
