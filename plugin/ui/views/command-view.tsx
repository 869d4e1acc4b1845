/** A command: what to make above, what came of it below, the next action at the bottom. */
import { useEffect, useRef } from "preact/hooks";
import type { CommandId } from "../../../shared/commands.ts";
import { commandTable } from "../../../shared/commands.ts";
import { isIn } from "../../../shared/relaunch.ts";
import { isAvailable } from "../client/translations.ts";
import type { Texts } from "../i18n/en.ts";
import { fill } from "../i18n/texts.ts";
import { changesLayers, effectOf } from "../run/applied-set.ts";
import { isEdited, isInterruption, keptImages } from "../state/state.ts";
import { Button, IconButton, useEnterInField } from "./controls.tsx";
import { EmptyState } from "./empty.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { DrawingForm } from "./forms/drawing-form.tsx";
import { DrawingsForm } from "./forms/drawings-form.tsx";
import { FamilyForm } from "./forms/family-form.tsx";
import { FillForm } from "./forms/fill-form.tsx";
import { CaptionForm } from "./forms/form.tsx";
import { IconForm } from "./forms/icon-forms.tsx";
import { ImageForm } from "./forms/image-form.tsx";
import { LearnForm } from "./forms/learn-form.tsx";
import { RedrawForm } from "./forms/redraw-form.tsx";
import { ProgressCard } from "./progress.tsx";
import { Results } from "./results.tsx";
import { appliedText, LastStep, RunNotices } from "./run-notices.tsx";
import type { ViewProps } from "./view-props.ts";

/** The command was chosen by keys, which go on choosing: the list keeps the focus. */
let isChosenByKeys = false;

/** Commands with a form, in the order of the menu. */
const withForm = commandTable.map(({ id }) => id).filter((id) => !isInterruption(id));

export function CommandView(props: ViewProps) {
  const { controller, texts } = props;
  const { state } = controller;
  const { run, results, failure, command } = state;
  useEnterInField(() => void controller.generate());
  const outcome = useRef<HTMLDivElement>(null);
  const isRunning = run !== undefined;
  const wasRunning = useRef(false);
  /** Something was typed since the run began. */
  const isTyping = useRef(false);
  // What a run says and brings stands below the form, what it left out before its images. Who draws on the pad or types meanwhile keeps that in sight.
  useEffect(() => {
    const isAtPad = document.activeElement?.closest(".pad") != null;
    const first =
      outcome.current?.querySelector("section.left-out") ??
      outcome.current?.querySelector(".results > .set, .results > .grid");
    const isFirst = isRunning || failure !== undefined;
    const seen = isFirst ? outcome.current?.firstElementChild : wasRunning.current && first;
    if (isRunning) isTyping.current = false;
    if (seen && !isAtPad && !isTyping.current) seen.scrollIntoView({ block: "nearest" });
    wasRunning.current = isRunning;
  }, [isRunning, failure]);
  useEffect(() => {
    if (isChosenByKeys) document.querySelector<HTMLElement>(".command-select")?.focus();
    isChosenByKeys = false;
  }, []);
  const isEmpty = run === undefined && results.length === 0 && failure === undefined;
  return (
    <div class="view">
      <header class="bar">
        <h1 class="offscreen" tabIndex={-1}>
          {texts.commands[command]}
        </h1>
        <CommandSelect {...props} />
        <span class="spacer" />
        <IconButton icon="history" label={texts.commands.history} onClick={() => controller.show("history")} />
        <IconButton icon="help" label={texts.commands.help} onClick={() => controller.show("help")} />
        <IconButton icon="settings" label={texts.commands.settings} onClick={() => controller.show("settings")} />
      </header>
      <main
        onInput={() => {
          isTyping.current = true;
        }}
      >
        <CommandForm {...props} />
        <div class="outcome" ref={outcome}>
          {failure !== undefined && <FailureNotice {...props} failure={failure} />}
          {run !== undefined && <ProgressCard texts={texts} run={run} />}
          <RunNotices {...props} />
          {results.length > 0 && !(run !== undefined && state.areResultsOld) && <Results {...props} />}
          {isEmpty && command === "caption-to-artboard" && <EmptyState {...props} />}
        </div>
      </main>
      <p class="offscreen" role="status">
        {/* Here before it has anything to say, without which readers say nothing. */}
        {state.appliedCount > 0
          ? appliedText(state, texts)
          : run === undefined && results.length > 0 && fill(texts.resultsReady, { n: imagesOf(results) })}
      </p>
      <LastStep {...props} />
      <Footer {...props} />
    </div>
  );
}

const imagesOf = (results: ViewProps["controller"]["state"]["results"]): number =>
  results.reduce((sum, { images }) => sum + images.length, 0);

