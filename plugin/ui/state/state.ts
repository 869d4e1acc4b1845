/**
 * State of the UI and the one reducer that changes it. Every answer carries the id of the run or applied set it belongs
 * to, and an answer of another one is ignored: a late reply never overwrites newer work.
 */
import type { CommandId, Editor } from "../../../shared/commands.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { Meta } from "../../../shared/contract/meta.ts";
import type { Upscale } from "../../../shared/contract/upscaling.ts";
import type { FillableLayer, SkippedLayer } from "../../../shared/messages/layer-messages.ts";
import type { Selection } from "../../../shared/messages/messages.ts";
import { defaultSettings, type Settings } from "../../../shared/messages/settings.ts";
import type { ShownStyle } from "../../../shared/messages/shown-styles.ts";
import type {
  RefusedUpscale,
  SkippedFill,
  UpscaleProvenance,
  UpscaleSource,
} from "../../../shared/messages/upscale-messages.ts";
import type {
  ColourCollection,
  IconSource,
  SkippedIcon,
  UsedColour,
  VectorContent,
} from "../../../shared/messages/vector-messages.ts";
import type { Failure, FailureCode } from "../client/failure.ts";
import { noThumbs, type StyleThumbs } from "../control/style-thumbs.ts";
import type { Job, Replacement } from "../run/jobs.ts";
import { defaultForm, type Form } from "./form.ts";

/** Where an image goes when it is applied. */
export type Destination =
  | { readonly kind: "artboard" }
  | { readonly kind: "layer"; readonly nodeId: string }
  | { readonly kind: "fills"; readonly fills: readonly UpscaleSource[]; readonly provenance: UpscaleProvenance }
  /** To look at only. */
  | { readonly kind: "none" };

export interface ResultImage {
  readonly key: string;
  readonly seed: number;
  readonly bytes: Uint8Array;
  readonly url: string;
  readonly isKept: boolean;
  readonly destination: Destination;
  /** Of a drawn image, absent for an enlarged one. */
  readonly drawn?: {
    /** 1 = the most likely of its set; absent where the images of a set are of different things. */
    readonly rank?: number;
    readonly natsPerDimension?: number;
    /** Share of known drawings that are less typical, 0 to 100. */
    readonly typicalityPercentile: number | undefined;
    readonly provenance: Provenance;
  };
  /** It goes on the canvas as layers. */
  readonly vector?: VectorContent;
  /** Of its layer; absent: the set's title with a number. */
  readonly name?: string;
}
export interface ResultSet {
  /** Place in the run: results are shown in the order of their jobs. */
  readonly index: number;
  readonly title: string;
  readonly images: readonly ResultImage[];
  /** The generation on the server, by which a restart finds it again. */
  readonly generationId?: string;
  /** Fields of the condition beyond what the pack learned, and labels that the caption named. */
  readonly doubts: readonly string[];
  readonly namedLabels: readonly string[];
  /** Outlines beyond the most that a vector has: its picture was a photograph, or noise. */
  readonly leftOutCount?: number;
  /** It has as many colours as a vector may have: there may have been more. */
  readonly hasMostColours?: boolean;
}

/** What a run is doing now; the stages of the server plus those of the client around them. */
export type Step =
  | { readonly stage: "sending" }
  | { readonly stage: "uploading" }
  | { readonly stage: "drawing-family"; readonly count: number }
  | { readonly stage: "retrying"; readonly code: FailureCode; readonly seconds: number }
  | { readonly stage: "fetching"; readonly completed: number; readonly total: number }
  | { readonly stage: "server"; readonly progress: Generation["progress"] }
  | { readonly stage: "upscaling"; readonly progress: Upscale["progress"] };

export interface RunState {
  readonly id: number;
  readonly title: string;
  /** Jobs that are finished, of all. */
  readonly done: number;
  readonly total: number;
  /** Of the job that moved last. */
  readonly step: Step;
  readonly imageCount: number;
}

/** A job that ended without images, and why; the others of its run went on. */
export interface RefusedJob {
  readonly title: string;
  readonly failure: Failure;
}

/** What main read of the scene for the command in view; absent until it answered. */
export interface Scene {
  readonly layers?: readonly FillableLayer[];
  readonly unreadCount?: number;
  readonly sources?: readonly (UpscaleSource & { readonly bytes: Uint8Array; readonly url: string })[];
  readonly skippedFills?: readonly SkippedFill[];
  readonly drawing?: { readonly name: string; readonly svg: string };
  readonly icons?: readonly SeenIcon[];
  readonly skippedIcons?: readonly SkippedIcon[];
  readonly used?: readonly UsedColour[];
}

