/**
 * Captions of two things, of a thing and what is said of it, and of a thing that is off: "mountain with a flag", "cat and dog", "heart in a
 * circle", "add guitar", "no drones". They are taken apart here, in English as captions are translated. Which drawings show the things, and
 * how both become one, is not said here.
 */
import { isOnlyColour } from "../../engine/colour-words.ts";
import { isMade } from "../../retrieval/library/same-meaning.ts";
import { badgeOfAction, badgeOfLastAction } from "./action-badges.ts";

/** How two drawings become one: the second within or beside the first, or both as large as each other; or one is crossed out. */
export type CaptionParts =
  | {
      readonly how: "with" | "both";
      readonly first: string;
      readonly second: string;
      /** Both without what is between them, where nothing else was said. */
      readonly together?: string;
      /** Whether the second is named first: "star in a circle". */
      readonly isHeld?: boolean;
    }
  | { readonly how: "crossedOut"; readonly first: string };

/** Without an article "in" and "on" belong to verbs: sign in, log in, turn on. */
const inWords = "inside(?: of)?|within|in(?= (?:an?|the) )|on(?= (?:an?|the) )|on top of";
/** Things that hold others in names of icons. */
const holders =
  "circle|square|box|shield|hexagon|diamond|octagon|folder|envelope|cloud|frame|bubble|hand|house|clipboard|calendar|bag|speech bubble";
const off = "crossed out|slashed|not allowed|forbidden|prohibited|banned";
const article = /^(?:an?|the|one|some|my|your) /;
/** What is no thing by itself. */
const noThings = wordSet(
  "us me you them it him her this that all others other one people everyone anything everything longer more yes idea way problem problems " +
    "out in up down over back off on now button field bar icon menu market general mobile best low high full free art total serial seek save load open reset",
);
/** What is done in or on something: "turn on a light", "play in a band". */
const verbs = wordSet(
  "turn log sign put hang play live walk switch plug sit stand run work fall swim dance sleep look jump climb write read draw click tap pay ride drive",
);
/** Who wears, and rides, what they are in and on. */
const persons = wordSet("man woman boy girl child kid baby person people men women");
/** Words that say alone that a drawing is off. */
const offAlone = wordSet("no not off disabled slash none");

/**
 * What interfaces say of a thing, as the badge that sets of icons show it by: "add guitar", "order pending". Words before the thing or
 * behind it, and words that are only said behind it.
 */
const badges: ReadonlyArray<readonly [badge: string, anywhere: string, behind: string]> = [
  ["plus", "add new create", "added"],
  [
    "close",
    "delete remove cancel reject",
    "deleted removed cancelled canceled declined rejected denied failed invalid",
  ],
  ["check", "approve approved verify verified confirm confirmed accept", "accepted completed done"],
  ["search", "search find", ""],
  ["pencil", "edit rename modify", ""],
  ["heart", "favourite favorite", "favourites favorites liked"],
  ["lock", "lock locked secure protected", "secured"],
  ["unlock", "unlock unlocked", ""],
  ["arrow down", "download", "downloaded"],
  ["arrow up", "upload", "uploaded"],
  ["gear", "configure manage", "settings preferences configuration config"],
  ["clock", "schedule scheduled pending expired", "history"],
  ["question mark", "unknown", "help faq"],
  ["exclamation mark", "", "error alert warning issue"],
  ["info", "", "info information details"],
  ["dollar sign", "buy paid", "price cost payment"],
  ["refresh", "refresh reload sync update", "updated"],
  ["undo", "return", "returned"],
  ["share", "share", "shared"],
];
const badgesBy = (wordsOf: (row: (typeof badges)[number]) => string): ReadonlyMap<string, string> =>
  new Map(badges.flatMap((row) => Array.from(wordSet(wordsOf(row)), (word) => [word, row[0]] as const)));
const badgesBefore = badgesBy(([, anywhere]) => anywhere);
const badgesBehind = badgesBy(([, anywhere, behind]) => `${anywhere} ${behind}`);

const pattern = (words: string): RegExp => new RegExp(`^(.+?) (?:${words}) (.+)$`, "u");
const patterns = [
  { how: "with", of: pattern("with") },
  { how: "both", of: pattern("and|&|\\+") },
] as const;
const [inAny, inHolder] = [pattern(inWords), new RegExp(`^(.+?) (?:in|on) (${holders})$`, "u")];
const crossed = [/^(?:no|not|without) (.+)$/u, new RegExp(`^(.+?) (?:is |are )?(?:${off})$`, "u")];
/** A caption of more words that are no colours says more than two things. */
const wordsMost = 6;