function CommandSelect({ controller, texts }: ViewProps) {
  const { state } = controller;
  const { meta, editor } = state;
  const isOff = (id: CommandId): boolean =>
    (meta !== undefined && !isAvailable(meta, id)) ||
    !commandTable.some((command) => command.id === id && isIn(command, editor));
  return (
    <select
      class="command-select"
      aria-label={texts.command}
      value={state.command}
      disabled={state.run !== undefined}
      onChange={({ currentTarget }) => {
        isChosenByKeys = currentTarget.matches(":focus-visible");
        controller.show(currentTarget.value as CommandId);
      }}
    >
      {withForm.map((id) => (
        <option key={id} value={id} disabled={isOff(id)}>
          {texts.commands[id]}
        </option>
      ))}
    </select>
  );
}

function CommandForm(props: ViewProps) {
  switch (props.controller.state.command) {
    case "fill-label":
    case "fill-names":
      return <FillForm {...props} />;
    case "restyle":
    case "vectorise":
    case "recolour":
    case "components":
      return <IconForm {...props} />;
    case "redraw-part":
      return <RedrawForm {...props} />;
    case "drawings":
      return <DrawingsForm {...props} />;
    case "family":
      return <FamilyForm {...props} />;
    case "learn":
      return <LearnForm {...props} />;
    case "upscale":
    case "variations":
    case "blend":
      return <ImageForm {...props} />;
    case "sketch":
    case "layout":
      return <DrawingForm key={props.controller.state.command} {...props} />;
    default:
      return <CaptionForm {...props} />;
  }
}

function Footer({ controller, texts }: ViewProps) {
  const { state } = controller;
  const { results, run, missing } = state;
  const kept = keptImages(state).length;
  const generate = (): void => void controller.generate();
  if (run !== undefined)
    return (
      <footer>
        <span class="spacer" />
        {/* The second half of a double click on what stood here is no wish to cancel. */}
        <Button onClick={({ detail }) => detail < 2 && controller.cancel()}>{texts.cancel}</Button>
      </footer>
    );
  if (state.command === "learn" || state.command === "drawings") return null;
  const isApplied = state.appliedCount > 0;
  // One button leads: to what was not there before. Of what is on the canvas as it was asked for, nothing is left to do.
  const isAsked = results.length > 0 && !isEdited(state);
  const isMissing = missing.length > 0 && results.length > 0;
  const leadsAdd = kept > 0 && !isApplied && (isAsked || isMissing);
  const leadsMore = !leadsAdd && (isMissing || !isAsked || kept === 0);
  const isComponents = state.command === "components";
  const addText =
    isApplied || state.wasUnapplied ? texts.applyAgain : isComponents ? texts.makeComponents : texts.apply;
  const applyText = changesLayers(state) ? texts.replace : addText;
  const verb = verbOf(state, texts);
  const isNoneKept = results.length > 0 && kept === 0;
  return (
    <footer>
      {results.length === 0 && <p class="hint">{texts[effectOf(state)]}</p>}
      {isNoneKept && (
        <p id="apply-hint" class="hint">
          {texts.applyWaits}
        </p>
      )}
      <span class="spacer" />
      {isMissing ? (
        <Button kind={kindOf(leadsMore)} onClick={() => void controller.resume()}>
          {fill(texts.makeMissing, { n: missing.length })}
        </Button>
      ) : (
        <Button kind={kindOf(leadsMore)} keys="Enter" onClick={generate}>
          {verb ?? (isAsked ? texts.generateAgain : texts.generate)}
        </Button>
      )}
      {results.length > 0 && (
        <Button
          kind={kindOf(leadsAdd)}
          isDisabled={kept === 0 || state.applyId !== undefined}
          keys="Shift + Enter"
          {...(isNoneKept && { hintId: "apply-hint" })}
          onClick={() => controller.apply()}
        >
          {fill(applyText, { n: kept })}
        </Button>
      )}
    </footer>
  );
}

const kindOf = (leads: boolean) => (leads ? "primary" : "secondary");

/** What a command that draws nothing new does, in its own word; undefined for those that generate. */
function verbOf({ command, settings }: ViewProps["controller"]["state"], { verbs, commands, preview }: Texts) {
  switch (command) {
    case "fill-label":
    case "fill-names":
      return verbs.fill;
    case "redraw-part":
      return verbs.redraw;
    case "vectorise":
      return verbs.vectorise;
    case "components":
      // Added at once, they are made at once.
      return settings.applyAutomatically ? commands.components : preview;
    case "upscale":
    case "restyle":
    case "blend":
    case "recolour":
      return commands[command];
    default:
      return undefined;
  }
}
