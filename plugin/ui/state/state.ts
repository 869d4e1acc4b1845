/** State of the UI: what it is made of, and what it starts as. reduce.ts changes it, the views read it. */
import type { CommandId, Editor } from "../../../shared/commands.ts";
import type { Meta } from "../../../shared/contract/meta.ts";
import type { FillableLayer, SkippedLayer } from "../../../shared/messages/layer-messages.ts";
import type { Selection } from "../../../shared/messages/messages.ts";
import { defaultSettings, type Settings } from "../../../shared/messages/settings.ts";
import type { ShownStyle } from "../../../shared/messages/shown-styles.ts";
import type { RefusedUpscale, SkippedFill, UpscaleSource } from "../../../shared/messages/upscale-messages.ts";
import type {
  ColourCollection,
  IconSource,
  SkippedIcon,
  UsedColour,
} from "../../../shared/messages/vector-messages.ts";
import type { Failure } from "../client/failure.ts";
import { noThumbs, type StyleThumbs } from "../control/style-thumbs.ts";
import type { Stroke } from "../pad/strokes.ts";
import type { DrawJob, Job, Replacement } from "../run/jobs.ts";
import { asksForOther, defaultForm, type Form } from "./form.ts";
import type { Picking } from "./picking.ts";
import type { RefusedJob, ResultImage, ResultSet, RunState } from "./results.ts";

export interface Drawing {
  readonly name: string;
  readonly svg: string;
}

/** What is on the pad, by which the pad shows it again. */
export interface Drawn extends Drawing {
  readonly strokes: readonly Stroke[];
}

/** What main read of the scene for the command in view; absent until it answered. */
export interface Scene {
  readonly layers?: readonly FillableLayer[];
  readonly unreadCount?: number;
  readonly sources?: readonly (UpscaleSource & { readonly bytes: Uint8Array; readonly url: string })[];
  readonly skippedFills?: readonly SkippedFill[];
  readonly drawing?: Drawing;
  readonly icons?: readonly SeenIcon[];
  readonly skippedIcons?: readonly SkippedIcon[];
  readonly used?: readonly UsedColour[];
}

/** An icon of the selection with its picture. */
export type SeenIcon = IconSource & { readonly url: string; readonly bytes?: Uint8Array };

/** Whether a command only interrupts the one at work. */
export const isInterruption = (command: CommandId): boolean =>
  command === "settings" || command === "history" || command === "help";

/** What decides which images a run makes, as far as it can be told from what the next one would make. */
export interface Asked {
  readonly form: Form;
  /** Of the pad, else of the selection; empty: none. */
  readonly svg: string;
  /** Layers that the command reads. */
  readonly nodeIds: readonly string[];
  /** Keys of its selection, and of those that the plugin made of what it added since. */
  readonly selections: readonly string[];
}

export interface State {
  readonly isStarted: boolean;
  readonly command: CommandId;
  /** The command that settings, history and help lead back to. */
  readonly work: CommandId;
  readonly editor: Editor;
  readonly settings: Settings;
  readonly form: Form;
  /** What the last run was asked with. */
  readonly asked: Asked | undefined;
  /** While the form is that of a Redraw: the one that a person left, with what was changed by hand since. It is kept, and comes back. */
  readonly ownForm: Form | undefined;
  /** Colour variables of the file, then those of libraries that it uses. */
  readonly collections: readonly ColourCollection[];
  /** Whether the libraries' collections are known: a palette of one is not known to be gone before. */
  readonly libraries: "unread" | "read" | "failed";
  /** Styles of the file that icons show. */
  readonly shown: readonly ShownStyle[];
  /** The style that the selection became last, and its icons: to restyle those again is hardly meant. */
  readonly taken: { readonly styleId: string; readonly nodeIds: readonly string[] } | undefined;
  /** Colours of the last results or of the selection that no variable is near to, by `#rrggbb`. */
  readonly unbound: readonly string[];
  readonly selection: Selection;
  readonly scene: Scene;
  /** Strokes of the pad, while it has some: main knows nothing of them, and they go before what it reads. */
  readonly drawn: Drawn | undefined;
  /** Captions that a selection filled in; replaced by the next selection unless a person edited them. */
  readonly filledCaptions: string;
  readonly meta: Meta | undefined;
  /** Pictures of the styles, as far as they are drawn. */
  readonly thumbs: StyleThumbs;
  readonly isConnecting: boolean;
  /** Tries to reach the server again by itself. */
  readonly isReconnecting: boolean;
  readonly failure: Failure | undefined;
  readonly run: RunState | undefined;
  readonly lastRunId: number;
  readonly results: readonly ResultSet[];
  /** Other drawings are on offer for one image. */
  readonly picking: Picking | undefined;
  /** The results are of an earlier run; the first of the new one takes their place, so that a failure loses nothing. */
  readonly areResultsOld: boolean;
  /** Jobs of the last run that have no images yet: it failed, or was cancelled. */
  readonly missing: readonly Job[];
  /** A silence of the server left them: they go on by themselves at the next one that answers, whatever else failed since. */
  readonly isMissingBySilence: boolean;
  readonly wasCancelled: boolean;
  readonly refused: readonly RefusedJob[];
  readonly replacements: readonly Replacement[];
  readonly applyId: number | undefined;
  /** Images of the shown results that are on the canvas; 0 = not applied. */
  readonly appliedCount: number;
  readonly sameCount: number;
  readonly skipped: readonly SkippedLayer[];
  readonly refusedFills: readonly RefusedUpscale[];
  /** The set that was applied last, while it is on the canvas. */
  readonly lastAppliedId: number | undefined;
  /** It was applied and is gone again: undone or deleted. */
  readonly wasUnapplied: boolean;
}

