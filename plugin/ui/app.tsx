/** Root of the views: subscribes to the controller, chooses the view, and owns the keys that work everywhere. */
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { textsIn } from "./i18n/texts.ts";
import { CommandView } from "./views/command-view.tsx";
import { HelpView } from "./views/help.tsx";
import { HistoryView } from "./views/history.tsx";
import { ResizeCorner } from "./views/resize-corner.tsx";
import { SettingsView } from "./views/settings.tsx";
import type { ViewProps } from "./views/view-props.ts";

/** Undo there is that of what is typed. */
const isText = (target: EventTarget | null): boolean =>
  target instanceof HTMLTextAreaElement ||
  (target instanceof HTMLInputElement && target.type !== "checkbox" && target.type !== "range");

export function App({ controller, texts }: ViewProps) {
  const { editor } = controller.state;
  const props = useMemo(() => ({ controller, texts: textsIn(editor, texts) }), [editor]);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  // Before anything can arrive: an effect that waits for a frame misses a start that comes sooner, and the window stays empty.
  useLayoutEffect(() => controller.subscribe(() => redraw(undefined)), [controller]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { state } = controller;
      const isCommand = event.metaKey || event.ctrlKey;
      if (event.isComposing) return;
      // What settings, history and help only interrupt goes on unseen.
      const isInView = state.command === state.work;
      // In a search field it clears what is searched for.
      const { target } = event;
      const isSearch = target instanceof HTMLInputElement && target.type === "search" && target.value !== "";
      if (event.key === "Escape" && state.run !== undefined && isInView) controller.cancel();
      else if (event.key === "Escape" && !isInView && !isSearch) controller.show(state.work);
      // Figma hears no key while the window has the focus, as it has after each command.
      else if (event.key === "z" && isCommand && !event.shiftKey && !isText(target)) controller.undo();
      else if (event.key === "Enter" && isCommand && event.shiftKey) controller.apply();
      else if (event.key === "Enter" && isCommand && isInView) void controller.generate();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [controller]);
  const { isStarted, command } = controller.state;
  const wasStarted = useRef(false);
  // Another view: whoever works by keys or by ear is at its beginning, unless it has a field that comes first.
  useEffect(() => {
    if (wasStarted.current && document.activeElement === document.body) document.querySelector("h1")?.focus();
    wasStarted.current = isStarted;
  }, [isStarted, command]);
  if (!isStarted) return null;
  return (
    <>
      {command === "settings" ? (
        <SettingsView {...props} />
      ) : command === "history" ? (
        <HistoryView {...props} />
      ) : command === "help" ? (
        <HelpView {...props} />
      ) : (
        <CommandView key={command} {...props} />
      )}
      <ResizeCorner {...props} />
    </>
  );
}
