/** Layers whose source the server no longer has: they are drawn from what they show now, over real HTTP. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Controller } from "../../../plugin/ui/control/controller.ts";
import { losesDrawings, planLost } from "../../../plugin/ui/plans/lost-pictures.ts";
import { type DrawJob, drawnOf } from "../../../plugin/ui/run/jobs.ts";
import { lostJobs } from "../../../plugin/ui/state/state.ts";
import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { Meta } from "../../../shared/contract/meta.ts";
import { limits } from "../../../shared/limits.ts";
import type { Launch, UiMessage } from "../../../shared/messages/messages.ts";
import { defaultSettings } from "../../../shared/messages/settings.ts";
import { type ContractServer, sendProblem, startContractServer, testMeta } from "../contract/contract-server.ts";
import { drawPng } from "../png.ts";
import { connectedController } from "./connected-controller.ts";

const [pack] = testMeta.packs;
const withImages: Meta = {
  ...testMeta,
  packs: [
    {
      ...pack!,
      translations: pack!.translations.map((one) => ({ ...one, conditions: [...one.conditions, "image" as const] })),
    },
  ],
};
/** Redraws drawings in a style that icons show, and reads no image. */
const redrawing: Meta = {
  ...testMeta,
  packs: [
    {
      ...pack!,
      translations: pack!.translations.map((one) => ({
        ...one,
        conditions: ["caption" as const, "drawing" as const, "style" as const],
        styleImagesMax: 16,
      })),
    },
  ],
};
const gone = "a".repeat(64);
const madeFrom = (condition: PartialCondition): Provenance => ({
  ...{ format: 1, packId: "default", packDigest: "d", translation: "caption", seed: 1, temperature: 0.5, guidance: 1 },
  condition,
  logLikelihood: 0,
});
const layer = (id: string, condition: PartialCondition) => ({
  ...{ id, isArtboard: false, provenance: JSON.stringify(madeFrom(condition)) },
});
const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The window as a relaunch button opens it; main answers for icons with the images that layers show. */
async function launched(
  server: ContractServer,
  kind: Launch["kind"],
  images: readonly ReturnType<typeof layer>[],
  onChange: (controller: Controller) => void = () => undefined,
  rasterise = async (_: string | Uint8Array) => drawPng(9),
) {
  const sent: UiMessage[] = [];
  const selected = images.map(({ id }) => id);
  const controller: Controller = await connectedController(server, {
    rasterise,
    post: (message) => {
      sent.push(message);
      if (message.type !== "read-icons") return;
      const { readId } = message;
      queueMicrotask(() => {
        for (const [at, id] of selected.entries())
          controller.receive({ type: "icon-image", readId, hash: id, bytes: drawPng(at) });
        const icons = selected.map((id) => ({
          ...{ nodeId: id, nodeName: id, imageHash: id, widthPx: 64, heightPx: 64, provenance: "", vector: "" },
        }));
        controller.receive({ type: "icons", readId, icons, skipped: [], unreadCount: 0 });
      });
    },
  });
  const settings = { ...defaultSettings, serverUrl: server.url, token: server.token };
  const selection = { texts: [], images, layerCount: images.length, key: "" };
  const launch = { kind } as Launch;
  controller.receive({ type: "start", launch, settings, selection, session: undefined, editor: "figma" });
  await new Promise<void>((resolve) => {
    let hasRun = false;
    controller.subscribe(() => {
      onChange(controller);
      hasRun ||= controller.state.run !== undefined;
      if (hasRun && controller.state.run === undefined) resolve();
    });
  });
  return { controller, selected, sent };
}

/** *Redraw* of a layer whose picture is gone and of three others, cancelled at its first result. */
function cancelledRedraw(server: ContractServer) {
  const images = [
    layer("1:1", { caption: "house", image: { image: gone, depth: "middle" } }),
    ...["tree", "cat", "dog"].map((caption, at) => layer(`2:${at}`, { caption })),
  ];
  let isFirst = true;
  return launched(server, "redraw", images, (redrawing) => {
    if (!isFirst || redrawing.state.results.length === 0) return;
    isFirst = false;
    redrawing.cancel();
  });
}

