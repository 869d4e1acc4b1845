/** Six complete languages: the compiler checks the keys, these tests what it can't see. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "esbuild";
import { en, type Texts } from "../../../plugin/ui/i18n/en.ts";
import { chooseLanguage, decimal, describeFailure, fill, languages, textsIn } from "../../../plugin/ui/i18n/texts.ts";
import { flatTexts } from "../../../scripts/flat-texts.mjs";
import { inEnglish } from "../../../server/experts/words/in-english.ts";
import { problemCodes } from "../../../shared/problem.ts";

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

for (const [name, texts] of Object.entries(languages)) {
  test(`${name} has every text, with the same placeholders as English`, () => {
    for (const [key, english] of Object.entries(en)) {
      const own = texts[key as keyof typeof texts];
      if (typeof english !== "string") continue;
      assert.ok(typeof own === "string" && own.trim() !== "", key);
      assert.deepEqual(placeholders(own), placeholders(english), `${name}: ${key}`);
    }
    for (const key of Object.keys(en.failures)) {
      const [title, cure] = texts.failures[key as keyof typeof texts.failures];
      assert.ok(title.length > 3 && cure.length > 3, `${name}: ${key}`);
    }
  });
}

test("the examples that every language offers are read by the server as the English ones", () => {
  for (const [name, texts] of Object.entries(languages))
    for (const key of ["captionHints", "iconHints", "nameHints", "badgeHints"] as const) {
      const read = texts[key].split("|").map((example) => (name === "en" ? example : inEnglish(example)));
      assert.deepEqual(read, en[key].split("|"), `${name}: ${key}`);
    }
});

test("in FigJam no text for a form speaks of artboards, frames and components, which it does not have", () => {
  const absent =
    /artboard|\bframe|rahmen|\bcadre|\bmarco|quadro|component|komponente|composant|フレーム|アートボード|コンポーネント/i;
  for (const [name, texts] of Object.entries(languages)) {
    const said = ({
      artboard,
      stopReplacing,
      helpResults,
      needLayers,
      needIcons,
      needIcon,
      failures,
    }: Texts): string[] => [
      ...[stopReplacing, helpResults].map((text) => fill(text, { artboard })),
      ...[needLayers, needIcons, needIcon, ...failures.drawing_missing],
    ];
    for (const text of said(textsIn("figjam", texts))) assert.doesNotMatch(text, absent, name);
    for (const text of said(texts).slice(0, 5)) assert.match(text, absent, name);
    assert.equal(textsIn("slides", texts), texts);
  }
});

test("what Redraw replaces is not called the selection, which may be another by then", () => {
  const selection = /select|auswahl|ausgewählt|sélection|selecc|seleç|選択/i;
  for (const [name, texts] of Object.entries(languages)) assert.doesNotMatch(texts.replacing, selection, name);
});

test("every problem code of the server has a title and a cure", () => {
  for (const code of problemCodes) assert.equal(describeFailure(languages.en, code).length, 2, code);
  assert.equal(describeFailure(languages.en, "pack_unavailable")[0], languages.en.failures.pack_missing[0]);
});

test("what a server with a queue, a store and many people refuses has a cure of its own in every language", () => {
  for (const [name, texts] of Object.entries(languages))
    for (const code of ["forbidden", "queue_unavailable", "store_unavailable"] as const)
      assert.notEqual(describeFailure(texts, code)[0], texts.failures.internal[0], `${name}: ${code}`);
});

test("an answer that can't be read has a title of its own, and the cure of other versions", () => {
  for (const [name, texts] of Object.entries(languages)) {
    const [refused, cure] = describeFailure(texts, "invalid_request");
    assert.deepEqual(describeFailure(texts, "answer_broken"), [texts.answerBroken, cure], name);
    assert.notEqual(texts.answerBroken, refused, name);
  }
});

test("a failure without a detail sends nobody to it", () => {
  for (const [name, texts] of Object.entries(languages)) {
    for (const code of ["apply_failed", "internal", "config_invalid"] as const) {
      assert.notEqual(
        describeFailure(texts, code, "")[1],
        describeFailure(texts, code, "because")[1],
        `${name}: ${code}`,
      );
      assert.doesNotMatch(
        describeFailure(texts, code, "")[1],
        /det(ail|alle|alhe)|détail|einzelheit|詳細/i,
        `${name}: ${code}`,
      );
    }
    assert.equal(describeFailure(texts, "caption_empty", ""), texts.failures.caption_empty);
  }
});

test("failures of the connection all differ in cause and cure", () => {
  const codes = [
    "unreachable",
    "host_unreachable",
    "url_invalid",
    "url_not_allowed",
    "not_tau",
    "token_missing",
    "unauthorized",
    "forbidden",
    "server_too_old",
    "server_too_new",
    "pack_missing",
    "network_blocked",
    "no_answer",
    "rate_limited",
    "queue_full",
    "queue_unavailable",
  ] as const;
  for (const texts of Object.values(languages)) {
    assert.equal(new Set(codes.map((code) => describeFailure(texts, code)[0])).size, codes.length);
    assert.equal(new Set(codes.map((code) => describeFailure(texts, code)[1])).size, codes.length);
  }
});

test("the language follows the browser's list, and numbers the language", () => {
  assert.equal(chooseLanguage(["de-CH", "en"]), "de");
  assert.equal(chooseLanguage(["pt-PT"]), "pt-BR");
  assert.equal(chooseLanguage(["nl", "ja"]), "ja");
  assert.equal(chooseLanguage(["xx"]), "en");
  assert.deepEqual(
    Object.keys(languages).map((name) => decimal(1.5, 2, name)),
    ["1.50", "1,50", "1,50", "1,50", "1.50", "1,50"],
  );
  assert.equal(fill("{done} of {total}", { done: 0, total: 8 }), "0 of 8");
});

test("the number that draws the same image again has one name, which the description of components has too", () => {
  const otherName = /\bseed\b(?!\})|startwert|\bsamen|semilla|graine|semente|シード/i;
  const read = (text: unknown): string[] =>
    typeof text === "string" ? [text] : Object.values(text as object).flatMap(read);
  for (const [name, texts] of Object.entries(languages)) {
    for (const text of read(texts)) assert.doesNotMatch(text, otherName, name);
    for (const text of [texts.seedFixed, texts.seedNew, texts.seedCopy, texts.keep])
      assert.ok(text.toLowerCase().includes(texts.seed.toLowerCase()), `${name}: ${text}`);
  }
  assert.equal(en.seed, "Variation");
});

test("a label has one name: in the command that asks for it, in the form and in what failed", () => {
  for (const [name, texts] of Object.entries(languages)) {
    const { label_missing, label_unknown } = texts.failures;
    for (const text of [texts.commands["fill-label"], texts.labelNone, label_missing[0], label_unknown[0]])
      assert.ok(text.toLowerCase().includes(texts.label.toLowerCase()), `${name}: ${text}`);
  }
});

test("an upscale has one name: as a command, while it runs and where an image is too large", () => {
  const stems = { en: "upscal", de: "hochskal", fr: "agrandi", es: "ampli", ja: "高解像度化", "pt-BR": "ampli" };
  for (const [name, texts] of Object.entries(languages))
    for (const text of [texts.commands.upscale, texts.upscaling, texts.layerProblems["too-large"]])
      assert.ok(text.toLowerCase().includes(stems[name as keyof typeof stems]), `${name}: ${text}`);
});

test("a cure calls the details below it what they are called there", () => {
  for (const [name, texts] of Object.entries(languages))
    for (const code of ["apply_failed", "internal"] as const)
      assert.ok(texts.failures[code][1].toLowerCase().includes(texts.details.toLowerCase()), `${name}: ${code}`);
});

test("outside of English and Japanese the number of an image is not called as the command for similar images", () => {
  for (const texts of [languages.de, languages.fr, languages.es, languages["pt-BR"]])
    assert.notEqual(texts.seed.slice(0, 6).toLowerCase(), texts.commands.variations.slice(0, 6).toLowerCase());
});

test("an empty layout is cured on the pad or the canvas, by nothing that a server lists", () => {
  const layouts = ["layout", "farbflächen", "aplats", "composición", "色の配置", "composição"];
  for (const [name, texts] of Object.entries(languages)) {
    const [title, cure] = texts.failures.layout_invalid;
    assert.ok(
      layouts.some((word) => title.toLowerCase().includes(word)),
      `${name}: ${title}`,
    );
    assert.doesNotMatch(cure, /server|serveur|servidor|サーバー/i, name);
  }
});

test("in the built plugin every text of every language is the one of the sources", async () => {
  const { outputFiles } = await build({
    entryPoints: ["plugin/ui/i18n/texts.ts"],
    bundle: true,
    write: false,
    format: "esm",
    minify: true,
    charset: "utf8",
    plugins: [flatTexts],
  });
  const code = Buffer.from(outputFiles[0]!.contents).toString("base64");
  const built = (await import(`data:text/javascript;base64,${code}`)) as { readonly languages: typeof languages };
  assert.deepEqual(structuredClone(built.languages), languages);
});
