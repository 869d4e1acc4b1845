/** The built plugin in the built playground in real Chromium, against a server that speaks the real contract. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Browser } from "playwright-core";
import { buildPlugin } from "../../scripts/build-plugin.mjs";
import { commandTable } from "../../shared/commands.ts";
import { MetaSchema } from "../../shared/contract/meta.ts";
import { waitFor } from "../faults/tau-process.ts";
import { type ContractServer, sendProblem, startContractServer, testMeta } from "../plugin/contract/contract-server.ts";
import { launchBrowser, openPlayground, type Playground, type PlaygroundOptions } from "./browser.ts";

let outDir: string;
let server: ContractServer;
let browser: Browser;
let current: Playground | undefined;

before(async () => {
  outDir = await mkdtemp(path.join(tmpdir(), "tau-playground-"));
  // Nothing listens at port 9, which the manifest allows.
  await buildPlugin({ outDir, port: 9, minify: true });
  const html = await readFile(path.join(outDir, "playground/index.html"), "utf8");
  server = await startContractServer(() => html);
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
  await rm(outDir, { recursive: true });
});
beforeEach(() => {
  server.stepMs = 10;
  server.isHeld = () => false;
  server.meta = testMeta;
  server.intercept = () => false;
});
afterEach(async () => {
  assert.deepEqual(current?.errors ?? [], []);
  await current?.page.context().close();
  current = undefined;
});

const open = async (options?: PlaygroundOptions): Promise<Playground> => {
  current = await openPlayground(browser, server.url, options);
  return current;
};
const turnOffAutomatic = async ({ ui }: Playground): Promise<void> => {
  await ui.getByRole("button", { name: "Settings" }).click();
  await ui.getByRole("switch").uncheck();
  await ui.getByRole("button", { name: "Save and connect" }).click();
  await ui.locator("#captions").waitFor();
};

test("opening it, typing a caption and pressing Enter puts images on the canvas, with provenance", async () => {
  const tau = await open();
  assert.equal(new URL(tau.page.url()).hash, "", "the token stays out of the address");
  await tau.shoot("playground-1-empty");
  await tau.generate("a red bicycle");
  await tau.page.locator(".node.frame > .node.rectangle[data-image]").nth(3).waitFor();
  assert.equal(await tau.page.locator(".name").textContent(), "a red bicycle");
  await tau.ui.locator(".applied").waitFor();
  await tau.shoot("playground-2-applied");
  const inspector = await tau.page.locator("#inspector").textContent();
  assert.match(inspector ?? "", /Captiona red bicycle/);
  assert.match(inspector ?? "", /Likelihood−?-?\d/);
  const generation = [...server.generations.values()].at(-1);
  assert.equal(generation?.request.condition.caption, "a red bicycle");
  assert.deepEqual(await tau.violations(), []);
});

test("a window whose first frame is late shows what began before it", async () => {
  const tau = await open();
  await tau.page.context().addInitScript(() => {
    if (window === window.top) return;
    const later = window.setTimeout.bind(window);
    window.requestAnimationFrame = (draw) => later(() => draw(performance.now()), 500);
    // Views that wait for a frame wait so long at most.
    window.setTimeout = ((act: () => void, ms = 0) => later(act, ms + 500)) as typeof window.setTimeout;
  });
  await tau.page.getByRole("button", { name: "Tau", exact: true }).click();
  await tau.page.getByRole("menuitem", { name: "Settings…", exact: true }).click();
  await tau.ui.getByLabel("Server address").waitFor({ timeout: 30_000 });
});

test("the plugin opens although the browser never says what canvas it keeps", async () => {
  const context = await browser.newContext();
  try {
    context.setDefaultTimeout(90_000);
    await context.clock.install();
    await context.addInitScript(() => {
      IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest;
    });
    const page = await context.newPage();
    await page.goto(`${server.url}/#token=test-token`);
    await page.clock.fastForward(15_000);
    await page.frameLocator("#plugin iframe").locator("#captions").waitFor();
    await page.getByText("This browser keeps no canvas").waitFor();
  } finally {
    await context.close();
  }
});

test("several lines become several artboards, and one undo takes them all back", async () => {
  const tau = await open();
  await tau.generate("a cat\na green tree\na blue house");
  await tau.page.locator(".node.frame").nth(2).waitFor();
  await tau.shoot("playground-3-three-captions");
  await tau.page.getByRole("button", { name: "Undo (Ctrl+Z)" }).click();
  await tau.page.locator("#hint").waitFor();
  assert.equal(await tau.page.locator(".node").count(), 0);
});

test("with a preview first, only ticked images are added, and the seed of each can be copied", async () => {
  const tau = await open();
  await turnOffAutomatic(tau);
  await tau.generate("an orange cat");
  const tiles = tau.ui.locator(".tile");
  await tiles.nth(3).waitFor();
  await tiles.nth(1).getByRole("checkbox").uncheck();
  await tau.shoot("playground-4-preview");
  assert.equal(await tau.page.locator(".node").count(), 0);
  await tiles
    .nth(2)
    .getByRole("button", { name: /^Copy the number/ })
    .click();
  await tau.ui.getByRole("button", { name: "Number copied" }).waitFor();
  await tau.ui.getByRole("button", { name: "Add 3 to canvas" }).click();
  await tau.page.locator(".node.rectangle").nth(2).waitFor();
  assert.equal(await tau.page.locator(".node.rectangle").count(), 3);
});

test("progress says what is happening, and cancel leaves nothing here or on the server", async () => {
  const hold = (at: string): void => {
    server.isHeld = ({ progress }) => progress.stage === at;
  };
  hold("waiting");
  const tau = await open();
  await tau.generate("a cup of coffee");
  await tau.ui.getByText("Waiting as number 3").waitFor();
  await tau.shoot("playground-5-progress");
  hold("encoding");
  await tau.ui.getByText("Reading the caption").waitFor();
  await tau.ui.getByRole("button", { name: "Cancel" }).click();
  await tau.ui.getByText("What should it draw?").waitFor();
  await waitFor("a job that is cancelled", async () =>
    [...server.generations.values()].at(-1)?.state === "cancelled" ? true : undefined,
  );
  assert.equal(await tau.page.locator(".node").count(), 0);
});

test("a double click on the main button runs once and does not cancel by its second half", async () => {
  const tau = await open();
  server.stepMs = 100;
  await tau.ui.locator("#captions").fill("a kite");
  await tau.ui.getByRole("button", { name: "Generate" }).dblclick();
  await tau.ui.locator(".applied", { hasText: "Added 4 to the canvas" }).waitFor();
  const made = [...server.generations.values()].filter(({ request }) => request.condition.caption === "a kite");
  assert.equal(made.length, 1);
});

test("each failure of the connection names its cause and its cure, and settings mend it", async () => {
  const tau = await open({ hash: "#token=wrong" });
  await tau.ui.locator('[data-code="unauthorized"]').waitFor();
  await tau.shoot("playground-6-token-wrong");
  assert.deepEqual(await tau.violations(), []);
  await tau.ui.getByRole("button", { name: "Open settings" }).click();
  await tau.ui.getByLabel("Access token").fill("");
  await tau.ui.getByRole("button", { name: "Save and connect" }).click();
  await tau.ui.locator('[data-code="token_missing"]').waitFor();
  await tau.ui.getByLabel("Access token").fill(server.token);
  await tau.ui.getByLabel("Server address").fill("localhost:9");
  await tau.ui.getByRole("button", { name: "Save and connect" }).click();
  await tau.ui.locator('[data-code="unreachable"]').waitFor();
  await tau.shoot("playground-7-unreachable");
  await tau.ui.getByText("npm start").waitFor();
  await tau.ui.getByLabel("Server address").fill("localhost:11");
  await tau.ui.getByRole("button", { name: "Save and connect" }).click();
  await tau.ui.locator('[data-code="url_not_allowed"]').waitFor();
  await tau.shoot("playground-7-not-allowed");
  await tau.ui.getByLabel("Server address").fill(server.url);
  server.meta = { ...testMeta, api: { min: 0, max: 0 } };
  await tau.ui.getByRole("button", { name: "Save and connect" }).click();
  await tau.ui.locator('[data-code="server_too_old"]').waitFor();
  server.meta = testMeta;
  await tau.ui.getByRole("button", { name: "Save and connect" }).click();
  await tau.ui.getByText("What should it draw?").waitFor();
});

test("a full queue is retried by itself", async () => {
  let isFull = true;
  server.intercept = (request, response) => {
    if (request.method !== "POST" || !isFull) return false;
    sendProblem(response, "queue_full", 1);
    return true;
  };
  const tau = await open();
  await tau.generate("a cat");
  await tau.ui.getByText("trying again in").waitFor();
  isFull = false;
  await tau.page.locator(".node.frame").waitFor();
});

test("a failure below a long form is scrolled into sight, with its way on", async () => {
  const tau = await open();
  await tau.ui.locator("#style option").nth(1).waitFor({ state: "attached" });
  server.intercept = (_, response) => {
    response.destroy();
    return true;
  };
  await tau.generate(Array.from({ length: 12 }, (_, at) => `cat ${at}`).join("\n"));
  await tau.ui.getByText("Tau goes on by itself").waitFor();
  const isInSight = await tau.ui.locator('[data-code="unreachable"]').evaluate((element) => {
    const [own, view] = [element, element.closest("main")!].map((each) => each.getBoundingClientRect());
    return own!.top >= view!.top - 1 && own!.bottom <= view!.bottom + 1;
  });
  assert.equal(isInSight, true);
});

test("text layers drawn on the canvas become captions, and Redraw replaces a layer's fill", async () => {
  const tau = await open();
  for (const [text, y] of [
    ["a red apple", 200],
    ["a yellow car", 300],
  ] as const) {
    await tau.page.keyboard.press("Escape");
    await tau.page.getByRole("button", { name: "Text (T)" }).click();
    await tau.page.locator("#canvas").click({ position: { x: 120, y } });
    await tau.page.keyboard.type(text);
    await tau.page.keyboard.press("Enter");
  }
  await tau.page.locator(".node.text").first().click();
  await tau.page
    .locator(".node.text")
    .nth(1)
    .click({ modifiers: ["Shift"] });
  await assertCaptions(tau, "a red apple\na yellow car");
  await tau.ui.locator("#captions").press("Enter");
  await tau.page.locator(".node.frame").nth(1).waitFor();
  await tau.shoot("playground-8-text-layers");
  const layer = tau.page.locator(".node.rectangle").first();
  const before = await layer.getAttribute("data-image");
  await tau.page.locator("#layers button", { hasText: "a red apple 1" }).first().click();
  await tau.page.getByRole("button", { name: "Redraw" }).click();
  await tau.ui.locator(".applied", { hasText: "Changed 1 on the canvas" }).waitFor();
  await tau.shoot("playground-9-redrawn");
  assert.notEqual(await layer.getAttribute("data-image"), before);
  assert.equal(await tau.page.locator(".node.rectangle").count(), 8);
  assert.equal(await tau.page.locator(".node.frame").count(), 2, "no new artboard");
  // Layers beyond those that are read at once are not left out without a word.
  await tau.ui.locator("body").evaluate(() => {
    const selection = { texts: [], images: [], layerCount: 60, key: "" };
    window.postMessage({ pluginMessage: { type: "selection", selection } }, "*");
  });
  await tau.ui.getByText("10 more layers are selected than are read at once.").waitFor();
});

test("what was typed just before another command of the menu begins is there again", async () => {
  const tau = await open();
  const begin = async (item: string): Promise<void> => {
    await tau.page.getByRole("button", { name: "Tau", exact: true }).click();
    await tau.page.getByRole("menuitem", { name: item, exact: true }).click();
  };
  await tau.ui.locator("#captions").fill("a kite");
  await begin("Make a family…");
  await tau.ui.getByLabel("Names").fill("rocket");
  await begin("Caption to artboard…");
  await assertCaptions(tau, "a kite");
  await begin("Make a family…");
  assert.equal(await tau.ui.getByLabel("Names").inputValue(), "rocket");
});

test("known drawings can be turned down where the translation has some, and nowhere else", async () => {
  const plain = await open();
  await plain.generate("a cat");
  await plain.page.locator(".node.frame").waitFor();
  await plain.ui.locator("summary").first().click();
  await plain.ui.locator("#guidance").waitFor();
  assert.equal(await plain.ui.locator("#retrieval").count(), 0);
  await plain.page.context().close();
  server.meta = MetaSchema.parse({
    ...testMeta,
    packs: testMeta.packs.map((pack) => ({
      ...pack,
      translations: pack.translations.map((translation) => ({ ...translation, hasRetrieval: true })),
    })),
  });
  const tau = await open();
  await tau.ui.locator("summary").first().click();
  await tau.ui.getByLabel("Known drawings").fill("0.25");
  await tau.generate("a dog");
  await tau.page.locator(".node.frame").waitFor();
  await tau.shoot("playground-15-known-drawings");
  assert.equal([...server.generations.values()].at(-1)?.request.retrieval, 0.25);
  assert.deepEqual(await tau.violations(), []);
});

async function assertCaptions({ ui }: Playground, expected: string): Promise<void> {
  const captions = ui.locator("#captions");
  await waitFor(`captions ${expected}`, async () => ((await captions.inputValue()) === expected ? true : undefined));
}

test("the quick action requests caption, style and count, then applies and closes", async () => {
  const tau = await open();
  await tau.ui.locator("#style option[value=flat]").waitFor({ state: "attached" });
  await tau.page.getByRole("button", { name: "Tau", exact: true }).click();
  await tau.shoot("playground-10-menu");
  await tau.page.getByRole("menuitem", { name: /Caption to artboard Quick/ }).click();
  await tau.page.keyboard.type("a purple whale");
  await tau.page.keyboard.press("Enter");
  await tau.page.getByRole("option", { name: "Flat" }).waitFor();
  await tau.shoot("playground-11-quick-action");
  await tau.page.getByRole("option", { name: "Flat" }).click();
  await tau.page.keyboard.type("2");
  await tau.page.getByRole("option", { name: "2", exact: true }).waitFor();
  await tau.page.keyboard.press("Enter");
  await tau.page.locator(".node.rectangle").nth(1).waitFor();
  await tau.page.locator("#plugin").waitFor({ state: "hidden" });
  const request = [...server.generations.values()].at(-1)?.request;
  assert.deepEqual([request?.condition, request?.count], [{ caption: "a purple whale", style: "flat" }, 2]);
});

test("the dark theme reaches page and plugin, without serious findings of axe in either", async () => {
  const tau = await open({ colorScheme: "dark" });
  await tau.generate("a green tree");
  await tau.page.locator(".node.frame").waitFor();
  await tau.ui.locator("summary").first().click();
  await tau.ui.locator(".applied").waitFor();
  await tau.shoot("playground-12-dark");
  const dark = await tau.page.screenshot();
  assert.deepEqual(await tau.violations(), []);
  await tau.page.getByRole("button", { name: "Light or dark theme" }).click();
  await waitFor("a light plugin", async () => {
    const colour = await tau.ui.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
    return colour === "rgb(255, 255, 255)" || undefined;
  });
  await tau.shoot("playground-13-light");
  assert.ok(!dark.equals(await tau.page.screenshot()), "dark and light look the same");
  assert.deepEqual(await tau.violations(), []);
  await tau.ui.getByRole("button", { name: "Settings" }).click();
  assert.deepEqual(await tau.violations(), []);
});

test("Escape leaves settings, history and help for the command at work", async () => {
  const { page, ui } = await open();
  for (const name of ["Settings", "History", "Help"]) {
    await ui.getByRole("button", { name }).click();
    await ui.locator("#captions").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await ui.locator("#captions").waitFor();
  }
});

test("in a page of 420 px the playground's tools lie beside each other, and the title leaves them its room", async () => {
  const { page } = await open();
  await page.setViewportSize({ width: 420, height: 800 });
  const [tools, view] = await Promise.all(["#tools", "#view-tools"].map((id) => page.locator(id).boundingBox()));
  assert.ok(tools!.x + tools!.width <= view!.x && view!.x + view!.width <= 420, JSON.stringify({ tools, view }));
  assert.equal(await page.locator(".toolbar .title").isVisible(), false);
});

test("the whole job can be done from the keyboard", async () => {
  const tau = await open();
  await turnOffAutomatic(tau);
  await tau.ui.locator("#captions").focus();
  await tau.page.keyboard.type("a blue house");
  await tau.page.keyboard.press("Tab");
  await tau.page.keyboard.press("ArrowDown");
  await tau.page.keyboard.press("Control+Enter");
  await tau.ui.locator(".tile").nth(3).waitFor();
  const add = tau.ui.getByRole("button", { name: /^Add/ });
  for (let i = 0; i < 40 && !(await add.evaluate((node) => node === document.activeElement)); i++) {
    await tau.page.keyboard.press("Tab");
    const focused = await tau.ui
      .locator(":focus")
      .first()
      .getAttribute("type")
      .catch(() => null);
    if (focused === "checkbox" && i < 12) await tau.page.keyboard.press("Space");
    if (focused === "checkbox" && i < 12) await tau.page.keyboard.press("Space");
  }
  await tau.shoot("playground-14-keyboard");
  await tau.page.keyboard.press("Enter");
  await tau.page.locator(".node.frame").waitFor();
});

for (const [locale, button] of [
  ["de-DE", "Erzeugen"],
  ["fr-FR", "Générer"],
  ["es-ES", "Generar"],
  ["ja-JP", "生成"],
  ["pt-BR", "Gerar"],
] as const)
  test(`the plugin speaks ${locale}`, async () => {
    const tau = await open({ locale });
    await tau.ui.getByRole("button", { name: button, exact: true }).waitFor();
    await tau.shoot(`language-${locale}`);
  });

/** A server whose pack can do everything. */
const capableMeta = MetaSchema.parse({
  ...testMeta,
  packs: testMeta.packs.map((pack) => ({
    ...pack,
    upscaler: { id: "sharp", label: "Sharp", scales: [2, 4] },
    translations: pack.translations.map((translation) => ({
      ...translation,
      conditions: ["caption", "label", "style", "sketch", "layout", "image", "drawing"],
      labels: [{ id: "anchor", label: "Anchor" }],
      depths: ["early", "middle", "last"],
      layout: { columns: 1, rows: 1, palette: [{ id: "red", label: "Red", hex: "#dd2e44" }] },
    })),
  })),
});

