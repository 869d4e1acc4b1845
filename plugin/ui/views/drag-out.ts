/** Dragging an image out of the window: it lands on the canvas where it is dropped. */
import { useRef } from "preact/hooks";
import type { DropPlace } from "../control/store.ts";

/** What an element needs for it. @param onDropped gets the place, in px of the window; not called when it is dropped inside */
export function useDragOut(onDropped: (place: DropPlace) => void) {
  const seen = useRef<DragEvent>();
  return {
    draggable: true,
    onDragStart: (event: DragEvent): void => {
      seen.current = event;
    },
    onDrag: (event: DragEvent): void => {
      // Some browsers send zeros for places that they hide.
      if (event.screenX !== 0 || event.screenY !== 0) seen.current = event;
    },
    onDragEnd: ({ screenX, screenY }: DragEvent): void => {
      // Whose px the end is in depends on whether the window has a process of its own; those of the screen are the same.
      const last = seen.current;
      if (last === undefined) return;
      const clientX = last.clientX + screenX - last.screenX;
      const clientY = last.clientY + screenY - last.screenY;
      const isInside = clientX >= 0 && clientY >= 0 && clientX < innerWidth && clientY < innerHeight;
      if (!isInside) onDropped({ clientX, clientY });
    },
  };
}
