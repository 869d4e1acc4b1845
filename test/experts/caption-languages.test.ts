/** Captions in other languages: names, sentences, inflected words, and English that stays. */
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
  Italian: [
    ["mela", "apple"],
    ["le mele rosse", "red apple"],
    ["una macchina rossa sulla strada", "red car on road"],
    ["un piccolo cane con una palla blu scuro", "small dog with dark blue ball"],
    ["i parchi e gli alberghi", "park and hotel"],
    ["le frecce verdi", "green arrow"],
    ["orologi", "clock"],
    ["gattino addormentato", "sleeping cat"],
    ["l'icona dell'utente", "user"],
    ["un'auto blu", "blue car"],
    ["casa con giardino", "house with garden"],
    ["elimina il file", "delete file"],
    ["aggiungi utente", "add user"],
    ["carrello della spesa", "shopping cart"],
    ["nessun suono", "no sound"],
    ["campana con un punto rosso", "bell with red dot"],
    ["tazza di caffè", "cup of coffee"],
  ],
  Korean: [
    ["사과", "apple"],
    ["고양이와 개", "cat and dog"],
    ["빨간 자동차가 길 위에 있다", "red car on road"],
    ["책상 위의 책", "book on table"],
    ["집 안에 있는 고양이", "cat in house"],
    ["빨간 점이 있는 종", "bell with red dot"],
    ["잠자는 고양이", "sleeping cat"],
    ["두 마리의 고양이", "two cat"],
    ["작은 새", "small bird"],
    ["새 폴더", "new folder"],
    ["사용자 추가", "user add"],
    ["사용자들을 추가하기", "user add"],
    ["파일삭제", "file delete"],
    ["신용카드", "credit card"],
    ["신용 카드", "credit card"],
    ["와이파이 없음", "no wifi"],
    ["PDF를 다운로드", "pdf download"],
  ],
  Chinese: [
    ["苹果", "apple"],
    ["红色的汽车在路上", "red car on road"],
    ["桌子上的苹果", "apple on table"],
    ["公园里的树", "tree in park"],
    ["黑猫和白狗", "black cat and white dog"],
    ["一只睡觉的猫", "sleeping cat"],
    ["带红点的铃铛", "bell with red dot"],
    ["铃铛带红点", "bell with red dot"],
    ["没有文件的文件夹", "folder without file"],
    ["添加用户", "add user"],
    ["删除文件", "delete file"],
    ["购物车", "shopping cart"],
    ["无网络", "no network"],
    ["PDF 下载", "PDF download"],
    ["刪除文件", "delete file"],
    ["飛機", "airplane"],
    ["腳踏車", "bicycle"],
    ["修改密码", "edit password"],
    ["鱼缸", "fish"],
  ],
};

for (const [language, captions] of Object.entries(read))
  describe(`a caption in ${language}`, () => {
    for (const [caption, english] of captions)
      it(`"${caption}" is read as "${english}"`, () => assert.equal(inEnglish(caption), english));
  });

describe("a caption that several languages know as well is read in the one that read it first", () => {
  const kept: ReadonlyArray<readonly [caption: string, english: string | undefined, why: string]> = [
    ["carta", "letter", "Spanish; in Italian paper"],
    ["lente", "slow", "French; in Italian a lens"],
    ["rosa", "pink", "German; in Italian a rose"],
    ["torta", "cake", "an everyday word of Italian; in Spanish the name of an emoji"],
    ["aereo", "airplane", "an everyday word of Italian; in Spanish part of a name"],
    ["treno", "train", "an everyday word of Italian; in Portuguese a sled"],
    ["casa", "house", "Spanish, Portuguese and Italian"],
    ["burro", undefined, "an English word; in Italian butter"],
    ["diplômé", undefined, "French without an entry, as an accent within a word tells"],
    ["太陽", "sun", "Japanese and Chinese"],
    ["金", "1st place medal", "Japanese and Chinese"],
    ["写真", "photo", "Japanese alone"],
    ["画面共有", "screen share", "Japanese alone"],
    ["安心", undefined, "no Japanese entry, and Chinese knows half of it"],
    ["手机", "phone", "Chinese; in Japanese a hand and a desk"],
    ["文件", "file", "Chinese alone, of signs that Japanese has"],
    ["赤いリンゴと猫", "red apple and cat", "kana are Japanese"],
  ];
  for (const [caption, english, why] of kept)
    it(`"${caption}": ${why}`, () => assert.equal(inEnglish(caption), english));
});

describe("a word that is Italian and English", () => {
  for (const word of [
    "camera",
    "data",
    "file",
    "pane",
    "mare",
    "sole",
    "cane",
    "due",
    "ape",
    "stanza",
    "via",
    "Meta",
    "re",
  ])
    it(`"${word}" alone stays English`, () => assert.equal(inEnglish(word), undefined));
  for (const caption of [
    "data file",
    "window pane",
    "sole trader",
    "due date",
    "rock and roll",
    "fast forward",
    "AI chip",
    "via email",
  ])
    it(`"${caption}" stays English`, () => assert.equal(inEnglish(caption), undefined));
  for (const [caption, english] of [
    ["il sole", "sun"],
    ["il mare e la luna", "sea and moon"],
    ["due cani", "two dog"],
    ["elimina file", "delete file"],
  ] as const)
    it(`"${caption}" is Italian in company`, () => assert.equal(inEnglish(caption), english));
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

  it("reads endings and compounds that fail at the end in a moment, however many ways there are to read them", () => {
    // With all ways the short one takes minutes.
    for (const part of ["중인", "이랑", "파일"])
      for (const times of [24, 200]) inEnglish(`고양이${part.repeat(times)}뷁`);
  });
});

describe("a caption of emoji, alone and beside words", () => {
  for (const [caption, english] of [
    ["🚗", "automobile"],
    ["🔒 ", "locked"],
    ["👍🏽", "thumbs up"],
    ["🐶🏠", "dog face and house"],
    ["✅", "check mark"],
    ["rocket 🚀", "rocket"],
    ["🔒 settings", "locked settings"],
    ["🔒 Einstellungen", "locked settings"],
    ["red car ❤❤", "red car with red heart"],
    ["Auto 💙", "Auto with blue heart"],
    ["love ❤", "red heart love"],
    ["cat on a house 😂", "cat on a house"],
    ["!?", undefined],
  ] as const)
    it(`"${caption}" is read as "${english}"`, () => assert.equal(inEnglish(caption), english));
});
