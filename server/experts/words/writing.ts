/**
 * What the signs of a caption tell of its language: Hangul is Korean, kana are Japanese. Han signs alone are Japanese or Chinese; those
 * that the Japanese character set (JIS X 0208) lacks are Chinese, among them most that China simplified.
 */
import { once } from "../../platform/once.ts";

const hangul = /[\uac00-\ud7a3]/u;
const kana = /[\u3041-\u30fa\u30fc]/u;
const han = /[\u4e00-\u9fff]/u;

export type Writing = "kana" | "hangul" | "han" | "letters";

export function writingOf(caption: string): Writing {
  if (kana.test(caption)) return "kana";
  if (hangul.test(caption)) return "hangul";
  return han.test(caption) ? "han" : "letters";
}

/** Italian has no other accents, and these only on the last letter of a word. */
export const mayBeItalian = (caption: string): boolean =>
  !/[^\p{ASCII}àèéìòù‘’“”…–—]|[àèéìòù](?=\p{L})/iu.test(caption.normalize("NFC"));

export const isHan = (sign: string | undefined): boolean => sign !== undefined && han.test(sign);

const japaneseSigns = once(() => {
  // Pairs of bytes that are Han signs in Shift JIS.
  const pairs: number[] = [];
  for (let lead = 0x88; lead <= 0xea; lead += 1)
    for (let trail = 0x40; trail <= 0xfc; trail += 1)
      if ((lead <= 0x9f || lead >= 0xe0) && trail !== 0x7f) pairs.push(lead, trail);
  return new Set(new TextDecoder("shift_jis").decode(Uint8Array.from(pairs)));
});

/** Whether a caption has Han signs that Japanese lacks. */
export const hasOnlyChineseSigns = (caption: string): boolean =>
  [...caption].some((sign) => isHan(sign) && !japaneseSigns().has(sign));
