/** A style of the selection over real HTTP: from icons to a style of the file, from there to captions, icons and parts of an icon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../../plugin/ui/client/failure.ts";
import { redrawnStyles } from "../../../plugin/ui/client/style-choice.ts";
import { translationFor } from "../../../plugin/ui/client/translations.ts";
import type { Controller } from "../../../plugin/ui/control/controller.ts";
import { planReplacements } from "../../../plugin/ui/plans/captions.ts";
import { defaultForm } from "../../../plugin/ui/state/form.ts";
import type { State } from "../../../plugin/ui/state/state.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { UiMessage } from "../../../shared/messages/messages.ts";
import { defaultSettings } from "../../../shared/messages/settings.ts";
import { type ShownStyle, shownStylesMax } from "../../../shared/messages/shown-styles.ts";
import {
  type ContractServer,
  metaWithStyles,
  sendProblem,
  startContractServer,
  testMeta,
} from "../contract/contract-server.ts";
import { drawPng } from "../png.ts";
import { connectedController } from "./connected-controller.ts";

const redrawing = metaWithStyles({ styles: [{ id: "tabler", label: "Tabler" }] });

async function withController(
  use: (controller: Controller, sent: UiMessage[], server: ContractServer) => Promise<void>,
): Promise<void> {
  const server = await startContractServer();
  try {
    server.meta = redrawing;
    const sent: UiMessage[] = [];
    let drawn = 0;
    const controller = await connectedController(server, {
      post: (message) => sent.push(message),
      rasterise: async () => drawPng(drawn++, 8),
    });
    await use(controller, sent, server);
  } finally {
    await server.close();
  }
}

async function until(controller: Controller, isReached: (state: State) => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    controller.subscribe(() => {
      if (controller.state.run === undefined && isReached(controller.state)) resolve();
    });
  });
}

/** What main answers to the question for icons that was asked last. */
function answerIcons(controller: Controller, sent: readonly UiMessage[], count: number): void {
  const requested = sent.findLast((message) => message.type === "read-icons");
  assert.ok(requested?.type === "read-icons");
  const icons = Array.from({ length: count }, (_, at) => ({
    nodeId: `1:${at}`,
    nodeName: `icon ${at}`,
    ...{ widthPx: 24, heightPx: 24, provenance: "", vector: "", svg: "<svg/>" },
  }));
  controller.receive({ type: "icons", readId: requested.readId, icons, skipped: [], unreadCount: 0 });
}

test("icons of the selection become a style of the file, sixteen at most, and captions are drawn in it", async () => {
  await withController(async (controller, sent) => {
    controller.show("caption-to-artboard");
    const taking = controller.takeStyle((number) => `Mine ${number}`);
    answerIcons(controller, sent, 20);
    await taking;
    const saved = sent.findLast((message) => message.type === "save-shown-style");
    assert.ok(saved?.type === "save-shown-style");
    assert.deepEqual([saved.style.name, saved.style.pictures.length], ["Mine 1", 16]);
    assert.deepEqual([controller.state.taken?.styleId, controller.state.taken?.nodeIds.length], [saved.style.id, 20]);
    controller.editForm({ captions: "a cat", count: 2 });
    await controller.generate();
    const { provenance } = controller.state.results[0]!.images[0]!.drawn!;
    assert.equal(provenance.translation, "restyle");
    assert.equal(provenance.temperature, 0);
    assert.ok(typeof provenance.condition.style === "object" && provenance.condition.style.images.length === 16);
    controller.removeStyle(saved.style.id);
    assert.deepEqual([controller.state.shown, controller.state.form.style], [[], ""]);
  });
});

test("without icons no style is made, and the failure says what to select", async () => {
  await withController(async (controller, sent) => {
    controller.show("restyle");
    const taking = controller.takeStyle(String);
    answerIcons(controller, sent, 0);
    await taking;
    assert.equal(controller.state.failure?.code, "style_icons_missing");
    assert.ok(!sent.some(({ type }) => type === "save-shown-style"));
  });
});

test("a file that is full of styles takes no more, and the failure says so before anything is read", async () => {
  await withController(async (controller, sent) => {
    const styles = Array.from({ length: shownStylesMax }, (_, at) => ({
      ...{ id: `s${at}`, name: `${at}`, pictures: ["b25l"] },
    }));
    controller.receive({ type: "shown-styles", styles });
    await controller.takeStyle(String);
    assert.equal(controller.state.failure?.code, "styles_full");
    assert.ok(!sent.some(({ type }) => type === "save-shown-style" || type === "read-icons"));
  });
});

test("a style is taken although the selection or the command changes before its icons are read", async () => {
  await withController(async (controller, sent) => {
    controller.show("caption-to-artboard");
    const taking = controller.takeStyle(String);
    controller.receive({ type: "selection", selection: { texts: [], images: [], layerCount: 1, key: "" } });
    answerIcons(controller, sent, 1);
    await taking;
    assert.equal(controller.state.shown.length, 1);
    const givenUp = controller.takeStyle(String);
    controller.show("sketch");
    const requested = sent.findLast((message) => message.type === "read-drawing");
    assert.ok(requested?.type === "read-drawing");
    controller.receive({ type: "drawing", readId: requested.readId, name: "Frame", svg: "<svg/>" });
    await givenUp;
    assert.deepEqual([controller.state.shown.length, controller.state.failure], [1, undefined]);
  });
});

