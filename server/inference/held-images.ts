/**
 * Images that both a child and its parent know the child holds, so that each crosses the channel once: the icons that show a style come with
 * every drawing that is restyled in it. Both sides keep the same list by the same rule, the least recently used go first, and messages come in
 * their order; so nothing is asked or confirmed.
 */
import type { ConditionImage, ConditionImages } from "./protocol.ts";

/** An image by its content and size; without its pixels where the child has them. */
export interface SentImage {
  readonly key: string;
  readonly sizePx: number;
  readonly planes?: Float32Array | undefined;
}

/** Bytes of pixels that a child holds, unless one request has more. */
const bytesMost = 48 * 1024 ** 2;

interface Held<Image> {
  readonly image: Image;
  readonly bytes: number;
}

/** The list of one side. @typeParam Image what this side keeps of each */
class HeldList<Image> {
  readonly #held = new Map<string, Held<Image>>();
  readonly #most: number;
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get(name: string): Held<Image> | undefined {
    return this.#held.get(name);
  }

  /** Marks an image as used last. */
  use(name: string, held: Held<Image>): void {
    if (!this.#held.delete(name)) this.#bytes += held.bytes;
    this.#held.set(name, held);
  }

  /** Forgets what was used longest ago, but not the last `count`. */
  shrink(count: number): void {
    for (const [name, { bytes }] of this.#held) {
      if (this.#bytes <= this.#most || this.#held.size <= count) return;
      this.#held.delete(name);
      this.#bytes -= bytes;
    }
  }
}

/** The same digest is another image at another size. */
const nameOf = ({ key, sizePx }: SentImage): string => `${key}@${sizePx}`;

/** The parent's side. */
export class SentImages {
  readonly #list: HeldList<true>;

  constructor(most = bytesMost) {
    this.#list = new HeldList(most);
  }

  /** What is sent of a request's images, now. */
  toSend(images: ConditionImages): SentImage[] {
    const sent = Array.from(images, ([key, { planes, sizePx }]): SentImage => {
      const name = nameOf({ key, sizePx });
      const isHeld = this.#list.get(name) !== undefined;
      this.#list.use(name, { image: true, bytes: planes.byteLength });
      return isHeld ? { key, sizePx } : { key, sizePx, planes };
    });
    this.#list.shrink(sent.length);
    return sent;
  }
}

/** The child's side. */
export class ReceivedImages {
  readonly #list: HeldList<ConditionImage>;

  constructor(most = bytesMost) {
    this.#list = new HeldList(most);
  }

  /** A request's images, in the order in which requests came. */
  received(sent: readonly SentImage[]): Map<string, ConditionImage> {
    const images = new Map<string, ConditionImage>();
    for (const one of sent) {
      const { key, sizePx, planes } = one;
      // What a message brings is a view of all that it brings.
      const image = planes ? { planes: planes.slice(), sizePx } : this.#list.get(nameOf(one))?.image;
      if (!image) throw new Error(`images: expected ${key.slice(0, 16)}… of ${sizePx} px to be held`);
      this.#list.use(nameOf(one), { image, bytes: image.planes.byteLength });
      images.set(key, image);
    }
    this.#list.shrink(sent.length);
    return images;
  }
}
