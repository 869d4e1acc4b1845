/**
 * What trainings have on disk besides their record, a folder each: `previews/` (PNG), log and loss curve of one that published
 * nothing, and while it is open `examples/` and `work/` (what `trainTranslation` reads and writes).
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { unknownUpload } from "../../../shared/contract/generations/request-sources.ts";
import type { TrainingExample } from "../../../shared/contract/training.ts";
import { asStorageError, writeFileAtomically } from "../../platform/files/atomic-file.ts";
import { recordFiles } from "../../training/run-records.ts";

/** Brings an upload to a path; false when it is not here. */
export type PlaceUpload = (digest: string, path: string) => Promise<boolean>;

export class TrainingFolders {
  readonly #home: string;

  private constructor(home: string) {
    this.#home = home;
  }

  static async open(home: string): Promise<TrainingFolders> {
    await mkdir(home, { recursive: true, mode: 0o700 });
    return new TrainingFolders(home);
  }

  pathOf(id: string, ...parts: readonly string[]): string {
    return join(this.#home, id, ...parts);
  }

  /** Removes what a crash left: folders of trainings that are gone, and what ended ones need no more. */
  async sweep(isOpen: (id: string) => boolean | undefined): Promise<void> {
    for (const id of await readdir(this.#home)) {
      const known = isOpen(id);
      if (known === undefined) await this.remove(id);
      else if (!known) await this.free(id);
    }
  }

  /**
   * Makes the folder of captioned images that a training reads; one that is there is kept.
   * @throws AppError image_unknown, storage_full
   */
  async placeExamples(id: string, examples: readonly TrainingExample[], place: PlaceUpload): Promise<string> {
    const folder = this.pathOf(id, "examples");
    if (!existsSync(folder))
      await this.#placeIn(folder, examples, place).catch((error: unknown) => {
        throw asStorageError(error);
      });
    return folder;
  }

  async #placeIn(folder: string, examples: readonly TrainingExample[], place: PlaceUpload): Promise<void> {
    const half = `${folder}.half`;
    await rm(half, { recursive: true, force: true });
    await mkdir(half, { recursive: true });
    const lines: string[] = [];
    for (const [index, { image, captions, style }] of examples.entries()) {
      const file = fileOf(index);
      if (!(await place(image, join(half, file)))) throw unknownUpload(`examples.${index}.image`, image);
      for (const caption of captions) lines.push(JSON.stringify({ file, caption, style }));
    }
    await writeFileAtomically(join(half, "captions.jsonl"), `${lines.join("\n")}\n`);
    await rename(half, folder);
  }

  async savePreview(id: string, step: number, index: number, png: Uint8Array): Promise<void> {
    await mkdir(this.pathOf(id, "previews"), { recursive: true, mode: 0o700 });
    await writeFileAtomically(this.pathOf(id, "previews", `${step}-${index}.png`), png);
  }

  /** The PNG, or undefined when there is none. */
  async readPreview(id: string, step: number, index: number): Promise<Uint8Array | undefined> {
    return readFile(this.pathOf(id, "previews", `${step}-${index}.png`)).catch(() => undefined);
  }

  /** Keeps log and loss curve of a run that published nothing, from its folder. @throws AppError storage_full */
  async keepRecords(id: string, from: string): Promise<void> {
    for (const file of recordFiles) await writeFileAtomically(this.pathOf(id, file), await readFile(join(from, file)));
  }

  /** Removes all that only an open training needs. */
  async free(id: string): Promise<void> {
    for (const name of ["work", "examples", "examples.half"])
      await rm(this.pathOf(id, name), { recursive: true, force: true });
  }

  async remove(id: string): Promise<void> {
    await rm(this.pathOf(id), { recursive: true, force: true });
  }
}

/** Sorts as the examples do. The name says PNG whatever the bytes are: they alone decide how an image is read. */
const fileOf = (index: number): string => `${String(index).padStart(5, "0")}.png`;

/** Folders with what a client calls them, in the order in which they are looked for. */
export type FolderNames = ReadonlyArray<readonly [folder: string, name: string]>;

/** Names of files and folders in a message as the request's fields and names. */
export const inRequestTerms = (message: string, names: FolderNames): string =>
  names
    .reduce((text, [folder, name]) => text.replaceAll(folder, name), message)
    .replace(/\b(\d{5})\.png\b/g, (_, index: string) => `examples.${Number(index)}`);
