/** What somebody sees who never chose anything: icon sets and vectors, and the first result without scrolling. */
import assert from "node:assert/strict";
import type { Story } from "./story.ts";

const firstStart: Story = {
  name: "first-start",
  isFirstStart: true,
  run: async ({ ui, page, step, generate, preview, imageCount }) => {
    await preview();
    assert.match(await ui.locator("#style").inputValue(), /^~restyle\//);
    assert.equal(await ui.locator("#insert-as").inputValue(), "vector");
    await ui.getByRole("button", { name: "house", exact: true }).waitFor();
    await step("empty");
    await ui.getByRole("button", { name: "Find a style" }).click();
    await step("styles");
    await page.keyboard.type("two ton");
    assert.equal((await ui.locator(".style-rows button").count()) > 3, true);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.type("es");
    assert.equal(await ui.getByRole("searchbox").inputValue(), "two tones");
    await step("found");
    await page.keyboard.press("Escape");
    await page.keyboard.type("phosphor bold");
    await page.keyboard.press("Enter");
    assert.equal(await ui.locator("#style").inputValue(), "~restyle/phosphor-bold");
    assert.equal(await ui.locator("#style optgroup").first().getAttribute("label"), "Recent");
    await generate("search");
    await ui.locator(".tile").nth(3).waitFor();
    const isInSight = (): Promise<boolean> =>
      ui
        .locator(".tile")
        .first()
        .evaluate((tile) => {
          const { top, bottom } = tile.getBoundingClientRect();
          const view = tile.closest("main")!.getBoundingClientRect();
          return top >= view.top - 1 && bottom <= view.bottom + 1;
        });
    assert.ok(await isInSight(), "the first result, without scrolling");
    assert.equal(await ui.locator("#captions").evaluate((field) => field === document.activeElement), true);
    await step("first-result");
    const leading = (): Promise<string[]> => ui.locator("footer .primary").allTextContents();
    assert.deepEqual(await leading(), ["Add 4 to canvas"]);
    await ui.getByRole("button", { name: "Select none" }).click();
    assert.deepEqual(await leading(), ["Generate again"]);
    const add = ui.getByRole("button", { name: "Add 0 to canvas", description: "Select an image to add it." });
    assert.equal(await add.isDisabled(), true);
    await step("none-selected");
    await ui.getByRole("button", { name: "Select all (4)" }).click();
    await ui.getByRole("button", { name: "Add 4 to canvas" }).click();
    await page.locator(".node.frame .node.frame .node.vector").nth(3).waitFor();
    assert.equal(await imageCount(), 0);
    await step("vectors");
    const said = (await ui.locator(".applied").boundingBox())!;
    const scrolled = (await ui.locator("main").boundingBox())!;
    assert.ok(said.y >= scrolled.y + scrolled.height, "what was added is said beside the results, not over them");
    assert.deepEqual(await leading(), [], "nothing is left to do");
    await ui.locator("#captions").fill("bell");
    assert.deepEqual(await leading(), ["Generate"]);
    await step("another-caption");
    await ui.locator("#captions").fill("search");
    assert.deepEqual(await leading(), []);
  },
};

export const firstStartStories: readonly Story[] = [firstStart];
