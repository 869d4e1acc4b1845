/**
 * Retrieved drawings in a colour that a caption names, kept by content: decoding and encoding each costs as much as drawing an image,
 * and the same drawings come again for the same words.
 */
import type { CaptionColour } from "../engine/colour-words.ts";
import { recolourLatent, type Translation } from "../engine/translation.ts";
import { PromiseCache } from "../platform/lru-cache.ts";
import { sha256Of } from "../platform/sha256.ts";

/** Latents that are kept: 0.5 MB for 512 values each. */
const keptMax = 256;

export function keepRecoloured({ target }: Pick<Translation, "target">): NonNullable<Translation["recoloured"]> {
  const kept = new PromiseCache<Float32Array>(keptMax);
  return (latent: Float32Array, colour: CaptionColour) => {
    const bytes = new Uint8Array(latent.buffer, latent.byteOffset, latent.byteLength);
    const key = `${sha256Of(bytes)} ${JSON.stringify(colour)}`;
    return kept.once(key, () => recolourLatent({ target }, latent, colour));
  };
}
