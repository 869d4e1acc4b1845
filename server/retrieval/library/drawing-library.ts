/**
 * Drawings found by words: some hundred thousand SVG texts of many sets, with the vectors of their names. A search compares the words with
 * the names of the lists whose centres are nearest (inverted lists: Jégou, Douze & Schmid 2011, PAMI 33), not with all names. Drawings
 * are compressed in blocks of one set, and a block is opened when one of it is wanted. It draws nothing.
 */
import { dot } from "../../engine/edits/sphere.ts";
import type { DrawingChoice, DrawingFinder } from "../../engine/interfaces.ts";
import { LruCache } from "../../platform/lru-cache.ts";
import { once } from "../../platform/once.ts";
import { dotInt4, productsByTable, productTable } from "../int4.ts";
import { iconOf } from "../sources.ts";
import { type LibraryContent, readLibraryFile } from "./drawing-library-file.ts";
import { lineAt, startsOf, sums, svgOfLine } from "./library-blocks.ts";
import { LibraryChoice, type NamedEntry } from "./library-choice.ts";
import { LibraryLooks } from "./library-looks.ts";
import { NameFits } from "./name-fits.ts";
import { fitOf, type Said, said, saysNoMore } from "./name-words.ts";
import { otherNamesOf } from "./other-names.ts";
import { handsOf } from "./set-hands.ts";
import { SetLooks } from "./set-looks.ts";
import { setWeights } from "./set-weights.ts";
import { Spelling } from "./spelling.ts";
import { Thumbnails } from "./thumbnails.ts";
import { wordsIn } from "./words-in.ts";

/** Lists that a search looks through. */
const listsProbed = 16;
/** Names that a search among a few sets is compared with at least, in more lists where these have few. */
const comparedLeast = 2048;
/** Names whose drawings the noise chooses among, and how much less than the nearest their cosine may be, without words and with them. */
const foundMax = 256;
const [nearWithin, saidWithin] = [0.15, 0.35] as const;
/** Names whose words are compared with a caption's, the nearest. */
const comparedMost = 512;
/** Cosine from which on a name says a part of a caption whose words it has, where no name says all of it: "cat" is at 0.64 to "cat sleeping". */
const partLeast = 0.5;
/** Names whose words are kept, those that were read last: to read one anew takes longer than to compare it. */
const saidMost = 16_384;
/** Names that are told where nothing is called so, and their cosine at least: "executive" is at 0.57 to "manager", "synergy" at 0.44 to "touch". */
const [toldMost, toldLeast] = [3, 0.5] as const;
/**
 * Drawings that must be left, for pixel art to be left out, and for outlines where fills are wanted, which stay half open; and how much less
 * well than the nearest a name that says the same may fit.
 */
const [smoothLeast, filledLeast, sameNameWithin] = [2, 4, 0.02] as const;

/** How well names fit that sets have for what a caption calls otherwise (other-names.ts): as those of the same words. */
const otherName = 0.97;

type LibraryQuery = Parameters<DrawingFinder["find"]>[0];

type Look = NonNullable<LibraryQuery["look"]>;

interface OfSets {
  /** How much of the picture drawings of each set take (../engine/live-area.ts). */
  readonly liveAreas?: Readonly<Record<string, number>> | undefined;
  /** Sets whose edges are steps of pixels, which stay in every style. */
  readonly pixelArt?: readonly string[] | undefined;
}

/** What is known of a library's drawings besides. */
interface Beside extends OfSets {
  readonly thumbnails?: Thumbnails | undefined;
  readonly nameFits?: NameFits | undefined;
  readonly looks?: LibraryLooks | undefined;
}

type PathsBeside = Partial<Record<"thumbnails" | "nameFits" | "looks", string>>;

/** A name, and how well it fits the words. */
interface NamedMatch extends Omit<NamedEntry, "entry"> {
  readonly name: number;
}

/** Names and their cosines, as many as `count`; the next search writes over them. */
interface Scored {
  readonly found: Int32Array;
  readonly cosines: Float64Array;
  readonly count: number;
}

