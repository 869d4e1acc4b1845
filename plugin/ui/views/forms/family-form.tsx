/** Make a family: names, one a line, style, what they become and in which colours. */
import { useEffect, useRef } from "preact/hooks";
import { limits } from "../../../../shared/limits.ts";
import { fill } from "../../i18n/texts.ts";
import { captionsOf } from "../../plans/captions.ts";
import type { ViewProps } from "../view-props.ts";
import { StyleField, TileSizeField } from "./common-fields.tsx";
import { InsertAsField } from "./palette-field.tsx";

export function FamilyForm(props: ViewProps) {
  const { controller, texts } = props;
  const { names } = controller.state.form;
  const field = useRef<HTMLTextAreaElement>(null);
  const count = captionsOf(names).length;
  useEffect(() => field.current?.focus(), []);
  return (
    <div class="form">
      <div class="field">
        <div class="label-row">
          <label for="names">{texts.names}</label>
          {count > 0 && <span class="count">{count}</span>}
        </div>
        <textarea
          id="names"
          ref={field}
          rows={4}
          value={names}
          placeholder={texts.nameHints.replaceAll("|", "\n")}
          aria-describedby="names-hint"
          onInput={(event) => controller.editForm({ names: event.currentTarget.value })}
        />
        <p id="names-hint" class="hint">
          {fill(texts.namesHint, { n: limits.familyMax })}
        </p>
      </div>
      <StyleField {...props}>
        <TileSizeField {...props} />
      </StyleField>
      <InsertAsField {...props} />
    </div>
  );
}
