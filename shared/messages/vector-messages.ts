/**
 * The messages about vectors between main and UI: icons of the selection, its colours and the file's colour variables, and what becomes
 * of them. Part of shared/messages/messages.ts, without zod like it.
 */
import type { LayerProblem } from "./layer-messages.ts";
import type { SkipReason } from "./upscale-messages.ts";

/** Plugin data keys of a vector made by Tau: `VectorRecord` as JSON, and its SVG as it was inserted. */
export const vectorKey = "tau.vector";
export const svgKey = "tau.svg";
/** Plugin data key of a component made by Tau: its side in px, which is also its variant. */
export const sizeKey = "tau.size";

/** Sides in px that a component of an icon has, one a variant. */
export const iconSizesPx = [16, 20, 24, 32, 48] as const;

/** Which colours are bound to which variables, and in which mode they were read. */
export interface Bindings {
  readonly collectionId: string;
  readonly modeId: string;
  readonly variables: readonly { readonly hex: string; readonly variableId: string }[];
}

/** What a vector remembers of its colours, so that drawing it anew keeps them. */
export interface VectorRecord {
  /** `#rrggbb`; absent: those of the picture. */
  readonly palette?: readonly string[];
  readonly bindings?: Bindings;
  /** Only colours that nearly are one of the palette become it; the others stay. */
  readonly isNear?: boolean;
}

/** A drawing that goes on the page as layers. */
export interface VectorContent {
  readonly svg: string;
  /** Drawings fitted to small sides in px, for the variants of a component. */
  readonly fitted?: Readonly<Partial<Record<number, string>>>;
  readonly record: VectorRecord;
}

/** A layer of the selection that is no source, and why. */
export interface SkippedIcon {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly reason: LayerProblem | SkipReason;
}

/** An icon of the selection: a layer that shows an image, whose bytes came before by its hash, or layers of vectors as SVG. */
export interface IconSource {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Plugin data as stored; empty for what Tau did not make. */
  readonly provenance: string;
  readonly vector: string;
  readonly imageHash?: string;
  /** As it looks now on the page, turned and flipped. */
  readonly svg?: string;
  /** How it is turned and flipped there: two rows of two, from the layer's own px to the page's; absent where it is not. */
  readonly turn?: readonly [number, number, number, number];
  /** As the tracer drew it, of a vector that Tau made. */
  readonly traced?: string;
  /** Why it can be read and not be changed. */
  readonly problem?: LayerProblem;
  /** As of `FillableLayer`. */
  readonly holdsLayers?: true;
}

/** What names a library's collection, by its key. */
export const libraryId = (key: string): string => `library:${key}`;
/** The key again; undefined for what is no library's. */
export const libraryKeyOf = (id: string | undefined): string | undefined =>
  id?.startsWith("library:") ? id.slice("library:".length) : undefined;

/** A colour of the selection. */
export interface UsedColour {
  /** `#rrggbb` */
  readonly hex: string;
  /** Area of the layers' boxes that have it, in px². */
  readonly share: number;
}

/** A collection of variables that has colours: the file's own, or one of a library that the file uses. */
export interface ColourCollection {
  /** The collection's, or `libraryId` of its key: a library's collection has an id only once it was read. */
  readonly id: string;
  readonly name: string;
  /** Name of the library that it is in. */
  readonly library?: string;
  /** Of a library's collection that was read: its id in this file. */
  readonly collectionId?: string;
  /** None: a library's collection whose colours were not read. */
  readonly modes: readonly { readonly id: string; readonly name: string }[];
  readonly colours: readonly {
    readonly variableId: string;
    readonly name: string;
    /** `#rrggbb` by mode; a mode without one has a colour that is partly transparent, or an alias that leads nowhere. */
    readonly hexByMode: Readonly<Record<string, string>>;
  }[];
}

/** What becomes of one colour. */
export interface ColourChange {
  readonly from: string;
  readonly to: string;
  readonly variableId?: string;
  /** Names of both, as layers of that colour have them in drawings of Tau. */
  readonly names?: readonly [from: string, to: string];
}

/** A component set to be made: a row of sizes for each style. */
export interface ComponentPlan {
  /** `icon/red-apple` */
  readonly name: string;
  readonly description: string;
  readonly styles: readonly {
    readonly style: string;
    /** The layer that it is made from, whose provenance and colours it takes over. */
    readonly nodeId: string;
    readonly content: VectorContent;
  }[];
}

export type VectorUiMessage =
  | { readonly type: "read-icons"; readonly readId: number }
  /** Requests the colours of what is selected. */
  | { readonly type: "read-colours"; readonly readId: number }
  /** Requests the file's colour variables. */
  | { readonly type: "read-palettes" }
  /** Requests the names of the libraries' collections, and the colours of one. */
  | { readonly type: "read-libraries"; readonly wanted?: string }
  | {
      readonly type: "recolour";
      readonly applyId: number;
      readonly changes: readonly ColourChange[];
      /** What the vectors that change remember. */
      readonly record: VectorRecord;
    }
  | { readonly type: "make-components"; readonly applyId: number; readonly sets: readonly ComponentPlan[] };

export type VectorMainMessage =
  /** Bytes of an image that icons show: one message an image. */
  | { readonly type: "icon-image"; readonly readId: number; readonly hash: string; readonly bytes: Uint8Array }
  | {
      readonly type: "icons";
      readonly readId: number;
      readonly icons: readonly IconSource[];
      readonly skipped: readonly SkippedIcon[];
      readonly unreadCount: number;
    }
  | {
      readonly type: "colours";
      readonly readId: number;
      readonly used: readonly UsedColour[];
      readonly skipped: readonly SkippedIcon[];
    }
  | { readonly type: "palettes"; readonly collections: readonly ColourCollection[] }
  | {
      readonly type: "libraries";
      readonly collections: readonly ColourCollection[];
      /** What Figma said, where it can't be reached. */
      readonly fault?: string;
    };
