/** The window's controller, started in an editor and connected to a server; the world around it does nothing but what a test gives. */
import assert from "node:assert/strict";
import { Controller } from "../../../plugin/ui/control/controller.ts";
import type { Editor } from "../../../shared/commands.ts";
import { defaultSettings } from "../../../shared/messages/settings.ts";

type Around = ConstructorParameters<typeof Controller>[0];

/** Not started; nothing happens around it but what a test gives. */
export const controllerIn = (around: Partial<Around>): Controller =>
  new Controller({
    post: () => undefined,
    drop: () => undefined,
    whyBlocked: async () => undefined,
    randomSeed: () => 5,
    copyText: () => true,
    rasterise: async () => new Uint8Array(),
    describe: ({ code }) => code,
    ...around,
  });

export async function connectedController(
  server: { readonly url: string; readonly token: string },
  around: Partial<Around> = {},
  editor: Editor = "figma",
): Promise<Controller> {
  const controller = controllerIn(around);
  const settings = { ...defaultSettings, serverUrl: server.url, token: server.token };
  const selection = { texts: [], images: [], layerCount: 0, key: "" };
  const launch = { kind: "command", command: "settings" } as const;
  controller.receive({ type: "start", launch, settings, selection, session: undefined, editor });
  assert.equal(await controller.connect(), true);
  return controller;
}
