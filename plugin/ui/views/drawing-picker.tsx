/**
 * Other drawings for one image, as small pictures with a search. Arrow keys move, Enter chooses, Escape takes back what is being drawn, then
 * closes.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { shortTitle, titleOf } from "../../../shared/contract/generations/attribution.ts";
import type { FittingDrawing } from "../../../shared/contract/generations/drawings.ts";
import { fill } from "../i18n/texts.ts";
import { drawingOf } from "../plans/drawings.ts";
import { describeStep } from "../run/progress-text.ts";
import type { Picking } from "../state/picking.ts";
import { Button, IconButton } from "./controls.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { SkippedIcons } from "./forms/icon-sources.tsx";
import { nextButton } from "./grid-keys.ts";
import type { ViewProps } from "./view-props.ts";

interface PickerProps extends ViewProps {
  readonly picking: Picking;
  /** Absent where nothing else is in view. */
  onClose?(): void;
}

export function DrawingPicker(props: PickerProps) {
  const { controller, texts, picking, onClose } = props;
  const { words, found, isSearching, drawing, failure, made, skipped = [] } = picking;
  const field = useRef<HTMLInputElement>(null);
  const section = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<FittingDrawing>();
  const nameOf = ({ icon }: FittingDrawing): string => icon.replaceAll("-", " ");
  const current = drawingOf(made);
  const ids = (found ?? []).map(({ id }) => id);
  const stop = current !== undefined && ids.includes(current) ? current : ids[0];
  useEffect(() => {
    if (onClose === undefined) return;
    field.current?.focus({ preventScroll: true });
    section.current?.scrollIntoView({ block: "nearest" });
  }, []);
  // What has come makes it higher.
  useEffect(() => {
    if (onClose !== undefined) section.current?.scrollIntoView({ block: "nearest" });
  }, [found === undefined]);
  const onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const { key, target } = event;
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const at = target instanceof HTMLElement ? buttons.indexOf(target) : -1;
    if (key === "Escape" && drawing !== undefined) controller.drawings.cancel();
    else if (key === "Escape" && onClose !== undefined) onClose();
    else if (key === "ArrowDown" && target === field.current) buttons[0]?.focus();
    else if (at >= 0 && key.startsWith("Arrow")) (nextButton(buttons, at, key) ?? field.current)?.focus();
    // In the field it would begin a run.
    else if (key !== "Enter" || target !== field.current || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const status =
    drawing !== undefined
      ? describeStep(texts, drawing.step)
      : isSearching
        ? texts.searchingDrawings
        : picking.isPut
          ? fill(texts.changed, { n: 1 }) + texts.oneUndo
          : "";
  return (
    <section class="drawings" ref={section} aria-label={texts.commands.drawings} onKeyDown={onKey}>
      <div class="field">
        <label for="drawings-words">{texts.findDrawings}</label>
        <div class="seed-row">
          <input
            id="drawings-words"
            ref={field}
            type="search"
            autocomplete="off"
            value={words}
            onInput={(event) => controller.drawings.type(event.currentTarget.value)}
          />
          {onClose && <IconButton icon="close" label={texts.close} onClick={onClose} />}
        </div>
      </div>
      {failure !== undefined && (
        <FailureNotice {...props} failure={failure} onRetry={() => controller.drawings.retry()} />
      )}
      <div class="drawing-grid" ref={list} aria-busy={isSearching}>
        {found === undefined &&
          failure === undefined &&
          Array.from({ length: 10 }, (_, index) => (
            <div key={index} class="ghost" style={{ "--delay": `${index * 90}ms` }} aria-hidden="true" />
          ))}
        {found?.map((each) => (
          <button
            key={each.id}
            type="button"
            aria-pressed={each.id === current}
            aria-busy={each.id === drawing?.id}
            aria-label={`${nameOf(each)}, ${titleOf(each)}`}
            title={[nameOf(each), titleOf(each), each.licence].filter(Boolean).join(" · ")}
            tabIndex={each.id === stop ? 0 : -1}
            onClick={() => void controller.drawings.choose(each.id)}
            onFocus={() => setSeen(each)}
            onMouseEnter={() => setSeen(each)}
          >
            <img src={`data:image/svg+xml,${encodeURIComponent(each.svg)}`} alt="" draggable={false} />
            <span aria-hidden="true">{shortTitle(titleOf(each))}</span>
          </button>
        ))}
      </div>
      <div class="drawing-status">
        <p class="hint" role="status">
          {status}
        </p>
        {drawing !== undefined ? (
          <Button kind="link" onClick={() => controller.drawings.cancel()}>
            {texts.cancel}
          </Button>
        ) : (
          seen !== undefined &&
          status === "" && (
            <p class="hint" aria-hidden="true">
              {nameOf(seen)} · {titleOf(seen)}
              {seen.licence && ` · ${seen.licence}`}
            </p>
          )
        )}
      </div>
      <SkippedIcons texts={texts} skipped={skipped} isOpen />
    </section>
  );
}
