/** Files by digest in a folder that several machines mount. The same layout as a data folder of one machine. */
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Blob, type BlobStore, isDigest } from "./blob-store.ts";
import { ResultStore } from "./result-store.ts";

/** After so many milliseconds a half written file is a crash's. */
const halfWrittenMs = 60 * 60 * 1000;

/** @throws AppError storage_full */
export async function openFolderBlobs(folder: string): Promise<BlobStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const store = ResultStore.of(folder);
  const ageMs = async (name: string): Promise<number> =>
    stat(join(folder, name)).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
  // Others may be writing: only what is old was left behind.
  for (const name of await readdir(folder))
    if (name.endsWith(".tmp") && (await ageMs(name)) > halfWrittenMs) await rm(join(folder, name), { force: true });
  return {
    put: (bytes) => store.put(bytes),
    read: (digest) => store.read(digest),
    touch: (digest) => store.touch(digest),
    place: (digest, path) => store.place(digest, path),
    delete: async (digest) => void store.forget(digest),
    usedAt: (digest) =>
      isDigest(digest)
        ? stat(join(folder, digest)).then(
            ({ mtimeMs }) => mtimeMs,
            () => undefined,
          )
        : Promise.resolve(undefined),
    list: async () => {
      const names = (await readdir(folder)).filter(isDigest);
      const blobs = names.map(async (digest): Promise<Blob[]> => {
        const about = await stat(join(folder, digest)).catch(() => undefined);
        return about ? [{ digest, bytes: about.size, usedAt: about.mtimeMs }] : [];
      });
      return (await Promise.all(blobs)).flat();
    },
  };
}
