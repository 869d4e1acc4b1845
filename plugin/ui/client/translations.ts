/** Which of a server's translations does a command, in a style: a pack's own, one's own style, or one that draws drawings anew. */
import { type CommandId, type CommandInfo, commandTable } from "../../../shared/commands.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import type { Meta, StyleInfo, TranslationInfo } from "../../../shared/contract/meta.ts";
import { styleIdOf } from "../../../shared/contract/style-id.ts";
import { checkApiRange, Failure } from "./failure.ts";
import {
  choiceOfRedrawn,
  isRedrawn,
  readsShownStyles,
  redrawnStyleOf,
  redrawnStyles,
  redraws,
  shownIdOf,
} from "./style-choice.ts";

/** @throws Failure when this plugin and that server can't work together. */
export function checkCompatible(meta: Meta): void {
  checkApiRange(meta.api);
  if (!isAvailable(meta, "caption-to-artboard"))
    throw new Failure("pack_missing", "no pack on the server translates captions");
}

export interface FoundTranslation {
  readonly packId: string;
  readonly translation: TranslationInfo;
}

/** The translation of a command's form; undefined until a server is known, or where it has none. */
export const translationOfCommand = (meta: Meta | undefined, command: CommandId): TranslationInfo | undefined =>
  meta && translationsFor(meta, command)[0]?.translation;

/** A style of one's own is a translation: it stands among the styles as `@ID`. */
export const ownStyleOf = (style: string): string | undefined => (style.startsWith("@") ? style.slice(1) : undefined);

/** Translations besides the first that can do a command: what was trained from one's own images. */
export const ownStyles = (meta: Meta | undefined, command: CommandId): TranslationInfo[] =>
  meta === undefined
    ? []
    : translationsFor(meta, command)
        .slice(1)
        .map(({ translation }) => translation)
        // What draws drawings anew in styles of its own is none.
        .filter(({ conditions }) => !conditions.includes("drawing"));

/** All that a form's list of styles offers of a server: styles of the first translation, of one's own, and of flows between styles. */
export function stylesFor(meta: Meta, command: CommandId): StyleInfo[] {
  const first = translationOfCommand(meta, command);
  const all = [
    ...(first === undefined || redraws(first) ? [] : first.styles),
    ...ownStyles(meta, command).map(({ id, label }) => ({ id: `@${id}`, label })),
    ...redrawnStyles(meta, command),
  ];
  const packs = meta.packs.flatMap(({ translations }) => translations);
  // Of two with one name the later says whose it is.
  return all.map(({ id, label }, at) => {
    const isTaken = all.findIndex((other) => other.label === label) < at;
    const owner = packs.find((own) => own.id === (redrawnStyleOf(id)?.translation ?? ownStyleOf(id)));
    return { id, label: isTaken && owner !== undefined ? `${label} (${owner.label})` : label };
  });
}

/** The choice of a form that draws as a request did; empty where pictures showed the style. */
export function choiceOfRequest(
  meta: Meta | undefined,
  { translation, condition }: Pick<Generation["request"], "translation" | "condition">,
): string {
  const style = styleIdOf(condition.style) ?? "";
  const isOwn = ownStyles(meta, "caption-to-artboard").some(({ id }) => id === translation);
  if (isOwn) return `@${translation}`;
  const redrawn = choiceOfRedrawn(translation, style);
  return redrawnStyles(meta, "caption-to-artboard").some(({ id }) => id === redrawn) ? redrawn : style;
}

/** What a form begins with: an icon set, as icon designers do, else the style that the pack suggests. */
export const firstStyle = (meta: Meta, command: CommandId): string =>
  redrawnStyles(meta, command)[0]?.id ?? translationOfCommand(meta, command)?.defaultStyle ?? "";

/**
 * The form's choice as a command takes it. Where it can't draw in that style, it is the last one chosen that it can draw in, else the one
 * that its pack suggests.
 */
