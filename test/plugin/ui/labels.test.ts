/** Which label or caption a layer's name means, and what is suggested for one that means no label. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  captionOfLayer,
  LabelIndex,
  matchCaptions,
  matchNames,
  planLabel,
  planNames,
} from "../../../plugin/ui/plans/labels.ts";
import { planRedrawnNames } from "../../../plugin/ui/plans/redraw.ts";
import { defaultForm } from "../../../plugin/ui/state/form.ts";

const labels = ["Red apple", "Umbrella", "Key", "Coffee mug", "Coffee bean", "Glasses", "Bus", "1st place medal"].map(
  (label) => ({ id: label.toLowerCase().replaceAll(" ", "-"), label }),
);
const index = new LabelIndex(labels);

test("a name means a label whatever its case, path, number, plural and signs", () => {
  for (const [name, id] of [
    ["red apple", "red-apple"],
    ["icons/Red-Apple 12", "red-apple"],
    ["RedApple", "red-apple"],
    ["Umbrellas", "umbrella"],
    ["key 3", "key"],
    ["glasses", "glasses"],
    ["buses", "bus"],
    ["1st place medal", "1st-place-medal"],
  ] as const)
    assert.equal(index.find(name)?.id, id, name);
  for (const name of ["Rectangle 4", "", "12", "keyboard"]) assert.equal(index.find(name), undefined, name);
});

test("names that mean nothing get at most three suggestions, the nearest first", () => {
  assert.deepEqual(
    index.suggest("coffee cup").map(({ id }) => id),
    ["coffee-mug", "coffee-bean"],
  );
  assert.deepEqual(index.suggest("zzz"), []);
});

const layers = ["key", "Key 2", "coffee cup", "zzz"].map((name, i) => ({ id: `1:${i}`, name }));

test("layers of the same name share a job and get a seed each; chosen labels count, unmatched names don't", () => {
  const matches = matchNames(
    [...layers, { id: "1:9", name: "key", problem: "locked" }],
    index,
    { "coffee cup": "coffee-mug" },
    labels,
  );
  const jobs = planNames({ ...defaultForm, seed: 5 }, { id: "caption" }, matches);
  assert.deepEqual(
    jobs.map(({ title, nodeIds, input }) => [title, nodeIds, input.count, input.seed, input.condition]),
    [
      ["Key", ["1:0", "1:1"], 2, 5, { label: "key" }],
      ["Coffee mug", ["1:2"], 1, 5, { label: "coffee-mug" }],
    ],
  );
});

test("more layers than one generation draws are split, and no seed comes twice", () => {
  const many = Array.from({ length: 40 }, (_, i) => ({ id: `1:${i}`, name: "x" }));
  const jobs = planLabel({ ...defaultForm, seed: 4_294_967_290 }, { id: "caption" }, labels[2]!, many);
  const seeds = jobs.flatMap(({ input }) =>
    Array.from({ length: input.count! }, (_, i) => (input.seed! + i) % 2 ** 32),
  );
  assert.deepEqual([jobs.length, new Set(seeds).size], [3, 40]);
});

test("a name is a caption without its path, number, size and the word icon, and with its accents", () => {
  for (const [name, caption] of [
    ["icon/user-add", "user add"],
    ["Icons / Navigation / ArrowLeft 3", "arrow left"],
    ["ic_home_24px", "home"],
    ["IconShoppingCart", "shopping cart"],
    ["settings-icon", "settings"],
    ["bell 24 x 24", "bell"],
    ["wifi/24px", "wifi"],
    ["24/clock", "clock"],
    ["home/Size=24, Style=Line", "home"],
    ["Schlüssel", "schlüssel"],
    ["アイコン/家", "家"],
    ["❤️ heart", "heart"],
    ["star", "star"],
    ["mp3", "mp3"],
    ["home/filled", "home"],
    ["arrow/left", "arrow left"],
    ["arrow/left/bold", "arrow left"],
    ["icons/left", "left"],
    ["icons/bold", "bold"],
    ["heart-outline", "heart"],
    ["traffic-light", "traffic light"],
    ["ic_24_home", "home"],
    ["001-house", "house"],
    ["home_24px_filled", "home"],
    ["3D Printer", "3D printer"],
    ["iPhone", "iphone"],
  ] as const)
    assert.equal(captionOfLayer(name), caption, name);
  const saysNothing = [
    "Frame 12",
    "Rectangle 3",
    "Rectangle",
    "Vector",
    "Star 1",
    "Group12",
    "Union",
    "image 4",
    "Vector (Stroke)",
    "Clip path group",
  ];
  for (const name of [...saysNothing, "", "12", "icon", "icons/24px", "Size=24", "🙂", "home/Frame 2", "x".repeat(501)])
    assert.equal(captionOfLayer(name), undefined, name);
});

test("names that the editor gives say nothing in each of its languages, and things without a number stay captions", () => {
  const given = [
    ...["Rahmen 12", "Rechteck 3", "Gruppe 4", "Vektor", "Stern 1", "Bild 2"],
    ...["Cadre 12", "Rectangle 3", "Groupe 4", "Vecteur", "Étoile 1", "Image 2"],
    ...["Marco 12", "Rectángulo 3", "Grupo 4", "Vector", "Estrella 1", "Imagen 2", "Línea 5", "Sección 1", "Unión"],
    ...["Quadro 12", "Retângulo 3", "Grupo 4", "Vetor", "Estrela 1", "Imagem 2", "Linha 5", "Seção 1", "União"],
    ...[
      "Cornice 12",
      "Rettangolo 3",
      "Gruppo 4",
      "Vettore",
      "Stella 1",
      "Immagine 2",
      "Linea 5",
      "Sezione 1",
      "Unione",
    ],
    ...["フレーム 12", "長方形 3", "グループ 4", "ベクター", "星 1", "画像 2", "線 5", "楕円形 1", "長方形3"],
    ...["프레임 12", "직사각형 3", "그룹 4", "벡터", "별 1", "이미지 2", "선 5", "타원 1", "사각형"],
    ...["画框 12", "矩形 3", "编组 4", "矢量", "星形 1", "图片 2", "直线 5", "椭圆 1", "矩形3", "编组"],
  ];
  // As a Mac's files have accents.
  for (const name of [...given, ...given.map((each) => each.normalize("NFD"))])
    assert.equal(captionOfLayer(name), undefined, name);
  const things = [
    "Stern",
    "Bild",
    "étoile",
    "estrella",
    "quadro",
    "seta",
    "星",
    "矢印",
    "별",
    "화살표",
    "freccia",
    "stella",
    "箭头",
    "图片",
    "星空",
    "Rahmenlos",
  ];
  for (const name of things) assert.equal(captionOfLayer(name), name.toLowerCase(), name);
});

test("layers whose names are one caption share a job, each with a seed of its own, and become vectors where asked", () => {
  const named = ["key", "icon/key 2", "Frame 3", "bell"].map((name, i) => ({ id: `1:${i}`, name }));
  const matches = matchCaptions([...named, { id: "1:9", name: "key", problem: "locked" }]);
  const style = { images: ["a".repeat(64)] };
  const plan = (vector?: object) =>
    planRedrawnNames({ ...defaultForm, seed: 5, temperature: 0.7 }, { id: "restyle" }, matches, style, vector);
  assert.deepEqual(
    plan().map(({ index, title, nodeIds, input }) => [index, title, nodeIds, input]),
    [
      [0, "key", ["1:0", "1:1"], { ...requested("key"), count: 2 }],
      [1, "bell", ["1:3"], { ...requested("bell"), count: 1 }],
    ],
  );
  function requested(caption: string) {
    return { translation: "restyle", temperature: 0, seed: 5, condition: { caption, style } };
  }
  const [vector] = plan({ palette: ["#000000"] });
  assert.deepEqual([vector?.input.format, vector?.input.palette], ["svg", ["#000000"]]);
});
