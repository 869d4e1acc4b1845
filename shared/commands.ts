/**
 * The one table of the plugin's commands: menu, quick actions, relaunch buttons, views and docs come from it, and the
 * needs of each are checked against what a server offers (`Meta`). Without zod, for the plugin's main code.
 */
import type { ConditionField } from "./conditions.ts";
import { limits } from "./limits.ts";

export type Editor = "figma" | "figjam" | "slides";
export type CommandId =
  | "caption-to-artboard"
  | "fill-label"
  | "fill-names"
  | "upscale"
  | "restyle"
  | "variations"
  | "blend"
  | "sketch"
  | "layout"
  | "history"
  | "settings";

export interface CommandParameter {
  readonly name: string;
  readonly key: "caption" | "label" | "style" | "count" | "scale";
  readonly description: string;
  readonly allowFreeform?: boolean;
  readonly optional?: boolean;
}

export interface CommandInfo {
  readonly id: CommandId;
  /** In the menu; an ellipsis says that a form follows. */
  readonly menu: string;
  /** What must be selected, and what comes of it, for the docs. */
  readonly selection: string;
  readonly result: string;
  /**
   * What a server must offer: a translation that reads all of these conditions, `inversion` of images, an `upscaler`.
   */
  readonly needs: readonly (ConditionField | "inversion" | "upscaler")[];
  readonly editors: readonly Editor[];
  readonly parameters?: readonly CommandParameter[];
  /** Name of the button that nodes made by Tau get. */
  readonly relaunch?: string;
  /** Begins a new group in the menu. */
  readonly startsGroup?: boolean;
}

const everywhere = ["figma", "figjam", "slides"] as const;
const style: CommandParameter = { name: "Style", key: "style", description: "Look of the images", optional: true };

export const commandTable: readonly CommandInfo[] = [
  {
    id: "caption-to-artboard",
    menu: "Caption to artboard…",
    selection: "nothing, or texts, stickies and shapes with text: each is a caption",
    result: "a new frame a caption (FigJam: a section), with the images in a grid",
    needs: ["caption"],
    editors: everywhere,
    parameters: [
      { name: "Caption", key: "caption", description: "What to draw, e.g. red apple", allowFreeform: true },
      style,
      { name: "Count", key: "count", description: `Images, 1 to ${limits.countMax}`, optional: true },
    ],
  },
  {
    id: "fill-label",
    menu: "Fill with label…",
    selection: "layers that take fills",
    result: "an image in each layer, one label for all, a seed for each",
    needs: ["label"],
    editors: everywhere,
    parameters: [{ name: "Label", key: "label", description: "A thing that the pack knows, e.g. anchor" }, style],
    startsGroup: true,
  },
  {
    id: "fill-names",
    menu: "Fill from layer names…",
    selection: "layers named after what they shall show",
    result: "an image in each layer whose name is a label; the others are listed with suggestions",
    needs: ["label"],
    editors: everywhere,
    parameters: [{ ...style, optional: false }],
  },
  {
    id: "upscale",
    menu: "Upscale ×2 or ×4…",
    selection: "layers with image fills",
    result: "the same fills with more pixels; crop, scale mode and filters stay",
    needs: ["upscaler"],
    editors: everywhere,
    parameters: [{ name: "Factor", key: "scale", description: "2 or 4 times the pixels" }],
    relaunch: "Upscale",
    startsGroup: true,
  },
  {
    id: "restyle",
    menu: "Restyle…",
    selection: "layers with image fills",
    result: "the same image in another style or with another caption, in the same layer",
    needs: ["style", "inversion"],
    editors: everywhere,
    relaunch: "Restyle",
  },
  {
    id: "variations",
    menu: "Variations…",
    selection: "one layer with an image fill",
    result: "a new frame with images from the same picture to the same idea",
    needs: ["image"],
    editors: everywhere,
  },
  {
    id: "blend",
    menu: "Blend…",
    selection: "two layers with image fills",
    result: "a new frame with the steps between both images",
    needs: ["inversion"],
    editors: everywhere,
  },
  {
    id: "sketch",
    menu: "Sketch to image…",
    selection: "nothing, to draw in the plugin, or vectors or a frame of strokes",
    result: "a new frame with images that follow the strokes",
    needs: ["sketch"],
    editors: everywhere,
    startsGroup: true,
  },
  {
    id: "layout",
    menu: "Layout to image…",
    selection: "nothing, to paint in the plugin, or a frame of coloured shapes",
    result: "a new frame with images whose colours lie where they were put",
    needs: ["layout"],
    editors: everywhere,
  },
  {
    id: "history",
    menu: "History…",
    selection: "nothing",
    result: "earlier images, to add again, to draw again or to delete",
    needs: [],
    editors: everywhere,
    startsGroup: true,
  },
  {
    id: "settings",
    menu: "Settings…",
    selection: "nothing",
    result: "nothing on the canvas",
    needs: [],
    editors: everywhere,
  },
];

/** Buttons of nodes that Tau made, besides those of commands. */
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
