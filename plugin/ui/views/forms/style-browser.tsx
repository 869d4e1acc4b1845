/** All styles under headings with a search. Arrow keys move, letters search, Enter chooses, Escape closes. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { StylePictures } from "../../control/style-thumbs.ts";
import type { Texts } from "../../i18n/en.ts";
import { nextButton } from "../grid-keys.ts";
import { foundStyles, initialsOf, type StyleGroup } from "./style-groups.ts";

interface Props {
  readonly texts: Texts;
  readonly groups: readonly StyleGroup[];
  readonly pictures: StylePictures;
  readonly value: string;
  onChoose(style: string): void;
  onClose(): void;
}

export function StyleBrowser({ texts, groups, pictures, value, onChoose, onClose }: Props) {
  const [search, setSearch] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    field.current?.focus();
    list.current?.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest" });
  }, []);
  const found = foundStyles(groups, search);
  const ids = found.flatMap(({ styles }) => styles.map(({ id }) => id));
  const stop = ids.includes(value) ? value : ids[0];
  const onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const { key, target } = event;
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = target instanceof HTMLElement ? buttons.indexOf(target) : -1;
    if (key === "Escape" && search !== "") setSearch("");
    else if (key === "Escape") onClose();
    else if (key === "Enter" && at < 0 && !event.metaKey && !event.ctrlKey) {
      if (search === "") onClose();
      else if (ids[0] !== undefined) onChoose(ids[0]);
    } else if (key === "ArrowDown" && at < 0) buttons[0]?.focus();
    else if (at >= 0 && key.startsWith("Arrow")) (nextButton(buttons, at, key) ?? field.current)?.focus();
    else {
      // The letter itself lands in the field.
      if (at >= 0 && key.length === 1 && key !== " " && !event.metaKey && !event.ctrlKey) field.current?.focus();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the field and the buttons inside
    <div class="style-browser" onKeyDown={onKey}>
      <input
        ref={field}
        type="search"
        aria-label={texts.findStyle}
        placeholder={texts.findStyle}
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <div class="style-groups" ref={list}>
        {found.length === 0 && <p class="hint">{texts.noStyle}</p>}
        {found.map(({ label, styles }) => (
          <section key={label} aria-label={label}>
            <h3>{label}</h3>
            <div class="style-rows">
              {styles.map(({ id, label: name }) => (
                <button
                  key={id}
                  type="button"
                  aria-pressed={id === value}
                  tabIndex={id === stop ? 0 : -1}
                  onClick={() => onChoose(id)}
                >
                  <span class="style-picture" aria-hidden>
                    {pictures[id] ? <img src={pictures[id]} alt="" draggable={false} /> : initialsOf(name)}
                  </span>
                  <span>{name}</span>
                </button>
              ))}
            </div>
          </section>
        ))}
      </div>
    </div>
  );
}
