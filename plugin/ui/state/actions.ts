/** Everything that can happen to the state of the UI; reduce.ts says what becomes of it. */
import type { CommandId, Editor } from "../../../shared/commands.ts";
import type { Meta } from "../../../shared/contract/meta.ts";
import type { SkippedLayer } from "../../../shared/messages/layer-messages.ts";
import type { PlacedImage, Selection } from "../../../shared/messages/messages.ts";
import type { Settings } from "../../../shared/messages/settings.ts";
import type { ShownStyle } from "../../../shared/messages/shown-styles.ts";
import type { RefusedUpscale } from "../../../shared/messages/upscale-messages.ts";
import type { ColourCollection, VectorContent } from "../../../shared/messages/vector-messages.ts";
import type { Failure } from "../client/failure.ts";
import type { StyleThumbs } from "../control/style-thumbs.ts";
import type { Job, Replacement } from "../run/jobs.ts";
import type { Form } from "./form.ts";
import type { Picking } from "./picking.ts";
import type { RefusedJob, ResultSet, Step } from "./results.ts";
import type { Drawn, Scene } from "./state.ts";

export type Action =
  | {
      readonly type: "started";
      readonly settings: Settings;
      readonly selection: Selection;
      readonly form: Form;
      readonly command: CommandId;
      readonly editor: Editor;
    }
  /** The file's own collections; those of libraries stay. */
  | { readonly type: "collections"; readonly collections: readonly ColourCollection[] }
  /** The libraries' collections; the file's own stay. Undefined: Figma can't be reached. */
  | { readonly type: "libraries"; readonly collections: readonly ColourCollection[] | undefined }
  | { readonly type: "shown"; readonly shown: readonly ShownStyle[] }
  | { readonly type: "taken"; readonly styleId: string; readonly nodeIds: readonly string[] }
  | { readonly type: "unbound"; readonly unbound: readonly string[] }
  | { readonly type: "command"; readonly command: CommandId }
  | { readonly type: "settings"; readonly settings: Settings }
  | { readonly type: "thumbs"; readonly thumbs: StyleThumbs }
  | { readonly type: "selection"; readonly selection: Selection }
  | { readonly type: "scene"; readonly scene: Scene }
  | { readonly type: "drawn"; readonly drawn: Drawn | undefined }
  | { readonly type: "form"; readonly change: Partial<Form>; readonly isByPerson?: boolean }
  /** Styles that can't be chosen any more; the form and the person's own get another. */
  | { readonly type: "styles-gone"; readonly gone: readonly string[]; readonly instead: string }
  /** Layers are drawn anew with a form of what they remember. */
  | { readonly type: "redraw"; readonly form: Form; readonly replacements: readonly Replacement[] }
  | { readonly type: "stop-replacing" }
  /** As when a command begins: without results, replaced layers and words for one command. */
  | { readonly type: "afresh" }
  | { readonly type: "use-texts" }
  | { readonly type: "connecting" }
  | { readonly type: "reconnecting"; readonly isReconnecting: boolean }
  | { readonly type: "connected"; readonly meta: Meta }
  | { readonly type: "failed"; readonly failure: Failure; readonly runId?: number; readonly missing?: readonly Job[] }
  | {
      readonly type: "run-started";
      readonly runId: number;
      readonly jobs: readonly Job[];
      /** Goes on with what an earlier run left: its results stay. */
      readonly isResumed: boolean;
      /** Jobs without images that this run does not do. */
      readonly missing?: readonly Job[];
      /** Jobs of earlier runs that stay refused; absent: all of them where it goes on, else none. */
      readonly refused?: readonly RefusedJob[];
    }
  | { readonly type: "run-step"; readonly runId: number; readonly title: string; readonly step: Step }
  | { readonly type: "run-result"; readonly runId: number; readonly set: ResultSet }
  | { readonly type: "run-refused"; readonly runId: number; readonly refused: RefusedJob }
  | { readonly type: "run-done"; readonly runId: number }
  | { readonly type: "cancelled"; readonly missing: readonly Job[] }
  | { readonly type: "discarded" }
  /** `asked`: what they were made with, absent where the form stays beside them as it is; `over`: the failure that kept them away before. */
  | {
      readonly type: "restored";
      readonly results: readonly ResultSet[];
      readonly asked?: Form | undefined;
      readonly over?: Failure | undefined;
    }
  | { readonly type: "keep"; readonly key: string }
  | { readonly type: "keep-all"; readonly isKept: boolean }
  /** Images that became vectors too, by their keys. */
  | { readonly type: "traced"; readonly traced: ReadonlyMap<string, VectorContent> }
  | { readonly type: "picking"; readonly picking: Picking | undefined }
  /** An image was drawn from another drawing, or that was undone: it is where the one of the key was. */
  | { readonly type: "redrawn"; readonly key: string; readonly set: ResultSet }
  | { readonly type: "placed"; readonly placed: readonly PlacedImage[] }
  | { readonly type: "applying"; readonly applyId: number }
  | {
      readonly type: "applied";
      readonly applyId: number;
      readonly imageCount: number;
      readonly sameCount?: number;
      readonly skipped?: readonly SkippedLayer[];
      readonly refusedFills?: readonly RefusedUpscale[];
      readonly placed?: readonly PlacedImage[];
    }
  | { readonly type: "unapplied"; readonly applyId: number };
