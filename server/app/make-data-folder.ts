/** Makes the data folder, for its owner alone. */
import { mkdir } from "node:fs/promises";
import { AppError } from "../../shared/problem.ts";

/** @throws AppError `config_invalid` where something else is in its place, or it may not be made */
export async function makeDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    const detail = { expected: "a folder that can be made", received: folder, cause };
    throw new AppError(
      "config_invalid",
      `data folder: expected ${detail.expected}, got "${folder}"; choose another with --data or TAU_DATA`,
      detail,
    );
  });
}
