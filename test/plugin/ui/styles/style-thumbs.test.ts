/** Pictures of styles over real HTTP: each leaves the server again, and a window that closes meanwhile knows what it left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createApiClient } from "../../../../plugin/ui/client/api-client.ts";
import { drawThumbs, readThumbs, stillTrue } from "../../../../plugin/ui/control/style-thumbs.ts";
import { drawableStyles } from "../../../../plugin/ui/control/thumb-drawing.ts";
import type { Meta } from "../../../../shared/contract/meta.ts";
import { startContractServer, testMeta } from "../../contract/contract-server.ts";

const [pack] = testMeta.packs;
const [captions] = pack!.translations;
const withFlow: Meta = {
  ...testMeta,
  packs: [
    pack!,
    {
      ...pack!,
      id: "styles",
      digest: "b".repeat(64),
      translations: [
        {
          ...captions!,
          id: "restyle",
          conditions: ["caption", "style", "drawing"],
          styles: [{ id: "tabler", label: "Tabler" }],
          styleImagesMax: 16,
        },
        { ...captions!, id: "no-words", conditions: ["style", "drawing"], styleImagesMax: 16 },
      ],
    },
  ],
};
const picture = "data:image/png;base64,AA==";

test("the picture of a style is reported when it begins, when it is there, and when it is gone from the server", async () => {
  const server = await startContractServer();
  try {
    const client = createApiClient({ serverUrl: server.url, token: server.token });
    const events: string[] = [];
    const styles = drawableStyles(withFlow).filter(({ style }) => ["flat", "tabler"].includes(style ?? ""));
    await drawThumbs(client, styles, new AbortController().signal, {
      onStarted: (id) => {
        const { translation, temperature, condition } = server.generations.get(id)!.request;
        events.push(`started ${translation} ${temperature} ${String(condition.style)}`);
      },
      onPicture: (choice, url) => events.push(`${choice} ${url.slice(0, 22)}`),
      onEnded: () => events.push(`taken away ${server.requests.filter(({ method }) => method === "DELETE").length}`),
    });
    assert.deepEqual(events, [
      // A flow between styles draws its likeliest answer, as it does for captions.
      "started restyle 0 tabler",
      "~restyle/tabler data:image/png;base64,",
      "taken away 1",
      "started caption 0.2 flat",
      "flat data:image/png;base64,",
      "taken away 2",
    ]);
  } finally {
    await server.close();
  }
});

test("icon sets get pictures before styles of captions, those of flows that read no words do not", () => {
  const choices = drawableStyles(withFlow).map(({ choice }) => choice);
  assert.deepEqual(choices, ["~restyle/tabler", "flat", "outline", "emoji"]);
});

test("a style of one's own gets a picture too, before all others, drawn by its own translation without a style", async () => {
  const mine = { ...captions!, id: "mine", label: "Mine", styles: [] };
  const meta = { ...withFlow, packs: [...withFlow.packs, { ...pack!, id: "mine", digest: "d", translations: [mine] }] };
  const [first] = drawableStyles(meta);
  assert.deepEqual(first, { choice: "@mine", translation: "mine", packDigest: "d" });
  const server = await startContractServer();
  try {
    server.meta = meta;
    const client = createApiClient({ serverUrl: server.url, token: server.token });
    const drawn: string[] = [];
    await drawThumbs(client, [first!], new AbortController().signal, {
      onStarted: (id) => drawn.push(JSON.stringify(server.generations.get(id)!.request.condition)),
      onPicture: (choice) => drawn.push(choice),
      onEnded: () => undefined,
    });
    assert.deepEqual(drawn, ['{"caption":"house"}', "@mine"]);
  } finally {
    await server.close();
  }
});

test("a pack that changed loses the pictures of its own styles alone", () => {
  const before = stillTrue(
    { packDigests: {}, pictures: {} },
    drawableStyles({ ...withFlow, packs: [pack!, { ...withFlow.packs[1]!, digest: "c".repeat(64) }] }),
  );
  const kept = { ...before, pictures: { flat: picture, "~restyle/tabler": picture, gone: picture } };
  assert.deepEqual(stillTrue(kept, drawableStyles(withFlow)).pictures, { flat: picture });
});

test("what a closed window left on the server is known to the next one, with the pictures that it kept", () => {
  const kept = { packDigests: { caption: "d" }, pictures: { noto: picture }, unfinished: "gen-1" };
  assert.deepEqual(readThumbs(JSON.parse(JSON.stringify(kept))), kept);
  assert.deepEqual(readThumbs({ ...kept, packDigests: 7, pictures: { noto: 7 }, unfinished: 7 }), {
    packDigests: {},
    pictures: {},
  });
  // Of a version that kept the digest of one pack.
  assert.deepEqual(readThumbs({ packDigest: "d", pictures: { noto: picture }, unfinished: "gen-1" }), {
    packDigests: {},
    pictures: { noto: picture },
    unfinished: "gen-1",
  });
});
