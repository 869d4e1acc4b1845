/**
 * Fill with label, and fill from layer names: which label or caption a name means, and which labels come near to one that means none.
 */

import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";
import type { StyleInfo } from "../../../shared/contract/meta.ts";
import { limits } from "../../../shared/limits.ts";
import type { FillableLayer } from "../../../shared/messages/layer-messages.ts";
import {
  chunk,
  type DrawJob,
  diversityOf,
  numbered,
  sharedInput,
  styleOf,
  type TranslationAbilities,
} from "../run/jobs.ts";
import type { Form } from "../state/form.ts";
import { captionProblem } from "./captions.ts";

/** One label for all layers, a seed for each. */
export function planLabel(
  form: Form,
  translation: TranslationAbilities,
  label: StyleInfo,
  layers: readonly FillableLayer[],
): DrawJob[] {
  const jobs = labelled(form, translation, label, layers);
  return numbered(
    jobs.map((job) => ({ ...job, input: { ...job.input, ...diversityOf(form, translation, job.imageCount) } })),
  );
}

/** Each layer's own name says what it shows; layers of the same name share a job, and each gets its own seed. */
export function planNames(form: Form, translation: TranslationAbilities, matches: readonly NameMatch[]): DrawJob[] {
  const groups = new Map<string, { label: StyleInfo; layers: FillableLayer[] }>();
  for (const { layer, label } of matches) {
    if (label === undefined) continue;
    const group = groups.get(label.id) ?? { label, layers: [] };
    group.layers.push(layer);
    groups.set(label.id, group);
  }
  return numbered([...groups.values()].flatMap(({ label, layers }) => labelled(form, translation, label, layers)));
}

const labelled = (form: Form, translation: TranslationAbilities, { id, label }: StyleInfo, layers: Layers) =>
  fillsOf(label, layers, { ...sharedInput(form, translation), condition: { label: id, ...styleOf(form) } });

type Layers = readonly FillableLayer[];

/** Jobs that fill layers with images of one thing. @param input the request, but for the number of images */
export const fillsOf = <Input extends GenerationInput & { readonly seed: number }>(
  title: string,
  layers: Layers,
  input: Input,
) =>
  chunk(layers, limits.countMax).map((part, index) => ({
    kind: "draw" as const,
    title,
    imageCount: part.length,
    // Another seed for each layer, also beyond the images of one generation.
    input: { ...input, seed: (input.seed + index * limits.countMax) % 2 ** 32, count: part.length },
    nodeIds: part.map(({ id }) => id),
  }));

export interface NameMatch {
  readonly layer: FillableLayer;
  /** Absent when the name means no label, or is a caption. */
  readonly label?: StyleInfo;
  /** Absent when the name says nothing, or is a label. */
  readonly caption?: string | undefined;
  /** Labels that come near, best first. */
  readonly suggestions: readonly StyleInfo[];
}

const suggestionsMax = 3;

/** A name or label as words: case, accents, signs and counting numbers don't matter, as in `icons/Red-Apple 12`. */
export const wordsOf = (text: string): string => spaced(text.normalize("NFKD").replace(/\p{M}/gu, ""));

const spaced = (text: string): string =>
  text
    // No word begins after a single sign, as in iPhone and 3D.
    .replace(/(?<=[\p{L}\p{N}][\p{Ll}\d])(?=\p{Lu})/gu, " ")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/**
 * Names that editors give to new layers: in English, German, French, Spanish, Portuguese, Italian, Japanese, Korean, Chinese. Layers of
 * another editor keep theirs.
 */
const givenNames = [
  "frame|rectangle|ellipse|polygon|vector(?: stroke)?|component|union|subtract|intersect|exclude|mask group|clip path(?: group)?",
  "rechteck|vektor|komponente|maskengruppe",
  "polygone|vecteur|composant|groupe de masques",
  "rectángulo|elipse|polígono|componente|unión|grupo de máscaras?",
  "retângulo|vetor|união",
  "rettangolo|ellisse|poligono|vettore|unione",
  "長方形|楕円形?|多角形|ベクター|ベクトル|コンポーネント|マスクグループ",
  "직사각형|사각형|타원형?|다각형|벡터|컴포넌트|구성 요소|마스크 그룹",
  "矩形|椭圆|多边形|矢量|组件|编组|画板",
].join("|");
/** Of those that are things, only with a number. */
const numberedNames = [
  "star|line|arrow|group|image|text|section|slice|slide|instance|layer|shape|sticky",
  "rahmen|stern|linie|pfeil|gruppe|bild|abschnitt|folie|instanz|ebene|form",
  "cadre|étoile|ligne|flèche|groupe|texte|tranche|diapositive|calque|forme",
  "marco|estrella|línea|flecha|grupo|imagen|texto|sección|diapositiva|instancia|capa|forma",
  "quadro|estrela|linha|seta|imagem|seção|instância|camada",
  "cornice|stella|linea|freccia|gruppo|immagine|testo|sezione|istanza|livello",
  "フレーム|星形?|直?線|ライン|矢印|グループ|画像|テキスト|セクション|スライス|スライド|インスタンス|レイヤー|シェイプ|付箋",
  "프레임|별|직?선|화살표|그룹|이미지|텍스트|섹션|슬라이스|슬라이드|인스턴스|레이어|도형|스티커",
  "画框|容器|星形|直线|箭头|组|图片|文本|分区|切片|实例|图层|形状",
].join("|");
const givenName = new RegExp(`^(?:(?:${givenNames})(?: ?\\d+)?|(?:${numberedNames}) ?\\d+)$`, "u");

