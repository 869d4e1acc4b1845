/**
 * The one function that changes the state of the UI. Every answer carries the id of the run or applied set that it belongs to, and an
 * answer of another one is ignored: a late reply never overwrites newer work. Pure.
 */
import type { CommandId } from "../../../shared/commands.ts";
import type { Selection } from "../../../shared/messages/messages.ts";
import type { ColourCollection } from "../../../shared/messages/vector-messages.ts";
import { canReconnect, type FailureCode, isCuredByStyles, isCuredInForm } from "../client/failure.ts";
import type { Action } from "./actions.ts";
import type { Form } from "./form.ts";
import { withoutPlaces, withPlaces, withRedrawn } from "./redrawn.ts";
import type { ResultImage } from "./results.ts";
import { askedBy, isInterruption, noResults, nothingApplied, type Scene, type State } from "./state.ts";

const isOfLibrary = ({ library }: ColourCollection): boolean => library !== undefined;

const textsOf = (selection: Selection): string => selection.texts.map(({ text }) => text).join("\n");

/** What the plugin selects by itself is no wish for other images. */
function withOwnSelection(state: State, { key, isOwn = false }: Selection): State {
  const { asked } = state;
  return isOwn && asked ? { ...state, asked: { ...asked, selections: [...asked.selections, key] } } : state;
}

function fillFrom(state: State, selection: Selection): State {
  const captions = textsOf(selection);
  const isUntouched = (form: Form | undefined): boolean =>
    form !== undefined && (form.captions.trim() === "" || form.captions === state.filledCaptions);
  const { form, ownForm } = state;
  if (captions === "" || !(isUntouched(form) || isUntouched(ownForm))) return { ...state, selection };
  return {
    ...state,
    selection,
    filledCaptions: captions,
    form: isUntouched(form) ? { ...form, captions } : form,
    ownForm: ownForm && isUntouched(ownForm) ? { ...ownForm, captions } : ownForm,
  };
}

/** What the mask lies on: the first icon that can be drawn anew. */
const maskedIn = ({ icons }: Scene) => icons?.find(({ problem }) => problem === undefined);

/** Whether a mask fits still: the icon looks as before, or as the command made it look, so that another answer needs no new mask. */
function keepsMask({ work, scene: before, results }: State, scene: Scene): boolean {
  const [old, now] = [maskedIn(before), maskedIn(scene)];
  if (work !== "redraw-part") return true;
  const isMade = results.some(({ images }) =>
    images.some(({ destination }) => destination.kind === "layer" && destination.nodeId === now?.nodeId),
  );
  return old?.nodeId === now?.nodeId && (isMade || (old?.imageHash === now?.imageHash && old?.svg === now?.svg));
}

const changeImages = (state: State, change: (image: ResultImage) => ResultImage): State => ({
  ...state,
  results: state.results.map((set) => ({ ...set, images: set.images.map(change) })),
});

/** Without a failure that another form or selection cures. */
const cured = (state: State, isCured: (code: FailureCode) => boolean = isCuredInForm): State =>
  state.failure !== undefined && isCured(state.failure.code) ? { ...state, failure: undefined } : state;

/** The command that is at work. */
const workOf = (command: CommandId, before: CommandId): CommandId => (isInterruption(command) ? before : command);

