/** What a vector shall be like. */
import type { VectorInk, VectorLines } from "../../shared/contract/vectors.ts";

export interface VectorOptions {
  /** The drawing that the picture was made from, as SVG: where both look the same, its nodes are the vector's. */
  readonly given?: string | undefined;
  /** What is new in the picture beside what was given, as the name of its layers; absent = nothing is said to be. */
  readonly changed?: string | undefined;
  /** What the picture shows; becomes the drawing's title. */
  readonly title?: string | undefined;
  /** `#rrggbb`; the vector is made of exactly these colours, of some of them or all. */
  readonly palette?: readonly string[] | undefined;
  /** What lines of one width become; strokes by default. */
  readonly lines?: VectorLines | undefined;
  /** Side of the square that the drawing lies in, in its units; absent = as `shown`. */
  readonly viewBox?: number | undefined;
  /** `current`: a drawing that is all of one colour says `currentColor` for it. */
  readonly ink?: VectorInk | undefined;
  /** Whether known layers keep their gradients beside a palette, as those between requested colours; else they become solid. */
  readonly keepsGradients?: boolean | undefined;
  /** Size of the drawing where the pixels show it larger; absent = their own. */
  readonly shown?: { readonly widthPx: number; readonly heightPx: number } | undefined;
}
