/** The window's corner: drag it, or focus it and press arrow keys; the size is kept. */
import type { ViewProps } from "./view-props.ts";

const stepPx = 40;

export function ResizeCorner({ controller, texts }: ViewProps) {
  const resizeBy = (width: number, height: number): void =>
    controller.resize({ width: innerWidth + width, height: innerHeight + height });
  return (
    <button
      type="button"
      class="resize-corner"
      aria-label={texts.windowSize}
      title={texts.windowSize}
      onKeyDown={(event) => {
        const [width, height] =
          { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
        if (width === undefined || height === undefined) return;
        event.preventDefault();
        resizeBy(width * stepPx, height * stepPx);
      }}
      onPointerDown={(down) => {
        const corner = down.currentTarget;
        // From the window's own corner, wherever in the handle the pointer is.
        const [right, bottom] = [innerWidth - down.clientX, innerHeight - down.clientY];
        corner.setPointerCapture(down.pointerId);
        const move = (event: PointerEvent): void =>
          controller.resize({ width: event.clientX + right, height: event.clientY + bottom });
        corner.addEventListener("pointermove", move);
        corner.addEventListener("pointerup", () => corner.removeEventListener("pointermove", move), { once: true });
      }}
    />
  );
}
