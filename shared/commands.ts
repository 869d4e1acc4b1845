/**
 * The one table of the plugin's commands: menu, quick actions, relaunch buttons, views and docs come from it, and the
 * needs of each are checked against what a server offers (`Meta`). Data alone: the build gives the plugin's main code the
 * members of `CommandInfo` that are not in `menuMembers`.
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
  /**
   * What a server must offer: a translation that reads all of these conditions, `inversion` of images, an `upscaler`.
   */
  readonly needs: readonly (ConditionField | "inversion" | "upscaler")[];
  readonly editors: readonly Editor[];
  readonly parameters?: readonly CommandParameter[];
  /** Name of the button that nodes made by Tau get. */
  readonly relaunch?: string;
  /** Only on images, or only on vectors; absent: on both. */
  readonly relaunchOn?: "image" | "vector";
  /** Begins a new group in the menu. */
  readonly startsGroup?: boolean;
}

/** Members that only the manifest and the window read. */
export const menuMembers = [
  "menu",
  "needs",
  "editors",
  "startsGroup",
] as const satisfies readonly (keyof CommandInfo)[];

const everywhere = ["figma", "figjam", "slides"] as const;
const design = ["figma"] as const;
const style: CommandParameter = { name: "Style", key: "style", description: "Look of the images", optional: true };

export const commandTable: readonly CommandInfo[] = [
  {
    id: "caption-to-artboard",
    menu: "Caption to artboard…",
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
    needs: ["label"],
    editors: everywhere,
    parameters: [{ name: "Label", key: "label", description: "A thing that the pack knows, e.g. anchor" }, style],
    startsGroup: true,
  },
  {
    id: "fill-names",
    menu: "Fill from layer names…",
    needs: ["label"],
    editors: everywhere,
    parameters: [{ ...style, optional: false }],
  },
  {
    id: "upscale",
    menu: "Upscale ×2 or ×4…",
    needs: ["upscaler"],
    editors: everywhere,
    parameters: [{ name: "Factor", key: "scale", description: "2 or 4 times the pixels" }],
    relaunch: "Upscale",
    relaunchOn: "image",
    startsGroup: true,
  },
  {
    id: "restyle",
    menu: "Restyle…",
    needs: ["style", "inversion"],
    editors: everywhere,
    relaunch: "Restyle",
  },
  { id: "redraw-part", menu: "Redraw a part…", needs: ["drawing"], editors: everywhere },
  {
    id: "variations",
    menu: "Variations…",
    needs: ["image"],
    editors: everywhere,
  },
  {
    id: "blend",
    menu: "Blend…",
    needs: ["inversion"],
    editors: everywhere,
  },
  {
    id: "sketch",
    menu: "Sketch to image…",
    needs: ["sketch"],
    editors: everywhere,
    startsGroup: true,
  },
  {
    id: "layout",
    menu: "Layout to image…",
    needs: ["layout"],
    editors: everywhere,
  },
  {
    id: "vectorise",
    menu: "Vectorise selection…",
    needs: [],
    editors: design,
    relaunch: "Vectorise",
    relaunchOn: "image",
    startsGroup: true,
  },
  { id: "recolour", menu: "Recolour…", needs: [], editors: everywhere, relaunch: "Recolour", relaunchOn: "vector" },
  { id: "family", menu: "Make a family…", needs: ["caption"], editors: everywhere },
  { id: "components", menu: "Make components…", needs: [], editors: design, relaunch: "Make components" },
  { id: "learn", menu: "Learn this style…", needs: ["caption"], editors: everywhere },
  {
    id: "history",
    menu: "History…",
    needs: [],
    editors: everywhere,
    startsGroup: true,
  },
  {
    id: "settings",
    menu: "Settings…",
    needs: [],
    editors: everywhere,
  },
];
