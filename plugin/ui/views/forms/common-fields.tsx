/** Fields that several commands have: count, size on the canvas, how images lie in empty layers, a choice, one line of text. */
import { limits } from "../../../../shared/limits.ts";
import { tileSizesPx } from "../../../../shared/messages/settings.ts";
import { Stepper } from "../controls.tsx";
import { Icon } from "../icons.tsx";
import type { ViewProps } from "../view-props.ts";

export function CountField({ controller, texts }: ViewProps) {
  return (
    <div class="field count-field">
      <label for="count">{texts.count}</label>
      <Stepper
        id="count"
        value={controller.state.form.count}
        max={limits.countMax}
        labels={texts}
        onChange={(count) => controller.editForm({ count })}
      />
    </div>
  );
}

export function TileSizeField({ controller, texts }: ViewProps) {
  const { tilePx } = controller.state.form;
  return (
    <ChoiceField
      id="tile-size"
      label={texts.tileSize}
      value={String(tilePx)}
      choices={tileSizesPx.map((size) => [String(size), `${size} px`])}
      onChange={(size) => controller.editForm({ tilePx: Number(size) })}
    />
  );
}

export function ScaleModeField({ controller, texts }: ViewProps) {
  return (
    <ChoiceField
      id="scale-mode"
      label={texts.scaleMode}
      value={controller.state.form.scaleMode}
      choices={[
        ["FILL", texts.scaleFill],
        ["FIT", texts.scaleFit],
      ]}
      onChange={(scaleMode) => controller.editForm({ scaleMode: scaleMode === "FIT" ? "FIT" : "FILL" })}
    />
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly choices: readonly (readonly [value: string, text: string])[];
  onChange(value: string): void;
}

export function ChoiceField({ id, label, value, choices, onChange }: ChoiceProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="select">
        <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {choices.map(([choice, text]) => (
            <option key={choice} value={choice}>
              {text}
            </option>
          ))}
        </select>
        <Icon name="chevron" />
      </div>
    </div>
  );
}

/** A caption that may stay empty. */
export function CaptionLine({ controller, label }: Pick<ViewProps, "controller"> & { readonly label: string }) {
  return (
    <div class="field">
      <label for="caption">{label}</label>
      <input
        id="caption"
        type="text"
        autocomplete="off"
        maxLength={limits.captionMaxChars}
        value={controller.state.form.caption}
        onInput={(event) => controller.editForm({ caption: event.currentTarget.value })}
      />
    </div>
  );
}
