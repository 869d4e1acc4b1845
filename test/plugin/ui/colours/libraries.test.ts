/** Palettes of libraries in the window: which are asked for and when, and what is kept while they can't be read. No canvas, no server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Controller } from "../../../../plugin/ui/control/controller.ts";
import { defaultForm } from "../../../../plugin/ui/state/form.ts";
import type { UiMessage } from "../../../../shared/messages/messages.ts";
import { defaultSettings } from "../../../../shared/messages/settings.ts";
import type { ColourCollection } from "../../../../shared/messages/vector-messages.ts";
import { controllerIn } from "../connected-controller.ts";

const own: ColourCollection = { id: "own", name: "Brand", modes: [{ id: "m", name: "Light" }], colours: [] };
const named: ColourCollection = { id: "library:k", name: "Tokens", library: "Acme", modes: [], colours: [] };
const read: ColourCollection = { ...named, modes: [{ id: "l", name: "Light" }], collectionId: "in-file" };

function opened(palette: string): { controller: Controller; wanted: () => (string | undefined)[] } {
  const sent: UiMessage[] = [];
  const controller = controllerIn({ post: (message) => sent.push(message) });
  const launch = { kind: "command", command: "settings" } as const;
  const selection = { texts: [], images: [], layerCount: 0, key: "" };
  const session = { form: { ...defaultForm, palette }, results: [] };
  controller.receive({ type: "start", launch, settings: defaultSettings, selection, session, editor: "figma" });
  return {
    controller,
    wanted: () => sent.flatMap((message) => (message.type === "read-libraries" ? [message.wanted] : [])),
  };
}
const idsIn = ({ state }: Controller): string[] => state.collections.map(({ id }) => id);

test("libraries are listed when colours are first on offer, and the colours of one are read when it is chosen, once", () => {
  const { controller, wanted } = opened("own");
  assert.deepEqual(wanted(), [], "nothing at the start");
  for (const _ of [1, 2]) controller.listLibraries();
  assert.deepEqual(wanted(), [undefined]);
  controller.receive({ type: "libraries", collections: [named] });
  controller.receive({ type: "palettes", collections: [own] });
  assert.deepEqual(idsIn(controller), ["own", "library:k"], "the file's own come first, whatever came first");
  controller.choosePalette("library:k/");
  assert.deepEqual(wanted(), [undefined, "library:k"]);
  controller.receive({ type: "libraries", collections: [read] });
  controller.choosePalette("hex");
  controller.choosePalette("library:k/l");
  assert.deepEqual(wanted(), [undefined, "library:k"]);
  controller.receive({ type: "palettes", collections: [] });
  assert.deepEqual(controller.state.collections, [read], "what is read of the file anew leaves libraries");
});

test("a palette of a library that was chosen last time is read at the start, and kept where Figma can't be reached", () => {
  const { controller, wanted } = opened("library:k/l");
  assert.deepEqual(wanted(), ["library:k"]);
  controller.receive({ type: "palettes", collections: [own] });
  controller.receive({ type: "libraries", collections: [], fault: "offline" });
  assert.deepEqual([controller.state.libraries, controller.state.form.palette], ["failed", "library:k/l"]);
  assert.deepEqual(idsIn(controller), ["own"]);
});
