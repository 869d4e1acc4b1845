/** Hints before a command runs: what it will replace, and which of the selected icons it takes. Only where they apply. */
import assert from "node:assert/strict";
import type { Story } from "./story.ts";

const hintsBeforeARun: Story = {
  name: "hints-before-a-run",
  run: async ({ drag, generate, command, step, ui, page, select }) => {
    await ui.getByLabel("Images", { exact: true }).fill("3");
    await ui.getByLabel("Images", { exact: true }).press("Tab");
    await generate("key");
    await page.locator(".node.rectangle[data-image]").nth(2).waitFor();
    await ui.locator(".applied").waitFor();
    await page.keyboard.press("Escape");
    await drag("Frame (F)", [240, 120], [340, 220]);
    await drag("Ellipse (O)", [260, 140], [320, 200]);
    const inside = ui.getByText("Vectors replace all that is inside the selected layers.");
    await command("Restyle…");
    await select("key 1");
    await ui.locator(".icon-sources li").waitFor();
    assert.equal(await inside.count(), 0, "an image is filled anew");
    await select("Frame 2");
    await inside.waitFor();
    await step("inside");
    await command("Vectorise selection…");
    await select("Frame 2");
    await ui.locator(".icon-sources li").waitFor();
    assert.equal(await inside.count(), 0, "beside it nothing is replaced");
    await ui.getByLabel("Place").selectOption("in-place");
    await inside.waitFor();
    await command("Fill from layer names…");
    await select("Frame 2", "Ellipse 1");
    await ui.locator(`#style option[value="~restyle/lucide"]`).waitFor({ state: "attached" });
    await ui.locator("#style").selectOption("~restyle/lucide");
    await ui.getByLabel("Insert as").selectOption("vector");
    assert.equal(await inside.count(), 0, "names that the editor gave are not filled");
    await command("Variations…");
    await select("key 1", "key 2");
    await ui.getByText("Only this one of the 2 selected icons is used.").waitFor();
    assert.equal(await ui.locator(".icon-sources li").count(), 1);
    await step("one");
    await command("Learn this style…");
    const learn = ui.getByRole("button", { name: "Learn this style" });
    const waitsFor = ui.locator(`#${await learn.getAttribute("aria-describedby", { timeout: 3000 })}`);
    assert.ok(await learn.isDisabled());
    assert.match((await waitsFor.textContent({ timeout: 3000 })) ?? "", /Select at least/);
    await command("Blend…");
    await select("key 1", "key 2");
    await ui.locator(".icon-sources li").nth(1).waitFor();
    assert.equal(await ui.getByText("selected icons are used").count(), 0);
    await select("key 1", "key 2", "key 3");
    await ui.getByText("Only these two of the 3 selected icons are used.").waitFor();
    await step("two");
  },
};

export const hintStories: readonly Story[] = [hintsBeforeARun];
