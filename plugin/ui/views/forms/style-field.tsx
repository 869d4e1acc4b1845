/** The style: a list under headings, a strip of pictures, and a browser with a search and the same headings. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { StyleInfo } from "../../../../shared/contract/meta.ts";
import type { ShownStyle } from "../../../../shared/messages/shown-styles.ts";
import { choiceOfShown, isRedrawn, readsShownStyles } from "../../client/style-choice.ts";
import { choiceFor } from "../../client/translations.ts";
import { urlOfPicture } from "../../control/shown-styles.ts";
import type { StylePictures } from "../../control/style-thumbs.ts";
import { drawableStyles, drawsStyles } from "../../control/thumb-drawing.ts";
import { withRecent } from "../../state/form.ts";
import { Icon } from "../icons.tsx";
import type { ViewProps } from "../view-props.ts";
import { ShownStyleField } from "./shown-style-field.tsx";
import { StyleBrowser } from "./style-browser.tsx";
import { initialsOf, type StyleGroup, styleGroups } from "./style-groups.ts";

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
  const [isOpen, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const groups = styleGroups(controller.state, texts, isRedrawnOnly);
  const pictures = { ...picturesToCome(meta), ...thumbs.pictures, ...firstPictures(shown) };
  const choice = choiceFor(meta, command, form);
  const value = isRedrawnOnly && !isRedrawn(choice) ? "" : choice;
  const choose = (style: string): void =>
    controller.editForm({
      ...(isRedrawnOnly ? { redrawStyle: style } : { style }),
      recentStyles: withRecent(form.recentStyles, style),
    });
  const close = (): void => {
    setOpen(false);
    toggle.current?.focus();
  };
  return (
    <div class="style-field">
      <div class="pair">
        <div class="field">
          <div class="label-row">
            <label for="style">{texts.style}</label>
            <button
              ref={toggle}
              type="button"
              class="button link"
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            >
              {texts.findStyle}
            </button>
          </div>
          <StyleSelect id="style" anyStyle={anyStyle} groups={groups} value={value} onChange={choose} />
        </div>
        {children}
      </div>
      {isOpen ? (
        <StyleBrowser
          texts={texts}
          groups={groups}
          pictures={pictures}
          value={value}
          onChoose={(style) => {
            choose(style);
            close();
          }}
          onClose={close}
        />
      ) : (
        <StyleStrip
          label={texts.style}
          styles={groups.flatMap(({ styles }) => styles)}
          pictures={pictures}
          value={value}
          onChange={choose}
        />
      )}
      {readsShownStyles(meta, command) && <ShownStyleField controller={controller} texts={texts} />}
    </div>
  );
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
  readonly styles: readonly StyleInfo[];
  readonly pictures: StylePictures;
  readonly value: string;
  onChange(style: string): void;
}

/** Styles by their looks, one Tab stop: arrow keys go from one to the next. */
function StyleStrip({ label, styles, pictures, value, onChange }: StyleStripProps) {
  // The order stays while it is shown: a picture that jumps away under the pointer can't be compared.
  const order = useRef<readonly string[]>([]);
  const strip = useRef<HTMLDivElement>(null);
  const drawn = styles.filter(({ id }) => pictures[id] !== undefined).map(({ id }) => id);
  const known = order.current.filter((id) => drawn.includes(id));
  const ids = [...known, ...drawn.filter((id) => !known.includes(id))];
  order.current = ids;
  const isThere = ids.includes(value);
  const stop = isThere ? value : ids[0];
  const buttonOf = (id: string) => strip.current?.querySelector<HTMLElement>(`[data-style="${CSS.escape(id)}"]`);
  // The chosen one is in sight, without moving anything but the strip.
  useEffect(() => {
    const chosen = isThere ? buttonOf(value) : undefined;
    if (!chosen || !strip.current) return;
    const { offsetLeft: left, offsetWidth: width } = chosen;
    const { scrollLeft, clientWidth } = strip.current;
    if (left < scrollLeft || left + width > scrollLeft + clientWidth)
      strip.current.scrollLeft = left - (clientWidth - width) / 2;
  }, [value, isThere]);
  if (ids.length === 0) return null;
  const go = (event: KeyboardEvent, step: number): void => {
    event.preventDefault();
    const next = ids[(ids.indexOf(stop!) + step + ids.length) % ids.length]!;
    onChange(next);
    buttonOf(next)?.focus();
  };
  return (
    <div role="radiogroup" aria-label={label} class="style-strip" ref={strip}>
      {ids.map((id) => {
        const name = styles.find((style) => style.id === id)!.label;
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
            {pictures[id] === "" ? initialsOf(name) : <img src={pictures[id]} alt="" draggable={false} />}
          </button>
        );
      })}
    </div>
  );
}

interface StyleSelectProps {
  readonly id: string;
  readonly anyStyle: string;
  readonly groups: readonly StyleGroup[];
  readonly value: string;
  onChange(style: string): void;
}

function StyleSelect({ id, anyStyle, groups, value, onChange }: StyleSelectProps) {
  const isKnown = groups.some(({ styles }) => styles.some((style) => style.id === value));
  return (
    <div class="select">
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{anyStyle}</option>
        {groups.map(({ label, styles }) => (
          <optgroup key={label} label={label}>
            {styles.map((style) => (
              <option key={style.id} value={style.id}>
                {style.label}
              </option>
            ))}
          </optgroup>
        ))}
        {value !== "" && !isKnown && <option value={value}>{value}</option>}
      </select>
      <Icon name="chevron" />
    </div>
  );
}
