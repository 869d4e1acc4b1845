/** Other drawings over real HTTP: what has some, how one is chosen for a result or a layer, on the canvas too, and every way to fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FailureCode } from "../../../../plugin/ui/client/failure.ts";
import type { Controller } from "../../../../plugin/ui/control/controller.ts";
import { planMakeAgain } from "../../../../plugin/ui/plans/captions.ts";
import {
  drawingOf,
  drawingsRequest,
  hasDrawings,
  pickableResult,
  planFromDrawing,
  rememberedOf,
} from "../../../../plugin/ui/plans/drawings.ts";
import type { Provenance } from "../../../../shared/contract/generations/provenance.ts";
import type { Meta } from "../../../../shared/contract/meta.ts";
import type { UiMessage } from "../../../../shared/messages/messages.ts";
import { AppError } from "../../../../shared/problem.ts";
import { waitUntil } from "../../../fixtures/wait-until.ts";
import { readBody, sendError, sendJson } from "../../contract/contract-jobs.ts";
import {
  type ContractServer,
  metaWithStyles,
  sendProblem,
  startContractServer,
} from "../../contract/contract-server.ts";
import { drawPng } from "../../png.ts";
import { connectedController } from "../connected-controller.ts";

const metaWith = (change: object): Meta => metaWithStyles({ styles: [{ id: "lucide", label: "Lucide" }], ...change });
const meta = metaWith({});
const made = {
  ...{ format: 1, packId: "styles", packDigest: "d", translation: "restyle", seed: 7, temperature: 0, guidance: 1 },
  ...{ condition: { caption: "balance", style: "lucide" }, logLikelihood: 1 },
} as Provenance;
const source = { set: "ic", licence: "MIT", icon: "balance", share: 1 };

test("only what words alone drew from a library has other drawings; an older server does not say that it has one", () => {
  assert.ok(hasDrawings(meta, made));
  assert.ok(!hasDrawings(metaWith({ hasDrawings: false }), made));
  assert.ok(!hasDrawings(undefined, made));
  const image = { image: "a".repeat(64) };
  for (const change of [
    { translation: "caption" },
    { condition: { style: "lucide" } },
    { condition: { ...made.condition, drawing: image } },
    { condition: { ...made.condition, sketch: image } },
    { keepResidualOf: { ...image, condition: {} } },
  ])
    assert.ok(!hasDrawings(meta, { ...made, ...change } as Provenance), JSON.stringify(change));
});

test("the canvas is told which images have other drawings, as those of emoji have none", () => {
  assert.deepEqual(rememberedOf(meta, { provenance: made }), { provenance: made, hasDrawings: true });
  assert.deepEqual(rememberedOf(metaWith({ hasDrawings: false }), { provenance: made }), { provenance: made });
});

test("the drawing of an image is the one that was chosen, else the only one that it started from", () => {
  assert.equal(drawingOf({ ...made, startFrom: "a:b", sources: [source] }), "a:b");
  assert.equal(drawingOf({ ...made, sources: [source] }), "ic:balance");
  assert.equal(drawingOf({ ...made, sources: [source, source] }), undefined);
  assert.equal(drawingOf(made), undefined);
});

test("drawings are asked for in the image's style and licences, and the image stays itself but for its drawing", () => {
  const limited = { ...made, licences: ["MIT"], diversity: 0.5 } as Provenance;
  const { count, ...request } = drawingsRequest(limited, "scale");
  assert.ok(count > 12);
  assert.deepEqual(request, {
    ...{ translation: "restyle", condition: { caption: "scale", style: "lucide" }, licences: ["MIT"] },
  });
  const vector = { palette: ["#ff0000"] };
  const of = { kind: "layer", nodeId: "1:1" } as const;
  const { input, sizesPx } = planFromDrawing({ of, made: limited, title: "", vector, sizesPx: [16] }, "lucide:scale");
  assert.deepEqual(
    [input.condition, input.seed, input.startFrom, input.count, input.diversity, input.palette, input.format, sizesPx],
    [made.condition, 7, "lucide:scale", 1, undefined, ["#ff0000"], "svg", [16]],
  );
  const [again] = planMakeAgain([
    { id: "1", isArtboard: false, provenance: JSON.stringify({ ...made, startFrom: "a:b" }) },
  ]);
  assert.equal(again?.input.startFrom, "a:b", "the same bytes need the same drawing");
});

const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M1 1h9"/></svg>';
const found = ["ic:balance", "lucide:scale"].map((id) => ({
  id,
  icon: id.split(":")[1]!,
  set: id.split(":")[0]!,
  svg,
}));

interface Window {
  readonly controller: Controller;
  readonly server: ContractServer;
  readonly sent: UiMessage[];
  /** Bodies of requests for drawings. */
  readonly asked: object[];
  /** The last message that asks main to put an image somewhere. */
  applied(): Extract<UiMessage, { type: "apply" }>;
}

