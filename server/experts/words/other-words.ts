/**
 * What captions say that no drawing is called, in words that drawings are called by: abbreviations of companies and products, and a few
 * phrases. Written for Tau. Abbreviations that sets of icons draw as they are, as "API" and "2FA", are not here. A line is what is said and
 * what it is read as. What has capitals here is only read where it is written so, since it is a word as well ("ar", the French "roi").
 */
import { once } from "../../platform/once.ts";
import { productWords } from "./product-words.ts";

/** Read wherever captions say so. */
const anywhere = `
24/7 | 24 hours
24h | 24 hours
24hr | 24 hours
1-on-1 | two people chat
one-on-one | two people chat
AR | augmented reality
asap | urgent
b2b | business handshake
b2c | customer
bnpl | credit card with clock
ceo | office worker
cfo | office worker
ci/cd | infinity loop
cio | office worker
cmo | office worker
cms | content management
COO | office worker
crm | customer relationship management
cto | office worker
cv | file user
diy | tools
erp | business processes
HR | human resources
icu | hospital bed
ide | code editor
kyc | identity verification
lms | online learning
ML | machine learning
nda | document signature
ooo | vacation
p&l | income statement
pto | vacation
q&a | faq
qa | quality control
r&d | laboratory research
ROI | return on investment
saas | cloud software
t&c | document signature
wfh | work from home
away mode | away
data breach | database with unlock
free trial | gift with clock
lost item | box with question mark
out of stock | package removed
strong password | password with check
user research | search user
ux research | search user
water leak | faucet with drop
weak password | password with warning
`;

/** Read where a caption says nothing else: beside other words drawings are called so ("UI kit", "POS printer"), or it is something else. */
const alone = `
director | office worker
n/a | unavailable
pos | point of sale
research | laboratory research
ui | app window
ui/ux | pencil ruler
ux | pencil ruler
ux/ui | pencil ruler
`;

/** A pattern of what is said in other words, and these. */
interface Reading {
  readonly instead: ReadonlyMap<string, string>;
  readonly pattern: RegExp;
}
type Row = readonly [said: string, instead: string];

const readings = once((): readonly Reading[] => {
  const rows = rowsOf(anywhere);
  const isAsWritten = ([said]: Row): boolean => said !== said.toLowerCase();
  const [before, behind] = ["(?<![\\p{L}\\p{N}/&])", "(?![\\p{L}\\p{N}/&])"];
  return [
    readingOf(rowsOf(alone), (said) => new RegExp(`^\\s*(${said})\\s*$`, "iu")),
    readingOf(rows.filter(isAsWritten), (said) => new RegExp(`${before}(${said})s?${behind}`, "gu")),
    readingOf(
      rows.filter((row) => !isAsWritten(row)),
      (said) => new RegExp(`${before}(${said})s?${behind}`, "giu"),
    ),
  ];
});

/** Of a caption of nothing else but small words. */
const product = once(() =>
  readingOf(rowsOf(productWords), (said) => new RegExp(`^\\s*(?:(?:an?|the|my|your) )?(${said})\\s*$`, "iu")),
);

const rowsOf = (table: string): Row[] =>
  table
    .trim()
    .split("\n")
    .map((line) => line.split(" | ") as [string, string]);

function readingOf(rows: readonly Row[], patternOf: (said: string) => RegExp): Reading {
  const said = rows
    .map(([words]) => words)
    .sort((one, other) => other.length - one.length)
    .map((words) => words.replace(/[-& ]/g, (sign) => (sign === "&" ? " ?& ?" : "[- ]")));
  return {
    instead: new Map(rows.map(([words, instead]) => [keyOf(words), instead])),
    pattern: patternOf(said.join("|")),
  };
}

const keyOf = (said: string): string => said.toLowerCase().replace(/[- ]/g, "");

/** A caption with what it says in words that drawings are called by; the same one where it has them. */
export const inOtherWords = (caption: string): string =>
  readings().reduce(
    (text, { pattern, instead }) => text.replace(pattern, (_, said: string) => instead.get(keyOf(said))!),
    caption,
  );

/** An English caption of what a product offers, in words of what is drawn for it; the same one where it names none. */
export const asDrawn = (english: string): string => {
  const { pattern, instead } = product();
  return english.replace(pattern, (_, said: string) => instead.get(keyOf(said))!);
};
