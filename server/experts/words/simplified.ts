/** Traditional Chinese signs as China simplified them, sign by sign (Unicode CLDR, by scripts/caption-words.mjs): 飛機 is 飞机. */
import { once } from "../../platform/once.ts";
import { traditionalSigns } from "./names/tables.ts";

const simpleOf = once(() => {
  const signs = [...traditionalSigns];
  return new Map(signs.flatMap((sign, at) => (at % 2 === 0 ? [[sign, signs[at + 1]!] as const] : [])));
});

/** As long as it was. */
export const simplified = (text: string): string =>
  text.replace(/\p{Script=Han}/gu, (sign) => simpleOf().get(sign) ?? sign);