/** An icon of the selection with its picture. */
export type SeenIcon = IconSource & { readonly url: string; readonly bytes?: Uint8Array };

export interface State {
  readonly isStarted: boolean;
  readonly command: CommandId;
  readonly editor: Editor;
  readonly settings: Settings;
  readonly form: Form;
  /** The file's colour variables. */
  readonly collections: readonly ColourCollection[];
  /** Styles of the file that icons show. */
  readonly shown: readonly ShownStyle[];
  /** Colours of the last results or of the selection that no variable is near to, by `#rrggbb`. */
  readonly unbound: readonly string[];
  readonly selection: Selection;
  readonly scene: Scene;
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
  /** The results are of an earlier run; the first of the new one takes their place, so that a failure loses nothing. */
  readonly areResultsOld: boolean;
  /** Jobs of the last run that have no images yet: it failed, or was cancelled. */
  readonly missing: readonly Job[];
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

export type Action =
  | {
      readonly type: "started";
      readonly settings: Settings;
      readonly selection: Selection;
      readonly form: Form;
      readonly command: CommandId;
      readonly editor: Editor;
    }
  | { readonly type: "collections"; readonly collections: readonly ColourCollection[] }
  | { readonly type: "shown"; readonly shown: readonly ShownStyle[] }
  | { readonly type: "unbound"; readonly unbound: readonly string[] }
  | { readonly type: "command"; readonly command: CommandId }
  | { readonly type: "settings"; readonly settings: Settings }
  | { readonly type: "thumbs"; readonly thumbs: StyleThumbs }
  | { readonly type: "selection"; readonly selection: Selection }
  | { readonly type: "scene"; readonly scene: Scene }
  | { readonly type: "form"; readonly change: Partial<Form> }
  | { readonly type: "replace"; readonly replacements: readonly Replacement[] }
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
    }
  | { readonly type: "run-step"; readonly runId: number; readonly title: string; readonly step: Step }
  | { readonly type: "run-result"; readonly runId: number; readonly set: ResultSet }
  | { readonly type: "run-refused"; readonly runId: number; readonly refused: RefusedJob }
  | { readonly type: "run-done"; readonly runId: number }
  | { readonly type: "cancelled"; readonly missing: readonly Job[] }
  | { readonly type: "discarded" }
  | { readonly type: "restored"; readonly results: readonly ResultSet[] }
  | { readonly type: "keep"; readonly key: string }
  | { readonly type: "keep-all"; readonly isKept: boolean }
  /** Images that became vectors too, by their keys. */
  | { readonly type: "traced"; readonly traced: ReadonlyMap<string, VectorContent> }
  | { readonly type: "applying"; readonly applyId: number }
  | {
      readonly type: "applied";
      readonly applyId: number;
      readonly imageCount: number;
      readonly sameCount?: number;
      readonly skipped?: readonly SkippedLayer[];
      readonly refusedFills?: readonly RefusedUpscale[];
    }
  | { readonly type: "unapplied"; readonly applyId: number };

const nothingApplied = {
  applyId: undefined,
  appliedCount: 0,
  sameCount: 0,
  skipped: [],
  refusedFills: [],
  unbound: [],
  lastAppliedId: undefined,
  wasUnapplied: false,
} as const;
const noResults = {
  ...nothingApplied,
  areResultsOld: false,
  results: [],
  missing: [],
  refused: [],
  wasCancelled: false,
} as const;

