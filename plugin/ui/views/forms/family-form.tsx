/** Make a family: names, one a line, style, what they become and in which colours. */
import { useEffect, useRef } from "preact/hooks";
import { limits } from "../../../../shared/limits.ts";
import { fill } from "../../i18n/texts.ts";
import { captionsOf } from "../../plans/captions.ts";
import { familyNames } from "../../plans/icons.ts";
import type { ViewProps } from "../view-props.ts";
import { TileSizeField } from "./common-fields.tsx";
import { LeftOutLines } from "./left-out-lines.tsx";
import { InsertAsField } from "./palette-field.tsx";
import { StyleField } from "./style-field.tsx";

export function FamilyForm(props: ViewProps) {
  const { controller, texts } = props;
  const { names } = controller.state.form;
  const field = useRef<HTMLTextAreaElement>(null);
  const captions = captionsOf(names);
  useEffect(() => field.current?.focus(), []);
  return (
    <div class="form">
      <div class="field">
        <div class="label-row">
          <label for="names">{texts.names}</label>
          {captions.length > 0 && <span class="count">{`${captions.length} / ${limits.familyMax}`}</span>}
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
      <LeftOutLines {...props} captions={captions} beyond={familyNames(captions).beyond} />
      <StyleField {...props}>
        <TileSizeField {...props} />
      </StyleField>
      <InsertAsField {...props} />
    </div>
  );
}