export class DrawingLibrary implements DrawingFinder {
  readonly #content: LibraryContent;
  readonly #thumbnails: Thumbnails | undefined;
  readonly #nameFits: NameFits | undefined;
  readonly #looks: LibraryLooks | undefined;
  readonly #liveAreas: Readonly<Record<string, number>>;
  /** Whether each set is pixel art, [sets]. */
  readonly #isPixelArt: readonly boolean[];
  /** The names' vectors, a byte for two values, not signed. */
  readonly #keyBytes: Uint8Array;
  /** First name of each list, and behind the last, [lists + 1]. */
  readonly #firstOfList: Int32Array;
  /** Entries of each name: from `#firstOfName[i]` of `#byName` on, [names + 1]. */
  readonly #firstOfName: Int32Array;
  readonly #byName: Int32Array;
  /** First byte of each block, [blocks]. */
  readonly #firstOfBlock: Int32Array;
  /** Lengths of the names' vectors, in steps; 0 where none was needed yet: all of them would take a start 60 ms. */
  readonly #norms: Float32Array;
  readonly #nothing: Float32Array;
  /** Made at the first search. */
  readonly #setWeights: () => ReturnType<typeof setWeights>;
  readonly #setLooks: SetLooks;
  readonly #said = new LruCache<Said>(saidMost);
  /** Made when a caption has a word that its encoder lacks: it takes 50 ms. */
  readonly #spelling: () => Spelling;
  /** Places of names, made when a caption has other names. */
  readonly #nameOf: () => ReadonlyMap<string, number>;
  /** Room of a search, [names]. */
  readonly #found: Int32Array;
  readonly #cosines: Float64Array;

  constructor(content: LibraryContent, { thumbnails, nameFits, looks, liveAreas = {}, pixelArt = [] }: Beside = {}) {
    this.#content = content;
    this.#thumbnails = thumbnails;
    this.#nameFits = nameFits;
    this.#looks = looks;
    this.#liveAreas = liveAreas;
    this.#isPixelArt = content.sets.map((set) => pixelArt.includes(set));
    const { names, keys, listLengths, entryNames } = content;
    this.#keyBytes = new Uint8Array(keys.bytes.buffer, keys.bytes.byteOffset, keys.bytes.byteLength);
    this.#firstOfList = sums(listLengths);
    const counts = new Float32Array(names.length);
    for (const name of entryNames) counts[name]! += 1;
    this.#firstOfName = sums(counts);
    const next = this.#firstOfName.slice();
    this.#byName = new Int32Array(entryNames.length);
    for (const [entry, name] of entryNames.entries()) this.#byName[next[name]!++] = entry;
    this.#firstOfBlock = startsOf(content);
    this.#setWeights = once(() => setWeights(content, nameFits));
    this.#setLooks = new SetLooks(content, thumbnails);
    this.#spelling = once(() => new Spelling(names, Int32Array.from(counts)));
    this.#nameOf = once(() => new Map(names.map((name, at) => [name, at])));
    this.#norms = new Float32Array(names.length);
    this.#nothing = new Float32Array(content.keyDims);
    this.#found = new Int32Array(names.length);
    this.#cosines = new Float64Array(names.length);
  }

  /**
   * @param beside paths of what is known of its drawings besides, and what is known of its sets
   * @throws AppError `pack_corrupt` when a file is missing, the names do not fit words of so many values, or the other files not the drawings
   */
  static async open(
    path: string,
    keyDims: number,
    { thumbnails: shapes, nameFits: fits, looks: others, ...ofSets }: PathsBeside & OfSets = {},
  ): Promise<DrawingLibrary> {
    const content = await readLibraryFile(path, keyDims);
    const { length } = content.entryNames;
    const thumbnails = shapes === undefined ? undefined : await Thumbnails.open(shapes, length);
    const nameFits = fits === undefined ? undefined : await NameFits.open(fits, length);
    const looks = others === undefined ? undefined : await LibraryLooks.open(others, length);
    return new DrawingLibrary(content, { thumbnails, nameFits, looks, ...ofSets });
  }

  get size(): number {
    return this.#content.entryNames.length;
  }

  spelled(caption: string, isWord: (word: string) => boolean, among?: readonly string[]): string {
    return wordsIn(caption).every(isWord) ? caption : this.#spelling().correct(caption, isWord, among);
  }

