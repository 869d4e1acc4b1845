/**
 * A server that fell silent: what it left undone goes on when it is back, or at another address as soon as the settings name it. And the
 * settings: what is typed waits for its button, the switch works at once.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { UiMessage } from "../../../shared/messages/messages.ts";
import { defaultSettings } from "../../../shared/messages/settings.ts";
import { type ContractServer, startContractServer } from "../contract/contract-server.ts";
import { drawPng } from "../png.ts";
import { connectedController } from "./connected-controller.ts";

/** A window that was told to enlarge an image, and whose server fell silent before the image was sent. */
async function silencedBeforeUpload(server: ContractServer) {
  const sent: UiMessage[] = [];
  const controller = await connectedController(server, { post: (message) => sent.push(message) });
  let isSilent = false;
  server.intercept = (request) => {
    if (isSilent) request.socket.destroy();
    return isSilent;
  };
  controller.show("upscale");
  const show = (nodeId: string): void => {
    const { readId } = sent.findLast((message) => message.type === "read-upscale-sources")!;
    const source = { nodeId, nodeName: nodeId, paintIndex: 0, imageHash: nodeId, widthPx: 8, heightPx: 8 };
    controller.receive({ type: "upscale-image", readId, hash: nodeId, bytes: drawPng(1, 8) });
    const sources = [{ ...source, largestScale: 4 as const }];
    controller.receive({ type: "upscale-sources", readId, sources, skipped: [], unreadLayerCount: 0 });
  };
  show("1:1");
  isSilent = true;
  await controller.generate();
  assert.deepEqual([controller.state.isReconnecting, controller.state.missing.length], [true, 0]);
  const speak = (): void => {
    isSilent = false;
  };
  return { controller, sent, show, speak };
}

const until = (isReached: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!isReached()) return;
      clearInterval(timer);
      resolve();
    }, 10);
  });

test("a command that fell silent before its pictures were sent is run once the server is back", async () => {
  const server = await startContractServer();
  try {
    const { controller, speak } = await silencedBeforeUpload(server);
    speak();
    await until(() => controller.state.results.length > 0);
    assert.deepEqual([controller.state.failure, server.upscales.size], [undefined, 1]);
  } finally {
    await server.close();
  }
});

test("a command that fell silent is not run for what was selected since", async () => {
  const server = await startContractServer();
  try {
    const { controller, sent, show, speak } = await silencedBeforeUpload(server);
    const count = sent.length;
    controller.receive({ type: "selection", selection: { texts: [], images: [], layerCount: 1, key: "" } });
    await until(() => sent.slice(count).some(({ type }) => type === "read-upscale-sources"));
    show("1:2");
    speak();
    await until(() => !controller.state.isReconnecting);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual([controller.state.run, controller.state.failure, server.upscales.size], [undefined, undefined, 0]);
  } finally {
    await server.close();
  }
});

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