test("the chosen style of the file stays when the server answers before main, and goes when the file has it not", async () => {
  await withController(async (controller) => {
    controller.editForm({ style: "#a1" });
    await controller.connect();
    assert.equal(controller.state.form.style, "#a1");
    controller.receive({ type: "shown-styles", styles: [{ id: "a1", name: "Mine", pictures: ["b25l"] }] });
    await controller.connect();
    assert.equal(controller.state.form.style, "#a1");
  });
  await withController(async (controller) => {
    controller.editForm({ style: "#a1" });
    await controller.connect();
    controller.receive({ type: "shown-styles", styles: [] });
    assert.equal(controller.state.form.style, "");
  });
});

test("a style of the file that goes during a Redraw leaves the person's form too, and no other style does", async () => {
  const style = { id: "a1", name: "Mine", pictures: ["b25l"] };
  const made = { ...{ format: 1, packId: "default", packDigest: "d", translation: "caption" }, seed: 1 };
  const provenance = { ...made, condition: { caption: "a cat", style: "flat" }, temperature: 0, guidance: 1 };
  const image = { id: "1:1", isArtboard: false, provenance: JSON.stringify({ ...provenance, logLikelihood: 0 }) };
  const stylesAfter = async (
    own: string,
    shown: readonly ShownStyle[],
    go: (controller: Controller, server: ContractServer) => unknown,
  ) => {
    let left: readonly unknown[] = [];
    await withController(async (controller, _, server) => {
      const settings = { ...defaultSettings, serverUrl: server.url, token: server.token };
      const selection = { texts: [], images: [image], layerCount: 1, key: "" };
      const session = { form: { ...defaultForm, style: own }, results: [] };
      const launch = { kind: "redraw" } as const;
      controller.receive({ type: "start", launch, settings, selection, session, editor: "figma" });
      controller.receive({ type: "shown-styles", styles: shown });
      await until(controller, ({ results }) => results.length > 0);
      await go(controller, server);
      left = [controller.state.form.style, controller.state.ownForm?.style];
    });
    return left;
  };
  const remove = (controller: Controller) => controller.removeStyle("a1");
  const connect = (controller: Controller) => controller.connect();
  assert.deepEqual(await stylesAfter("#a1", [style], remove), ["flat", ""]);
  assert.deepEqual(await stylesAfter("outline", [style], remove), ["flat", "outline"]);
  assert.deepEqual(await stylesAfter("#a1", [], () => undefined), ["flat", ""], "kept from another file");
  assert.deepEqual(await stylesAfter("of-another-pack", [], connect), ["flat", ""]);
  assert.deepEqual(await stylesAfter("#a1", [style], connect), ["flat", "#a1"]);
  // A server that was restarted with another pack refuses the layer's style.
  const refuse = async (controller: Controller, server: ContractServer) => {
    const packs = server.meta.packs.map((pack) => ({
      ...pack,
      translations: pack.translations.map((one) => ({ ...one, styles: one.styles.filter(({ id }) => id !== "flat") })),
    }));
    server.meta = { ...server.meta, packs };
    server.intercept = (request, response) => {
      if (request.method !== "POST") return false;
      sendProblem(response, "style_unknown");
      return true;
    };
    await controller.generate();
    assert.equal(controller.state.failure?.code, "style_unknown");
  };
  assert.deepEqual(await stylesAfter("outline", [style], refuse), ["", "outline"]);
  assert.deepEqual(await stylesAfter("#a1", [style], refuse), ["", "#a1"]);
});

test("a part is requested with its mask in the icon's layer, and never without one", async () => {
  await withController(async (controller, sent) => {
    controller.show("redraw-part");
    answerIcons(controller, sent, 1);
    await controller.generate();
    assert.equal(controller.state.failure?.code, "mask_missing");
    controller.setDrawing("icon 0", `<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9" stroke="#fff"/></svg>`);
    await controller.generate();
    const [image] = controller.state.results[0]!.images;
    assert.deepEqual(image!.destination, { kind: "layer", nodeId: "1:0" });
    const { condition, drawn } = image!.drawn!.provenance;
    const { drawing, style } = condition;
    assert.match(drawn!, /^<svg .*M0 0h9/, "the layer remembers what was painted");
    assert.ok(drawing && "image" in drawing && drawing.mask !== undefined && drawing.mask !== drawing.image);
    assert.equal(style, undefined, "the icon's own");
    controller.editForm({ style: "flat", redrawStyle: "~restyle/tabler" });
    await controller.generate();
    const again = controller.state.results[0]!.images[0]!.drawn!.provenance.condition;
    assert.deepEqual([again.style, controller.state.form.style], ["tabler", "flat"], "no other command's style");
  });
});

