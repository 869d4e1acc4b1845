/** Reads numbers and texts from bytes in the order of pickles, and says where they end early. */
import { checkpointFault } from "./checkpoint.ts";

/** Bytes of the longest whole number of a pickle; PyTorch's own magic number takes ten. */
const longMaxBytes = 32;

export class ByteReader {
  readonly #view: Buffer;
  readonly #where: string;
  #position = 0;

  constructor(bytes: Uint8Array, where: string) {
    this.#view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
  }

  get position(): number {
    return this.#position;
  }

  byte(): number {
    return this.#view[this.#take(1)]!;
  }

  /** A little-endian number of 2, 4 or 8 bytes, up to 2⁵³. */
  unsigned(bytes: 2 | 4 | 8): number {
    const at = this.#take(bytes);
    return bytes === 8 ? Number(this.#view.readBigUInt64LE(at)) : this.#view.readUIntLE(at, bytes);
  }

  signed(bytes: 4): number {
    return this.#view.readIntLE(this.#take(bytes), bytes);
  }

  /** Big-endian, as pickles have it. */
  double(): number {
    return this.#view.readDoubleBE(this.#take(8));
  }

  /** A little-endian two's complement of any length; a bigint only beyond 2⁵³. */
  long(bytes: number): number | bigint {
    if (bytes > longMaxBytes)
      throw checkpointFault(this.#where, `a number of at most ${longMaxBytes} bytes`, `${bytes}`);
    const at = this.#take(bytes);
    let value = 0n;
    for (let index = bytes - 1; index >= 0; index -= 1) value = (value << 8n) | BigInt(this.#view[at + index]!);
    const signed = BigInt.asIntN(8 * bytes, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  text(bytes: number): string {
    const at = this.#take(bytes);
    return this.#view.toString("utf8", at, at + bytes);
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#view.subarray(at, at + length);
  }

  /** Up to the end of the line, which is left out. */
  line(): string {
    const end = this.#view.indexOf(0x0a, this.#position);
    if (end < 0) throw checkpointFault(this.#where, "a line", "the end of the pickle");
    const text = this.#view.toString("utf8", this.#position, end);
    this.#position = end + 1;
    return text;
  }

  /** Moves on; where the bytes began. */
  #take(bytes: number): number {
    const at = this.#position;
    if (bytes > this.#view.length - at)
      throw checkpointFault(this.#where, `${bytes} more bytes`, `the end of the pickle after ${this.#view.length}`);
    this.#position += bytes;
    return at;
  }
}