const variant = "(?:filled|outlined?|regular|bold|light|thin|solid|duotone|line|sharp|round)";
const size = String.raw`(?: \d+(?: ?x ?\d+)?(?: ?(?:px|dp|pt))?)`;
const isVariant = new RegExp(`^${variant}$`, "u");
const isDirection = /^(?:left|right|up|down|top|bottom)(?: (?:left|right))?$/u;
/** After a word that is no size, only variants that are no things: a traffic light stays one. */
const ending = new RegExp(String.raw`${size}+(?: ${variant})*$|(?<=\S)(?: (?:filled|outlined?|duotone))+$`, "u");

/**
 * The caption that a layer's name is: the last part of a path that has words, without sizes, numbers, variants and the word icon at its
 * ends, as in `icon/user-add`, `home/filled` or `ic_home_24px`. A last part that is only a direction follows the part before it. Accents
 * stay, unlike in `wordsOf`: captions may be in other languages.
 * @returns undefined for a name that the editor gave, and one without words
 */
export function captionOfLayer(name: string): string | undefined {
  let [direction, alone] = ["", ""];
  for (const part of name.split(/[/\\]/u).reverse()) {
    // Of a variant it says properties, not a thing.
    const words = part.includes("=") ? "" : spaced(part.normalize("NFC"));
    if (givenName.test(words)) break;
    const caption = ` ${words}`
      .replace(ending, "")
      .replace(/^(?: (?:ic|icons?))+(?: \d+(?:px|dp|pt)?)*(?= )|(?: icons?)$/gu, "")
      .replace(/^(?: (?:0\d+|\d+(?:px|dp|pt)))+(?= )/u, "")
      .replace(/ ([23])d(?= |$)/gu, " $1D")
      .trim();
    if (!/\p{L}/u.test(caption) || captionProblem(caption) !== undefined) continue;
    if (isVariant.test(caption)) alone ||= caption;
    else if (isDirection.test(caption)) direction = `${caption} ${direction}`.trim();
    else return `${caption} ${direction}`.trim();
  }
  return direction || alone || undefined;
}

const singular = (words: string): string => words.replace(/(?<=\w{2})(?:(?<=[sxz]|ch|sh)es|(?<!s)s)$/u, "");

export class LabelIndex {
  #byWords = new Map<string, StyleInfo>();
  #grams: { readonly label: StyleInfo; readonly grams: ReadonlySet<string>; readonly words: readonly string[] }[] = [];

  constructor(labels: readonly StyleInfo[]) {
    for (const label of labels) {
      const words = wordsOf(label.label);
      for (const key of [words, wordsOf(label.id), singular(words)])
        if (!this.#byWords.has(key)) this.#byWords.set(key, label);
      this.#grams.push({ label, grams: gramsOf(words), words: words.split(" ") });
    }
  }

  /** The label that a layer's name means: all of it, without its number, or the last part of a path. */
  find(name: string): StyleInfo | undefined {
    const parts = name.split(/[/\\]/u).reverse();
    for (const part of [name, ...parts]) {
      const words = wordsOf(part);
      const bare = words.replace(/(?: \d+)+$/u, "");
      for (const key of [words, bare, singular(bare)]) {
        const label = this.#byWords.get(key);
        if (label !== undefined) return label;
      }
    }
    return undefined;
  }

  /** Labels that share words or letters with a name, the nearest first. */
  suggest(name: string): StyleInfo[] {
    const words = wordsOf(name).split(" ").map(singular);
    const grams = gramsOf(wordsOf(name));
    return this.#grams
      .map(({ label, grams: known, words: labelWords }) => {
        const shared = [...grams].filter((gram) => known.has(gram)).length;
        const common = labelWords.filter((word) => word.length > 2 && words.includes(singular(word))).length;
        const score = (2 * shared) / (grams.size + known.size) + common / Math.max(labelWords.length, words.length);
        return { label, score };
      })
      .filter(({ score }) => score >= 0.3)
      .sort((a, b) => b.score - a.score)
      .slice(0, suggestionsMax)
      .map(({ label }) => label);
  }
}

/** Runs of three letters, also over the ends of words. */
function gramsOf(words: string): ReadonlySet<string> {
  const padded = ` ${words} `;
  return new Set(Array.from({ length: Math.max(0, padded.length - 2) }, (_, i) => padded.slice(i, i + 3)));
}

/** Layers that vectors shall take the place of: those that they can't are left out before anything is drawn. */
export const forVectors = (layers: Layers): FillableLayer[] =>
  layers.map((layer) => {
    const problem = layer.problem ?? layer.vectorProblem;
    return problem === undefined ? layer : { ...layer, problem };
  });

/** Names as captions, which the server finds drawings of, or not. */
export const matchCaptions = (layers: Layers): NameMatch[] =>
  layers
    .filter(({ problem }) => problem === undefined)
    .map((layer) => ({ layer, caption: captionOfLayer(layer.name), suggestions: [] }));

/** @param chosen labels that a person chose for names that meant none, by name */
export function matchNames(
  layers: readonly FillableLayer[],
  index: LabelIndex,
  chosen: Readonly<Record<string, string>>,
  labels: readonly StyleInfo[],
): NameMatch[] {
  return layers
    .filter(({ problem }) => problem === undefined)
    .map((layer) => {
      const label = labels.find(({ id }) => id === chosen[layer.name]) ?? index.find(layer.name);
      return label === undefined
        ? { layer, suggestions: index.suggest(layer.name) }
        : { layer, label, suggestions: [] };
    });
}