/** Of results that are not on the canvas. */
export const nothingApplied = {
  applyId: undefined,
  appliedCount: 0,
  sameCount: 0,
  skipped: [],
  refusedFills: [],
  unbound: [],
  lastAppliedId: undefined,
  wasUnapplied: false,
} as const;
export const noResults = {
  ...nothingApplied,
  areResultsOld: false,
  results: [],
  picking: undefined,
  missing: [],
  isMissingBySilence: false,
  refused: [],
  wasCancelled: false,
} as const;

export const initialState: State = {
  isStarted: false,
  command: "caption-to-artboard",
  work: "caption-to-artboard",
  editor: "figma",
  collections: [],
  libraries: "unread",
  shown: [],
  taken: undefined,
  settings: defaultSettings,
  form: defaultForm,
  asked: undefined,
  ownForm: undefined,
  selection: { texts: [], images: [], layerCount: 0, key: "" },
  scene: {},
  drawn: undefined,
  filledCaptions: "",
  meta: undefined,
  thumbs: noThumbs,
  isConnecting: false,
  isReconnecting: false,
  failure: undefined,
  run: undefined,
  lastRunId: 0,
  ...noResults,
  replacements: [],
};

/** Images that the next Apply puts on the canvas. */
export const keptImages = (state: State): readonly ResultImage[] =>
  state.results.flatMap((set) => set.images.filter((image) => image.isKept && image.destination.kind !== "none"));

export const askedBy = ({
  form,
  drawn,
  scene,
  selection,
}: Pick<State, "form" | "drawn" | "scene" | "selection">): Asked => ({
  form,
  svg: (drawn ?? scene.drawing)?.svg ?? "",
  nodeIds: [
    ...[...(scene.icons ?? []), ...(scene.sources ?? [])].map(({ nodeId }) => nodeId),
    ...(scene.layers ?? []).map(({ id }) => id),
  ],
  selections: [selection.key],
});

/** Whether form, drawing and selection ask for other images than those of the last run; nothing drawn or selected asks for none. */
export function isEdited(state: State): boolean {
  const { asked, selection } = state;
  if (asked === undefined) return false;
  const { form, svg, nodeIds } = askedBy(state);
  return (
    asksForOther(asked.form, form) ||
    (svg !== "" && svg !== asked.svg) ||
    // While the selection stays, layers differ only by what the run did to them.
    (nodeIds.length > 0 && !asked.selections.includes(selection.key) && !isSameSet(nodeIds, asked.nodeIds))
  );
}

const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  [...new Set(some)].sort().join() === [...new Set(others)].sort().join();

/** Layers' requests that the server refused because it no longer has a picture that they name. */
export const lostJobs = ({ refused, missing }: State): readonly DrawJob[] =>
  [
    ...refused.flatMap((each) => (each.failure.code === "image_unknown" ? [each.job] : [])),
    ...missing.filter(({ isLost }) => isLost),
  ].filter((job): job is DrawJob => job.kind === "draw" && job.isRemembered === true);
