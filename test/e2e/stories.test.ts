/**
 * The main job with nothing replaced: the built playground, served by the real server with a real inference child and the packs that
 * ship, in real Chromium. Then the stories in their short form: in the light theme, without those that take long and without
 * screenshots; `npm run stories` runs all.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { GenerationListSchema } from "../../shared/contract/generations/generation.ts";
import { openPlayground, storedChoices } from "./browser.ts";
import { stories } from "./stories/all.ts";
import { runStory } from "./stories/story.ts";
import { openTheatre, type Theatre } from "./stories/theatre.ts";

let theatre: Theatre;
before(async () => {
  theatre = await openTheatre();
});
after(() => theatre?.close());

const list = async () => {
  const response = await fetch(`${theatre.server.url}/v1/generations`, {
    headers: { Authorization: `Bearer ${theatre.server.token.value}` },
  });
  return GenerationListSchema.parse(await response.json()).generations;
};

test("a caption typed into the playground becomes images on the canvas, drawn by the real server", async () => {
  const tau = await openPlayground(theatre.browser, theatre.server.url, {
    hash: `#token=${theatre.server.token.value}`,
    storage: storedChoices("fluent-flat"),
  });
  await tau.ui.locator("#style option:checked", { hasText: "Fluent flat" }).waitFor({ state: "attached" });
  await tau.generate("red apple");
  await tau.page.locator(".node.rectangle[data-image]").nth(3).waitFor();
  await tau.ui.locator(".applied").waitFor();
  await tau.shoot("real-server-applied");
  const [made] = await list();
  assert.equal(made?.state, "done");
  assert.deepEqual(made?.request.condition, { caption: "red apple", style: "fluent-flat" });
  // Images are placed by rank, the most likely first.
  const ranked = [...made!.images].sort((a, b) => b.logLikelihood - a.logLikelihood || a.index - b.index);
  await tau.page.locator("#layers button", { hasText: "red apple 3" }).click();
  await tau.page.locator("#inspector dd", { hasText: String(ranked[2]!.seed) }).waitFor();
  assert.deepEqual(tau.errors, []);
  await tau.page.context().close();
});

test("the same seed draws the same image again, found by its content hash on the canvas", async () => {
  const tau = await openPlayground(theatre.browser, theatre.server.url, {
    hash: `#token=${theatre.server.token.value}`,
    storage: storedChoices("fluent-flat"),
  });
  const draw = async (): Promise<string | null> => {
    const count = await tau.page.locator(".node.rectangle").count();
    await tau.generate("a blue house");
    const layer = tau.page.locator(".node.rectangle[data-image]").nth(count);
    await layer.waitFor();
    return layer.getAttribute("data-image");
  };
  await tau.ui.locator("summary").first().click();
  await tau.ui.getByLabel("Variation", { exact: true }).fill("7826");
  await tau.ui.getByLabel("Images", { exact: true }).fill("1");
  await tau.ui.getByLabel("Images", { exact: true }).press("Tab");
  const first = await draw();
  assert.equal(await draw(), first);
  assert.deepEqual(tau.errors, []);
  await tau.page.context().close();
});

test("a wrong token is named as such by the real server", async () => {
  const tau = await openPlayground(theatre.browser, theatre.server.url, { hash: "#token=wrong" });
  await tau.ui.locator('[data-code="unauthorized"]').waitFor();
  await tau.page.context().close();
});

for (const story of stories.filter(({ isLong = false }) => !isLong))
  test(`story: ${story.name.replaceAll("-", " ")}`, async (t) => {
    const whyNot = await story.whyNot?.();
    if (whyNot !== undefined) return t.skip(whyNot);
    await runStory(theatre, story, "light", { isSeen: false });
  });
