/** Images or vectors, and the colours of vectors: as drawn, hex values, or colour variables of the file or of a library in one mode. */
import { useEffect } from "preact/hooks";
import type { ColourCollection } from "../../../../shared/messages/vector-messages.ts";
import { libraryOf, paletteName, paletteOf, shownPalette, unreadLibraryOf, withPalette } from "../../palettes.ts";
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
            ["vector", texts.asVector],
            ["image", texts.asImage],
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
  const { collections, libraries } = controller.state;
  const form = isNeeded ? withPalette(controller.state.form, collections) : controller.state.form;
  const choices = [
    ...(isNeeded ? [] : [["own", texts.paletteOwn] as const]),
    ...collections.flatMap(choicesOf),
    ["hex", texts.paletteHex] as const,
  ];
  const known = choices.find(([choice]) => choice === form.palette)?.[0] ?? shownPalette(form.palette, collections);
  useEffect(() => controller.listLibraries(), [controller]);
  // A library's colours may come later; what can't be found in this file at all is a palette of another.
  const isAwaited = known === undefined && libraries !== "read" && libraryOf(form.palette) !== undefined;
  const value = isAwaited ? form.palette : (known ?? choices[0]![0]);
  useEffect(() => {
    if (value !== form.palette) controller.editForm({ palette: value });
  });
  return (
    <ChoiceField
      id="palette"
      label={texts.palette}
      value={value}
      choices={isAwaited ? [[value, texts.paletteLibrary] as const, ...choices] : choices}
      onChange={(chosen) => controller.choosePalette(chosen)}
    />
  );
}

/** One choice a mode; one for a library's collection that was not read. */
function choicesOf({ id, name, library, modes }: ColourCollection): (readonly [value: string, text: string])[] {
  const title = library === undefined ? name : `${library} / ${name}`;
  return modes.length === 0
    ? [[paletteName(id), title]]
    : modes.map((mode) => [paletteName(id, mode.id), modes.length === 1 ? title : `${title} · ${mode.name}`] as const);
}

function PaletteDetails({ controller, texts, isNeeded = false }: PaletteProps) {
  const { collections, libraries } = controller.state;
  const form = isNeeded ? withPalette(controller.state.form, collections) : controller.state.form;
  const palette = paletteOf(form, collections);
  return (
    <>
      {unreadLibraryOf(form.palette, collections) !== undefined && (
        <p class={libraries === "failed" ? "notice" : "hint"}>
          {libraries === "failed" ? texts.libraryFailed : texts.libraryRead}
        </p>
      )}
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
