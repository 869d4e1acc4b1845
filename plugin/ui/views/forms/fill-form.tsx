/** Fill with label, and fill from layer names: the label or the matches, and which of the selected layers are filled. */
import { useMemo, useState } from "preact/hooks";
import type { StyleInfo } from "../../../../shared/contract/meta.ts";
import type { FillableLayer } from "../../../../shared/messages/layer-messages.ts";
import { isRedrawn } from "../../client/style-choice.ts";
import { choiceFor, translationOfCommand } from "../../client/translations.ts";
import { describeProblem, fill } from "../../i18n/texts.ts";
import { forVectors, LabelIndex, matchCaptions, matchNames, wordsOf } from "../../plans/labels.ts";
import { canBeVectors } from "../../plans/prepare.ts";
import type { ViewProps } from "../view-props.ts";
import { ScaleModeField } from "./common-fields.tsx";
import { InsertAsField } from "./palette-field.tsx";
import { StyleField } from "./style-field.tsx";

export function FillForm(props: ViewProps) {
  const { controller } = props;
  const { command, meta, form, scene } = controller.state;
  const areCaptions = command === "fill-names" && isRedrawn(choiceFor(meta, command, form));
  const areVectors = areCaptions && canBeVectors(controller.state);
  const layers = useMemo(
    () => scene.layers && (areVectors ? forVectors(scene.layers) : scene.layers),
    [scene.layers, areVectors],
  );
  const labels = translationOfCommand(meta, command)?.labels ?? [];
  return (
    <div class="form">
      {command === "fill-label" && <LabelField {...props} labels={labels} />}
      <StyleField {...props}>{!areVectors && <ScaleModeField {...props} />}</StyleField>
      {areCaptions && <InsertAsField {...props} />}
      <Layers {...props} layers={layers} />
      {command === "fill-names" && (
        <Matches {...props} layers={layers} labels={labels} {...{ areCaptions, areVectors }} />
      )}
    </div>
  );
}

interface LabelProps extends ViewProps {
  readonly labels: readonly StyleInfo[];
}

/** Labels that the list offers at a time. */
const offeredMax = 6;

function LabelField({ controller, texts, labels }: LabelProps) {
  const chosen = labels.find(({ id }) => id === controller.state.form.label);
  const [typed, setTyped] = useState(chosen?.label ?? "");
  const words = wordsOf(typed);
  const starts = (label: StyleInfo): number => Number(wordsOf(label.label).startsWith(words));
  const offered =
    words === "" || chosen?.label === typed
      ? []
      : labels
          .filter(({ label }) => wordsOf(label).includes(words))
          .sort((a, b) => starts(b) - starts(a) || a.label.length - b.label.length)
          .slice(0, offeredMax);
  const choose = ({ id, label }: StyleInfo): void => {
    setTyped(label);
    controller.editForm({ label: id });
  };
  return (
    <div class="field">
      <label for="label">{texts.label}</label>
      <input
        id="label"
        type="search"
        autocomplete="off"
        placeholder={fill(texts.labelSearch, { n: labels.length })}
        value={typed}
        onInput={(event) => {
          const text = event.currentTarget.value;
          setTyped(text);
          const exact = labels.find(({ label }) => wordsOf(label) === wordsOf(text));
          controller.editForm({ label: exact?.id ?? "" });
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.isComposing) return;
          event.preventDefault();
          if (chosen === undefined && offered[0] !== undefined) choose(offered[0]);
          void controller.generate();
        }}
      />
      <ul class="chips" aria-label={texts.suggestions}>
        {offered.map((label) => (
          <li key={label.id}>
            <button type="button" class="chip" onClick={() => choose(label)}>
              {label.label}
            </button>
          </li>
        ))}
      </ul>
      {words !== "" && offered.length === 0 && chosen === undefined && <p class="hint">{texts.labelNone}</p>}
    </div>
  );
}

interface LayersProps extends ViewProps {
  /** Absent until they are read. */
  readonly layers: readonly FillableLayer[] | undefined;
}

/** How many layers are filled, and which are not. */
function Layers({ controller, texts, layers }: LayersProps) {
  const { unreadCount = 0 } = controller.state.scene;
  if (layers === undefined) return null;
  const problems = layers.filter(({ problem }) => problem !== undefined);
  const ready = layers.length - problems.length;
  return (
    <>
      {ready === 0 && <p class="notice">{texts.needLayers}</p>}
      {/* Of layer names the matches below say how many. */}
      {ready > 0 && controller.state.command === "fill-label" && (
        <p class="hint">{fill(texts.layersReady, { n: ready })}</p>
      )}
      {unreadCount > 0 && <p class="hint">{fill(texts.unread, { n: unreadCount })}</p>}
      {problems.length > 0 && (
        <details class="left-out">
          <summary>{fill(texts.untouched, { n: problems.length })}</summary>
          <ul>
            {problems.map(({ id, name, problem }) => (
              <li key={id}>
                <strong>{name}</strong> {describeProblem(texts, problem!)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

interface MatchProps extends LabelProps, LayersProps {
  /** Names of layers are captions, and no labels. */
  readonly areCaptions: boolean;
  /** Vectors take the place of what layers hold. */
  readonly areVectors: boolean;
}

function Matches({ controller, texts, layers = [], labels, areCaptions, areVectors }: MatchProps) {
  const { form } = controller.state;
  const index = useMemo(() => new LabelIndex(labels), [labels]);
  const matches = useMemo(
    () => (areCaptions ? matchCaptions(layers) : matchNames(layers, index, form.chosenLabels, labels)),
    [layers, index, form.chosenLabels, labels, areCaptions],
  );
  const unmatched = [
    ...new Map(
      matches.filter(({ label, caption }) => !(label ?? caption)).map((match) => [match.layer.name, match]),
    ).values(),
  ];
  if (matches.length === 0) return null;
  const matched = matches.filter(({ label, caption }) => label ?? caption).length;
  return (
    <section class="matches">
      <p class="hint">
        {areCaptions ? fill(texts.layersReady, { n: matched }) : fill(texts.matched, { i: matched, n: matches.length })}
      </p>
      {areVectors && matches.some(({ layer, caption }) => caption && layer.holdsLayers) && (
        <p class="hint">{texts.replacesInside}</p>
      )}
      {unmatched.length > 0 && (
        <>
          <h2>{fill(areCaptions ? texts.unnamedLayers : texts.unmatched, { n: unmatched.length })}</h2>
          <ul>
            {unmatched.map(({ layer, suggestions }) => (
              <li key={layer.name}>
                <strong>{layer.name}</strong>
                <span class="chips">
                  {suggestions.map(({ id, label }) => (
                    <button
                      key={id}
                      type="button"
                      class="chip"
                      onClick={() => controller.editForm({ chosenLabels: { ...form.chosenLabels, [layer.name]: id } })}
                    >
                      {label}
                    </button>
                  ))}
                  {suggestions.length === 0 && !areCaptions && <span class="hint">{texts.noSuggestion}</span>}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
