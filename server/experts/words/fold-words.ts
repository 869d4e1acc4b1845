/** Words as they are compared over languages: case, accents, kana and signs between words don't matter. */

const accents = /[\u0300-\u036f]/gu;
const hiragana = /[\u3041-\u3096]/gu;

export const foldWords = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(accents, "")
    .normalize("NFC")
    .replaceAll("ß", "ss")
    .replaceAll("œ", "oe")
    .replace(hiragana, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0x60))
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .join(" ");

/** Whether a word is digits alone: every language has them, and none says anything of it. */
export const isNumber = (word: string): boolean => /^\p{N}+$/u.test(word);
