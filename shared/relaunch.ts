/** Buttons that nodes made by Tau get in Figma's side panel, and which command a name starts. Without zod, for the plugin's main code. */
import { type CommandId, type CommandInfo, commandTable } from "./commands.ts";

/** Commands of these buttons alone. */
export const redrawCommand = "redraw";
export const makeAgainCommand = "make-again";
/** The button of nodes made before version 0.20; does what `redrawCommand` does. */
const regenerateCommand = "regenerate";

export const relaunchButtons: readonly { readonly command: string; readonly name: string }[] = [
  { command: redrawCommand, name: "Redraw" },
  { command: makeAgainCommand, name: "Make again" },
  ...commandTable.flatMap(({ id, relaunch }) => (relaunch === undefined ? [] : [{ command: id, name: relaunch }])),
  { command: regenerateCommand, name: "Redraw" },
];

export const isRedraw = (command: string): boolean => command === redrawCommand || command === regenerateCommand;

export const isCommandId = (command: string): command is CommandId => commandTable.some(({ id }) => id === command);

/** Whether an editor has what the command makes. */
export const isIn = ({ isDesignOnly = false }: Pick<CommandInfo, "isDesignOnly">, editor: string): boolean =>
  !isDesignOnly || editor === "figma";
