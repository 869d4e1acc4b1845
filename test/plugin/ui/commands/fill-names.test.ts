/** Fill from layer names over real HTTP, in a style that captions are drawn in: what is filled, what is listed, what stays. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Meta } from "../../../../shared/contract/meta.ts";
import type { UiMessage } from "../../../../shared/messages/messages.ts";
import { sendProblem, startContractServer, testMeta } from "../../contract/contract-server.ts";
import { connectedController } from "../connected-controller.ts";

const [pack] = testMeta.packs;
const [captions] = pack!.translations;
const meta: Meta = {
  ...testMeta,
  packs: [
    {
      ...pack!,
      id: "icons",
      translations: [
        { ...captions!, conditions: ["caption", "label", "style"], labels: [{ id: "key", label: "Key" }] },
      ],
    },
    {
      ...pack!,
      id: "styles",
      translations: [
        {
          ...captions!,
          id: "restyle",
          conditions: ["caption", "style", "drawing"],
          styles: [{ id: "tabler", label: "Tabler" }],
          styleImagesMax: 16,
        },
      ],
    },
  ],
};

/** The state after layers of these names were filled in a style. @param refusedAt which of the requests the server knows no drawing for */
async function filled(
  names: readonly string[],
  style: string,
  refusedAt?: number,
  insertAs?: "vector" | "image",
  known = meta,
) {
  const server = await startContractServer();
  try {
    server.meta = known;
    let asked = 0;
    server.intercept = (request, response) => {
      if (request.method !== "POST" || request.url !== "/v1/generations" || asked++ !== refusedAt) return false;
      sendProblem(response, "caption_unknown");
      return true;
    };
    const sent: UiMessage[] = [];
    const controller = await connectedController(server, { post: (message) => sent.push(message) });
    controller.show("fill-names");
    const { readId } = sent.findLast((message) => message.type === "read-layers")!;
    const layers = names.map((name, at) => ({
      ...{ id: `1:${at}`, name },
      ...(name.startsWith("instance/") && { vectorProblem: "instance" as const }),
    }));
    controller.receive({ type: "layers", readId, layers, unreadCount: 0 });
    controller.editForm({ style, ...(insertAs && { insertAs }) });
    await controller.generate();
    return controller.state;
  } finally {
    await server.close();
  }
}

test("in an icon set names are captions, each in its layer, and names that the editor gave stay out", async () => {
  const { results, failure } = await filled(["icon/user-add", "Rectangle 3", "ic_home_24px"], "~restyle/tabler");
  assert.equal(failure, undefined);
  assert.deepEqual(
    results.flatMap(({ images }) =>
      images.map(({ name, destination, drawn }) => [name, destination, drawn?.provenance.condition]),
    ),
    [
      ["user add", { kind: "layer", nodeId: "1:0" }, { caption: "user add", style: "tabler" }],
      ["home", { kind: "layer", nodeId: "1:2" }, { caption: "home", style: "tabler" }],
    ],
  );
});

test("a name that the server can't draw is listed, and the other layers are filled", async () => {
  const { results, refused, failure } = await filled(["bell", "frubnik", "home"], "~restyle/tabler", 1);
  assert.deepEqual([failure, results.length, refused.length], [undefined, 2, 1]);
  assert.equal(refused[0]!.failure.code, "caption_unknown");
  const said = [...results, ...refused.map(({ job }) => job)].map(({ title }) => title);
  assert.deepEqual(said.sort(), ["bell", "frubnik", "home"]);
});

test("without a name that says something nothing is asked, and in a style with labels names are labels", async () => {
  assert.equal((await filled(["Frame 12", "Vector"], "~restyle/tabler")).failure?.code, "nothing_to_do");
  const { results } = await filled(["Keys 2", "bell"], "flat");
  assert.deepEqual(
    results.map(({ images }) => images.map(({ drawn }) => drawn?.provenance.condition)),
    [[{ label: "key", style: "flat" }]],
  );
});

test("a layer whose place vectors can't take is left out before anything is drawn, and filled with an image", async () => {
  const titlesAs = async (insertAs: "vector" | "image") => {
    const { results } = await filled(["bell", "instance/home"], "~restyle/tabler", undefined, insertAs);
    return results.map(({ title }) => title);
  };
  assert.deepEqual(await titlesAs("vector"), ["bell"]);
  assert.deepEqual(await titlesAs("image"), ["bell", "home"]);
});

test("a server that has no labels fills layers with captions in an icon set, whatever style was chosen before", async () => {
  const iconSets = { ...meta, packs: meta.packs.slice(1) };
  for (const style of ["", "flat"]) {
    const { results, failure } = await filled(["bell"], style, undefined, undefined, iconSets);
    assert.deepEqual([failure, results.map(({ title }) => title)], [undefined, ["bell"]]);
  }
});