/** Of another command: what the last one was to show is no word of this one, and what Redraw took from an image no choice of a person. */
const afresh = ({ form, ownForm }: State) => ({
  ...noResults,
  replacements: [],
  form: { ...(ownForm ?? form), caption: "" },
  ownForm: undefined,
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
          work: workOf(action.command, state.work),
          editor: action.editor,
        },
        action.selection,
      );
    case "collections":
      return { ...state, collections: [...action.collections, ...state.collections.filter(isOfLibrary)] };
    case "libraries": {
      const { collections = state.collections.filter(isOfLibrary) } = action;
      const own = state.collections.filter((collection) => !isOfLibrary(collection));
      return {
        ...state,
        collections: [...own, ...collections],
        libraries: action.collections === undefined ? "failed" : "read",
      };
    }
    case "shown":
      return { ...cured(state, isCuredByStyles), shown: action.shown };
    case "taken":
      return { ...state, taken: { styleId: action.styleId, nodeIds: action.nodeIds } };
    case "unbound":
      return { ...state, unbound: action.unbound };
    case "command": {
      const failure = action.command === "settings" ? state.failure : undefined;
      const work = workOf(action.command, state.work);
      // Each command begins with an empty pad.
      const drawn = work === state.work ? state.drawn : undefined;
      return { ...state, command: action.command, work, drawn, failure, ...(work === state.work ? {} : afresh(state)) };
    }
    case "settings":
      return { ...state, settings: action.settings };
    case "thumbs":
      return { ...state, thumbs: action.thumbs };
    case "selection":
      return fillFrom(cured(withOwnSelection(state, action.selection)), action.selection);
    case "scene":
      // What main reads again by itself cures nothing; a drawing does. Another icon comes with an empty pad.
      return {
        ...(action.scene.drawing === state.scene.drawing ? state : cured(state)),
        scene: action.scene,
        drawn: keepsMask(state, action.scene) ? state.drawn : undefined,
      };
    case "drawn":
      return { ...cured(state), drawn: action.drawn };
    case "form": {
      const { change, isByPerson = false } = action;
      const { ownForm } = state;
      return {
        ...cured(state),
        form: { ...state.form, ...change },
        ownForm: ownForm && isByPerson ? { ...ownForm, ...change } : ownForm,
      };
    }
    case "styles-gone": {
      const isGone = (style: string): boolean => action.gone.includes(style);
      const mend = (form: Form): Form => ({
        ...form,
        style: isGone(form.style) ? action.instead : form.style,
        redrawStyle: isGone(form.redrawStyle) ? "" : form.redrawStyle,
      });
      return { ...cured(state), form: mend(state.form), ownForm: state.ownForm && mend(state.ownForm) };
    }
    case "redraw":
      return {
        ...state,
        form: action.form,
        ownForm: state.ownForm ?? state.form,
        replacements: action.replacements,
      };
    case "stop-replacing":
      return { ...state, replacements: [] };
    case "afresh":
      return { ...state, ...afresh(state) };
    case "use-texts": {
      const captions = textsOf(state.selection);
      const { form, ownForm } = state;
      return {
        ...state,
        filledCaptions: captions,
        form: { ...form, captions },
        ownForm: ownForm && { ...ownForm, captions },
      };
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
        // What fails beside a run does not end it.
        run: action.runId === undefined ? state.run : undefined,
        applyId: undefined,
        ...(action.missing && { missing: action.missing, isMissingBySilence: canReconnect(action.failure.code) }),
      };
    case "run-started": {
      const { runId, jobs, isResumed, missing = [], refused = isResumed ? state.refused : [] } = action;
      const imageCount = jobs.reduce((sum, job) => sum + job.imageCount, 0);
      return {
        ...state,
        failure: undefined,
        ...nothingApplied,
        asked: isResumed ? state.asked : askedBy(state),
        picking: undefined,
        areResultsOld: isResumed ? state.areResultsOld : state.results.length > 0,
        missing,
        wasCancelled: false,
        refused,
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
        ? { ...state, run: undefined, areResultsOld: false, isMissingBySilence: false }
        : { ...state, run: undefined, missing: action.missing, isMissingBySilence: false, wasCancelled: true };
    case "discarded":
      return { ...state, failure: undefined, ...noResults };
    case "restored": {
      const failure = state.failure === action.over ? undefined : state.failure;
      // What was made meanwhile is newer.
      const isNewest = state.run === undefined && state.results.length === 0;
      const asked = askedBy({ ...state, form: action.asked ?? state.form });
      return isNewest ? { ...state, failure, asked, results: action.results } : state;
    }
    case "keep":
      return changeImages(state, (image) => (image.key === action.key ? { ...image, isKept: !image.isKept } : image));
    case "keep-all":
      return changeImages(state, (image) => ({ ...image, isKept: action.isKept }));
    case "traced":
      return changeImages(state, (image) => {
        const vector = action.traced.get(image.key);
        return vector === undefined ? image : { ...image, vector };
      });
    case "picking":
      return { ...state, picking: action.picking };
    case "redrawn":
      return { ...state, results: withRedrawn(state.results, action.key, action.set) };
    case "placed":
      return { ...state, results: withPlaces(state.results, action.placed) };
    case "applying":
      return { ...state, applyId: action.applyId };
    case "applied": {
      if (action.applyId !== state.applyId) return state;
      const { applyId, imageCount, sameCount = 0, skipped = [], refusedFills = [], placed = [] } = action;
      return {
        ...state,
        results: withPlaces(state.results, placed),
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
      return action.applyId === state.lastAppliedId
        ? { ...state, results: withoutPlaces(state.results), ...nothingApplied, wasUnapplied: true }
        : state;
  }
}