async function withWindow(use: (window: Window) => Promise<void>): Promise<void> {
  const server = await startContractServer();
  const [sent, asked]: [UiMessage[], object[]] = [[], []];
  try {
    server.meta = meta;
    server.intercept = (request, response) => {
      if (request.url !== "/v1/drawings" || request.method !== "POST") return false;
      void readBody(request).then((body) => {
        asked.push(JSON.parse(body.toString()));
        sendJson(response, 200, { drawings: found });
      });
      return true;
    };
    const controller = await connectedController(server, { post: (message) => sent.push(message) });
    const applied = () => sent.findLast((message) => message.type === "apply")!;
    await use({ controller, server, sent, asked, applied });
    controller.stop();
  } finally {
    await server.close();
  }
}

/** Two images of a caption; the second one's other drawings are open. */
async function openSecond({ controller }: Window): Promise<void> {
  controller.show("caption-to-artboard");
  controller.editForm({
    captions: "balance",
    style: "~restyle/lucide",
    count: 2,
    seed: 5,
    isSeedFixed: true,
    insertAs: "image",
  });
  await controller.generate();
  const [set] = controller.state.results;
  controller.drawings.open(pickableResult(controller.state.meta, set!.images[1]!, set!.title)!);
  await waitUntil("the drawings", () => controller.state.picking?.found !== undefined);
}

const imagesOf = ({ controller }: Window) =>
  controller.state.results[0]!.images.map(({ drawn, placedId }) => [drawn!.provenance.startFrom, placedId]);

test("a chosen drawing takes the place of one result, with its seed and style, and nothing goes to the canvas", () =>
  withWindow(async (window) => {
    const { controller, server, asked, sent } = window;
    await openSecond(window);
    const [, second] = controller.state.results[0]!.images;
    await controller.drawings.choose("lucide:scale");
    const request = [...server.generations.values()].at(-1)!.request;
    assert.deepEqual([request.startFrom, request.seed, request.count], ["lucide:scale", second!.seed, 1]);
    assert.deepEqual(request.condition, { caption: "balance", style: "lucide" });
    assert.deepEqual(imagesOf(window), [
      [undefined, undefined],
      ["lucide:scale", undefined],
    ]);
    assert.equal(controller.state.results[0]!.images[1]!.key, second!.key, "its place in the view is the same");
    assert.equal(controller.state.picking?.made.startFrom, "lucide:scale");
    assert.ok(!sent.some(({ type }) => type === "apply"));
    controller.drawings.type("scale");
    await waitUntil("another search", () => asked.length === 2);
    assert.deepEqual(
      asked.map((body) => (body as { condition: object }).condition),
      ["balance", "scale"].map((caption) => ({ caption, style: "lucide" })),
    );
    const count = server.generations.size;
    await controller.drawings.choose("lucide:scale");
    assert.equal(server.generations.size, count, "what it is drawn from already is not drawn again");
    await controller.generate();
    assert.equal(controller.state.picking, undefined, "new results have no open choice");
  }));

