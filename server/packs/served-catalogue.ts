/**
 * The catalogue that the server offers: opened at the start, and again whenever the inference child was replaced, so that the
 * offer matches what the child loaded. User packs that the child left out are not offered.
 */
import type { PackInfo } from "../../shared/contract/meta.ts";
import { AppError } from "../../shared/problem.ts";
import { Catalogue, type CatalogueEntry, type PackFault } from "./catalogue.ts";

interface ServedCatalogueOptions {
  readonly packsDir: string;
  readonly userPacksDir: string;
  /** Called with a pack that could not be read. */
  readonly onFault: (fault: PackFault) => void;
}

/** The part of the catalogue that the server needs. */
export type Served = Pick<ServedCatalogue, "packs" | "isShipped" | "packOf" | "reopen">;

export class ServedCatalogue {
  readonly #options: ServedCatalogueOptions;
  /** Entries without manifests, whose vocabularies are long; `#packs` has what is offered. */
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

  /** The packs as GET /v1/meta lists them. */
  packs(): readonly PackInfo[] {
    return this.#packs;
  }

  /** Whether a pack is part of the release, so that users can't take its id. */
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
   * Reads the manifests again.
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