export const initialState: State = {
  isStarted: false,
  command: "caption-to-artboard",
  editor: "figma",
  collections: [],
  shown: [],
  settings: defaultSettings,
  form: defaultForm,
  selection: { texts: [], images: [], layerCount: 0 },
  scene: {},
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

const textsOf = (selection: Selection): string => selection.texts.map(({ text }) => text).join("\n");

function fillFrom(state: State, selection: Selection): State {
  const captions = textsOf(selection);
  const isUntouched = state.form.captions.trim() === "" || state.form.captions === state.filledCaptions;
  if (captions === "" || !isUntouched) return { ...state, selection };
  return { ...state, selection, filledCaptions: captions, form: { ...state.form, captions } };
}

const changeImages = (state: State, change: (image: ResultImage) => ResultImage): State => ({
  ...state,
  results: state.results.map((set) => ({ ...set, images: set.images.map(change) })),
});

export function reduce(state: State, action: Action): State {
  if (
    "runId" in action &&
    action.runId !== undefined &&
    action.type !== "run-started" &&
    action.runId !== state.run?.id
  )
    return state;
  switch (action.type) {
    case "started":
      return fillFrom(
        {
          ...state,
          isStarted: true,
          settings: action.settings,
          form: action.form,
          command: action.command,
          editor: action.editor,
        },
        action.selection,
      );
    case "collections":
      return { ...state, collections: action.collections };
    case "shown":
      return { ...state, shown: action.shown };
    case "unbound":
      return { ...state, unbound: action.unbound };
    case "command": {
      const failure = action.command === "settings" ? state.failure : undefined;
      const isSame = action.command === state.command || action.command === "settings" || state.command === "settings";
      return { ...state, command: action.command, failure, ...(isSame ? {} : { ...noResults, replacements: [] }) };
    }
    case "settings":
      return { ...state, settings: action.settings };
    case "thumbs":
      return { ...state, thumbs: action.thumbs };
    case "selection":
      return fillFrom(state, action.selection);
    case "scene":
      return { ...state, scene: action.scene };
    case "form":
      return { ...state, form: { ...state.form, ...action.change } };
    case "replace":
      return { ...state, replacements: action.replacements };
    case "use-texts": {
      const captions = textsOf(state.selection);
      return { ...state, filledCaptions: captions, form: { ...state.form, captions } };
    }
    case "connecting":
      return { ...state, isConnecting: true, failure: undefined };
    case "reconnecting":
      return { ...state, isReconnecting: action.isReconnecting };
    case "connected":
      return { ...state, isConnecting: false, isReconnecting: false, meta: action.meta, failure: undefined };
    case "failed":
      return {
        ...state,
        isConnecting: false,
        failure: action.failure,
        run: undefined,
        applyId: undefined,
        ...(action.missing === undefined ? {} : { missing: action.missing }),
      };
    case "run-started": {
      const { runId, jobs, isResumed } = action;
      const imageCount = jobs.reduce((sum, job) => sum + job.imageCount, 0);
      return {
        ...state,
        failure: undefined,
        ...nothingApplied,
        areResultsOld: isResumed ? state.areResultsOld : state.results.length > 0,
        missing: [],
        wasCancelled: false,
        ...(isResumed ? {} : { refused: [] }),
        lastRunId: runId,
        run: {
          id: runId,
          title: jobs[0]?.title ?? "",
          done: 0,
          total: jobs.length,
          step: { stage: "sending" },
          imageCount,
        },
      };
    }
    case "run-step":
      return { ...state, run: { ...state.run!, title: action.title, step: action.step } };
    case "run-result": {
      const results = [...(state.areResultsOld ? [] : state.results), action.set].sort((a, b) => a.index - b.index);
      const run = state.run!;
      const imageCount = Math.max(0, run.imageCount - action.set.images.length);
      return { ...state, results, areResultsOld: false, run: { ...run, done: run.done + 1, imageCount } };
    }
    case "run-refused":
      return {
        ...state,
        refused: [...state.refused, action.refused],
        run: { ...state.run!, done: state.run!.done + 1 },
      };
    case "run-done":
      return { ...state, run: undefined };
    case "cancelled":
      // Nothing finished: it is as if nothing had been asked.
      return state.results.length === 0 || state.areResultsOld
        ? { ...state, run: undefined, areResultsOld: false }
        : { ...state, run: undefined, missing: action.missing, wasCancelled: true };
    case "discarded":
      return { ...state, failure: undefined, ...noResults };
    case "restored":
      // What was made meanwhile is newer.
      return state.run === undefined && state.results.length === 0 ? { ...state, results: action.results } : state;
    case "keep":
      return changeImages(state, (image) => (image.key === action.key ? { ...image, isKept: !image.isKept } : image));
    case "keep-all":
      return changeImages(state, (image) => ({ ...image, isKept: action.isKept }));
    case "traced":
      return changeImages(state, (image) => {
        const vector = action.traced.get(image.key);
        return vector === undefined ? image : { ...image, vector };
      });
    case "applying":
      return { ...state, applyId: action.applyId };
    case "applied": {
      if (action.applyId !== state.applyId) return state;
      const { applyId, imageCount, sameCount = 0, skipped = [], refusedFills = [] } = action;
      return {
        ...state,
        ...nothingApplied,
        unbound: state.unbound,
        appliedCount: imageCount,
        sameCount,
        skipped,
        refusedFills,
        lastAppliedId: applyId,
        failure: undefined,
      };
    }
    case "unapplied":
      return action.applyId === state.lastAppliedId ? { ...state, ...nothingApplied, wasUnapplied: true } : state;
  }
}

/** Images that the next Apply puts on the canvas. */
export const keptImages = (state: State): readonly ResultImage[] =>
  state.results.flatMap((set) => set.images.filter((image) => image.isKept && image.destination.kind !== "none"));