async function withServer(use: (server: ContractServer) => Promise<void>): Promise<void> {
  const server = await startContractServer();
  server.meta = withImages;
  server.isStrict = true;
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

const madeIn = ({ state }: Controller) =>
  state.results.flatMap(({ images }) =>
    images.map(({ destination, drawn }) => [destination, drawn!.provenance.condition.image?.image]),
  );

test("Redraw and Make again of a picture that the server lost are done from what the layer shows, at a button", async () => {
  await withServer(async (server) => {
    for (const kind of ["redraw", "make-again"] as const) {
      const lost = layer("1:1", { caption: "house", style: "flat", image: { image: gone, depth: "last" } });
      const { controller, selected } = await launched(server, kind, [lost]);
      assert.equal(controller.state.failure?.code, "image_unknown");
      assert.equal(lostJobs(controller.state).length, 1);
      // Without the layer there is nothing to start from, and the way stays open.
      selected.length = 0;
      await controller.drawLost();
      assert.equal(controller.state.failure?.code, "image_unknown");
      selected.push("1:1");
      await controller.drawLost();
      assert.equal(controller.state.failure, undefined);
      assert.deepEqual(madeIn(controller), [[{ kind: "layer", nodeId: "1:1" }, digestOf(drawPng(0))]]);
      const { caption, image } = controller.state.results[0]!.images[0]!.drawn!.provenance.condition;
      assert.deepEqual([caption, image?.depth], ["house", "last"]);
    }
  });
});

test("small pictures that layers keep are sent again by themselves, alone and in a batch, and the request stays the same", async () => {
  await withServer(async (server) => {
    const bytes = drawPng(5);
    const image = { image: digestOf(bytes), depth: "last" as const };
    const pictures = { [image.image]: Buffer.from(bytes).toString("base64") };
    const keeping = (id: string, more: Partial<Provenance> = {}) => ({
      ...{ id, isArtboard: false },
      provenance: JSON.stringify({ ...madeFrom({ caption: "house", image }), pictures, ...more }),
    });
    for (const [kind, ...layers] of [
      ["make-again", keeping("1:1")],
      ["redraw", keeping("1:1"), layer("1:2", { caption: "tree" })],
    ] as const) {
      server.forget();
      const { controller } = await launched(server, kind, layers);
      assert.deepEqual([controller.state.failure, controller.state.refused], [undefined, []]);
      assert.deepEqual(madeIn(controller)[0], [{ kind: "layer", nodeId: "1:1" }, image.image]);
      assert.deepEqual(controller.state.results[0]!.images[0]!.drawn!.provenance.pictures, pictures, "kept on");
    }
    server.intercept = (request, response) => {
      const isRefused = request.url === "/v1/images";
      if (isRefused) sendProblem(response, "image_rejected");
      return isRefused;
    };
    for (const kept of ["no base64!", Buffer.from("no picture").toString("base64")]) {
      server.forget();
      const broken = keeping("1:1", { pictures: { [image.image]: kept } });
      const { controller } = await launched(server, "make-again", [broken]);
      assert.equal(controller.state.failure?.code, "image_unknown");
      assert.equal(lostJobs(controller.state).length, 1, "the other way is still there");
    }
  });
});

test("a layer keeps the picture of strokes that are too long for a text, unless it is too large", async () => {
  await withServer(async (server) => {
    const [first] = pack!.translations;
    const translations = [{ ...first!, conditions: [...first!.conditions, "sketch" as const] }];
    server.meta = { ...testMeta, packs: [{ ...pack!, translations }] };
    const small = drawPng(1);
    for (const bytes of [small, new Uint8Array([...small, ...new Uint8Array(limits.keptPictureMaxBytes)])]) {
      const controller = await connectedController(server, { rasterise: async () => bytes });
      controller.show("sketch");
      const path = "<path d='M0 0h9'/>".repeat(9000);
      controller.setDrawing("long", `<svg xmlns="http://www.w3.org/2000/svg">${path}</svg>`);
      await controller.generate();
      const { pictures } = controller.state.results[0]!.images[0]!.drawn!.provenance;
      const kept = { [digestOf(bytes)]: Buffer.from(bytes).toString("base64") };
      assert.deepEqual(pictures, bytes === small ? kept : undefined);
    }
  });
});

test("of several layers only those whose picture is lost are drawn in the other way, each from its own", async () => {
  await withServer(async (server) => {
    const image = { image: gone, depth: "middle" as const };
    const { controller } = await launched(server, "redraw", [
      layer("1:1", { caption: "house", image }),
      layer("1:2", { caption: "tree" }),
      layer("1:3", { caption: "house", image }),
    ]);
    assert.deepEqual(
      controller.state.refused.map(({ job, failure }) => [job.title, failure.code]),
      [["house", "image_unknown"]],
    );
    assert.equal(controller.state.results.length, 1);
    await controller.drawLost();
    assert.deepEqual([controller.state.refused, controller.state.failure], [[], undefined]);
    assert.deepEqual(madeIn(controller), [
      [{ kind: "layer", nodeId: "1:1" }, digestOf(drawPng(0))],
      [{ kind: "layer", nodeId: "1:3" }, digestOf(drawPng(2))],
      [{ kind: "layer", nodeId: "1:2" }, undefined],
    ]);
  });
});

test("layers that a cancelled Redraw left stay to be made, whatever becomes of the lost ones", async () => {
  await withServer(async (server) => {
    const { controller, selected } = await cancelledRedraw(server);
    const left = () => controller.state.missing.map(({ title }) => title).sort();
    const cancelled = left();
    assert.equal(cancelled.length, 2);
    const given = selected.splice(0);
    await controller.drawLost();
    assert.equal(controller.state.failure?.code, "image_unknown", "nothing is selected");
    assert.deepEqual([left(), lostJobs(controller.state).length], [cancelled, 1]);
    selected.push(...given);
    const drawing = controller.drawLost();
    controller.cancel();
    await drawing;
    assert.deepEqual([left(), lostJobs(controller.state).length], [cancelled, 1], "cancelled before it was sent");
    await controller.drawLost();
    assert.deepEqual([left(), controller.state.refused, controller.state.results.length], [cancelled, [], 2]);
    await controller.resume();
    assert.deepEqual([left(), controller.state.failure, controller.state.results.length], [[], undefined, 4]);
  });
});

test("when the server is back during a run, what an earlier one left follows by itself, and all is applied at once", async () => {
  await withServer(async (server) => {
    const { controller, sent } = await cancelledRedraw(server);
    assert.equal(controller.state.missing.length, 2);
    let isHeld = true;
    server.isHeld = () => isHeld;
    const drawing = controller.drawLost();
    let isAway = true;
    server.intercept = (request) => {
      const isMissed = isAway && request.url === "/v1/meta" && request.method === "GET";
      if (isMissed) request.socket.destroy();
      isAway &&= !isMissed;
      return isMissed;
    };
    const isBack = new Promise<void>((resolve) => {
      let wasAway = false;
      controller.subscribe(() => {
        const { isReconnecting } = controller.state;
        if (wasAway && !isReconnecting) resolve();
        wasAway ||= isReconnecting;
      });
    });
    await controller.saveSettings({ ...controller.state.settings, applyAutomatically: true });
    await isBack;
    assert.notEqual(controller.state.run, undefined);
    isHeld = false;
    await drawing;
    assert.deepEqual(
      [controller.state.missing, controller.state.failure, controller.state.refused],
      [[], undefined, []],
    );
    assert.equal(madeIn(controller).length, 4);
    const applied = sent.flatMap((message) => (message.type === "apply" ? [message.artboards.length] : []));
    assert.deepEqual(applied, [4]);
  });
});

test("a lost layer that is not selected now stays in the notice, to be drawn when it is", async () => {
  await withServer(async (server) => {
    const image = { image: gone, depth: "middle" as const };
    const { controller, selected } = await launched(server, "redraw", [
      layer("1:1", { caption: "house", image }),
      layer("1:2", { caption: "tree" }),
      layer("1:3", { caption: "house", image }),
      layer("1:4", { caption: "boat", image }),
    ]);
    const lost = () => lostJobs(controller.state).flatMap(({ nodeIds }) => nodeIds);
    selected.splice(0, 4, "1:3");
    await controller.drawLost();
    assert.deepEqual([lost(), controller.state.failure, madeIn(controller).length], [["1:1", "1:4"], undefined, 2]);
    selected.splice(0, 1, "1:1", "1:4");
    await controller.drawLost();
    assert.deepEqual([lost(), controller.state.refused], [[], []]);
    const { results } = controller.state;
    assert.equal(new Set(results.map(({ index }) => index)).size, 4);
    assert.equal(new Set(madeIn(controller).map(([destination]) => JSON.stringify(destination))).size, 4);
  });
});

test("an upload that is gone before its request is sent again by trying again", async () => {
  await withServer(async (server) => {
    const [first] = pack!.translations;
    const translations = [{ ...first!, conditions: [...first!.conditions, "sketch" as const] }];
    server.meta = { ...testMeta, packs: [{ ...pack!, translations }] };
    const controller = await connectedController(server, { rasterise: async () => drawPng(1) });
    controller.show("sketch");
    controller.setDrawing("long", `<svg xmlns="http://www.w3.org/2000/svg">${"<path d='M0 0h9'/>".repeat(9000)}</svg>`);
    server.intercept = (request, response) => {
      if (request.method !== "POST" || request.url !== "/v1/generations") return false;
      sendProblem(response, "image_unknown");
      return true;
    };
    await controller.generate();
    assert.equal(controller.state.failure?.code, "image_unknown");
    assert.equal(lostJobs(controller.state).length, 0, "no layer remembers it");
    server.intercept = () => false;
    const uploads = () => server.requests.filter(({ path }) => path === "/v1/images").length;
    const before = uploads();
    await controller.retry();
    assert.deepEqual([controller.state.failure, uploads() - before], [undefined, 1]);
  });
});

const lostJob = (input: GenerationInput): DrawJob => ({
  ...{ kind: "draw", isRemembered: true, index: 0, title: "", imageCount: 1, nodeIds: ["1"], onlyIndex: 2 },
  input: { translation: "caption", seed: 4, ...input },
});
const planned = (input: GenerationInput, meta = withImages, ofStyles: readonly string[] = [], drawn?: string) =>
  planLost([{ ...lostJob(input), ...drawnOf({ drawn }) }], meta, {
    shownBy: new Map([["1", "own"]]),
    ofStyles: new Set(ofStyles),
    drawings: new Map([["<svg/>", "drawn"]]),
  }).jobs[0]!;

test("what a layer shows takes the place of strokes, colours, drawings, residuals and styles that are lost", () => {
  const lost = { image: gone };
  const like = { image: { image: "own", depth: "middle" } };
  const conditionOf = (condition: PartialCondition, ...others: [Meta?, string[]?]) =>
    planned({ condition }, ...others).input.condition;
  assert.deepEqual(conditionOf({ caption: "a", sketch: lost }), { caption: "a", ...like });
  assert.deepEqual(conditionOf({ sketch: lost }, testMeta), { sketch: { image: "own" } }, "no image is read");
  assert.deepEqual(conditionOf({ layout: lost }), { layout: { image: "own" } });
  const drawn = planned({ condition: { drawing: { ...lost, mask: gone }, style: { images: [gone] } }, temperature: 0 });
  assert.deepEqual(drawn.input.condition, { drawing: { image: "own" }, style: { images: ["own"] } });
  assert.ok(drawn.input.temperature! > 0, "another drawing, not the same");
  assert.deepEqual(conditionOf({ style: { images: [gone] } }, withImages, [gone]), { style: { images: [gone] } });
  const edit = planned({
    condition: { style: "flat" },
    ...{ keepResidualOf: { ...lost, condition: {} }, blendWith: { ...lost, condition: {} }, angleDegrees: 3 },
  });
  assert.deepEqual(edit.input, { translation: "caption", seed: 4, condition: { style: "flat", ...like }, count: 1 });
  assert.equal("onlyIndex" in edit, false);
});

test("a mask and a layout that the layer remembers come back, and what can't is known before", () => {
  const lost = { image: gone };
  const conditionOf = (condition: PartialCondition) => planned({ condition }, redrawing, [], "<svg/>").input.condition;
  const masked: PartialCondition = { drawing: { ...lost, mask: gone }, style: "flat" };
  assert.deepEqual(conditionOf(masked), { drawing: { image: "own", mask: "drawn" }, style: "flat" });
  assert.deepEqual(conditionOf({ layout: lost }), { layout: { image: "drawn" } });
  const loses = (condition: PartialCondition, drawn?: string) =>
    losesDrawings([{ ...lostJob({ condition }), ...drawnOf({ drawn }) }]);
  assert.deepEqual([loses(masked), loses(masked, "<svg/>")], [true, false]);
  assert.deepEqual([loses({ layout: lost }), loses({ layout: lost }, "<svg/>")], [true, false]);
  assert.deepEqual([loses({ sketch: lost }), loses({ sketch: { svg: "<svg/>" } })], [true, false]);
  assert.deepEqual([loses({ drawing: lost }), loses({ image: { ...lost, depth: "last" } })], [false, false]);
});

test("a lost part is drawn anew in what the layer shows, under the mask that it remembers", async () => {
  await withServer(async (server) => {
    server.meta = redrawing;
    const drawn = `<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>`;
    const condition = { drawing: { image: gone, mask: gone }, style: "flat" };
    const remembered = { ...madeFrom(condition), drawn };
    const { controller } = await launched(server, "redraw", [
      { id: "1:1", isArtboard: false, provenance: JSON.stringify(remembered) },
    ]);
    assert.equal(controller.state.failure?.code, "image_unknown");
    assert.equal(losesDrawings(lostJobs(controller.state)), false);
    await controller.drawLost();
    const { provenance } = controller.state.results[0]!.images[0]!.drawn!;
    const { drawing } = provenance.condition;
    assert.deepEqual(drawing, { image: digestOf(drawPng(0)), mask: digestOf(drawPng(9)) });
    assert.equal(provenance.drawn, drawn, "and the new image remembers it too");
  });
});

test("a remembered mask that is no drawing is as good as none: the part is drawn anew without it", async () => {
  await withServer(async (server) => {
    server.meta = redrawing;
    const condition = { drawing: { image: gone, mask: gone }, style: "flat" };
    const remembered = { ...madeFrom(condition), drawn: "<svg" };
    const selected = { id: "1:1", isArtboard: false, provenance: JSON.stringify(remembered) };
    const rasterise = async (drawing: string | Uint8Array) => {
      if (drawing === "<svg") throw new Error("The source image cannot be decoded.");
      return drawPng(9);
    };
    const { controller } = await launched(server, "redraw", [selected], undefined, rasterise);
    await controller.drawLost();
    assert.equal(controller.state.failure, undefined);
    const { drawing } = controller.state.results[0]!.images[0]!.drawn!.provenance.condition;
    assert.deepEqual(drawing, { image: digestOf(drawPng(0)) });
  });
});

test("what was sent with the request itself is not lost", () => {
  const condition = { sketch: { svg: "<svg/>" }, layout: { cells: [0, 1] }, style: "flat" };
  assert.deepEqual(planned({ condition }).input.condition, condition);
});

test("a lost drawing without a requested style stays in the picture's own, and its named style is kept", () => {
  const own = { image: "own" };
  const images = { images: ["own"] };
  const conditionOf = (condition: PartialCondition) => planned({ condition }, redrawing).input.condition;
  assert.deepEqual(conditionOf({ drawing: { image: gone, mask: gone } }), { drawing: own, style: images });
  assert.deepEqual(conditionOf({ drawing: { image: gone, style: "flat" } }), {
    drawing: { ...own, style: "flat" },
    style: images,
  });
  assert.deepEqual(conditionOf({ drawing: { image: gone, style: { images: [gone] } } }), {
    drawing: own,
    style: images,
  });
  assert.deepEqual(conditionOf({ drawing: { image: gone, style: "outline" }, style: "flat" }), {
    drawing: own,
    style: "flat",
  });
});

test("a lost edit starts from a drawing where no image is read, and words that were no edit keep their attribute", () => {
  const keepResidualOf = { image: gone, condition: {} };
  const edit = planned({ condition: { style: "flat" }, keepResidualOf }, redrawing);
  assert.deepEqual(edit.input.condition, { style: "flat", drawing: { image: "own" } });
  const attribute = { towards: "night", strength: 1 };
  const condition = { caption: "a", image: { image: gone, depth: "last" as const } };
  assert.deepEqual(planned({ condition, attribute }).input.attribute, attribute);
  assert.equal(planned({ condition, attribute, keepResidualOf }).input.attribute, undefined);
});
