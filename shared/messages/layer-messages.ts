/**
 * The messages about layers that take images: what the UI can fill, and which layers an apply left untouched and why.
 * Part of shared/messages/messages.ts, without zod like it.
 */

/**
 * `no-fills`: sections and groups take none. `mixed`: letters of a text have different fills. `read-only`: the editor
 * refuses the change, as for layers of a library.
 */
export type LayerProblem =
  | "gone"
  | "locked"
  | "mixed"
  | "no-fills"
  | "read-only"
  /** Of an instance: its main component is to be chosen, or is missing. */
  | "instance"
  | "no-main"
  /** Nothing in it can be exported. */
  | "empty"
  /** It shows an image where vectors are needed. */
  | "not-vector"
  /** It shows the collection in another mode than the one that was chosen; it was bound all the same. */
  | "other-mode";

/** A layer of the request that stays as it is. */
export interface SkippedLayer {
  readonly nodeId: string;
  /** Empty when the layer is gone. */
  readonly nodeName: string;
  readonly reason: LayerProblem;
  /** What the editor said, for the reader who wants it; not translated. */
  readonly detail: string;
}

/** A layer of the selection that a command may fill. */
export interface FillableLayer {
  readonly id: string;
  readonly name: string;
  /** Absent when it can be filled. */
  readonly problem?: LayerProblem;
  /** Why vectors can't take its place; absent when they can. */
  readonly vectorProblem?: LayerProblem;
  /** It has layers inside, which are no drawing of Tau's: vectors take their place. */
  readonly holdsLayers?: true;
}
