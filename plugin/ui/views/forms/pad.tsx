/** The pad: strokes by pointer or keys on paper, over a picture or not, with pen, eraser, undo and clear. What they mean its form says. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { pressKey, restingPen } from "../../pad/pad-keys.ts";
import { erase, padPx, pathOf, type Stroke } from "../../pad/strokes.ts";
import { IconButton } from "../controls.tsx";
import type { ViewProps } from "../view-props.ts";

const eraserPx = 8;

interface PadProps extends Pick<ViewProps, "texts"> {
  readonly label: string;
  readonly pen: Pick<Stroke, "colour" | "width">;
  /** Address of a picture under the strokes, and whether it stays when there are some. */
  readonly backdrop: string;
  readonly isBackdropKept?: boolean;
  /** The strokes are a mask: they let the picture through. */
  readonly isMask?: boolean;
  /** Strokes that it shows at first: those of before an interruption. */
  readonly first?: readonly Stroke[] | undefined;
  /** What the pad says below, by whether something is drawn. */
  hintOf(isDrawn: boolean): string;
  /** Further tools, which may put the eraser away. */
  tools?(stopErasing: () => void): ComponentChildren;
  /** After each step, undone ones too. */
  onStrokes(strokes: readonly Stroke[]): void;
}

export function Pad(props: PadProps) {
  const { texts, label, pen, backdrop, isBackdropKept, isMask, first = [], hintOf, tools, onStrokes } = props;
  const [steps, setSteps] = useState<readonly (readonly Stroke[])[]>([first]);
  const [isErasing, setErasing] = useState(false);
  const strokes = steps.at(-1)!;
  const hint = hintOf(strokes.length > 0);
  /** One step of the pad, which undo takes back. */
  const commit = (next: readonly Stroke[]): void => {
    setSteps([...steps, next]);
    onStrokes(next);
  };
  const undo = (): void => {
    if (steps.length === 1) return;
    setSteps(steps.slice(0, -1));
    onStrokes(steps.at(-2)!);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the pad and of its tools
    <div
      class="field"
      onKeyDown={(event) => {
        if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
        event.preventDefault();
        event.stopPropagation();
        undo();
      }}
    >
      <div class="pad-tools" role="toolbar" aria-label={label}>
        <IconButton icon="pen" label={texts.pen} isPressed={!isErasing} onClick={() => setErasing(false)} />
        <IconButton icon="eraser" label={texts.eraser} isPressed={isErasing} onClick={() => setErasing(true)} />
        <IconButton icon="undo" label={texts.undo} isDisabled={steps.length === 1} onClick={undo} />
        <IconButton icon="trash" label={texts.clear} isDisabled={strokes.length === 0} onClick={() => commit([])} />
      </div>
      {tools?.(() => setErasing(false))}
      <Paper
        label={`${label}. ${texts.padKeys}`}
        strokes={strokes}
        pen={isErasing ? undefined : pen}
        backdrop={strokes.length === 0 || isBackdropKept ? backdrop : ""}
        isMask={isMask ?? false}
        onDone={commit}
      />
      {/* Where a failure of the selected drawing leads. */}
      <p id={hint === texts.fromSelection ? "selected-drawing" : undefined} class="hint" tabIndex={-1}>
        {hint}
      </p>
      <p class="hint pad-keys">{texts.padKeys}</p>
    </div>
  );
}

interface PaperProps {
  readonly label: string;
  readonly strokes: readonly Stroke[];
  /** Undefined: the eraser. */
  readonly pen: Pick<Stroke, "colour" | "width"> | undefined;
  /** Address of a picture that lies under the strokes. */
  readonly backdrop: string;
  readonly isMask: boolean;
  onDone(strokes: readonly Stroke[]): void;
}

function Paper({ label, strokes, pen, backdrop, isMask, onDone }: PaperProps) {
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
      paper.removeEventListener("lostpointercapture", end);
      setDrawn(undefined);
      if (next !== strokes) onDone(next);
    };
    move(down);
    paper.addEventListener("pointermove", move);
    // It goes when the pointer is lifted, and when the browser takes the pointer for a gesture of its own.
    paper.addEventListener("lostpointercapture", end);
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
      {backdrop !== "" && <image href={backdrop} width={padPx} height={padPx} />}
      <g class={isMask ? "mask" : ""}>
        {shown.map((stroke, index) => (
          <path key={index} d={pathOf(stroke)} stroke={stroke.colour} stroke-width={stroke.width} />
        ))}
      </g>
      {hasFocus && <path class="cross" d={`M${cursorX - 8} ${cursorY}h16M${cursorX} ${cursorY - 8}v16`} />}
    </svg>
  );
}