  /** The drawings whose names fit; undefined when no set may be used, or no name is near enough. */
  find(query: LibraryQuery): DrawingChoice | undefined {
    const found = this.search(query);
    if (found.length === 0) return undefined;
    const { look } = query;
    const { entrySets, sets } = this.#content;
    const weights = this.#setWeights();
    const setOf = (entry: number): string => sets[entrySets[entry]!]!;
    const hasLook = (entry: number): boolean => look !== undefined && this.#looks?.has(entry, look) === true;
    const handOf = handsOf(found, query, {
      setOf,
      hasLook,
      nameFitOf: (entry) => this.#nameFits?.of(entry) ?? 0,
      weightOf: (entry) => weights[entrySets[entry]!]!,
      differ: (one, other) => this.setsDiffer(one, other),
    });
    const isPixelArtLeftOut = this.#hasSmooth(found);
    const isSmooth = (entry: number): boolean => !isPixelArtLeftOut || !this.#isOfPixelArt(entry);
    const filled = look === "fills" ? sameNamed(found).filter(({ entry }) => isSmooth(entry) && hasLook(entry)) : [];
    const isOutlineLeftOut = filled.length >= filledLeast;
    return new LibraryChoice(found, {
      thumbnails: this.#thumbnails,
      nameFits: this.#nameFits,
      hasLook,
      handOf,
      setOf,
      isLeftOut: (entry) => !isSmooth(entry) || (isOutlineLeftOut && !hasLook(entry)),
      open: (entry) => this.drawing(entry, look),
    });
  }

  setsDiffer(one: string, other: string): number {
    return this.#setLooks.differ(one, other);
  }

  /** As their sets call them, without those that say more than a nearer one. */
  namesNear({ words, among }: Parameters<DrawingFinder["namesNear"]>[0]): string[] {
    const told: Array<{ readonly name: string; readonly says: Said }> = [];
    for (const { entry } of this.search({ words, among, cosineLeast: toldLeast })) {
      const name = this.#content.names[this.#content.entryNames[entry]!]!;
      const says = this.#saidBy(name);
      if (!told.some((nearer) => saysNoMore(nearer.says, says))) told.push({ name, says });
      if (told.length === toldMost) break;
    }
    return told.map(({ name }) => name);
  }

