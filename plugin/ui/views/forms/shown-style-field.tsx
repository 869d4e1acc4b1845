/** The chosen style of the file: its icons, its name and the way to remove it; and the button that makes one of the selection. */
import { useState } from "preact/hooks";
import { limits } from "../../../../shared/limits.ts";
import { shownStylesMax } from "../../../../shared/messages/shown-styles.ts";
import { choiceOfShown } from "../../client/style-choice.ts";
import { choiceFor } from "../../client/translations.ts";
import { urlOfPicture } from "../../control/shown-styles.ts";
import { fill } from "../../i18n/texts.ts";
import { Button, IconButton } from "../controls.tsx";
import { styleRemoval } from "../failed-field.ts";
import { Icon } from "../icons.tsx";
import type { ViewProps } from "../view-props.ts";

export function ShownStyleField({ controller, texts }: ViewProps) {
  const { shown, form, run, meta, command } = controller.state;
  const choice = choiceFor(meta, command, form);
  const chosen = shown.find(({ id }) => choiceOfShown(id) === choice);
  const isFull = shown.length >= shownStylesMax;
  /** What is typed in the name's field, which a render of something else would take back. */
  const [typed, setTyped] = useState<string>();
  return (
    <div class="shown-style">
      {chosen !== undefined && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reached by keys */}
          <ul tabIndex={0} aria-label={fill(texts.shownBy, { name: chosen.name, n: chosen.pictures.length })}>
            {chosen.pictures.map((picture, index) => (
              <li key={index}>
                <img src={urlOfPicture(picture)} alt="" draggable={false} />
              </li>
            ))}
          </ul>
          <div class="seed-row">
            <input
              type="text"
              aria-label={texts.styleName}
              autocomplete="off"
              maxLength={40}
              value={typed ?? chosen.name}
              onInput={(event) => setTyped(event.currentTarget.value)}
              onKeyDown={(event) => {
                // It ends the name, and runs no command.
                if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) event.stopPropagation();
              }}
              onChange={(event) => {
                const name = event.currentTarget.value.trim();
                setTyped(undefined);
                if (name !== "") controller.saveStyle({ ...chosen, name });
              }}
            />
            <IconButton
              id="remove-style"
              icon="trash"
              label={texts.removeStyle}
              onClick={() => controller.removeStyle(chosen.id)}
            />
          </div>
        </>
      )}
      <button
        type="button"
        class="chip wide"
        disabled={run !== undefined || isFull}
        aria-describedby={isFull ? "styles-full" : undefined}
        title={
          isFull
            ? texts.failures.styles_full[0]
            : run === undefined
              ? fill(texts.takeStyleHint, { n: limits.styleImagesMax })
              : texts.runWaits
        }
        onClick={() => void controller.takeStyle((number) => fill(texts.ownStyleNumber, { n: number }))}
      >
        <Icon name="plus" />
        {texts.takeStyle}
      </button>
      {isFull && (
        <p id="styles-full" class="hint">
          {texts.failures.styles_full.join(". ")}{" "}
          <Button kind="link" onClick={() => document.querySelector<HTMLElement>(styleRemoval)?.focus()}>
            {texts.goToField}
          </Button>
        </p>
      )}
    </div>
  );
}
