/**
 * The story of a style of one's own: a real training of the tiny flow, on a server of its own. Only its number of steps is put into the
 * request on the way, because the plugin has no field for it and the usual one takes minutes.
 */
import assert from "node:assert/strict";
import sharp from "sharp";
import { tinyExamples } from "../../fixtures/tiny-examples.ts";
import { SmallInference } from "../../http/small-inference.ts";
import { makeHome, startTrainingServer, tinyTraining } from "../../http/trainings/training-server.ts";
import type { Stage, Story } from "./story.ts";

const columns = 6;
const [sidePx, gapPx] = [48, 16];

/** Twenty-four icons on the canvas, named by what they show. */
async function dropExamples({ drop }: Stage): Promise<void> {
  for (const [index, { png, captions }] of (await tinyExamples(24)).entries()) {
    const enlarged = await sharp(png).resize(sidePx, sidePx, { kernel: "nearest" }).png().toBuffer();
    const [column, row] = [index % columns, Math.floor(index / columns)];
    await drop(captions[0]!, enlarged, [300 + column * (sidePx + gapPx), 240 + row * (sidePx + gapPx)]);
  }
}

const learn: Story = {
  name: "learn-this-style",
  isLong: true,
  startServer: async (playgroundDir) => {
    const home = await makeHome();
    const { server } = await startTrainingServer({ ...home, playgroundDir }, { inference: new SmallInference() });
    const close = async (): Promise<void> => {
      await server.stop();
      await home.remove();
    };
    return { server, close };
  },
  run: async (stage) => {
    const { command, page, step, ui } = stage;
    let settings: object = { steps: 10_000, patience: 10_000, learningRate: 1e-4 };
    await page.route("**/v1/trainings", async (route) => {
      const request = route.request();
      if (request.method() !== "POST") return route.continue();
      return route.continue({ postData: JSON.stringify({ ...request.postDataJSON(), settings }) });
    });
    await dropExamples(stage);
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+a");
    await command("Learn this style…");
    await ui.getByText("Examples with a name: 24").waitFor();
    await ui.getByLabel("Name of the style").fill("My blocks");
    await step("form");
    // The training begins, and nothing more is heard of it.
    const lost = /\/v1\/trainings\/[^/]+(\/events)?$/;
    await page.route(lost, (route) => (route.request().method() === "GET" ? route.abort() : route.continue()));
    await ui.getByRole("button", { name: "Learn this style" }).press("Control+Enter");
    const again = ui.getByRole("button", { name: "Try again" });
    await again.waitFor();
    await step("lost-sight");
    // It is found again by itself.
    await page.unroute(lost);
    await ui.locator(".progress").getByText("Learning").waitFor();
    assert.equal(await again.count(), 0);
    await ui.locator(".tile img").first().waitFor();
    await step("learning");
    await ui.getByRole("button", { name: "Cancel" }).click();
    await ui.getByText("Cancelled. Nothing was kept.").waitFor();
    await step("cancelled");
    await ui.getByRole("button", { name: "Back" }).click();
    ({ settings } = tinyTraining);
    await ui.getByLabel("Name of the style").press("Enter");
    await ui.getByText("“My blocks” stands among the styles now").waitFor();
    await ui.getByText(/^It took /).waitFor();
    await step("learned");
    await ui.getByRole("button", { name: "Put samples on the page" }).click();
    await page.locator("#layers .layer", { hasText: /^My blocks$/ }).waitFor();
    await step("samples");
    await ui.getByRole("button", { name: "Use it" }).click();
    assert.equal(await ui.locator("#style").inputValue(), "@my-blocks");
    await ui.getByRole("radio", { name: "My blocks", exact: true }).locator("img").waitFor();
    await step("menu");
  },
};

export const learningStories: readonly Story[] = [learn];
