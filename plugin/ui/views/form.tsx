/** Captions, style, count, and behind Options the seed and the sliders. Enter in the captions generates. */
import { useEffect, useRef } from "preact/hooks";
import { limits } from "../../../shared/limits.ts";
import { askedTranslation } from "../failure.ts";
import { fill } from "../i18n/texts.ts";
import { captionsOf } from "../plan.ts";
import { IconButton, Slider, Stepper } from "./controls.tsx";
import { Icon } from "./icons.tsx";
import type { ViewProps } from "./view-props.ts";

export function CaptionForm(props: ViewProps) {
  const { controller, texts } = props;
  const { state } = controller;
  const { form } = state;
  const field = useRef<HTMLTextAreaElement>(null);
  const captions = captionsOf(form.captions);
  const offered = state.selection.texts;
  const isOffered = offered.length > 0 && form.captions !== offered.map(({ text }) => text).join("\n");
  useEffect(() => field.current?.focus(), []);
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
          rows={Math.min(6, Math.max(2, form.captions.split("\n").length))}
          value={form.captions}
          placeholder={`${texts.captionHints.split("|")[0]}…`}
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
            {texts.stopReplacing}
          </button>
        </div>
      )}
      <StyleAndCount {...props} />
      <details class="options">
        <summary>
          <Icon name="chevron" />
          {texts.options}
        </summary>
        <SeedField {...props} />
        <Slider
          id="temperature"
          label={texts.variety}
          hint={texts.varietyHint}
          value={form.temperature}
          max={limits.temperatureMax}
          onChange={(temperature) => controller.editForm({ temperature })}
        />
        <Slider
          id="guidance"
          label={texts.guidance}
          hint={texts.guidanceHint}
          value={form.guidance}
          max={limits.guidanceMax}
          onChange={(guidance) => controller.editForm({ guidance })}
        />
        {askedTranslation(state.meta)?.hasRetrieval && (
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

function StyleAndCount({ controller, texts }: ViewProps) {
  const { form, meta, replacements } = controller.state;
  return (
    <div class="pair">
      <div class="field">
        <label for="style">{texts.style}</label>
        <StyleSelect
          id="style"
          texts={texts}
          styles={askedTranslation(meta)?.styles ?? []}
          value={form.style}
          onChange={(style) => controller.editForm({ style })}
        />
      </div>
      {replacements.length === 0 && (
        <div class="field count-field">
          <label for="count">{texts.count}</label>
          <Stepper
            id="count"
            value={form.count}
            max={limits.countMax}
            labels={texts}
            onChange={(count) => controller.editForm({ count })}
          />
        </div>
      )}
    </div>
  );
}

interface StyleSelectProps {
  readonly id: string;
  readonly texts: ViewProps["texts"];
  readonly styles: readonly { readonly id: string; readonly label: string }[];
  readonly value: string;
  onChange(style: string): void;
}

export function StyleSelect({ id, texts, styles, value, onChange }: StyleSelectProps) {
  return (
    <div class="select">
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{texts.anyStyle}</option>
        {styles.map((style) => (
          <option key={style.id} value={style.id}>
            {style.label}
          </option>
        ))}
        {value !== "" && !styles.some((style) => style.id === value) && <option value={value}>{value}</option>}
      </select>
      <Icon name="chevron" />
    </div>
  );
}

function SeedField({ controller, texts }: ViewProps) {
  const { form } = controller.state;
  return (
    <div class="field">
      <label for="seed">{texts.seed}</label>
      <div class="seed-row">
        <input
          id="seed"
          type="number"
          inputMode="numeric"
          min={0}
          max={limits.seedMax}
          value={form.seed}
          onChange={(event) => {
            const seed = event.currentTarget.valueAsNumber;
            if (Number.isInteger(seed) && seed >= 0 && seed <= limits.seedMax)
              controller.editForm({ seed, isSeedFixed: true });
            else event.currentTarget.value = String(form.seed);
          }}
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
