/** Make a family over real HTTP: what can be drawn is there, and every name that has no icon is listed. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { familyNames } from "../../../../plugin/ui/plans/icons.ts";
import { FamilySchema } from "../../../../shared/contract/vectors.ts";
import { limits } from "../../../../shared/limits.ts";
import { AppError, toProblem } from "../../../../shared/problem.ts";
import { sendJson, sendProblem } from "../../contract/contract-jobs.ts";
import { startContractServer, testMeta } from "../../contract/contract-server.ts";
import { drawPng } from "../../png.ts";
import { connectedController } from "../connected-controller.ts";

/** A family of one member, beside which names are left out. */
const familyWithout = (names: readonly string[], field: "refused" | "unsaid") => {
  const { refused, ...family } = FamilySchema.parse({
    request: { names: ["house", ...names], seed: 5 },
    packDigest: "d",
    palette: [],
    consistency: { colourCount: 1, strokePx: 1, strokeSpread: 0, opticalSize: 1, opticalSpread: 0 },
    members: [
      {
        ...{ name: "house", seed: 5, logLikelihood: -1, widthPx: 8, heightPx: 8 },
        png: drawPng(1, 8).toString("base64"),
      },
    ],
    refused: names.map((name) => ({ name, problem: toProblem(new AppError("caption_unknown", "unknown")) })),
  });
  return { ...family, ...(field === "refused" && { refused }) };
};

async function drawn(names: string, answer: (response: ServerResponse) => void) {
  const server = await startContractServer();
  try {
    server.intercept = (request, response) => {
      if (request.url !== "/v1/families" || request.method !== "POST") return false;
      answer(response);
      return true;
    };
    const controller = await connectedController(server);
    controller.show("family");
    controller.editForm({ names });
    await controller.generate();
    const { results, failure } = controller.state;
    return { results, failure };
  } finally {
    await server.close();
  }
}

test("a family has the names that could be drawn, and lists the others with why", async () => {
  const left = ["zorgle", "blimf"];
  const { results, failure } = await drawn("zorgle\nhouse\nblimf", (response) =>
    sendJson(response, 200, familyWithout(left, "refused")),
  );
  const [set] = results;
  assert.deepEqual([failure, set?.title, set?.images.map(({ name }) => name)], [undefined, "house", ["house"]]);
  assert.deepEqual(
    set?.leftOutNames,
    left.map((name) => ({ name, code: "caption_unknown" })),
  );
});

test("a server that lists no names, as before 0.53, leaves none out", async () => {
  const { results } = await drawn("house", (response) => sendJson(response, 200, familyWithout([], "unsaid")));
  assert.deepEqual(results[0]?.leftOutNames, []);
});

test("a family of which no name is known is a failure, and one without words says so before it is asked", async () => {
  const { results, failure } = await drawn("zorgle\nblimf", (response) => sendProblem(response, "caption_unknown"));
  assert.deepEqual([results, failure?.code], [[], "caption_unknown"]);
  for (const [names, code] of [
    ["🙂", "caption_unreadable"],
    [" ", "caption_empty"],
  ] as const)
    assert.equal((await drawn(names, () => assert.fail("nothing was to be asked"))).failure?.code, code);
});

test("names beyond what a family has are known before it is asked, and unreadable ones take no place", () => {
  const many = Array.from({ length: limits.familyMax + 2 }, (_, at) => `thing ${at}`);
  const { names, beyond } = familyNames(["🙂", ...many]);
  assert.deepEqual([names, beyond], [many.slice(0, -2), many.slice(-2)]);
});

test("vectors remember the palette of their family, and in the style of a flow between styles none, so that they keep its colours", async () => {
  const [pack] = testMeta.packs;
  const [captions] = pack!.translations;
  const iconSets = { id: "restyle", conditions: ["caption", "style", "drawing"], styleImagesMax: 16 } as const;
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8" viewBox="0 0 8 8"><path d="M1 1h5v5z"/></svg>';
  const family = familyWithout([], "refused");
  const recordIn = async (style: string, form: object = {}) => {
    const server = await startContractServer();
    try {
      const translations = [captions!, { ...captions!, ...iconSets, conditions: [...iconSets.conditions] }];
      server.meta = { ...testMeta, packs: [{ ...pack!, translations }] };
      server.intercept = (request, response) => {
        const isAsked = request.url === "/v1/families" && request.method === "POST";
        const vector = { svg, widthPx: 8, heightPx: 8, leftOutCount: 0 };
        const members = family.members.map(({ png: _, ...member }) => ({ ...member, vector }));
        if (isAsked) sendJson(response, 200, { ...family, palette: ["#0b3954"], members });
        return isAsked;
      };
      const controller = await connectedController(server);
      controller.show("family");
      controller.editForm({ names: "house", insertAs: "vector", palette: "own", style, ...form });
      await controller.generate();
      assert.equal(controller.state.failure, undefined);
      return controller.state.results[0]!.images[0]!.vector!.record;
    } finally {
      await server.close();
    }
  };
  const { id } = captions!.styles[0]!;
  assert.deepEqual(await recordIn(id), { palette: ["#0b3954"] });
  assert.deepEqual(await recordIn(`~restyle/${id}`), {});
  const chosen = { palette: "hex", hexes: "#ff0000" };
  assert.deepEqual(await recordIn(`~restyle/${id}`, chosen), { palette: ["#ff0000"] });
});
