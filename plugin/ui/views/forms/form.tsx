/** Captions, style, count, and behind Options the seed and the sliders. Enter in the captions generates. */
import { useEffect, useRef } from "preact/hooks";
import { limits } from "../../../../shared/limits.ts";
import { layersMax } from "../../../../shared/messages/messages.ts";
import { isRedrawn } from "../../client/style-choice.ts";
import { choiceFor, translationOfCommand } from "../../client/translations.ts";
import { fill } from "../../i18n/texts.ts";
import { captionsOf } from "../../plans/captions.ts";
import { IconButton, NumberInput, Slider } from "../controls.tsx";
import { hintsFor } from "../empty.tsx";
import { Icon } from "../icons.tsx";
import type { ViewProps } from "../view-props.ts";
import { CountField, TileSizeField } from "./common-fields.tsx";
import { LeftOutLines } from "./left-out-lines.tsx";
import { InsertAsField } from "./palette-field.tsx";
import { StyleField } from "./style-field.tsx";

export function CaptionForm(props: ViewProps) {
  const { controller, texts } = props;
  const { state } = controller;
  const { form } = state;
  const field = useRef<HTMLTextAreaElement>(null);
  const captions = captionsOf(form.captions);
  const { texts: offered, layerCount } = state.selection;
  const isOffered = offered.length > 0 && form.captions !== offered.map(({ text }) => text).join("\n");
  useEffect(() => field.current?.focus(), []);
  const translation = translationOfCommand(state.meta, state.command);
  // A flow between styles draws its likeliest answer of drawings that fit: these sliders would move nothing.
  const isDrawnFreely = !isRedrawn(choiceFor(state.meta, state.command, form));
  return (
    <div class="form">
      <div class="field">
        <div class="label-row">
          <label for="captions">{texts.captionLabel}</label>
          {captions.length > 1 && <span class="count">{fill(texts.captionCount, { n: captions.length })}</span>}
        </div>
        <textarea
          id="captions"
          ref={field}
          rows={2}
          value={form.captions}
          placeholder={`${hintsFor(state, texts)[0]}…`}
          aria-describedby="captions-hint"
          spellcheck
          onInput={(event) => controller.editForm({ captions: event.currentTarget.value })}
          onKeyDown={(event) => {
            // While an input method composes, Enter chooses characters.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            event.stopPropagation();
            void controller.generate();
          }}
        />
        <p id="captions-hint" class="hint">
          {texts.captionHint}
        </p>
      </div>
      <LeftOutLines {...props} captions={captions} />
      {layerCount > layersMax && <p class="hint">{fill(texts.unread, { n: layerCount - layersMax })}</p>}
      {isOffered && (
        <button type="button" class="chip wide" onClick={() => controller.useTexts()}>
          <Icon name="text" />
          {fill(texts.useTexts, { n: offered.length })}
        </button>
      )}
      {state.replacements.length > 0 && (
        <div class="notice">
          <span>{fill(texts.replacing, { n: state.replacements.length })}</span>
          <button type="button" class="button link" onClick={() => controller.stopReplacing()}>
            {fill(texts.stopReplacing, { artboard: texts.artboard })}
          </button>
        </div>
      )}
      <StyleAndCount {...props} />
      {state.replacements.length === 0 && <InsertAsField {...props} />}
      <details class="options">
        <summary>
          <Icon name="chevron" />
          {texts.options}
        </summary>
        <SeedField {...props} />
        {isDrawnFreely && (
          <Slider
            id="temperature"
            label={texts.variety}
            hint={texts.varietyHint}
            value={form.temperature}
            max={limits.temperatureMax}
            onChange={(temperature) => controller.editForm({ temperature })}
          />
        )}
        {isDrawnFreely && translation?.hasGuidance !== false && (
          <Slider
            id="guidance"
            label={texts.guidance}
            hint={texts.guidanceHint}
            value={form.guidance}
            max={limits.guidanceMax}
            onChange={(guidance) => controller.editForm({ guidance })}
          />
        )}
        {isDrawnFreely && translation?.hasDiversity && (
          <Slider
            id="diversity"
            label={texts.diversity}
            hint={texts.diversityHint}
            value={form.diversity}
            max={limits.diversityMax}
            onChange={(diversity) => controller.editForm({ diversity })}
          />
        )}
        <TileSizeField {...props} />
        {isDrawnFreely && translation?.hasRetrieval && (
          <Slider
            id="retrieval"
            label={texts.knownDrawings}
            hint={texts.knownDrawingsHint}
            value={form.retrieval}
            max={1}
            onChange={(retrieval) => controller.editForm({ retrieval })}
          />
        )}
      </details>
    </div>
  );
}

function StyleAndCount(props: ViewProps) {
  return (
    <StyleField {...props}>{props.controller.state.replacements.length === 0 && <CountField {...props} />}</StyleField>
  );
}

function SeedField({ controller, texts }: ViewProps) {
  const { form } = controller.state;
  return (
    <div class="field">
      <label for="seed" title={texts.seedHint}>
        {texts.seed}
      </label>
      <div class="seed-row">
        <NumberInput
          id="seed"
          value={form.seed}
          min={0}
          max={limits.seedMax}
          onChange={(seed) => controller.editForm({ seed, isSeedFixed: true })}
        />
        <IconButton
          icon={form.isSeedFixed ? "lock" : "unlock"}
          label={texts.seedFixed}
          isPressed={form.isSeedFixed}
          onClick={() => controller.editForm({ isSeedFixed: !form.isSeedFixed })}
        />
        <IconButton icon="dice" label={texts.seedNew} onClick={() => controller.newSeed()} />
      </div>
    </div>
  );
}
