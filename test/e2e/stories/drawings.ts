/** Stories of other drawings: one icon of a family gets another one, in the results and on the canvas, and later by its button. */
import assert from "node:assert/strict";
import type { Story } from "./story.ts";

const otherDrawings: Story = {
  name: "other-drawings",
  run: async ({ command, step, ui, page, select, kept }) => {
    await command("Make a family…");
    await ui.locator(`#style option[value="~restyle/lucide"]`).waitFor({ state: "attached" });
    await ui.getByLabel("Names").fill("bell\nbalance\nsettings\ncalendar");
    await ui.locator("#style").selectOption("~restyle/lucide");
    await ui.getByLabel("Insert as").selectOption("vector");
    await ui.getByRole("button", { name: "Generate" }).click();
    await ui.locator(".applied").waitFor({ timeout: 90_000 });
    const icons = page.locator("#world > .node.frame > .node.frame");
    const looks = (): Promise<string[]> => icons.evaluateAll((all) => all.map((each) => each.innerHTML));
    const before = await looks();
    const tile = ui.locator(".tile").nth(1);
    await tile.getByRole("button", { name: "Other drawings" }).click();
    const candidates = ui.locator(".drawing-grid button");
    // Which drawing an icon has is as random as its variation, and to choose that one changes nothing.
    const others = candidates.and(ui.locator('[aria-pressed="false"]'));
    await candidates.nth(3).waitFor();
    await step("on-offer");
    const search = ui.getByLabel("Find drawings of");
    assert.equal(await search.inputValue(), "balance");
    await search.fill("scale");
    await ui.locator('.drawing-grid[aria-busy="false"]').waitFor();
    await ui
      .getByRole("button", { name: /^scale, / })
      .first()
      .waitFor();
    await step("other-words");
    await search.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    if ((await others.and(ui.locator(":focus")).count()) === 0) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await ui.getByText("Changed 1 on the canvas.").waitFor();
    assert.equal(await candidates.and(ui.locator(":focus")).getAttribute("aria-pressed"), "true", "the focus stays");
    await step("replaced");
    const after = await looks();
    assert.deepEqual(
      after.map((look, at) => look !== before[at]),
      [false, true, false, false],
      "the others of the family stay",
    );
    assert.equal(await ui.locator(".tile").count(), 4);
    await page.keyboard.press("Escape");
    await ui.locator(".drawing-grid").waitFor({ state: "detached" });
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await page.waitForFunction(([selector, look]) => document.querySelectorAll(selector!)[1]?.innerHTML === look, [
      "#world > .node.frame > .node.frame",
      before[1]!,
    ] as const);
    await kept("balance");
    // Another day: the icon itself remembers what it was drawn from.
    await page.reload();
    await icons.nth(3).waitFor();
    const found = await looks();
    await select("bell");
    await page.getByRole("button", { name: "Other drawings" }).click();
    await candidates.nth(3).waitFor();
    await ui.getByRole("button", { name: "bell, Phosphor", exact: true }).waitFor();
    await step("by-its-button");
    await others.nth(2).click();
    await ui.getByText("Changed 1 on the canvas.").waitFor();
    await step("changed");
    const last = await looks();
    assert.deepEqual(
      last.map((look, at) => look !== found[at]),
      [true, false, false, false],
    );
  },
};

export const drawingStories: readonly Story[] = [otherDrawings];
