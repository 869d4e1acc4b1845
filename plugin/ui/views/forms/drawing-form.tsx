/** Sketch and layout to image: a pad to draw on, or the selection as a drawing. */
import { useEffect, useRef, useState } from "preact/hooks";
import { askedTranslation } from "../../client/failure.ts";
import { pressKey, restingPen } from "../../pad/pad-keys.ts";
import { erase, padPx, pathOf, type Stroke, svgOf } from "../../pad/strokes.ts";
import { IconButton, Switch } from "../controls.tsx";
import type { ViewProps } from "../view-props.ts";
import { CaptionLine, CountField, StyleField, TileSizeField } from "./common-fields.tsx";
import { InsertAsField } from "./palette-field.tsx";

/** Widths of the pen in px of the pad: lines of a sketch, areas of a layout. */
const penPx = { sketch: 5, layout: 36 } as const;
const eraserPx = 8;
const ink = "#1f2328";
/** Quiet after a stroke before the live mode draws. */
const liveMs = 250;

export function DrawingForm(props: ViewProps) {
  const { controller, texts } = props;
  const [isLive, setLive] = useState(false);
  return (
    <div class="form">
      <Pad {...props} isLive={isLive} />
      <Switch label={texts.live} isOn={isLive} onChange={setLive} />
      <CaptionLine controller={controller} label={texts.whatIsIt} />
      <StyleField {...props}>
        <CountField {...props} />
      </StyleField>
      <TileSizeField {...props} />
      <InsertAsField {...props} />
    </div>
  );
}

function Pad({ controller, texts, isLive }: ViewProps & { readonly isLive: boolean }) {
  const { command, scene, meta } = controller.state;
  const isLayout = command === "layout";
  const palette = isLayout ? (askedTranslation(meta, command)?.layout?.palette ?? []) : [];
  const [steps, setSteps] = useState<readonly (readonly Stroke[])[]>([[]]);
  const [colour, setColour] = useState(ink);
  const [isErasing, setErasing] = useState(false);
  const strokes = steps.at(-1)!;
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const selected = scene.drawing?.svg ?? "";
  useEffect(() => () => clearTimeout(timer.current), []);

  /** One step of the pad, which undo takes back. */
  const commit = (next: readonly Stroke[]): void => {
    setSteps([...steps, next]);
    hand(next);
  };
  const hand = (next: readonly Stroke[]): void => {
    controller.setDrawing(texts.commands[command], svgOf(next));
    clearTimeout(timer.current);
    if (isLive && next.length > 0) timer.current = setTimeout(() => void controller.generateAfresh(), liveMs);
  };

  return (
    <div class="field">
      <div class="pad-tools" role="toolbar" aria-label={texts.pad}>
        <IconButton icon="pen" label={texts.pen} isPressed={!isErasing} onClick={() => setErasing(false)} />
        <IconButton icon="eraser" label={texts.eraser} isPressed={isErasing} onClick={() => setErasing(true)} />
        <IconButton
          icon="undo"
          label={texts.undo}
          isDisabled={steps.length === 1}
          onClick={() => {
            setSteps(steps.slice(0, -1));
            hand(steps.at(-2)!);
          }}
        />
        <IconButton icon="trash" label={texts.clear} isDisabled={strokes.length === 0} onClick={() => commit([])} />
      </div>
      {palette.length > 0 && (
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
                setErasing(false);
              }}
            />
          ))}
        </fieldset>
      )}
      <Paper
        label={`${texts.pad}. ${texts.padKeys}`}
        strokes={strokes}
        pen={isErasing ? undefined : { colour, width: isLayout ? penPx.layout : penPx.sketch }}
        backdrop={strokes.length === 0 ? selected : ""}
        onDone={commit}
      />
      <p class="hint">{strokes.length === 0 && selected !== "" ? texts.fromSelection : texts.padHint}</p>
      <p class="hint">{texts.padKeys}</p>
    </div>
  );
}

interface PaperProps {
  readonly label: string;
  readonly strokes: readonly Stroke[];
  /** Undefined: the eraser. */
  readonly pen: Pick<Stroke, "colour" | "width"> | undefined;
  /** SVG of the selection, shown while nothing is drawn. */
  readonly backdrop: string;
  onDone(strokes: readonly Stroke[]): void;
}

function Paper({ label, strokes, pen, backdrop, onDone }: PaperProps) {
  const [drawn, setDrawn] = useState<readonly Stroke[]>();
  const [keyPen, setKeyPen] = useState(restingPen);
  const [hasFocus, setFocus] = useState(false);
  const byKeys = pen === undefined || keyPen.points === undefined ? [] : [{ ...pen, points: keyPen.points }];
  const shown = [...(drawn ?? strokes), ...byKeys];
  const onKey = (event: KeyboardEvent): void => {
    const done = pressKey(keyPen, event.key, event.shiftKey);
    if (done === undefined) return;
    // The page does not scroll, and Escape ends the stroke alone.
    event.preventDefault();
    event.stopPropagation();
    if (pen === undefined && event.key === " ") {
      const [x, y] = keyPen.cursor;
      const next = erase(strokes, x, y, eraserPx);
      if (next !== strokes) onDone(next);
      return;
    }
    setKeyPen(done.pen);
    if (done.stroke !== undefined && pen !== undefined) onDone([...strokes, { ...pen, points: done.stroke }]);
  };
  const [cursorX, cursorY] = keyPen.cursor;
  const begin = (down: PointerEvent & { readonly currentTarget: SVGSVGElement }): void => {
    const paper = down.currentTarget;
    const spot = (event: PointerEvent): readonly [number, number] => {
      const box = paper.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * padPx, ((event.clientY - box.top) / box.height) * padPx];
    };
    paper.setPointerCapture(down.pointerId);
    let next = strokes;
    const move = (event: PointerEvent): void => {
      const [x, y] = spot(event);
      if (pen === undefined) next = erase(next, x, y, eraserPx);
      else {
        const last = next === strokes ? undefined : next.at(-1);
        const points = [...(last?.points ?? []), [x, y] as const];
        next = [...strokes, { ...pen, points }];
      }
      setDrawn(next);
    };
    const end = (): void => {
      paper.removeEventListener("pointermove", move);
      paper.removeEventListener("pointerup", end);
      setDrawn(undefined);
      if (next !== strokes) onDone(next);
    };
    move(down);
    paper.addEventListener("pointermove", move);
    paper.addEventListener("pointerup", end);
  };
  return (
    <svg
      class="pad"
      viewBox={`0 0 ${padPx} ${padPx}`}
      role="application"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: as an application it takes keys
      tabIndex={0}
      onPointerDown={begin}
      onKeyDown={onKey}
      onFocus={() => setFocus(true)}
      onBlur={() => setFocus(false)}
    >
      {backdrop !== "" && (
        <image href={`data:image/svg+xml,${encodeURIComponent(backdrop)}`} width={padPx} height={padPx} />
      )}
      {shown.map((stroke, index) => (
        <path key={index} d={pathOf(stroke)} stroke={stroke.colour} stroke-width={stroke.width} />
      ))}
      {hasFocus && <path class="cross" d={`M${cursorX - 8} ${cursorY}h16M${cursorX} ${cursorY - 8}v16`} />}
    </svg>
  );
}
