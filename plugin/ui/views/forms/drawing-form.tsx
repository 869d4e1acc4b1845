/** Sketch and layout to image: a pad to draw on, or the selection as a drawing. */
import { useEffect, useRef, useState } from "preact/hooks";
import { isRedrawn } from "../../client/style-choice.ts";
import { choiceFor, readsCaption, translationOfCommand } from "../../client/translations.ts";
import { type Stroke, svgOf } from "../../pad/strokes.ts";
import { Switch } from "../controls.tsx";
import type { ViewProps } from "../view-props.ts";
import { CaptionLine, CountField, TileSizeField } from "./common-fields.tsx";
import { Pad } from "./pad.tsx";
import { InsertAsField } from "./palette-field.tsx";
import { StyleField } from "./style-field.tsx";

/** Widths of the pen in px of the pad: lines of a sketch, areas of a layout. */
const penPx = { sketch: 5, layout: 36 } as const;
const ink = "#1f2328";
/** Quiet after a stroke before the live mode draws. */
const liveMs = 250;

export function DrawingForm(props: ViewProps) {
  const { controller, texts } = props;
  const { meta, command, form } = controller.state;
  const [isLive, setLive] = useState(false);
  // Clean lines are all that a flow between styles reads of a sketch, and have one answer.
  const isClean = isRedrawn(choiceFor(meta, command, form));
  return (
    <div class="form">
      <DrawingPad {...props} isLive={isLive} />
      <Switch label={texts.live} isOn={isLive} onChange={setLive} />
      {!isClean && readsCaption(meta, command, form.style) && (
        <CaptionLine controller={controller} label={texts.whatIsIt} />
      )}
      <StyleField {...props}>{!isClean && <CountField {...props} />}</StyleField>
      <TileSizeField {...props} />
      <InsertAsField {...props} />
    </div>
  );
}

function DrawingPad({ controller, texts, isLive }: ViewProps & { readonly isLive: boolean }) {
  const { command, scene, drawn, meta } = controller.state;
  const isLayout = command === "layout";
  const palette = isLayout ? (translationOfCommand(meta, command)?.layout?.palette ?? []) : [];
  const [colour, setColour] = useState(ink);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const selected = scene.drawing?.svg ?? "";
  useEffect(() => () => clearTimeout(timer.current), []);
  const hand = (next: readonly Stroke[]): void => {
    controller.setDrawing(texts.commands[command], svgOf(next), next);
    clearTimeout(timer.current);
    if (isLive && next.length > 0) timer.current = setTimeout(() => void controller.generateAfresh(), liveMs);
  };
  const colours = (stopErasing: () => void) =>
    palette.length > 0 && (
      <fieldset class="palette" aria-label={texts.colour}>
        {palette.map(({ id, label, hex }) => (
          <button
            key={id}
            type="button"
            style={{ background: hex }}
            aria-label={label}
            title={label}
            aria-pressed={colour === hex}
            onClick={() => {
              setColour(hex);
              stopErasing();
            }}
          />
        ))}
      </fieldset>
    );
  return (
    <Pad
      texts={texts}
      label={texts.pad}
      pen={{ colour, width: isLayout ? penPx.layout : penPx.sketch }}
      backdrop={selected === "" ? "" : `data:image/svg+xml,${encodeURIComponent(selected)}`}
      hintOf={(isDrawn) => (!isDrawn && selected !== "" ? texts.fromSelection : texts.padHint)}
      tools={colours}
      first={drawn?.strokes}
      onStrokes={hand}
    />
  );
}
