/** What a command runs on, over real HTTP: the selection of that moment, and never what another command has in its form. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Controller } from "../../../../plugin/ui/control/controller.ts";
import type { UiMessage } from "../../../../shared/messages/messages.ts";
import { type ContractServer, startContractServer } from "../../contract/contract-server.ts";
import { connectedController } from "../connected-controller.ts";

async function withController(
  use: (controller: Controller, sent: UiMessage[], server: ContractServer) => Promise<void>,
): Promise<void> {
  const server = await startContractServer();
  try {
    const sent: UiMessage[] = [];
    await use(await connectedController(server, { post: (message) => sent.push(message) }), sent, server);
  } finally {
    await server.close();
  }
}

test("Enter in Learn this style draws none of the captions that are written elsewhere", async () => {
  await withController(async (controller, _, server) => {
    controller.editForm({ captions: "a red apple" });
    controller.show("learn");
    await controller.generate();
    assert.deepEqual([server.generations.size, controller.state.results.length], [0, 0]);
  });
});
