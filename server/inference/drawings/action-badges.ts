/**
 * What interfaces do with a thing, as the badge that shows it: "change email" is an email with a pencil. Only of the things that a line names,
 * since many such words are nouns beside others: a "call center", a "report card". What is said of any thing is in caption-parts.ts.
 */

/** Who, and what in interfaces, a line may name as a group. */
const groups: Readonly<Record<string, string>> = {
  persons:
    "user person friend member customer client contact employee driver courier doctor host seller agent guest patient",
  papers: "invoice bill receipt document file page contract statement form report ticket label",
  posts: "message comment post review listing photo image picture video ad story",
  rooms: "group team chat channel meeting room conversation community organization workspace project",
  own: "password pin email address phone number name language currency theme plan subscription profile avatar account card location order booking",
};

/** A badge, the words before a thing, and the things and groups. */
const table = `
eye | view preview show | papers posts own details history
eye off | hide | papers posts own balance details
pencil | change | papers posts own
flag | report | posts user person profile account seller driver
dollar sign | pay | invoice bill order ticket booking rent tax fee fine
printer | print | papers photo image picture order map
archive | archive | papers posts rooms email task note folder
copy | duplicate | papers posts folder task project layer component
pause | pause | subscription order delivery task project campaign account membership
play | start resume | subscription timer task project campaign recording
close | clear | history cache cookies cookie cart list filter data form search notifications
log out | leave exit | rooms call game event
log in | join | rooms call game event
phone | call | persons
star | rate | persons order product delivery trip ride app
plus | invite | persons team group
link | link connect | account bank wallet device card calendar store phone
map pin | track | order package parcel shipment delivery vehicle luggage
refresh | renew resend | subscription membership licence license passport code email message invitation domain certificate
arrow up | upgrade | plan account subscription membership
arrow down | downgrade | plan account subscription membership
mute | mute | rooms user person friend
`;

const badges = new Map<string, string>();
for (const line of table.trim().split("\n")) {
  const [badge = "", words = "", things = ""] = line.split(" | ");
  for (const word of words.split(" "))
    for (const thing of things.split(" ").flatMap((name) => (groups[name] ?? name).split(" ")))
      badges.set(`${word} ${thing}`, badge);
}

/** The badge of what is done with a thing, by both words; undefined where they are no such. */
export const badgeOfAction = (word: string, thing: string): string | undefined =>
  badges.get(`${word} ${thing}`) ?? badges.get(`${word} ${thing.replace(/s$/, "")}`);

/** Behind a thing these are things themselves: a "user report", a "group call". */
const nouns = new Set(["report", "rate", "call"]);

/** The same where the action comes last, as in German, Japanese and Korean: "password change". */
export const badgeOfLastAction = (thing: string, word: string): string | undefined =>
  nouns.has(word) ? undefined : badgeOfAction(word, thing);
