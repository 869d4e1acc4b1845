/**
 * State of the UI and the one reducer that changes it. Every answer carries the id of the run or applied set it belongs
 * to, and an answer of another one is ignored: a late reply never overwrites newer work.
 */
import type { Generation, Meta, Provenance } from "../../shared/contract.ts";
import type { Selection, Settings } from "../../shared/messages.ts";
import { defaultSettings } from "../../shared/messages.ts";
import type { Failure, FailureCode } from "./failure.ts";
import { type Form, formOf, type Replacement } from "./plan.ts";

export interface ResultImage {
  readonly key: string;
  /** 1 = the most likely of its set. */
  readonly rank: number;
  readonly natsPerDimension: number;
  readonly bytes: Uint8Array;
  readonly url: string;
  readonly isKept: boolean;
  readonly nodeId: string | undefined;
  readonly provenance: Provenance;
}
export interface ResultSet {
  readonly caption: string;
  readonly images: readonly ResultImage[];
}

/** What a run is doing now; the stages of the server plus those of the client around them. */
export type Step =
  | { readonly stage: "sending" }
  | { readonly stage: "retrying"; readonly code: FailureCode; readonly seconds: number }
  | { readonly stage: "fetching"; readonly completed: number; readonly total: number }
  | { readonly stage: "server"; readonly progress: Generation["progress"] };

export interface RunState {
  readonly id: number;
  readonly caption: string;
  readonly index: number;
  readonly total: number;
  readonly step: Step;
}

export interface State {
  readonly isStarted: boolean;
  readonly view: "generate" | "settings";
  readonly settings: Settings;
  readonly form: Form;
  readonly selection: Selection;
  /** Captions that a selection filled in; replaced by the next selection unless a person edited them. */
  readonly filledCaptions: string;
  readonly meta: Meta | undefined;
  readonly isConnecting: boolean;
  readonly failure: Failure | undefined;
  readonly run: RunState | undefined;
  readonly lastRunId: number;
  readonly results: readonly ResultSet[];
  readonly replacements: readonly Replacement[];
  readonly applyId: number | undefined;
  /** Images of the shown results that are on the canvas; 0 = not applied. */
  readonly appliedCount: number;
}

export type Action =
  | { readonly type: "started"; readonly settings: Settings; readonly selection: Selection; readonly seed: number }
  | { readonly type: "view"; readonly view: State["view"] }
  | { readonly type: "settings"; readonly settings: Settings }
  | { readonly type: "selection"; readonly selection: Selection }
  | { readonly type: "form"; readonly change: Partial<Form> }
  | { readonly type: "replace"; readonly replacements: readonly Replacement[] }
  | { readonly type: "use-texts" }
  | { readonly type: "connecting" }
  | { readonly type: "connected"; readonly meta: Meta }
  | { readonly type: "failed"; readonly failure: Failure; readonly runId?: number }
  | {
      readonly type: "run-started";
      readonly runId: number;
      readonly seed: number;
      readonly caption: string;
      readonly total: number;
    }
  | {
      readonly type: "run-step";
      readonly runId: number;
      readonly index: number;
      readonly caption: string;
      readonly step: Step;
    }
  | { readonly type: "run-result"; readonly runId: number; readonly set: ResultSet }
  | { readonly type: "run-done"; readonly runId: number }
  | { readonly type: "cancelled" }
  | { readonly type: "keep"; readonly key: string }
  | { readonly type: "keep-all"; readonly isKept: boolean }
  | { readonly type: "applying"; readonly applyId: number }
  | { readonly type: "applied"; readonly applyId: number; readonly imageCount: number };

export const initialState: State = {
  isStarted: false,
  view: "generate",
  settings: defaultSettings,
  form: formOf(defaultSettings, 0),
  selection: { texts: [], images: [] },
  filledCaptions: "",
  meta: undefined,
  isConnecting: false,
  failure: undefined,
  run: undefined,
  lastRunId: 0,
  results: [],
  replacements: [],
  applyId: undefined,
  appliedCount: 0,
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
        { ...state, isStarted: true, settings: action.settings, form: formOf(action.settings, action.seed) },
        action.selection,
      );
    case "view":
      return { ...state, view: action.view, failure: action.view === "settings" ? state.failure : undefined };
    case "settings": {
      const { style, count, temperature, guidance } = action.settings;
      return { ...state, settings: action.settings, form: { ...state.form, style, count, temperature, guidance } };
    }
    case "selection":
      return fillFrom(state, action.selection);
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
    case "connected":
      return { ...state, isConnecting: false, meta: action.meta, failure: undefined };
    case "failed":
      return { ...state, isConnecting: false, failure: action.failure, run: undefined, applyId: undefined };
    case "run-started":
      return {
        ...state,
        failure: undefined,
        results: [],
        appliedCount: 0,
        applyId: undefined,
        lastRunId: action.runId,
        form: { ...state.form, seed: action.seed },
        run: { id: action.runId, caption: action.caption, index: 0, total: action.total, step: { stage: "sending" } },
      };
    case "run-step":
      return { ...state, run: { ...state.run!, index: action.index, caption: action.caption, step: action.step } };
    case "run-result":
      return { ...state, results: [...state.results, action.set] };
    case "run-done":
      return { ...state, run: undefined };
    case "cancelled":
      return { ...state, run: undefined, results: [], appliedCount: 0, applyId: undefined };
    case "keep":
      return changeImages(state, (image) => (image.key === action.key ? { ...image, isKept: !image.isKept } : image));
    case "keep-all":
      return changeImages(state, (image) => ({ ...image, isKept: action.isKept }));
    case "applying":
      return { ...state, applyId: action.applyId };
    case "applied":
      if (action.applyId !== state.applyId) return state;
      return { ...state, applyId: undefined, appliedCount: action.imageCount };
  }
}

/** Images that the next Apply puts on the canvas. */
export const keptImages = (state: State): readonly ResultImage[] =>
  state.results.flatMap((set) => set.images.filter((image) => image.isKept));
