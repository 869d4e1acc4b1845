/** Fields that several commands have: style, count, size on the canvas, how images lie in empty layers, one line of text. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { StyleInfo } from "../../../../shared/contract/meta.ts";
import { limits } from "../../../../shared/limits.ts";
import { tileSizesPx } from "../../../../shared/messages/settings.ts";
import type { ShownStyle } from "../../../../shared/messages/shown-styles.ts";
import { choiceOfShown, isRedrawn, readsShownStyles, redrawnStyles } from "../../client/style-choice.ts";
import { choiceFor, ownStyles, translationOfCommand } from "../../client/translations.ts";
import { urlOfPicture } from "../../control/shown-styles.ts";
import type { StylePictures } from "../../control/style-thumbs.ts";
import { drawableStyles, drawsStyles } from "../../control/thumb-drawing.ts";
import { withRecent } from "../../state/form.ts";
import { Stepper } from "../controls.tsx";
import { Icon } from "../icons.tsx";
import type { ViewProps } from "../view-props.ts";
import { ShownStyleField } from "./shown-style-field.tsx";

interface StyleFieldProps extends ViewProps {
  /** The field beside the list; the pictures lie below both. */
  readonly children?: ComponentChildren;
  /** What no choice means; absent: any style. */
  readonly anyStyle?: string;
  /** Only styles of flows between styles, and of the file. */
  readonly isRedrawnOnly?: boolean;
}

export function StyleField(props: StyleFieldProps) {
  const { controller, texts, children, anyStyle = texts.anyStyle, isRedrawnOnly = false } = props;
  const { form, meta, command, thumbs, shown } = controller.state;
  const own = ownStyles(meta, command).map(({ id, label }) => ({ id: `@${id}`, label }));
  const first = isRedrawnOnly ? [] : [...own, ...(translationOfCommand(meta, command)?.styles ?? [])];
  const styles = lastUsedFirst(first, form.recentStyles);
  const isShowable = readsShownStyles(meta, command);
  const groups = [
    { label: texts.shownStyles, styles: shown.map(({ id, name }) => ({ id: choiceOfShown(id), label: name })) },
    {
      label: command === "restyle" ? texts.sameShapes : texts.redrawnStyles,
      styles: redrawnStyles(meta, command),
    },
  ].filter((group) => isShowable && group.styles.length > 0);
  const choice = choiceFor(meta, command, form);
  const value = isRedrawnOnly && !isRedrawn(choice) ? "" : choice;
  const choose = (style: string): void =>
    controller.editForm({
      ...(isRedrawnOnly ? { redrawStyle: style } : { style }),
      recentStyles: withRecent(form.recentStyles, style),
    });
  return (
    <div class="style-field">
      <div class="pair">
        <div class="field">
          <label for="style">{texts.style}</label>
          <StyleSelect id="style" anyStyle={anyStyle} styles={styles} groups={groups} value={value} onChange={choose} />
        </div>
        {children}
      </div>
      <StyleStrip
        label={texts.style}
        rows={[styles, groups.flatMap((group) => group.styles)]}
        pictures={{ ...picturesToCome(meta), ...thumbs.pictures, ...firstPictures(shown) }}
        value={value}
        onChange={choose}
      />
      {isShowable && <ShownStyleField controller={controller} texts={texts} />}
    </div>
  );
}

function lastUsedFirst(styles: readonly StyleInfo[], recent: readonly string[]): readonly StyleInfo[] {
  const used = recent.flatMap((id) => styles.filter((style) => style.id === id));
  return [...used, ...styles.filter(({ id }) => !recent.includes(id))];
}

/** Styles that will be drawn have a place from the start: nothing moves under the pointer when their pictures come. */
const picturesToCome = (meta: ViewProps["controller"]["state"]["meta"]): StylePictures =>
  meta !== undefined && drawsStyles(meta)
    ? Object.fromEntries(drawableStyles(meta).map(({ choice }) => [choice, ""]))
    : {};

