/** Images or vectors, and the colours of vectors: as drawn, hex values, or the file's colour variables in one mode. */
import { useEffect } from "preact/hooks";
import { paletteOf, withPalette } from "../../palettes.ts";
import type { ViewProps } from "../view-props.ts";
import { ChoiceField } from "./common-fields.tsx";

export function InsertAsField(props: ViewProps) {
  const { controller, texts } = props;
  const { form, editor } = controller.state;
  if (editor !== "figma") return null;
  const isVector = form.insertAs === "vector";
  return (
    <>
      <div class={isVector ? "pair" : ""}>
        <ChoiceField
          id="insert-as"
          label={texts.insertAs}
          value={form.insertAs}
          choices={[
            ["image", texts.asImage],
            ["vector", texts.asVector],
          ]}
          onChange={(value) => controller.editForm({ insertAs: value === "vector" ? "vector" : "image" })}
        />
        {isVector && <PaletteSelect {...props} />}
      </div>
      {isVector && <PaletteDetails {...props} />}
    </>
  );
}

interface PaletteProps extends ViewProps {
  /** The command does nothing without one. */
  readonly isNeeded?: boolean;
}

export function PaletteField(props: PaletteProps) {
  return (
    <>
      <PaletteSelect {...props} />
      <PaletteDetails {...props} />
    </>
  );
}

function PaletteSelect({ controller, texts, isNeeded = false }: PaletteProps) {
  const { collections } = controller.state;
  const form = isNeeded ? withPalette(controller.state.form, collections) : controller.state.form;
  const choices = [
    ...(isNeeded ? [] : [["own", texts.paletteOwn] as const]),
    ...collections.flatMap(({ id, name, modes }) =>
      modes.map((mode) => [`${id}/${mode.id}`, modes.length === 1 ? name : `${name} · ${mode.name}`] as const),
    ),
    ["hex", texts.paletteHex] as const,
  ];
  const value = choices.some(([choice]) => choice === form.palette) ? form.palette : choices[0]![0];
  // A palette of another file.
  useEffect(() => {
    if (value !== form.palette) controller.editForm({ palette: value });
  });
  return (
    <ChoiceField
      id="palette"
      label={texts.palette}
      value={value}
      choices={choices}
      onChange={(chosen) => controller.editForm({ palette: chosen })}
    />
  );
}

function PaletteDetails({ controller, texts, isNeeded = false }: PaletteProps) {
  const { collections } = controller.state;
  const form = isNeeded ? withPalette(controller.state.form, collections) : controller.state.form;
  const palette = paletteOf(form, collections);
  return (
    <>
      {form.palette === "hex" && (
        <div class="field">
          <label for="hexes">{texts.paletteHex}</label>
          <input
            id="hexes"
            type="text"
            autocomplete="off"
            spellcheck={false}
            placeholder="#0b3954, #ff5a5f"
            value={form.hexes}
            onInput={(event) => controller.editForm({ hexes: event.currentTarget.value })}
          />
        </div>
      )}
      {palette !== undefined && (
        <>
          <Swatches hexes={palette.hexes} names={palette.names} label={texts.palette} />
          <ChoiceField
            id="palette-how"
            label={texts.paletteHow}
            value={form.recolourHow}
            choices={[
              ["all", texts.paletteAll],
              ["near", texts.paletteNear],
            ]}
            onChange={(how) => controller.editForm({ recolourHow: how === "near" ? "near" : "all" })}
          />
        </>
      )}
    </>
  );
}

interface SwatchProps {
  readonly hexes: readonly string[];
  readonly names?: readonly string[];
  readonly label: string;
}

export function Swatches({ hexes, names = [], label }: SwatchProps) {
  if (hexes.length === 0) return null;
  return (
    <ul class="swatches" aria-label={label}>
      {hexes.map((hex, index) => (
        <li key={hex}>
          <span role="img" aria-label={names[index] ?? hex} title={names[index] ?? hex} style={{ background: hex }} />
        </li>
      ))}
    </ul>
  );
}
