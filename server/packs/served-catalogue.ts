/**
 * The catalogue that the server speaks of: opened at the start, and again whenever the inference child was replaced, so that
 * what is offered is what is drawn with. A user's pack that the child left out is not offered.
 */
import type { PackInfo } from "../../shared/contract.ts";
import { AppError } from "../../shared/problem.ts";
import { Catalogue, type CatalogueEntry, type PackFault } from "./catalogue.ts";

interface ServedCatalogueOptions {
  readonly packsDir: string;
  readonly userPacksDir: string;
  /** A pack that could not be read. */
  readonly onFault: (fault: PackFault) => void;
}

/** What the server needs of it. */
export type Served = Pick<ServedCatalogue, "packs" | "isShipped" | "packOf" | "reopen">;

export class ServedCatalogue {
  readonly #options: ServedCatalogueOptions;
  /** Without manifests: their vocabularies are long, and `#packs` has what is offered of them. */
  #entries: ReadonlyArray<Pick<CatalogueEntry, "folder" | "digest" | "isShipped"> & { readonly id: string }> = [];
  #packs: readonly PackInfo[] = [];

  private constructor(options: ServedCatalogueOptions) {
    this.#options = options;
  }

  /** @throws AppError as `Catalogue.open` */
  static async open(options: ServedCatalogueOptions): Promise<ServedCatalogue> {
    const served = new ServedCatalogue(options);
    await served.reopen();
    return served;
  }

  /** What GET /v1/meta tells of each pack. */
  packs(): readonly PackInfo[] {
    return this.#packs;
  }

  /** Whether a pack is part of the release, so that its id is not the user's to give. */
  isShipped(id: string): boolean {
    return this.#entries.some((entry) => entry.isShipped && entry.id === id);
  }

  /** @throws AppError pack_unavailable */
  packOf(id: string): Pick<CatalogueEntry, "folder" | "digest"> {
    const entry = this.#entries.find((candidate) => candidate.id === id);
    if (entry) return entry;
    const expected = `one of ${this.#entries.map((known) => known.id).join(", ")}`;
    throw new AppError("pack_unavailable", `pack: expected ${expected}, got "${id}"`, { expected, received: id });
  }

  /**
   * Reads the manifests anew.
   * @param leftOut folders of packs that the child could not load
   */
  async reopen(leftOut: ReadonlyArray<{ readonly folder: string }> = []): Promise<void> {
    const { packsDir, userPacksDir, onFault } = this.#options;
    const catalogue = await Catalogue.open(packsDir, userPacksDir);
    catalogue.faults.forEach(onFault);
    const isOut = (folder: string): boolean => leftOut.some((fault) => fault.folder === folder);
    this.#entries = catalogue.entries
      .filter(({ folder }) => !isOut(folder))
      .map(({ folder, digest, isShipped, manifest: { id } }) => ({ folder, digest, isShipped, id }));
    const digests = new Set(this.#entries.map(({ digest }) => digest));
    this.#packs = catalogue.packs().filter(({ digest }) => digests.has(digest));
  }
}
