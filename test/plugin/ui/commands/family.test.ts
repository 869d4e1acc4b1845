/** Make a family over real HTTP: what can be drawn is there and in the history, and every name that has no icon is listed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { languages } from "../../../../plugin/ui/i18n/texts.ts";
import { familyNames } from "../../../../plugin/ui/plans/icons.ts";
import { countOf, describeStep, shareOf } from "../../../../plugin/ui/run/progress-text.ts";
import { type Generation, GenerationSchema } from "../../../../shared/contract/generations/generation.ts";
import { GenerationRequestSchema } from "../../../../shared/contract/generations/generation-request.ts";
import type { Meta } from "../../../../shared/contract/meta.ts";
import { limits } from "../../../../shared/limits.ts";
import { readBody, sendJson, sendProblem } from "../../contract/contract-jobs.ts";
import { startContractServer, testMeta } from "../../contract/contract-server.ts";
import { drawPng } from "../../png.ts";
import { connectedController } from "../connected-controller.ts";

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8" viewBox="0 0 8 8"><path d="M1 1h5v5z"/></svg>';
const facts = { layers: [], segmentCount: 1, strokePx: 0, leftOutCount: 0, sha256: "s", bytes: 1 };

/** What a server answers that draws all names but some: the generation at its end. */
function doneOf(body: unknown, isTraced: boolean): Generation {
  const request = GenerationRequestSchema.parse(body);
  const path = `/v1/generations/${request.condition.caption}/images/0.png`;
  const vector = { ...facts, path: path.replace(".png", ".svg") };
  const image = { index: 0, seed: request.seed, logLikelihood: -1, natsPerDimension: 1, widthPx: 8, heightPx: 8 };
  return GenerationSchema.parse({
    ...{ id: request.condition.caption, state: "done", request, packDigest: "d", createdAt: new Date().toISOString() },
    progress: { stage: "finished", completed: 1, total: 1 },
    images: [{ ...image, sha256: "s", bytes: 1, path, ...(request.format === "svg" && isTraced && { vector }) }],
  });
}

interface Given {
  readonly form?: object;
  /** Names that the server knows no drawing of, and one in whose picture it finds nothing to trace. */
  readonly unknown?: readonly string[];
  readonly empty?: string;
  readonly meta?: Meta;
}

/** A family that was drawn: its result, what was asked for, and what was said of its progress. */
async function drawn(names: string, { form = {}, unknown = [], empty, meta = testMeta }: Given = {}) {
  const server = await startContractServer();
  const asked: Generation["request"][] = [];
  const families: unknown[] = [];
  server.meta = meta;
  server.intercept = (request, response) => {
    const { url = "", method } = request;
    if (url.endsWith(".png")) response.writeHead(200, { "Content-Type": "image/png" }).end(drawPng(1, 8));
    else if (url.endsWith(".svg")) response.writeHead(200, { "Content-Type": "image/svg+xml" }).end(svg);
    else if (url === "/v1/families")
      void readBody(request).then((body) => {
        families.push(JSON.parse(body.toString()));
        const palette = ["#0b3954"];
        sendJson(response, 200, { request: { ...JSON.parse(body.toString()) }, packDigest: "d", palette, members: [] });
      });
    else if (url === "/v1/generations" && method === "POST")
      void readBody(request).then((body) => {
        const done = doneOf(JSON.parse(body.toString()), !body.includes(`"${empty}"`));
        const { caption } = done.request.condition;
        if (unknown.includes(caption!)) return sendProblem(response, "caption_unknown");
        asked.push(done.request);
        sendJson(response, 202, done);
      });
    else return false;
    return true;
  };
  try {
    const controller = await connectedController(server);
    const said = new Set<string>();
    controller.subscribe(() => {
      const { run } = controller.state;
      if (run?.step.stage !== "drawing-family") return;
      const count = countOf(run);
      said.add(`${describeStep(languages.en, run.step)}: ${count?.i}/${count?.n} ${shareOf(run)}`);
    });
    controller.show("family");
    controller.editForm({ names, ...form });
    await controller.generate();
    const { results, failure } = controller.state;
    return { results, failure, asked, families, said: [...said] };
  } finally {
    await server.close();
  }
}

const iconSets = { id: "restyle", conditions: ["caption", "style", "drawing"], styleImagesMax: 16 } as const;
const [pack] = testMeta.packs;
const [captions] = pack!.translations;
const { id: style } = captions!.styles[0]!;
const withIconSets: Meta = {
  ...testMeta,
  packs: [{ ...pack!, translations: [captions!, { ...captions!, ...iconSets, conditions: [...iconSets.conditions] }] }],
};