/** A style of the file is shown by its first icon. */
const firstPictures = (shown: readonly ShownStyle[]): StylePictures =>
  Object.fromEntries(shown.map(({ id, pictures }) => [choiceOfShown(id), urlOfPicture(pictures[0] ?? "")]));

interface StyleStripProps {
  readonly label: string;
  /** The first may come in another order later: that of use. */
  readonly rows: readonly (readonly StyleInfo[])[];
  readonly pictures: StylePictures;
  readonly value: string;
  onChange(style: string): void;
}

/** Styles by their looks, one Tab stop: arrow keys go from one to the next. */
function StyleStrip({ label, rows, pictures, value, onChange }: StyleStripProps) {
  // The order stays while it is shown: a picture that jumps away under the pointer can't be compared.
  const order = useRef<readonly string[]>([]);
  const isDrawn = ({ id }: StyleInfo): boolean => pictures[id] !== undefined;
  const [first = [], ...others] = rows.map((row) => row.filter(isDrawn).map(({ id }) => id));
  const known = order.current.filter((id) => first.includes(id));
  order.current = [...known, ...first.filter((id) => !known.includes(id))];
  const shown = [order.current, ...others].filter((row) => row.length > 0);
  const ids = shown.flat();
  if (ids.length === 0) return null;
  const stop = ids.includes(value) ? value : ids[0];
  const go = (event: KeyboardEvent, step: number): void => {
    event.preventDefault();
    const next = ids[(ids.indexOf(stop!) + step + ids.length) % ids.length]!;
    onChange(next);
    const group = (event.currentTarget as HTMLElement).closest("[role=radiogroup]");
    group?.querySelector<HTMLElement>(`[data-style="${CSS.escape(next)}"]`)?.focus();
  };
  const pictureOf = (id: string) => {
    const name = rows.flat().find((style) => style.id === id)!.label;
    return (
      // biome-ignore lint/a11y/useSemanticElements: a picture to press, in a group with one Tab stop
      <button
        key={id}
        type="button"
        role="radio"
        aria-checked={id === value}
        tabIndex={id === stop ? 0 : -1}
        data-style={id}
        title={name}
        aria-label={name}
        onClick={() => onChange(id)}
        onKeyDown={(event) => {
          if (event.key === "ArrowRight" || event.key === "ArrowDown") go(event, 1);
          if (event.key === "ArrowLeft" || event.key === "ArrowUp") go(event, -1);
        }}
      >
        {pictures[id] === "" ? name : <img src={pictures[id]} alt="" draggable={false} />}
      </button>
    );
  };
  return (
    <div role="radiogroup" aria-label={label}>
      {shown.map((row, index) => (
        <div key={index} class="style-strip">
          {row.map(pictureOf)}
        </div>
      ))}
    </div>
  );
}

interface StyleSelectProps {
  readonly id: string;
  readonly anyStyle: string;
  readonly styles: readonly StyleInfo[];
  readonly groups: readonly { readonly label: string; readonly styles: readonly StyleInfo[] }[];
  readonly value: string;
  onChange(style: string): void;
}

function StyleSelect({ id, anyStyle, styles, groups, value, onChange }: StyleSelectProps) {
  const known = [...styles, ...groups.flatMap((group) => group.styles)];
  return (
    <div class="select">
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{anyStyle}</option>
        {optionsOf(styles)}
        {groups.map((group) => (
          <optgroup key={group.label} label={group.label}>
            {optionsOf(group.styles)}
          </optgroup>
        ))}
        {value !== "" && !known.some((style) => style.id === value) && <option value={value}>{value}</option>}
      </select>
      <Icon name="chevron" />
    </div>
  );
}

const optionsOf = (styles: readonly StyleInfo[]) =>
  styles.map((style) => (
    <option key={style.id} value={style.id}>
      {style.label}
    </option>
  ));

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
