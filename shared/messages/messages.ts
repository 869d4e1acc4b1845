/**
 * The messages between the plugin's two worlds, main (Figma's sandbox) and UI (the iframe); message-guards.ts recognises them.
 * Images cross one per message as bytes, never as JSON or base64: encoding them inflates memory ten times.
 */

import type { CommandId, Editor } from "../commands.ts";
import type { Provenance } from "../contract/generations/provenance.ts";
import type { UpscaleScale } from "../contract/upscale-scales.ts";
import type { FillableLayer, SkippedLayer } from "./layer-messages.ts";
import type { Settings, Vocabulary, WindowSize } from "./settings.ts";
import type { ShownStyleMainMessage, ShownStyleUiMessage } from "./shown-styles.ts";
import type { UpscaleMainMessage, UpscaleUiMessage } from "./upscale-messages.ts";
import type { Bindings, VectorContent, VectorMainMessage, VectorUiMessage } from "./vector-messages.ts";

/** Plugin data key of a node made by Tau; holds `Provenance` as JSON. */
export const provenanceKey = "tau.provenance";

/** Layers read from one selection at once: more captions than this is not a batch that a person meant. */
export const layersMax = 50;

/** A layer in the selection that the UI can use. */
export interface SelectedText {
  readonly id: string;
  readonly text: string;
}
export interface SelectedImage {
  readonly id: string;
  readonly isArtboard: boolean;
  /** Plugin data as stored; the UI parses it with `ProvenanceSchema`. */
  readonly provenance: string;
  /** `VectorRecord` as stored, of a vector. */
  readonly vector?: string;
  /** Of a component's variants: their sides in px. */
  readonly sizesPx?: readonly number[];
}
export interface Selection {
  readonly texts: readonly SelectedText[];
  readonly images: readonly SelectedImage[];
  /** All selected layers, also those beyond the ones that were read. */
  readonly layerCount: number;
  /** Which layers are selected, in whatever order. */
  readonly key: string;
  /** The plugin selected what it added; no person chose it. */
  readonly isOwn?: boolean;
}

/** Answers to a quick action; what is absent is as it was last time. */
export interface QuickAnswers {
  readonly caption?: string;
  readonly label?: string;
  readonly style?: string;
  readonly count?: number;
  readonly scale?: UpscaleScale;
}

/** Why the UI opened. */
export type Launch =
  | { readonly kind: "command"; readonly command: CommandId }
  /** A quick action: everything is answered, so the work begins at once. */
  | { readonly kind: "quick"; readonly command: CommandId; readonly answers: QuickAnswers }
  /** New seeds for the selected layers. */
  | { readonly kind: "redraw" }
  /** The same bytes again for the selected layers. */
  | { readonly kind: "make-again" };

export interface ArtboardImage {
  /** Key of the `image` message that carried the bytes. */
  readonly key: string;
  /** Absent for a vector of something that Tau did not make. */
  readonly provenance?: Provenance;
  /** Words found its drawing in a library, which may have others. */
  readonly hasDrawings?: boolean;
  /** It goes on the page as layers; then no bytes are needed. */
  readonly vector?: VectorContent;
  /** Name of its layer; absent: the artboard's with a number. */
  readonly name?: string;
}
export interface Artboard {
  readonly caption: string;
  /** All images in one row, as the steps of a blend are. */
  readonly isStrip?: boolean;
  readonly images: readonly ArtboardImage[];
}
/**
 * New artboards with images of `tilePx` a side, selected afterwards unless the selection is still at work on; or new images
 * of layers that exist: image i goes to node i, in turn; `scaleMode` is for layers that show no image yet.
 */
export type ApplyTarget =
  | { readonly kind: "artboards"; readonly tilePx: number; readonly keepsSelection?: boolean }
  | { readonly kind: "replace"; readonly nodeIds: readonly string[]; readonly scaleMode: "FILL" | "FIT" }
  /** Vectors to the right of the layers that they were made from. */
  | { readonly kind: "beside"; readonly nodeIds: readonly string[] };

/** What a drop event of the plugin's own window carries; without a vector its bytes came before, as an `image` message. */
export interface DroppedImage extends ArtboardImage {
  readonly name: string;
  readonly applyId: number;
  readonly tilePx: number;
}

/** Where an image of an applied set is now. */
export interface PlacedImage {
  readonly key: string;
  readonly nodeId: string;
}

export type UiMessage =
  | UpscaleUiMessage
  | ShownStyleUiMessage
  | VectorUiMessage
  | { readonly type: "ready" }
  | { readonly type: "save-settings"; readonly settings: Settings }
  | { readonly type: "save-vocabulary"; readonly vocabulary: Vocabulary }
  /** What the next start shall find again; only the UI knows what is in it. */
  | { readonly type: "save-session"; readonly session: unknown }
  /** Pictures of the styles, likewise. */
  | { readonly type: "save-thumbs"; readonly thumbs: unknown }
  | { readonly type: "resize"; readonly size: WindowSize }
  /** Requests the selected layers that take fills. */
  | { readonly type: "read-layers"; readonly readId: number }
  /** Requests the selection as a drawing. */
  | { readonly type: "read-drawing"; readonly readId: number }
  | { readonly type: "image"; readonly applyId: number; readonly key: string; readonly bytes: Uint8Array }
  | {
      readonly type: "apply";
      readonly applyId: number;
      readonly artboards: readonly Artboard[];
      readonly target: ApplyTarget;
      /** Of new artboards with vectors. */
      readonly bindings?: Bindings;
    }
  /** The editor's undo, wished for while the window has the focus. */
  | { readonly type: "undo" }
  /** Shows a page in the browser. */
  | { readonly type: "open-external"; readonly url: string }
  | { readonly type: "notify"; readonly text: string; readonly isError: boolean }
  | { readonly type: "close" };

export type MainMessage =
  | UpscaleMainMessage
  | ShownStyleMainMessage
  | VectorMainMessage
  | {
      readonly type: "start";
      readonly launch: Launch;
      readonly settings: Settings;
      readonly selection: Selection;
      readonly session: unknown;
      readonly editor: Editor;
      readonly thumbs?: unknown;
    }
  | {
      readonly type: "layers";
      readonly readId: number;
      readonly layers: readonly FillableLayer[];
      /** Selected layers beyond those that are read at once. */
      readonly unreadCount: number;
    }
  /** `svg` is empty when nothing is selected, or nothing of it can be exported. */
  | { readonly type: "drawing"; readonly readId: number; readonly name: string; readonly svg: string }
  /** What was applied is no longer on the page: it was undone, or deleted. */
  | { readonly type: "unapplied"; readonly applyId: number }
  | { readonly type: "selection"; readonly selection: Selection }
  | {
      readonly type: "applied";
      readonly applyId: number;
      readonly imageCount: number;
      /** Layers whose new image has the bytes of the old one. */
      readonly sameCount: number;
      readonly skipped: readonly SkippedLayer[];
      /** Of results, which may be given another drawing where they lie; none of what is no result. */
      readonly placed?: readonly PlacedImage[];
    }
  /** An image was refused, and nothing has changed. */
  | { readonly type: "apply-failed"; readonly applyId: number; readonly detail: string }
  /** Any other failed request; not translated. */
  | { readonly type: "fault"; readonly detail: string };
