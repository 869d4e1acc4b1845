/**
 * What the choice in a form's list of styles means. Besides ids of the first translation and styles of one's own (`@TRANSLATION`):
 * `~TRANSLATION/STYLE` is a named style of a flow between styles, `#ID` a style of the file that icons show. Pure.
 */
import type { CommandId } from "../../../shared/commands.ts";
import type { Meta, OfferedStyle, TranslationInfo } from "../../../shared/contract/meta.ts";

/** Commands that a flow between styles does, for which its styles and those of the file are on offer. */
const redrawing: readonly CommandId[] = [
  "caption-to-artboard",
  "family",
  "fill-names",
  "restyle",
  "redraw-part",
  "sketch",
  "layout",
];
/** Of them those that begin with words. */
const fromWords: readonly CommandId[] = ["caption-to-artboard", "family", "fill-names"];

/** What redraws a drawing in a style that icons show. */
export const redraws = ({ conditions, styleImagesMax }: Pick<TranslationInfo, "conditions" | "styleImagesMax">) =>
  conditions.includes("drawing") && styleImagesMax !== undefined;

/** Flows between styles that can do a command. */
const redrawersFor = (meta: Meta | undefined, command: CommandId): TranslationInfo[] =>
  redrawing.includes(command)
    ? (meta?.packs ?? [])
        .flatMap(({ translations }) => translations)
        .filter(redraws)
        .filter(({ conditions }) => !fromWords.includes(command) || conditions.includes("caption"))
        .filter(({ conditions }) => (command !== "sketch" && command !== "layout") || conditions.includes(command))
    : [];

/** Whether styles that icons show can be used here. */
export const readsShownStyles = (meta: Meta | undefined, command: CommandId): boolean =>
  redrawersFor(meta, command).length > 0;

/** Their named styles, as choices. */
export const redrawnStyles = (meta: Meta | undefined, command: CommandId): OfferedStyle[] =>
  redrawersFor(meta, command).flatMap(({ id, styles }) =>
    styles.map((style) => ({ ...style, id: choiceOfRedrawn(id, style.id) })),
  );

export const choiceOfRedrawn = (translation: string, style: string): string => `~${translation}/${style}`;

export const choiceOfShown = (id: string): string => `#${id}`;

/** Id of the file's style that is chosen. */
export const shownIdOf = (choice: string): string | undefined => (choice.startsWith("#") ? choice.slice(1) : undefined);

/** Translation and style of a named style of a flow between styles. */
export function redrawnStyleOf(choice: string): { readonly translation: string; readonly style: string } | undefined {
  const [, translation, style] = /^~([^/]+)\/(.+)$/.exec(choice) ?? [];
  return translation === undefined || style === undefined ? undefined : { translation, style };
}

/** Whether a flow between styles is asked. */
export const isRedrawn = (choice: string): boolean =>
  shownIdOf(choice) !== undefined || redrawnStyleOf(choice) !== undefined;