for (const locale of ["en-US", "de-DE", "fr-FR", "es-ES", "ja-JP", "pt-BR"])
  test(`every command fits into a window of 320 px in ${locale}, without a serious finding of axe`, async () => {
    server.meta = capableMeta;
    const tau = await open({ locale });
    const corner = tau.ui.locator(".resize-corner");
    await corner.focus();
    await tau.page.keyboard.press("ArrowLeft");
    const iframe = tau.page.locator("#plugin iframe");
    await waitFor("a window of 320 px", async () => ((await iframe.boundingBox())?.width === 320 ? true : undefined));
    const choose = tau.ui.locator(".command-select");
    const commands = await choose.locator("option").evaluateAll((all) => all.map((one) => one.getAttribute("value")!));
    assert.equal(commands.length, commandTable.length - 3, "all but history, settings and help");
    for (const command of commands) {
      await choose.selectOption(command);
      const overflow = await tau.ui.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth);
      assert.equal(overflow, 0, `${command} is ${overflow} px too wide`);
      // Other languages put other words into the same elements: one look at them is enough.
      if (locale === "en-US" || command === commands.at(-1)) assert.deepEqual(await tau.violations(), [], command);
      if (locale === "de-DE" && (command === "upscale" || command === "layout")) await tau.shoot(`narrow-${command}`);
    }
  });
