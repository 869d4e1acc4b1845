/**
 * The one table of the plugin's commands: menu, quick actions, relaunch buttons, views and docs come from it, and the
 * needs of each are checked against what a server offers (`Meta`). Data alone: the build leaves `menuMembers` out of the
 * plugin's main code, and `mainMembers` out of its window.
 */
import type { ConditionField } from "./contract/conditions.ts";
import { limits } from "./limits.ts";

export type Editor = "figma" | "figjam" | "slides";
export type CommandId =
  | "caption-to-artboard"
  | "fill-label"
  | "fill-names"
  | "upscale"
  | "restyle"
  | "redraw-part"
  | "drawings"
  | "variations"
  | "blend"
  | "sketch"
  | "layout"
  | "vectorise"
  | "recolour"
  | "family"
  | "components"
  | "learn"
  | "history"
  | "settings"
  | "help";

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
  /**
   * What a server must offer: a translation that reads all of these conditions, `inversion` of images, an `upscaler`.
   */
  readonly needs: readonly (ConditionField | "inversion" | "upscaler")[];
  /** Vectors and components exist in design files alone. */
  readonly isDesignOnly?: boolean;
  readonly parameters?: readonly CommandParameter[];
  /** Name of the button that nodes made by Tau get. */
  readonly relaunch?: string;
  /** Only on images, or only on vectors; absent: on both. */
  readonly relaunchOn?: "image" | "vector";
  /** Begins a new group in the menu. */
  readonly startsGroup?: boolean;
}

/** Members that only the manifest and the window read. */
export const menuMembers = ["menu", "needs", "startsGroup"] as const satisfies readonly (keyof CommandInfo)[];
/** Members that the window does not read. */
export const mainMembers = [
  "menu",
  "parameters",
  "relaunch",
  "relaunchOn",
  "startsGroup",
] as const satisfies readonly (keyof CommandInfo)[];

const style: CommandParameter = { name: "Style", key: "style", description: "Look of the images", optional: true };

export const commandTable: readonly CommandInfo[] = [
  {
    id: "caption-to-artboard",
    menu: "Caption to artboard…",
    needs: ["caption"],
    parameters: [
      { name: "Caption", key: "caption", description: "What to draw, e.g. red apple", allowFreeform: true },
      style,
      { name: "Count", key: "count", description: `Images, 1 to ${limits.countMax}`, optional: true },
    ],
  },
  {
    id: "fill-label",
    menu: "Fill with label…",
    needs: ["label"],
    parameters: [{ name: "Label", key: "label", description: "A thing that the pack knows, e.g. anchor" }, style],
    startsGroup: true,
  },
  {
    id: "fill-names",
    menu: "Fill from layer names…",
    needs: ["label"],
    parameters: [{ ...style, optional: false }],
  },
  {
    id: "upscale",
    menu: "Upscale up to ×4…",
    needs: ["upscaler"],
    parameters: [{ name: "Factor", key: "scale", description: "2, 3 or 4 times the pixels" }],
    relaunch: "Upscale",
    relaunchOn: "image",
    startsGroup: true,
  },
  {
    id: "restyle",
    menu: "Restyle…",
    needs: ["style", "inversion"],
    relaunch: "Restyle",
  },
  { id: "redraw-part", menu: "Redraw a part…", needs: ["drawing"] },
  { id: "drawings", menu: "Other drawings…", needs: ["caption", "drawing"], relaunch: "Other drawings" },
  {
    id: "variations",
    menu: "Variations…",
    needs: ["image"],
    relaunch: "Variations",
  },
  {
    id: "blend",
    menu: "Blend…",
    needs: ["inversion"],
  },
  {
    id: "sketch",
    menu: "Sketch to image…",
    needs: ["sketch"],
    startsGroup: true,
  },
  {
    id: "layout",
    menu: "Layout to image…",
    needs: ["layout"],
  },
  {
    id: "vectorise",
    menu: "Vectorise selection…",
    needs: [],
    isDesignOnly: true,
    relaunch: "Vectorise",
    relaunchOn: "image",
    startsGroup: true,
  },
  { id: "recolour", menu: "Recolour…", needs: [], relaunch: "Recolour", relaunchOn: "vector" },
  { id: "family", menu: "Make a family…", needs: ["caption"] },
  { id: "components", menu: "Make components…", needs: [], isDesignOnly: true, relaunch: "Make components" },
  { id: "learn", menu: "Learn this style…", needs: ["caption"] },
  {
    id: "history",
    menu: "History…",
    needs: [],
    startsGroup: true,
  },
  {
    id: "settings",
    menu: "Settings…",
    needs: [],
  },
  { id: "help", menu: "Help…", needs: [] },
];
