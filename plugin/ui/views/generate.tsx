/** The main view: what to draw above, what came of it below, the next action at the bottom. */

import { fill } from "../i18n/texts.ts";
import { keptImages } from "../state.ts";
import { Button, IconButton, useEnterInField } from "./controls.tsx";
import { EmptyState } from "./empty.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { CaptionForm } from "./form.tsx";
import { ProgressCard } from "./progress.tsx";
import { Results } from "./results.tsx";
import type { ViewProps } from "./view-props.ts";

export function GenerateView(props: ViewProps) {
  const { controller, texts } = props;
  const { state } = controller;
  const { run, results, failure } = state;
  useEnterInField(() => void controller.generate());
  const isEmpty = run === undefined && results.length === 0 && failure === undefined;
  return (
    <div class="view">
      <main>
        <CaptionForm {...props} />
        <div class="outcome">
          {failure !== undefined && <FailureNotice {...props} failure={failure} />}
          {run !== undefined && (
            <ProgressCard texts={texts} run={run} count={state.replacements.length || state.form.count} />
          )}
          {results.length > 0 && <Results {...props} />}
          {isEmpty && <EmptyState {...props} />}
        </div>
      </main>
      <Footer {...props} />
    </div>
  );
}

function Footer({ controller, texts }: ViewProps) {
  const { state } = controller;
  const kept = keptImages(state).length;
  const generate = (): void => void controller.generate();
  const canApply = state.run === undefined && state.results.length > 0 && state.appliedCount === 0;
  const isReplacing = state.results.some(({ images }) => images.some(({ nodeId }) => nodeId !== undefined));
  return (
    <footer>
      <IconButton icon="settings" label={texts.settings} onClick={() => controller.show("settings")} />
      <span class="spacer" />
      {state.run !== undefined ? (
        <Button onClick={() => controller.cancel()}>{texts.cancel}</Button>
      ) : canApply ? (
        <>
          <Button onClick={generate}>{texts.generateAgain}</Button>
          <Button
            kind="primary"
            isDisabled={kept === 0 || state.applyId !== undefined}
            onClick={() => controller.apply()}
          >
            {fill(isReplacing ? texts.replace : texts.apply, { n: kept })}
          </Button>
        </>
      ) : (
        <Button kind="primary" onClick={generate}>
          {state.results.length > 0 ? texts.generateAgain : texts.generate}
        </Button>
      )}
    </footer>
  );
}
