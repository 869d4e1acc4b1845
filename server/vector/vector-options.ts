/** What a vector shall be like. */
import type { VectorLines } from "../../shared/contract/vectors.ts";

export interface VectorOptions {
  /** What the picture shows; becomes the drawing's title. */
  readonly title?: string | undefined;
  /** `#rrggbb`; the vector is made of exactly these colours, of some of them or all. */
  readonly palette?: readonly string[] | undefined;
  /** What lines of one width become; strokes by default. */
  readonly lines?: VectorLines | undefined;
  /** Whether known layers keep their gradients beside a palette, as those between requested colours; else they become solid. */
  readonly keepsGradients?: boolean | undefined;
  /** Size of the drawing where the pixels show it larger; absent = their own. */
  readonly shown?: { readonly widthPx: number; readonly heightPx: number } | undefined;
}