test("on the canvas it takes the former one's place too, and an undo there is one in the results", () =>
  withWindow(async (window) => {
    const { controller, applied } = window;
    await openSecond(window);
    controller.apply();
    assert.ok(applied().artboards[0]!.images.every((image) => image.hasDrawings));
    const placed = applied().artboards[0]!.images.map(({ key }, at) => ({ key, nodeId: `1:${at}` }));
    const done = { type: "applied", imageCount: 2, sameCount: 0, skipped: [] } as const;
    controller.receive({ ...done, applyId: applied().applyId, placed });
    await controller.drawings.choose("lucide:scale");
    const { applyId, artboards, target } = applied();
    assert.deepEqual(target, { kind: "replace", nodeIds: ["1:1"], scaleMode: "FILL" });
    const [image] = artboards[0]!.images;
    assert.equal(image!.provenance?.startFrom, "lucide:scale");
    assert.equal(image!.hasDrawings, true);
    controller.receive({ ...done, applyId, imageCount: 1, placed: [{ key: image!.key, nodeId: "1:9" }] });
    assert.deepEqual(imagesOf(window), [
      [undefined, "1:0"],
      ["lucide:scale", "1:9"],
    ]);
    assert.deepEqual([controller.state.picking?.isPut, controller.state.appliedCount], [true, 2]);
    controller.receive({ type: "unapplied", applyId });
    assert.deepEqual(imagesOf(window), [
      [undefined, "1:0"],
      [undefined, "1:9"],
    ]);
    assert.equal(controller.state.picking?.made.startFrom, undefined);
    const first = controller.state.lastAppliedId!;
    controller.receive({ type: "unapplied", applyId: first });
    assert.deepEqual([controller.state.wasUnapplied, imagesOf(window)[1]], [true, [undefined, undefined]]);
  }));

/** The command on two icons of the page, which remember how they were made, and a photograph. */
function selectIcons({ controller, sent }: Window): void {
  controller.show("drawings");
  const read = sent.findLast((message) => message.type === "read-icons")!;
  const icon = (nodeId: string, provenance: object | undefined, change: object = {}) => ({
    ...{ nodeId, nodeName: nodeId, widthPx: 24, heightPx: 24, vector: "{}", svg },
    provenance: provenance === undefined ? "" : JSON.stringify(provenance),
    ...change,
  });
  const bell = { ...made, condition: { caption: "bell", style: "lucide" } };
  const icons = [
    icon("1:0", undefined),
    icon("1:1", bell),
    icon("1:2", made),
    icon("1:3", made, { problem: "locked" }),
  ];
  controller.receive({ type: "icons", readId: read.readId, icons, skipped: [], unreadCount: 0 } as never);
}

test("an icon of the page, made on another day, is drawn anew in its layer, as a vector where it is one", () =>
  withWindow(async (window) => {
    const { controller, server, applied, sent } = window;
    server.meta = meta;
    selectIcons(window);
    await waitUntil("the drawings of the first", () => controller.state.picking?.found !== undefined);
    assert.deepEqual(
      [controller.state.picking?.of, controller.state.picking?.words],
      [{ kind: "layer", nodeId: "1:1" }, "bell"],
    );
    await controller.drawings.choose("lucide:scale");
    const { request } = [...server.generations.values()].at(-1)!;
    assert.deepEqual([request.startFrom, request.seed, request.format], ["lucide:scale", 7, "svg"]);
    const { applyId, target } = applied();
    assert.deepEqual(target, { kind: "replace", nodeIds: ["1:1"], scaleMode: "FILL" });
    const reads = sent.filter(({ type }) => type === "read-icons").length;
    const skipped = [{ nodeId: "1:1", nodeName: "bell", reason: "locked", detail: "" }] as const;
    controller.receive({ type: "applied", applyId, imageCount: 0, sameCount: 0, skipped, placed: [] });
    assert.deepEqual([controller.state.picking?.isPut, controller.state.picking?.skipped], [false, skipped]);
    await controller.drawings.choose("ic:balance");
    const again = { type: "applied", imageCount: 1, sameCount: 0, skipped: [] } as const;
    controller.receive({ ...again, applyId: applied().applyId, placed: [{ key: "", nodeId: "1:1" }] });
    assert.equal(controller.state.picking?.isPut, true);
    assert.ok(sent.filter(({ type }) => type === "read-icons").length > reads, "it looks otherwise now");
    await controller.generate();
    assert.equal(controller.state.run, undefined, "the command has nothing else to run");
  }));

