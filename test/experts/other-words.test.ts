/** Abbreviations and phrases that captions have in place of what drawings are called. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inEnglish } from "../../server/experts/words/in-english.ts";
import { inOtherWords } from "../../server/experts/words/other-words.ts";

describe("a caption that no drawing is called", () => {
  for (const [caption, words] of [
    ["KYC", "identity verification"],
    ["crm integration", "customer relationship management integration"],
    ["CEOs", "office worker"],
    ["HR department", "human resources department"],
    ["24/7 support", "24 hours support"],
    ["24h delivery", "24 hours delivery"],
    ["1-on-1", "two people chat"],
    ["1 on 1", "two people chat"],
    ["Q&A", "faq"],
    ["Q & A", "faq"],
    ["CI/CD", "infinity loop"],
    ["UI/UX", "pencil ruler"],
    ["Research", "laboratory research"],
    ["Lost item", "box with question mark"],
    ["ROI chart", "return on investment chart"],
  ] as const)
    it(`"${caption}" is read as "${words}"`, () => assert.equal(inEnglish(caption), words));
});

describe("a caption that drawings are called", () => {
  for (const caption of ["API docs", "2FA", "UI kit", "POS printer", "art director", "IoT", "24 hr", "500 ml", "AC/DC"])
    it(`"${caption}" stays as it is`, () => assert.equal(inEnglish(caption), undefined));
});

describe("what products call a feature", () => {
  for (const [caption, words] of [
    ["standing order", "calendar sync"],
    ["My savings goal", "piggy bank with flag"],
    ["API key", "key with code"],
    ["orders", "shopping bag"],
  ] as const)
    it(`"${caption}" is read as what is drawn for it`, () => assert.equal(inEnglish(caption), words));
  it("is no part of a longer caption", () => assert.equal(inEnglish("law and order"), undefined));
});

describe("an abbreviation that is a word as well", () => {
  it("is one where it is written in capitals", () => assert.equal(inEnglish("ROI"), "return on investment"));
  it("is the word where it is not", () => assert.equal(inEnglish("roi"), "king"));
  it("is no part of another word", () => assert.equal(inOtherWords("video, HRV, saasfee"), "video, HRV, saasfee"));
});
