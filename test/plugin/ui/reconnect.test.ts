/** A server that fell silent: what it left undone goes on at another address as soon as the settings name it, and only then. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSettings } from "../../../shared/messages/settings.ts";
import { startContractServer } from "../contract/contract-server.ts";
import { connectedController } from "./connected-controller.ts";

test("settings that are saved while the server is looked for go on with what a run left undone", async () => {
  const [silent, other] = [await startContractServer(), await startContractServer()];
  try {
    const controller = await connectedController(silent);
    await silent.close();
    controller.show("caption-to-artboard");
    controller.editForm({ captions: "a red apple" });
    await controller.generate();
    assert.deepEqual(
      [controller.state.isReconnecting, controller.state.missing.length, controller.state.results.length],
      [true, 1, 0],
    );
    // A slip on the way there loses nothing.
    await controller.saveSettings({ ...defaultSettings, serverUrl: other.url, token: "wrong" });
    assert.deepEqual([controller.state.failure?.code, controller.state.missing.length], ["unauthorized", 1]);
    await controller.saveSettings({ ...defaultSettings, serverUrl: other.url, token: other.token });
    assert.deepEqual(
      [controller.state.isReconnecting, controller.state.missing.length, controller.state.results.length],
      [false, 0, 1],
    );
    // With nothing left undone they start nothing.
    await controller.saveSettings({ ...defaultSettings, serverUrl: other.url, token: other.token });
    assert.equal(other.generations.size, 1);
  } finally {
    await other.close();
  }
});
