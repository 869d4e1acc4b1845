/** Who decodes the images that a flow drew: the thread that drew them, or others beside it (decode-pool.ts). */
import {
  type DecodedImage,
  type DrawnLatent,
  decodeImage,
  type Finish,
  type Translation,
} from "../../engine/translation.ts";

/** What an image is decoded from. */
export type Undecoded = Pick<DrawnLatent, "latent" | "logLikelihood" | "drawing">;

/** What a translation decodes with. */
export type Decoding = Pick<Translation, "id" | "target">;

export interface ImageDecoder {
  /** Images of a translation that are decoded at a time. */
  concurrencyOf(translation: Decoding): number;
  /** As `decodeImage` (engine/translation.ts), with the same bytes on any thread. */
  decode(translation: Decoding, drawn: Undecoded, finish: Finish): Promise<DecodedImage>;
  /** Gives back what it keeps for the next images until what it returns is called; images are decoded all the same. */
  holdBack?(): () => void;
}

/** One image after the other, on this thread with all cores. */
export const decodeHere: ImageDecoder = { concurrencyOf: () => 1, decode: decodeImage };