/** @returns undefined where a caption says one thing */
export function partsOf(caption: string): CaptionParts | undefined {
  const text = folded(caption);
  const words = text.split(" ").filter((word) => !isOnlyColour(word));
  if (words.length > wordsMost || /[,;:.!?/]/.test(text)) return undefined;
  for (const one of crossed) {
    const first = thing(one.exec(text)?.[1]);
    if (first !== undefined) return { how: "crossedOut", first };
  }
  for (const { how, of } of patterns) {
    const [, one, other] = of.exec(text) ?? [];
    const [first, second] = [thing(one), thing(other)];
    if (first !== undefined && second !== undefined) return { how, first, second, together: `${first} ${second}` };
  }
  return within(text) ?? ordered(text) ?? withState(text) ?? onPaper(text);
}

/** What each part says, the first one first. */
export const textsOf = (parts: CaptionParts): string[] =>
  parts.how === "crossedOut" ? [parts.first] : [parts.first, parts.second];

/** Parts that things have anyway: the red roof of a house is no badge on it. */
const ownParts = wordSet(
  "roof door doors window windows wheel wheels hair hat eye eyes nose ear ears tail wing wings leaf leaves stem handle lid strap sleeve sleeves collar " +
    "button buttons screen cover label stripe stripes spot spots fur beard skin shirt dress tie hands face body",
);

/** Whether words name a part of what they are said of, and no thing beside it. */
export const isOwnPart = (words: string): boolean => ownParts.has(words.split(" ").at(-1)!);

/** Whether words name the dot by which interfaces say that something is new. */
export const isCalledDot = (words: string): boolean => /^(?:(?:notification|status) )?dot$/.test(words);

/** Stands for the drawing that a caption is given beside; no caption has this sign. */
export const theDrawing = "\u{f0000}";

/**
 * What a caption beside a drawing makes of it: "add", "pending" and "with a heart" put a badge on it, "in a circle" puts it within, "and a dog"
 * beside another, "off" crosses it out; other words name a badge.
 */
export function partsBeside(caption: string): CaptionParts {
  const said = folded(caption).replace(/^(?:add|put) (?=.)/, "");
  if (offAlone.has(said)) return { how: "crossedOut", first: theDrawing };
  return partsOf(`${theDrawing} ${said}`) ?? { how: "with", first: theDrawing, second: thing(said) ?? said };
}

/** "Add-guitar!" is "add guitar"; "e-mail" stays. */
const folded = (caption: string): string =>
  caption
    .toLowerCase()
    .replace(/(?<=\p{L}{2})[-_](?=\p{L}{2})/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[.!?]+$/, "");

/** A thing in another, or on it. */
function within(text: string): CaptionParts | undefined {
  const [, one, holder] = inAny.exec(text) ?? inHolder.exec(text) ?? [];
  const [first, second] = [thing(holder), thing(one)];
  if (first === undefined || second === undefined || verbs.has(second.split(" ")[0]!)) return undefined;
  return persons.has(second) ? undefined : { how: "with", first, second, together: `${second} ${first}`, isHeld: true };
}

/** What something is filtered or sorted by. */
function ordered(text: string): CaptionParts | undefined {
  const [, first, by] = /^(filter|sort|group|search) by (.+)$/u.exec(text) ?? [];
  const second = badgesBehind.get(by ?? "") ?? thing(by);
  return first === undefined || second === undefined ? undefined : { how: "with", first, second };
}

/** A paper and what it is about: "tax document". */
function onPaper(text: string): CaptionParts | undefined {
  const [, about, first] =
    /^(\p{L}+) (document|form|file|folder|report|contract)$/u.exec(text.replace(article, "")) ?? [];
  const second = thing(about);
  return first === undefined || second === undefined ? undefined : { how: "with", first, second };
}

/** A thing and what is said of it. */
function withState(text: string): CaptionParts | undefined {
  const words = text.replace(article, "").split(" ");
  const before = badgesBefore.get(words[0]!) ?? badgeOfAction(words[0]!, words.slice(1).join(" ").replace(article, ""));
  const behind = badgesBehind.get(words.at(-1)!) ?? badgeOfLastAction(words.slice(0, -1).join(" "), words.at(-1)!);
  const second = before ?? behind;
  const first = thing((before === undefined ? words.slice(0, -1) : words.slice(1)).join(" "));
  if (second === undefined || first === undefined) return undefined;
  // Whom one calls or rates drives; what one updates is of a device.
  if (first === "driver" && !badgesBehind.has(words[0]!) && words.at(-1) !== "update")
    return { how: "with", first: "steering wheel", second };
  return words[0] === "new" && !isMade(first) ? undefined : { how: "with", first, second };
}

/** Words that name one thing, without their article. */
function thing(words: string | undefined): string | undefined {
  const plain = words?.replace(article, "").trim();
  if (plain === undefined || plain === "" || noThings.has(plain) || isOnlyColour(plain)) return undefined;
  const isMore = [...patterns.map(({ of }) => of), ...crossed].some((of) => of.test(plain));
  return isMore ? undefined : plain;
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(" ").filter((word) => word !== ""));
}
