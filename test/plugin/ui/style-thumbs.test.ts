/** Pictures of styles over real HTTP: each leaves the server again, and a window that closes meanwhile knows what it left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createApiClient } from "../../../plugin/ui/client/api-client.ts";
import { drawThumbs, readThumbs } from "../../../plugin/ui/control/style-thumbs.ts";
import { startContractServer, testMeta } from "../contract/contract-server.ts";

test("the picture of a style is reported when it begins, when it is there, and when it is gone from the server", async () => {
  const server = await startContractServer();
  try {
    const client = createApiClient({ serverUrl: server.url, token: server.token });
    const [pack] = testMeta.packs;
    const found = { packId: pack!.id, packDigest: pack!.digest, translation: pack!.translations[0]! };
    const events: string[] = [];
    await drawThumbs(client, found, ["noto"], new AbortController().signal, {
      onStarted: (id) => events.push(`started ${server.generations.has(id)}`),
      onPicture: (style, url) => events.push(`${style} ${url.slice(0, 22)}`),
      onEnded: () => events.push(`taken away ${server.requests.some(({ method }) => method === "DELETE")}`),
    });
    assert.deepEqual(events, ["started true", "noto data:image/png;base64,", "taken away true"]);
  } finally {
    await server.close();
  }
});

test("what a closed window left on the server is known to the next one, with the pictures that it kept", () => {
  const kept = { packDigest: "d", pictures: { noto: "data:image/png;base64,AA==" }, unfinished: "gen-1" };
  assert.deepEqual(readThumbs(JSON.parse(JSON.stringify(kept))), kept);
  assert.deepEqual(readThumbs({ ...kept, pictures: { noto: 7 }, unfinished: 7 }), { packDigest: "d", pictures: {} });
});
