/** What is sent says nothing of what layers and files are called, and a drawing still has its title. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Controller } from "../../../../plugin/ui/control/controller.ts";
import type { CommandId } from "../../../../shared/commands.ts";
import { titledSvg } from "../../../../shared/vectors/vector-svg.ts";
import { sendJson } from "../../contract/contract-jobs.ts";
import { startContractServer, testMeta } from "../../contract/contract-server.ts";
import { drawPng } from "../../png.ts";
import { connectedController } from "../connected-controller.ts";

const drawn = '<path stroke="#112233" d="M1 1h62"/>';
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 64 64">${drawn}</svg>`;

test("no request holds the name of a layer or of an image's file, and the tracing's title is set in the plugin", async (t) => {
  const server = await startContractServer();
  const sent: string[] = [];
  const { fetch } = globalThis;
  t.mock.method(globalThis, "fetch", (url: string, init: RequestInit = {}) => {
    const { body } = init;
    sent.push(url, body instanceof Uint8Array ? Buffer.from(body).toString("latin1") : String(body));
    return fetch(url, init);
  });
  try {
    const [pack] = testMeta.packs;
    const [own] = pack!.translations;
    const translations = [{ ...own!, conditions: [...own!.conditions, "sketch" as const, "image" as const] }];
    server.meta = { ...testMeta, packs: [{ ...pack!, translations }] };
    server.intercept = ({ url, method }, response) => {
      const isTraced = url === "/v1/vectors" && method === "POST";
      if (isTraced) sendJson(response, 200, { svg, widthPx: 64, heightPx: 64, leftOutCount: 0 });
      return isTraced;
    };
    const nodeName = "icon/Merger & Co 7";
    const icon = { nodeId: "1:1", nodeName, widthPx: 64, heightPx: 64, provenance: "", vector: "", svg };
    const drawing = svg.replace(drawn, `${drawn}<image id="image0" data-name="merger.png" href="data:,"/>`);
    const controller: Controller = await connectedController(server, {
      rasterise: async () => drawPng(1),
      post: ({ type, ...message }) => {
        const readId = "readId" in message ? message.readId : 0;
        if (type === "read-icons")
          controller.receive({ type: "icons", readId, icons: [icon, icon], skipped: [], unreadCount: 0 });
        if (type === "read-drawing") controller.receive({ type: "drawing", readId, name: nodeName, svg: drawing });
      },
    });
    const titlesOf = async (command: CommandId) => {
      controller.show(command);
      controller.editForm({ style: "flat" });
      await controller.generate();
      assert.equal(controller.state.failure, undefined, command);
      return controller.state.results.flatMap(({ images }) => images.map(({ vector }) => vector?.svg ?? ""));
    };
    const [traced] = await titlesOf("vectorise");
    assert.match(traced!, /^<svg [^>]*>\n<title>merger co<\/title><path /);
    for (const command of ["restyle", "variations", "blend", "sketch"] as const) await titlesOf(command);
    assert.ok(sent.some((text) => text.includes('"sketch":{"svg"')));
    assert.deepEqual(
      sent.filter((text) => /merger/i.test(text)),
      [],
    );
  } finally {
    await server.close();
  }
});

test("a title holds any name: signs of XML are escaped, and what XML can't hold is left out", () => {
  assert.match(titledSvg(svg, 'a <b> & "c"\u0001\ud800 🚀'), /<title>a &#60;b&#62; &#38; &#34;c&#34; 🚀<\/title>/);
});
