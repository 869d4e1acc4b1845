/**
 * Captions of two things, of a thing and what is said of it, and of a thing that is off: "mountain with a flag", "cat and dog", "heart in a
 * circle", "add guitar", "no drones". What the words between are is read here, in English as captions are translated; which drawings show the things, and how both become one, is not.
 */

/** How two drawings become one: the second within or beside the first, or both as large as each other; or one is crossed out. */
export type CaptionParts =
  | { readonly how: "with" | "both"; readonly first: string; readonly second: string }
  | { readonly how: "crossedOut"; readonly first: string };

/** Without an article "in" and "on" belong to verbs: sign in, log in, turn on. */
const inWords = "inside(?: of)?|within|in(?= (?:an?|the) )|on(?= (?:an?|the) )|on top of";
/** Things that hold others in names of icons. */
const holders =
  "circle|square|box|shield|hexagon|diamond|octagon|folder|envelope|cloud|frame|bubble|hand|house|clipboard|calendar|bag|speech bubble";
/** Japanese puts what says no behind. */
const off = "no|crossed out|slashed|not allowed|forbidden|prohibited|banned";
const article = /^(?:an?|the|one|some) /;
/** What is no thing, after "with" and "no". */
const pronouns = new Set(
  "us me you them it him her this that all others other one people everyone anything everything longer more yes idea way problem problems".split(
    " ",
  ),
);

/**
 * What interfaces say of a thing, as the badge that sets of icons show it by: "add guitar", "order pending". Words before the thing or behind it, and words
 * that are only said behind it.
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
  ["gear", "configure manage", "settings preferences configuration"],
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
  new Map(
    badges.flatMap((row) =>
      wordsOf(row)
        .split(" ")
        .map((word) => [word, row[0]] as const),
    ),
  );
const badgesBefore = badgesBy(([, anywhere]) => anywhere);
const badgesBehind = badgesBy(([, anywhere, behind]) => `${anywhere} ${behind}`);

const pattern = (words: string): RegExp => new RegExp(`^(.+?) (?:${words}) (.+)$`, "u");
const patterns = [
  { how: "with", of: pattern("with") },
  { how: "both", of: pattern("and|&|\\+") },
] as const;
const [inAny, inHolder] = [pattern(inWords), new RegExp(`^(.+?) (?:in|on) (${holders})$`, "u")];
const crossed = [/^(?:no|not|without) (.+)$/u, new RegExp(`^(.+?) (?:is |are )?(?:${off})$`, "u")];
/** A caption that is longer than this says more than two things. */
const wordsMost = 6;

/** @returns undefined where a caption says one thing */
export function partsOf(caption: string): CaptionParts | undefined {
  const text = caption.toLowerCase().replace(/\s+/g, " ").trim();
  if (text.split(" ").length > wordsMost || /[,;:.!?/]/.test(text)) return undefined;
  for (const one of crossed) {
    const first = thing(one.exec(text)?.[1]);
    if (first !== undefined) return { how: "crossedOut", first };
  }
  for (const { how, of } of patterns) {
    const [, one, other] = of.exec(text) ?? [];
    const [first, second] = [thing(one), thing(other)];
    if (first !== undefined && second !== undefined) return { how, first, second };
  }
  const [, one, holder] = inAny.exec(text) ?? inHolder.exec(text) ?? [];
  const [first, second] = [thing(holder), thing(one)];
  return first !== undefined && second !== undefined ? { how: "with", first, second } : withState(text);
}

/** A thing and what is said of it. */
function withState(text: string): CaptionParts | undefined {
  const words = text.replace(article, "").split(" ");
  const [before, behind] = [badgesBefore.get(words[0]!), badgesBehind.get(words.at(-1)!)];
  const second = before ?? behind;
  const first = thing((before === undefined ? words.slice(0, -1) : words.slice(1)).join(" "));
  return second === undefined || first === undefined ? undefined : { how: "with", first, second };
}

/** Words that name one thing, without their article. */
function thing(words: string | undefined): string | undefined {
  const plain = words?.replace(article, "").trim();
  if (plain === undefined || plain === "" || pronouns.has(plain)) return undefined;
  const isMore = [...patterns.map(({ of }) => of), ...crossed].some((of) => of.test(plain));
  return isMore ? undefined : plain;
}
