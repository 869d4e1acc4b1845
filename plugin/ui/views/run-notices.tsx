/** What a run or an apply left out, and why: nothing is skipped without a word. */
import { limits } from "../../../shared/limits.ts";
import type { Texts } from "../i18n/en.ts";
import { describeFailure, describeProblem, fill } from "../i18n/texts.ts";
import { losesDrawings } from "../plans/lost-pictures.ts";
import { changesLayers, nameOfLayer } from "../run/applied-set.ts";
import { lostJobs, type State } from "../state/state.ts";
import { Button } from "./controls.tsx";
import { Swatches } from "./forms/palette-field.tsx";
import { Icon } from "./icons.tsx";
import type { ViewProps } from "./view-props.ts";

/** What is on the canvas now. */
export const appliedText = (state: State, texts: Texts): string =>
  fill(state.command === "recolour" ? texts.recoloured : changesLayers(state) ? texts.changed : texts.applied, {
    n: state.appliedCount,
  }) + texts.oneUndo;

export function RunNotices(props: ViewProps) {
  const { controller, texts } = props;
  const { appliedCount, unbound, run, failure } = controller.state;
  const left = leftOutOf(controller.state);
  const lost = run === undefined && failure === undefined ? lostJobs(controller.state) : [];
  return (
    <>
      {left.length > 0 && (
        <section class="left-out" role="alert">
          <h2>{fill(texts.leftOut, { n: left.length })}</h2>
          <ul>
            {left.map(({ name, code }, index) => (
              <li key={index}>
                <strong>{name}</strong> {describeFailure(texts, code)[0]}
              </li>
            ))}
          </ul>
          {losesDrawings(lost) && <p>{texts.drawingsLost}</p>}
          {lost.length > 0 && <Button onClick={() => void controller.drawLost()}>{texts.fromLayer}</Button>}
        </section>
      )}
      {appliedCount > 0 && unbound.length > 0 && (
        <section class="left-out">
          <h2>{fill(texts.unbound, { n: unbound.length })}</h2>
          <Swatches hexes={unbound} label={fill(texts.unbound, { n: unbound.length })} />
          <p class="hint">{unbound.join(", ")}</p>
        </section>
      )}
      <Simplified {...props} />
      <Untouched {...props} />
    </>
  );
}

/** What just happened on the canvas, between results and buttons: in sight however far the results are scrolled, and over none of them. */
export function LastStep({ controller, texts }: ViewProps) {
  const { appliedCount, sameCount, wasUnapplied, wasCancelled, results, command } = controller.state;
  return (
    <>
      {appliedCount > 0 && (
        <p class="applied">
          <Icon name="check" />
          {appliedText(controller.state, texts)}
          {sameCount > 0 && ` ${fill(texts.sameBytes, { n: sameCount })}`}
        </p>
      )}
      {wasUnapplied && (
        <p class="notice" role="status">
          {command === "recolour" ? texts.recolourUndone : texts.unapplied}
        </p>
      )}
      {wasCancelled && (
        <div class="notice" role="status">
          <span>{fill(texts.cancelledKept, { n: results.length })}</span>
          <Button kind="link" onClick={() => controller.discard()}>
            {texts.discard}
          </Button>
        </div>
      )}
    </>
  );
}

/** Jobs that the server refused, and names of a family that it left out. */
function leftOutOf({ refused, results, run, areResultsOld }: State) {
  const isOver = run !== undefined && areResultsOld;
  return [
    ...refused.map(({ job, failure }) => ({ name: job.title, code: failure.code })),
    ...(isOver ? [] : results.flatMap(({ leftOutNames = [] }) => leftOutNames)),
  ];
}

/** Vectors that reached what a vector may have: those of photographs and noise. */
function Simplified({ controller, texts }: ViewProps) {
  const { results } = controller.state;
  return (
    <>
      {results.flatMap(({ index, title, leftOutCount = 0, hasMostColours = false }) => {
        const said = [
          ...(hasMostColours ? [fill(texts.mostColours, { n: limits.vectorColoursMax })] : []),
          ...(leftOutCount > 0 ? [fill(texts.leftOutOutlines, { n: leftOutCount })] : []),
        ];
        if (said.length === 0) return [];
        return [
          <p key={index} class="doubt">
            <Icon name="warning" />
            <span>
              {results.length > 1 && <strong>{title}</strong>} {said.join(" ")}
            </span>
          </p>,
        ];
      })}
    </>
  );
}

/** Layers that an apply did not touch. */
function Untouched({ controller, texts }: ViewProps) {
  const { skipped, refusedFills } = controller.state;
  const nameOf = (nodeId: string): string => nameOfLayer(controller.state, nodeId);
  const all = [
    ...skipped.map(({ nodeId, nodeName, reason }) => ({ nodeId, name: nodeName || nameOf(nodeId), reason })),
    ...refusedFills.map(({ nodeId, reason }) => ({ nodeId, name: nameOf(nodeId), reason })),
  ];
  if (all.length === 0) return null;
  return (
    <section class="left-out" role="alert">
      <h2>{fill(texts.untouched, { n: all.length })}</h2>
      <ul>
        {all.map(({ nodeId, name, reason }) => (
          <li key={nodeId}>
            <strong>{name}</strong> {describeProblem(texts, reason)}
          </li>
        ))}
      </ul>
    </section>
  );
}
