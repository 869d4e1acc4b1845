/**
 * Opens a pack's files so that equal bytes are opened once: experts and packs that hold the same file, by whatever path, share
 * what was made of it. A file is read once and made from those bytes; its digest is reckoned from them, unless who opens the files of a pack knows it.
 */
import { readFile } from "node:fs/promises";
import { AppError } from "../../shared/problem.ts";
import { Session, type SessionOptions } from "../onnx/session.ts";
import { sha256Of } from "../platform/sha256.ts";

export class SharedFiles {
  readonly #opened = new Map<string, Promise<unknown>>();
  readonly #digests: ReadonlyMap<string, string>;

  /** @param digests SHA-256 of files by path, for whoever knows them: they are not reckoned again */
  constructor(digests: ReadonlyMap<string, string> = new Map()) {
    this.#digests = digests;
  }

  /**
   * What `make` made of the file's bytes, this time or before.
   * @param kind what is made, so that one file may serve two purposes
   * @throws AppError `pack_corrupt` when there is no file, or `make`'s own fault
   */
  async open<T>(path: string, kind: string, make: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw new AppError("pack_corrupt", `${path}: expected a file of the pack, got none`, { cause });
    });
    const key = `${kind} ${this.#digests.get(path) ?? sha256Of(bytes)}`;
    const known = this.#opened.get(key);
    if (known) return known as Promise<T>;
    const opened = Promise.resolve(make(bytes));
    this.#opened.set(key, opened);
    return opened;
  }

  /** A session of an ONNX file; the first opener's label stays with it. */
  session(path: string, options: SessionOptions): Promise<Session> {
    const kind = ["session", options.provider ?? "cpu", ...(options.layer ? [options.layer] : [])].join(" ");
    return this.open(path, kind, (bytes) => Session.create(bytes, options));
  }
}