  #isOfPixelArt(entry: number): boolean {
    return this.#isPixelArt[this.#content.entrySets[entry]!] === true;
  }

  /** Whether a drawing that is no pixel art is what the words call a thing, or some are called the same as the nearest. @param found the nearest name first */
  #hasSmooth(found: readonly NamedEntry[]): boolean {
    const smooth = found.filter(({ entry }) => !this.#isOfPixelArt(entry));
    return smooth.some(({ isCalledSo }) => isCalledSo === true) || sameNamed(smooth, found[0]).length >= smoothLeast;
  }

  /**
   * The entries whose names fit best, the best first; of equal names, every drawing. With `among`, only names count that have a drawing
   * of these sets, and lists are looked through until there are enough of them. With `onlyCalledSo`, names that merely fit are left out.
   */
  search({ words, text, among, onlyCalledSo, cosineLeast = Number.NEGATIVE_INFINITY }: LibraryQuery): NamedEntry[] {
    const { entrySets, sets } = this.#content;
    const allowed = among && Uint8Array.from(sets, (set) => (among.has(set) ? 1 : 0));
    const isAllowed = (entry: number): boolean => allowed === undefined || allowed[entrySets[entry]!] === 1;
    const entriesOf = (name: number) => this.#byName.subarray(this.#firstOfName[name], this.#firstOfName[name + 1]);
    const scored = this.#score(words, allowed && ((name) => entriesOf(name).some(isAllowed)));
    const caption = text === undefined ? undefined : said(text);
    const seen = new Set<number>();
    return [...this.#fitting(scored, caption, cosineLeast), ...this.#calledOtherwise(text)]
      .filter((name) => !onlyCalledSo || name.isCalledSo === true)
      .sort((one, other) => other.match - one.match || one.name - other.name)
      .filter(({ name }) => !seen.has(name) && seen.add(name))
      .slice(0, foundMax)
      .flatMap(({ name, ...match }) => Array.from(entriesOf(name).filter(isAllowed), (entry) => ({ entry, ...match })));
  }

  /** The names that are near, and how well each fits. */
  #fitting({ found, cosines, count }: Scored, caption: Said | undefined, cosineLeast: number): NamedMatch[] {
    let nearest = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < count; at += 1) nearest = Math.max(nearest, cosines[at]!);
    const isPart = nearest < cosineLeast;
    if (isPart && !caption) return [];
    const least = caption
      ? Math.max(nearest - saidWithin, Math.min(partLeast, cosineLeast))
      : Math.max(nearest - nearWithin, cosineLeast);
    const near: NamedMatch[] = [];
    for (let at = 0; at < count; at += 1)
      if (cosines[at]! >= least) near.push({ name: found[at]!, cosine: cosines[at]!, match: cosines[at]! });
    if (!caption) return near;
    const compared = near
      .sort((one, other) => other.cosine - one.cosine || one.name - other.name)
      .slice(0, comparedMost);
    return compared.flatMap(({ name, cosine }) => {
      const own = this.#saidBy(this.#content.names[name]!);
      return isPart && !saysNoMore(own, caption) ? [] : [{ name, cosine, ...fitOf(own, caption, cosine) }];
    });
  }

  /** Names by which sets call what a caption calls otherwise. */
  #calledOtherwise(text = ""): NamedMatch[] {
    return otherNamesOf(text).flatMap((other) => {
      const name = this.#nameOf().get(other);
      const says = { saysAll: true, isCalledSo: true, isPart: false, isContrary: false };
      return name === undefined ? [] : [{ name, cosine: otherName, match: otherName, ...says }];
    });
  }

  #saidBy(name: string): Said {
    return this.#said.once(name, () => said(name));
  }

  /** Cosines of the names in the lists that are nearest to the words; of those that count, in more lists where they are few. */
  #score(words: Float32Array, counts?: (name: number) => boolean): Scored {
    const { centres, keyDims, listLengths } = this.#content;
    const lists = [...listLengths.keys()]
      .map((list) => ({ list, near: dot(centres.subarray(list * keyDims, (list + 1) * keyDims), words) }))
      .sort((one, other) => other.near - one.near);
    const [found, cosines] = [this.#found, this.#cosines];
    let count = 0;
    for (const [probed, { list }] of lists.entries()) {
      if (probed >= listsProbed && (counts === undefined || count >= comparedLeast)) break;
      for (let name = this.#firstOfList[list]!; name < this.#firstOfList[list + 1]!; name += 1) {
        if (counts && !counts(name)) continue;
        found[count] = name;
        count += 1;
      }
    }
    productsByTable(this.#keyBytes, { rows: found, count }, productTable(words), cosines);
    for (let at = 0; at < count; at += 1) cosines[at]! /= this.#normOf(found[at]!);
    return { found, cosines, count };
  }

  #normOf(name: number): number {
    const { keys, keyDims } = this.#content;
    if (this.#norms[name] === 0)
      this.#norms[name] = Math.sqrt(dotInt4(keys, name, keyDims, this.#nothing).squares) || 1;
    return this.#norms[name]!;
  }

  named(set: string, icon: string, look?: Look): ReturnType<DrawingChoice["open"]> | undefined {
    const { entryNames, entrySets, names, sets } = this.#content;
    const wanted = sets.indexOf(set);
    const entry = entrySets.findIndex((own, at) => own === wanted && iconOf(names[entryNames[at]!]!) === icon);
    return entry < 0 ? undefined : this.drawing(entry, look);
  }

  /**
   * A drawing as an SVG in `currentColor`, what its set calls it, and the set.
   * @param look that it has where its set has the thing in it
   */
  drawing(entry: number, look?: Look): ReturnType<DrawingChoice["open"]> {
    const { entryNames, entrySets, names, sets } = this.#content;
    const other = look && this.#looks?.otherIn(entry, look);
    const set = sets[entrySets[entry]!]!;
    return {
      svg: svgOfLine(other ?? lineAt(this.#content, this.#firstOfBlock, entry)),
      name: names[entryNames[entry]!]!,
      set,
      liveArea: this.#liveAreas[set],
    };
  }
}

/** Those whose names fit as well as the nearest. */
const sameNamed = (found: readonly NamedEntry[], nearest = found[0]): NamedEntry[] =>
  found.filter(({ match }) => match >= nearest!.match - sameNameWithin);
