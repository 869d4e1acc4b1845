/** The folder of `--out`. */
import { AppError } from "../../shared/problem.ts";
import { makeFolders } from "../platform/files/make-folders.ts";

/** Makes the folder of `--out`, before anything costly is done for it. @throws AppError `invalid_request` naming the flag */
export async function makeOutFolder(path: string): Promise<void> {
  await makeFolders(path).catch((cause: unknown) => {
    const expected = "a folder that can be made";
    const detail = { expected, received: path, cause };
    throw new AppError("invalid_request", `--out: expected ${expected}, got "${path}"`, detail);
  });
}