export function choiceFor(
  meta: Meta | undefined,
  command: CommandId,
  form: {
    readonly style: string;
    readonly redrawStyle?: string;
    readonly recentStyles?: readonly string[];
  },
): string {
  const { style, redrawStyle = "", recentStyles = [] } = form;
  const choice = command === "redraw-part" ? redrawStyle : style;
  const first = translationOfCommand(meta, command);
  // Names of layers are captions where no pack has labels: an icon set draws them.
  if (command === "fill-names" && first !== undefined && redraws(first) && !isRedrawn(choice)) {
    const sets = redrawnStyles(meta, command);
    return (sets.find(({ id }) => id === choiceOfRedrawn(first.id, choice)) ?? sets[0])?.id ?? choice;
  }
  const keepsShapes = command === "restyle" || command === "sketch";
  const [iconSet] = keepsShapes && form.recentStyles?.length === 0 ? redrawnStyles(meta, command) : [];
  // Nobody chose the style that a pack suggests for captions: icons and sketches keep their shapes first.
  if (iconSet !== undefined && choice !== "" && choice === first?.defaultStyle) return iconSet.id;
  const isDrawable = isRedrawn(choice)
    ? readsShownStyles(meta, command)
    : ownStyleOf(choice) === undefined || ownStyles(meta, command).some(({ id }) => id === ownStyleOf(choice));
  if (isDrawable) return choice;
  const { styles = [], defaultStyle = "" } = first ?? {};
  return recentStyles.find((recent) => styles.some(({ id }) => id === recent)) ?? defaultStyle;
}

/** What a command is done with in a style. */
function findTranslation(meta: Meta, command: CommandId, style: string): FoundTranslation | undefined {
  const able = translationsFor(meta, command);
  if (shownIdOf(style) !== undefined) return able.find(({ translation }) => redraws(translation));
  const named = ownStyleOf(style) ?? redrawnStyleOf(style)?.translation;
  return named === undefined ? able[0] : able.find(({ translation }) => translation.id === named);
}

/** Whether words can be said, as far as is known. */
export const readsCaption = (meta: Meta | undefined, command: CommandId, style: string): boolean =>
  (meta && findTranslation(meta, command, choiceFor(meta, command, { style })))?.translation.conditions.includes(
    "caption",
  ) !== false;

/** @throws Failure command_unavailable when the server has no pack for the command */
export function translationFor(meta: Meta, command: CommandId, style = ""): FoundTranslation {
  const found = findTranslation(meta, command, style);
  if (found === undefined) throw new Failure("command_unavailable", needsOf(command).join(", "));
  return found;
}

/** Whether a server can do a command at all. */
export const isAvailable = (meta: Meta, command: CommandId): boolean =>
  needsOf(command).includes("upscaler")
    ? meta.packs.some(({ upscaler }) => upscaler !== undefined)
    : needsOf(command).length === 0 || translationsFor(meta, command).length > 0;

const needsOf = (command: CommandId): CommandInfo["needs"] =>
  commandTable.find(({ id }) => id === command)?.needs ?? [];

function translationsFor(meta: Meta, command: CommandId): FoundTranslation[] {
  const all = meta.packs.flatMap(({ id: packId, translations }) =>
    translations.map((translation) => ({ packId, translation })),
  );
  const isAble = ({ translation }: FoundTranslation) => needsOf(command).every((need) => canDo(translation, need));
  // Names of layers are labels, and in the styles of a flow between styles captions.
  const isAbleByWords = ({ translation }: FoundTranslation) =>
    command === "fill-names" && redraws(translation) && translation.conditions.includes("caption");
  return [...all.filter(isAble), ...all.filter((found) => !isAble(found) && isAbleByWords(found))];
}

function canDo(translation: TranslationInfo, need: CommandInfo["needs"][number]): boolean {
  if (need === "inversion") return translation.isInvertible !== false;
  if (need === "label") return translation.conditions.includes("label") && translation.labels.length > 0;
  return need !== "upscaler" && translation.conditions.includes(need);
}