test("each way to fail has its own cause, and trying again goes on", () =>
  withWindow(async (window) => {
    const { controller, server } = window;
    const { intercept } = server;
    await openSecond(window);
    const failsWith = async (answer: ContractServer["intercept"], code: FailureCode): Promise<void> => {
      server.intercept = (request, response) => request.method === "POST" && answer(request, response);
      controller.drawings.retry();
      await waitUntil(code, () => controller.state.picking?.failure !== undefined);
      assert.equal(controller.state.picking?.failure?.code, code);
    };
    for (const [problem, code] of [
      ["not_found", "server_too_old"],
      ["caption_unknown", "caption_unknown"],
      ["inference_unavailable", "inference_unavailable"],
    ] as const)
      await failsWith((_, response) => {
        sendProblem(response, problem);
        return true;
      }, code);
    await failsWith((request) => Boolean(request.socket.destroy()), "unreachable");
    assert.equal(controller.state.failure, undefined, "the rest of the window goes on");
    server.intercept = intercept;
    controller.drawings.retry();
    await waitUntil("the drawings", () => controller.state.picking?.found?.length === 2);
    assert.ok(!("failure" in controller.state.picking!));
    server.intercept = (request, response) => {
      if (request.url !== "/v1/generations" || request.method !== "POST") return false;
      sendError(response, new AppError("invalid_request", "startFrom: expected a drawing", { field: "startFrom" }));
      return true;
    };
    const before = controller.state.results;
    await controller.drawings.choose("lucide:scale");
    const { failure } = controller.state.picking!;
    assert.equal(failure?.code, "drawing_unknown");
    assert.deepEqual(controller.state.results, before);
  }));

test("cancelling takes the image back from the server, and what is closed changes nothing later", () =>
  withWindow(async (window) => {
    const { controller, server } = window;
    await openSecond(window);
    const before = controller.state.results;
    for (const end of ["cancel", "close"] as const) {
      let isHeld = true;
      server.isHeld = () => isHeld;
      const choosing = controller.drawings.choose("lucide:scale");
      await waitUntil("the server draws", () => controller.state.picking?.drawing?.step.stage === "server");
      controller.drawings[end]();
      await choosing;
      isHeld = false;
      assert.deepEqual([controller.state.picking?.drawing, controller.state.results], [undefined, before]);
      const last = [...server.generations.keys()].at(-1)!;
      await waitUntil("it is taken back", () => server.generations.get(last)?.state === "cancelled");
    }
    assert.equal(controller.state.picking, undefined);
  }));

test("pictures of a style of the file that the server lost are sent again", () =>
  withWindow(async (window) => {
    const { controller, server, asked } = window;
    const { intercept } = server;
    let lost = 1;
    server.intercept = (request, response) => {
      if (request.url !== "/v1/drawings" || request.method !== "POST" || lost-- <= 0)
        return intercept(request, response);
      sendProblem(response, "image_unknown");
      return true;
    };
    controller.receive({
      type: "shown-styles",
      styles: [{ id: "a1", name: "Mine", pictures: [drawPng(1, 8).toString("base64")] }],
    });
    const style = { images: ["a".repeat(64)] };
    const of = { kind: "result", key: "k" } as const;
    controller.drawings.open({ of, title: "balance", made: { ...made, condition: { caption: "balance", style } } });
    await waitUntil("the drawings", () => controller.state.picking?.found !== undefined);
    assert.equal(asked.length, 1);
    assert.equal(server.requests.filter(({ path }) => path === "/v1/images").length, 1);
  }));
