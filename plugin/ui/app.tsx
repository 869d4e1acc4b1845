/** Root of the views: subscribes to the controller, chooses the view, and owns the keys that work everywhere. */
import { useEffect, useReducer } from "preact/hooks";
import { GenerateView } from "./views/generate.tsx";
import { SettingsView } from "./views/settings.tsx";
import type { ViewProps } from "./views/view-props.ts";

export function App({ controller, texts }: ViewProps) {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => controller.subscribe(() => redraw(undefined)), [controller]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.isComposing) return;
      if (event.key === "Escape" && controller.state.run !== undefined) controller.cancel();
      else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) void controller.generate();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [controller]);
  if (!controller.state.isStarted) return null;
  return controller.state.view === "settings" ? (
    <SettingsView controller={controller} texts={texts} />
  ) : (
    <GenerateView controller={controller} texts={texts} />
  );
}
