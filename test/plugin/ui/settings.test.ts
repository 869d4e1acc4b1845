/** The settings: what is typed waits for its button, also while something else is in view; the switch works at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { UiMessage } from "../../../shared/messages/messages.ts";
import { defaultSettings } from "../../../shared/messages/settings.ts";
import { startContractServer } from "../contract/contract-server.ts";
import { connectedController } from "./connected-controller.ts";

test("what was typed in the settings is there again, and counts once it is saved", async () => {
  const server = await startContractServer();
  try {
    const controller = await connectedController(server);
    const typed = { serverUrl: "http://localhost:1", token: "other" };
    controller.typeSettings(typed);
    controller.show("caption-to-artboard");
    controller.show("settings");
    assert.deepEqual(controller.draft, { ...defaultSettings, ...typed });
    assert.equal(controller.state.settings.serverUrl, server.url);
    const { url: serverUrl, token } = server;
    await controller.saveSettings({ ...defaultSettings, serverUrl, token: `http://localhost/#token=${token}` });
    assert.deepEqual(controller.draft, { ...defaultSettings, serverUrl, token });
  } finally {
    await server.close();
  }
});

test("adding results at once is kept at once, and a connection that is under way is not lost by it", async () => {
  const server = await startContractServer();
  try {
    const sent: UiMessage[] = [];
    const controller = await connectedController(server, { post: (message) => sent.push(message) });
    controller.typeSettings({ serverUrl: "http://localhost:1", token: "other" });
    const connecting = controller.connect();
    controller.setAutomatic(true);
    assert.equal(await connecting, true);
    const settings = { serverUrl: server.url, token: server.token, applyAutomatically: true };
    assert.deepEqual(controller.state.settings, settings);
    assert.deepEqual(
      sent.findLast(({ type }) => type === "save-settings"),
      { type: "save-settings", settings },
    );
  } finally {
    await server.close();
  }
});
