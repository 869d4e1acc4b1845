/** Upscale of images, variations and blend of icons: what is selected, and what shall become of it. */

import { cleanScale, upscaleFactors } from "../../../../shared/contract/upscale-scales.ts";
import { limits } from "../../../../shared/limits.ts";
import { readsCaption } from "../../client/translations.ts";
import { describeProblem, fill } from "../../i18n/texts.ts";
import { Slider, Stepper, Switch } from "../controls.tsx";
import type { ViewProps } from "../view-props.ts";
import { CaptionLine, ChoiceField, CountField, TileSizeField } from "./common-fields.tsx";
import { IconSources } from "./icon-sources.tsx";
import { InsertAsField } from "./palette-field.tsx";
import { StyleField } from "./style-field.tsx";

export function ImageForm(props: ViewProps) {
  const { command } = props.controller.state;
  return (
    <div class="form">
      {command === "upscale" ? <Sources {...props} /> : <IconSources {...props} count={command === "blend" ? 2 : 1} />}
      {command === "upscale" && <UpscaleFields {...props} />}
      {command === "variations" && <VariationFields {...props} />}
      {command === "blend" && <BlendFields {...props} />}
    </div>
  );
}

function Sources({ controller, texts }: ViewProps) {
  const { scene, form } = controller.state;
  const { sources = [], skippedFills = [], unreadCount = 0 } = scene;
  const isTooLarge = (largestScale: number): boolean => largestScale < form.scale;
  return (
    <>
      {sources.length === 0 && scene.sources !== undefined && <p class="notice">{texts.needImages}</p>}
      {sources.length > 0 && (
        <ul class="sources" aria-label={texts.images}>
          {sources.map(({ nodeId, paintIndex, nodeName, url, widthPx, heightPx, largestScale }) => (
            <li key={`${nodeId}/${paintIndex}`} class={isTooLarge(largestScale) ? "refused" : ""} title={nodeName}>
              <img src={url} alt="" />
              <span>{nodeName}</span>
              <span class="hint">{isTooLarge(largestScale) ? texts.tooLarge : `${widthPx} × ${heightPx}`}</span>
            </li>
          ))}
        </ul>
      )}
      {unreadCount > 0 && <p class="hint">{fill(texts.unread, { n: unreadCount })}</p>}
      {skippedFills.length > 0 && (
        <details class="left-out" open={sources.length === 0}>
          <summary>{fill(texts.untouched, { n: skippedFills.length })}</summary>
          <ul>
            {skippedFills.map(({ nodeId, paintIndex, nodeName, reason }) => (
              <li key={`${nodeId}/${paintIndex ?? ""}`}>
                <strong>{nodeName}</strong> {describeProblem(texts, reason)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function UpscaleFields({ controller, texts }: ViewProps) {
  const { form } = controller.state;
  const isLarger = form.scale !== cleanScale;
  return (
    <>
      <ChoiceField
        id="scale"
        label={texts.factor}
        value={String(form.scale)}
        choices={upscaleFactors.map((factor) => [String(factor), `×${factor}`])}
        onChange={(chosen) => {
          const scale = upscaleFactors.find((factor) => String(factor) === chosen);
          if (scale !== undefined) controller.editForm({ scale });
        }}
      />
      <Slider
        id="clean"
        label={texts.clean}
        hint={texts.cleanHint}
        value={form.clean}
        max={1}
        onChange={(clean) => controller.editForm({ clean })}
      />
      {isLarger && (
        <Slider
          id="detail"
          label={texts.detail}
          hint={texts.detailHint}
          value={form.detail}
          max={1}
          onChange={(detail) => controller.editForm({ detail })}
        />
      )}
      {isLarger && form.detail > 0 && (
        <div class="field count-field">
          <label for="hypotheses">{texts.hypotheses}</label>
          <Stepper
            id="hypotheses"
            value={form.hypotheses}
            max={limits.upscaleCountMax}
            labels={texts}
            onChange={(hypotheses) => controller.editForm({ hypotheses })}
          />
        </div>
      )}
      {isLarger && (
        <>
          <Switch
            label={texts.readLetters}
            isOn={form.readsLetters}
            onChange={(readsLetters) => controller.editForm({ readsLetters })}
          />
          <Switch
            label={texts.showVariance}
            isOn={form.hasVariance}
            onChange={(hasVariance) => controller.editForm({ hasVariance })}
          />
          {form.hasVariance && (
            <Switch
              label={texts.showOutlines}
              isOn={form.hasOutlines}
              onChange={(hasOutlines) => controller.editForm({ hasOutlines })}
            />
          )}
        </>
      )}
    </>
  );
}

function VariationFields(props: ViewProps) {
  const { controller, texts } = props;
  const { meta, command, form } = controller.state;
  return (
    <>
      <ChoiceField
        id="depth"
        label={texts.depth}
        value={form.depth}
        choices={[
          ["early", texts.depthEarly],
          ["middle", texts.depthMiddle],
          ["last", texts.depthLast],
        ]}
        onChange={(depth) => controller.editForm({ depth: depth as "early" | "middle" | "last" })}
      />
      {readsCaption(meta, command, form.style) && <CaptionLine controller={controller} label={texts.whatIsIt} />}
      <StyleField {...props}>
        <CountField {...props} />
      </StyleField>
      <TileSizeField {...props} />
      <InsertAsField {...props} />
    </>
  );
}

function BlendFields(props: ViewProps) {
  const { controller, texts } = props;
  return (
    <>
      <div class="pair">
        <TileSizeField {...props} />
        <div class="field count-field">
          <label for="frames">{texts.frames}</label>
          <Stepper
            id="frames"
            value={controller.state.form.frames}
            min={3}
            max={limits.countMax}
            labels={texts}
            onChange={(frames) => controller.editForm({ frames })}
          />
        </div>
      </div>
      <InsertAsField {...props} />
    </>
  );
}