test("a style that the file no longer has is named, and commands without such styles take any", async () => {
  await withController(async (controller) => {
    controller.show("caption-to-artboard");
    controller.editForm({ captions: "a cat", style: "#gone" });
    await controller.generate();
    assert.equal(controller.state.failure?.code, "style_gone");
  });
  for (const command of ["restyle", "family"] as const)
    assert.deepEqual(redrawnStyles(redrawing, command), [{ id: "~restyle/tabler", label: "Tabler" }], command);
  assert.equal(translationFor(redrawing, "restyle", "~restyle/tabler").packId, "styles");
  assert.throws(() => translationFor(testMeta, "caption-to-artboard", "#one"), Failure);
});

test("what a flow between styles drew is asked of it again, a drawing and a layout with some variety", () => {
  const style = { images: ["a".repeat(64)] };
  const made = (condition: Provenance["condition"]): Provenance => ({
    ...{ format: 1, packId: "styles", packDigest: "d", translation: "restyle", seed: 1, temperature: 0, guidance: 1 },
    condition,
    logLikelihood: 0,
  });
  const [again, part, layout] = planReplacements({ ...defaultForm, seed: 9 }, redrawing.packs[0]!.translations[0]!, [
    { nodeId: "1:1", provenance: made({ caption: "a cat", style }) },
    { nodeId: "1:2", provenance: made({ drawing: { image: "b".repeat(64) }, style }) },
    { nodeId: "1:3", provenance: made({ layout: { image: "c".repeat(64) }, style }) },
  ]);
  assert.deepEqual(
    [again!.input.translation, again!.input.seed, again!.input.temperature, again!.input.condition],
    ["restyle", 9, 0, { caption: "a cat", style }],
  );
  assert.ok(part!.input.temperature! > 0 && layout!.input.temperature! > 0);
});

test("an icon of a family that is redrawn stays one, unless it gets another caption", () => {
  const family = ["a cat", "a dog"];
  const provenance: Provenance = {
    ...{ format: 1, packId: "p", packDigest: "d", translation: "restyle", seed: 3, logLikelihood: 0 },
    ...{ temperature: 0, guidance: 1, condition: { caption: "a cat", style: "tabler" }, family },
  };
  const [translation] = redrawing.packs[1]!.translations;
  const redrawn = (captions: string) =>
    planReplacements(
      { ...defaultForm, captions, style: "tabler" },
      translation!,
      [{ nodeId: "1:1", provenance }],
      "tabler",
    );
  assert.deepEqual(redrawn("a cat")[0]!.input.family, family);
  assert.equal(redrawn("a fish")[0]!.input.family, undefined);
});

test("a style is kept with the document, picture by picture, and leaves nothing behind", async () => {
  const { SimDocument } = await import("../../../plugin/simulator/host/document.ts");
  const { createRun } = await import("../../../plugin/simulator/host/run.ts");
  const { memoryStore } = await import("../../../plugin/simulator/host/storage.ts");
  const sim = new SimDocument(memoryStore());
  const hooks = { showUi: () => {}, toUi: () => {}, notify: () => {}, closed: () => {} };
  Object.assign(globalThis, { figma: createRun(sim, hooks, "restyle").figma });
  const { removeShownStyle, saveShownStyle, takeChangedStyles } = await import(
    "../../../plugin/main/read/shown-styles.ts"
  );
  const style: ShownStyle = { id: "a1", name: "Mine", pictures: ["x".repeat(90_000), "dHdv"] };
  saveShownStyle(style);
  saveShownStyle({ id: "b2", name: "Other", pictures: ["dGhyZWU="] });
  saveShownStyle({ ...style, name: "Ours", pictures: ["b25l"] });
  assert.equal(takeChangedStyles(true), undefined, "what the UI saved it knows");
  const saved = sim.pluginData;
  sim.pluginData = {};
  assert.deepEqual(takeChangedStyles(true), []);
  sim.pluginData = saved;
  assert.deepEqual(
    takeChangedStyles(true)?.map(({ name, pictures }) => [name, pictures]),
    [
      ["Ours", ["b25l"]],
      ["Other", ["dGhyZWU="]],
    ],
  );
  const reloaded = new SimDocument(memoryStore());
  reloaded.load(sim.save());
  assert.deepEqual(reloaded.pluginData, sim.pluginData);
  // Another person's plugin may write what it likes.
  const kept = sim.pluginData;
  const list = [1_000_000_000, 17, 0, -1, 1.5, 1, 2].map((count, at) => ({ id: `c${at}`, name: "Theirs", count }));
  const theirs = { "tau.style.c5.0": "<svg>", "tau.style.c6.0": "x".repeat(90_004), "tau.style.c6.1": "b25l" };
  sim.pluginData = { ...theirs, "tau.styles": JSON.stringify(list) };
  assert.deepEqual(takeChangedStyles(true), []);
  sim.pluginData = kept;
  removeShownStyle("a1");
  removeShownStyle("b2");
  assert.deepEqual(Object.keys(sim.pluginData), ["tau.styles"]);
});
