/**
 * Opens files so that equal bytes are opened once: experts and packs with the same file, at whatever path, share the result. A
 * file is read once; its digest is computed from the bytes unless the caller knows it.
 */
import { readFile } from "node:fs/promises";
import { AppError } from "../../shared/problem.ts";
import { Session, type SessionOptions } from "../onnx/session.ts";
import { sha256Of } from "../platform/sha256.ts";

export class SharedFiles {
  readonly #opened = new Map<string, Promise<unknown>>();
  readonly #digests: ReadonlyMap<string, string>;

  /** @param digests known SHA-256 of files by path, which are not computed again */
  constructor(digests: ReadonlyMap<string, string> = new Map()) {
    this.#digests = digests;
  }

  /**
   * The result of `make` for the file's bytes, computed once.
   * @param kind kind of the result, so that one file may have several
   * @throws AppError `pack_corrupt` when there is no file, or the error of `make`
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

  /** A session of an ONNX file. It keeps the label of its first opener. */
  session(path: string, options: SessionOptions): Promise<Session> {
    const kind = ["session", options.provider ?? "cpu", ...(options.layer ? [options.layer] : [])].join(" ");
    return this.open(path, kind, (bytes) => Session.create(bytes, options));
  }
}
