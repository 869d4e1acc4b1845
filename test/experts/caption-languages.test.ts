/** Captions in German, French, Spanish, Portuguese and Japanese: names, sentences, inflected words, and English that stays. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeConditions } from "../../server/engine/conditions.ts";
import { LabelExpert } from "../../server/experts/label.ts";
import { inEnglish } from "../../server/experts/words/in-english.ts";

const read: Readonly<Record<string, ReadonlyArray<readonly [caption: string, english: string]>>> = {
  German: [
    ["Apfel", "apple"],
    ["roter Apfel", "red apple"],
    ["Äpfel", "apple"],
    ["ein rotes Auto auf einer Straße", "red car on road"],
    ["die Häuser am Meer", "house at sea"],
    ["der Apfelbaum im Garten", "apple tree in garden"],
    ["Zwei kleine Katzen spielen mit einem blauen Ball", "two small cat with blue ball"],
    ["Mein Nachbar trinkt gerne Bier", "beer"],
    ["ein Hund auf dem Tisch", "dog on table"],
    ["Datei löschen", "file delete"],
    ["Benutzer hinzufügen", "user add"],
    ["kein WLAN", "no wifi"],
    ["Glocke mit rotem Punkt", "bell with red dot"],
  ],
  French: [
    ["une pomme", "apple"],
    ["étoile", "star"],
    ["une voiture rouge dans la rue", "red car in road"],
    ["chat noir", "black cat"],
    ["les oiseaux dans le ciel", "bird in sky"],
    ["un petit chien avec une balle bleu foncé", "small dog with dark blue ball"],
    ["une fleur rose", "pink flower"],
    ["une rose", "rose"],
    ["tasse de café", "cup of coffee"],
    ["supprimer le fichier", "delete file"],
    ["panier d'achat", "shopping cart"],
    ["cloche avec un point rouge", "bell with red dot"],
  ],
  Spanish: [
    ["manzana", "apple"],
    ["un perro", "dog"],
    ["una casa azul con un jardín grande", "blue house with big garden"],
    ["los árboles verdes en la montaña", "green tree in mountain"],
    ["un pan", "bread"],
    ["gato durmiendo", "sleeping cat"],
    ["agregar usuario", "add user"],
    ["campana con punto rojo", "bell with red dot"],
  ],
  Portuguese: [
    ["maçã", "apple"],
    ["os leões", "lion"],
    ["um carro vermelho na rua", "red car in road"],
    ["salvar arquivo", "save file"],
    ["uma flor branca e um coração vermelho", "white flower and red heart"],
    ["sino com ponto vermelho", "bell with red dot"],
    ["dois balões amarelos no céu", "two yellow balloon in sky"],
  ],
  Japanese: [
    ["りんご", "apple"],
    ["太陽", "sun"],
    ["赤い車が道の上にある", "red car on road"],
    ["テーブルの上に赤いりんごがある", "red apple on table"],
    ["黒い猫と白い犬", "black cat and white dog"],
    ["大きなイルカ", "big dolphin"],
    ["かにの絵", "crab"],
    ["ファイルを削除", "file delete"],
    ["ゴミ箱", "trash"],
    ["赤い点のあるベル", "bell with red dot"],
    ["ハート付きのギター", "guitar with heart"],
  ],
};

for (const [language, captions] of Object.entries(read))
  describe(`a caption in ${language}`, () => {
    for (const [caption, english] of captions)
      it(`"${caption}" is read as "${english}"`, () => assert.equal(inEnglish(caption), english));
  });

describe("a caption in English", () => {
  const captions = [
    "no smoking sign",
    "do not enter",
    "a red car on a street",
    "gift",
    "pan",
    "rose garden",
    "solar panel",
    "hamburger menu",
    "la la land",
  ];
  for (const caption of [
    ...captions,
    "Luna bakery",
    "black coffee in paris",
    "red and white flag",
    "notes",
    "",
    "42 !",
  ])
    it(`"${caption}" stays as it is`, () => assert.equal(inEnglish(caption), undefined));
});

describe("labels of captions in other languages", () => {
  const vocabulary = ["apple", "car", "luna"].map((id) => ({ id, label: id }));
  const expert = new LabelExpert({ kind: "label", vocabulary } as never, "label");

  it("words that name a label as they are mean that", () => assert.equal(expert.inEnglish("luna"), undefined));

  it("a sentence in another language names the label of its English words, and is encoded as those", async () => {
    const seen: unknown[] = [];
    const text = {
      dims: 1,
      encode: async (values: unknown) => {
        seen.push(values);
        return Float32Array.of(1);
      },
    };
    const conditions = [
      { name: "caption", expert: text },
      { name: "label", isReadFromCaption: true, expert },
    ] as const;
    const caption = { kind: "text", text: "das ist ein rotes Auto" } as const;
    const encoded = await encodeConditions({ id: "caption", conditions }, { caption });
    assert.equal(encoded.label?.named, "car");
    assert.deepEqual(seen[0], [{ kind: "text", text: "red car" }]);
  });
});