test("a family has the names that could be drawn in their order, and lists the others with why", async () => {
  const { results, failure } = await drawn("zorgle\nhouse\nblimf\nkey", { unknown: ["zorgle", "blimf"] });
  const [set, another] = results;
  assert.deepEqual(
    [failure, another, set?.title, set?.images.map(({ name }) => name)],
    [undefined, undefined, "house, key", ["house", "key"]],
  );
  assert.deepEqual(
    set?.leftOutNames,
    ["zorgle", "blimf"].map((name) => ({ name, code: "caption_unknown" })),
  );
});

test("each icon is a generation of the history, all from one seed in one style, and the window counts them", async () => {
  const { asked, families, said, results } = await drawn("house\nkey", { form: { insertAs: "image", style } });
  assert.deepEqual(
    asked.map(({ condition, seed, count, format }) => [condition, seed, count, format]).sort(),
    ["house", "key"].map((caption) => [{ caption, style }, 5, 1, "png"]),
  );
  assert.deepEqual(families, [], "images need no palette");
  assert.deepEqual(said, [
    "Drawing 2 icons that belong together: 0/2 undefined",
    "Drawing 2 icons that belong together: 1/2 0.5",
    "Drawing 2 icons that belong together: 2/2 1",
  ]);
  const [made] = results[0]!.images;
  assert.deepEqual([made?.drawn?.rank, made?.drawn?.provenance.condition.caption], [undefined, "house"]);
});

test("icons of an icon set are asked for as a family and remember it, so that each suits the others when it is made again", async () => {
  const names = ["house", "key"];
  const inSet = { insertAs: "image", style: `~restyle/${style}` };
  const { asked, results } = await drawn(names.join("\n"), { form: inSet, meta: withIconSets });
  assert.deepEqual(
    asked.map(({ family }) => family),
    [names, names],
  );
  assert.deepEqual(results[0]!.images[0]!.drawn!.provenance.family, names);
  const { asked: singly } = await drawn(names.join("\n"), { form: { insertAs: "image", style } });
  assert.deepEqual(
    singly.map(({ family }) => family),
    [undefined, undefined],
  );
});

test("a name in whose picture nothing can be traced is listed, and its image does not stand in for vectors", async () => {
  const { results } = await drawn("house\nfog", { form: { insertAs: "vector", palette: "own" }, empty: "fog" });
  assert.deepEqual(
    [results[0]?.images.map(({ name }) => name), results[0]?.leftOutNames],
    [["house"], [{ name: "fog", code: "image_rejected" }]],
  );
});

test("a family of which no name is known is a failure, and one without words says so before it is asked", async () => {
  for (const names of ["zorgle\nblimf", "zorgle"]) {
    const { results, failure } = await drawn(names, { unknown: ["zorgle", "blimf"] });
    assert.deepEqual([results, failure?.code], [[], "caption_unknown"]);
  }
  for (const [names, code] of [
    ["🙂", "caption_unreadable"],
    [" ", "caption_empty"],
  ] as const) {
    const { failure, asked } = await drawn(names);
    assert.deepEqual([failure?.code, asked], [code, []]);
  }
});

test("names beyond what a family has are known before it is asked, and unreadable ones take no place", () => {
  const many = Array.from({ length: limits.familyMax + 2 }, (_, at) => `thing ${at}`);
  const { names, beyond } = familyNames(["🙂", ...many]);
  assert.deepEqual([names, beyond], [many.slice(0, -2), many.slice(-2)]);
});

test("vectors are traced in the palette of their family and remember it, in an icon set in none, so that they keep its colours", async () => {
  const recordIn = async (choice: string, form: object = {}) => {
    const given = { insertAs: "vector", palette: "own", style: choice, ...form };
    const { results, failure, asked, families } = await drawn("house\nkey", { form: given, meta: withIconSets });
    assert.equal(failure, undefined);
    const { record } = results[0]!.images[0]!.vector!;
    return { record, palettes: asked.map(({ palette }) => palette), families: families.length };
  };
  const family = ["#0b3954"];
  assert.deepEqual(await recordIn(style), { record: { palette: family }, palettes: [family, family], families: 1 });
  const none = [undefined, undefined];
  assert.deepEqual(await recordIn(`~restyle/${style}`), { record: {}, palettes: none, families: 0 });
  const red = ["#ff0000"];
  const chosen = { palette: "hex", hexes: "#ff0000" };
  for (const choice of [style, `~restyle/${style}`])
    assert.deepEqual(await recordIn(choice, chosen), { record: { palette: red }, palettes: [red, red], families: 0 });
  const near = await recordIn(style, { ...chosen, recolourHow: "near" });
  assert.deepEqual([near.record, near.palettes], [{ palette: red, isNear: true }, [family, family]]);
});
