/** All styles that a command can draw in, under headings: recent ones, the file's, and the others by what they are drawn in. Pure. */
import type { OfferedStyle, StyleKind } from "../../../../shared/contract/meta.ts";
import { choiceOfShown, readsShownStyles, redrawnStyles } from "../../client/style-choice.ts";
import { ownStyles, translationOfCommand } from "../../client/translations.ts";
import type { Texts } from "../../i18n/en.ts";
import type { State } from "../../state/state.ts";

export interface StyleGroup {
  readonly label: string;
  readonly styles: readonly OfferedStyle[];
}

/** @param isRedrawnOnly only styles of flows between styles, and of the file */
export function styleGroups(
  { meta, command, form, shown }: Pick<State, "meta" | "command" | "form" | "shown">,
  texts: Texts,
  isRedrawnOnly: boolean,
): readonly StyleGroup[] {
  const sets = redrawnStyles(meta, command);
  const drawn = isRedrawnOnly ? [] : (translationOfCommand(meta, command)?.styles ?? []);
  const learned = isRedrawnOnly ? [] : ownStyles(meta, command).map(({ id, label }) => ({ id: `@${id}`, label }));
  const ofFile = readsShownStyles(meta, command)
    ? shown.map(({ id, name }) => ({ id: choiceOfShown(id), label: name }))
    : [];
  const all = [...ofFile, ...learned, ...sets, ...drawn];
  const isRecent = ({ id }: OfferedStyle): boolean => form.recentStyles.includes(id);
  const recent = form.recentStyles.flatMap((id) => all.filter((style) => style.id === id));
  const of = (kind: StyleKind | undefined, styles: readonly OfferedStyle[]) =>
    styles.filter((style) => style.kind === kind);
  const groups = [
    { label: texts.shownStyles, styles: ofFile },
    { label: texts.learnedStyles, styles: learned },
    { label: texts.styleLines, styles: of("lines", [...sets, ...drawn]) },
    { label: texts.styleSolid, styles: of("solid", [...sets, ...drawn]) },
    { label: texts.styleTwoTone, styles: of("two-tone", [...sets, ...drawn]) },
    { label: texts.redrawnStyles, styles: of(undefined, sets) },
    { label: texts.styleColour, styles: of("colour", [...sets, ...drawn]) },
    { label: texts.styleEmoji, styles: of("emoji", [...sets, ...drawn]) },
    { label: texts.otherStyles, styles: of(undefined, drawn) },
  ].map(({ label, styles }) => ({ label, styles: styles.filter((style) => !isRecent(style)) }));
  return [{ label: texts.recentStyles, styles: recent }, ...groups].filter(({ styles }) => styles.length > 0);
}

/** The groups with what all words of a search are found in, as parts of its name or of its heading. */
export function foundStyles(groups: readonly StyleGroup[], search: string): readonly StyleGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return groups.flatMap(({ label, styles }) => {
    const found = styles.filter((style) =>
      words.every((word) => `${style.label} ${label}`.toLowerCase().includes(word)),
    );
    return found.length === 0 ? [] : [{ label, styles: found }];
  });
}

/** Whether a style of many colours is asked of selected vectors, whose shapes it may spoil. */
export function spoilsVectors(
  { meta, command, scene }: Pick<State, "meta" | "command" | "scene">,
  choice: string,
): boolean {
  const hasVectors = (scene.icons ?? []).some(({ imageHash, problem }) => imageHash === undefined && !problem);
  const styles = [...redrawnStyles(meta, command), ...(translationOfCommand(meta, command)?.styles ?? [])];
  const kind = styles.find(({ id }) => id === choice)?.kind;
  return hasVectors && (kind === "emoji" || kind === "colour");
}

/** What a reader sees as one character, which may be several joined ones: 👩‍🚀. */
const charactersOf = (word: string): string[] => [...new Intl.Segmenter().segment(word)].map(({ segment }) => segment);

/** What stands for a style until its picture is drawn: `Material Symbols, outlined` is MS, `Lucide` is Lu. */
export function initialsOf(name: string): string {
  const [first = [], second] = (name.match(/[^\s,]+/g) ?? []).map(charactersOf);
  return (second ? [first[0], second[0]] : first.slice(0, 2)).join("");
}
