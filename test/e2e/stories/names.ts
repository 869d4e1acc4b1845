/** Stories of names that say what is drawn: those that nothing shows are listed, and the others are drawn. */
import assert from "node:assert/strict";
import type { Story } from "./story.ts";

const familyWithUnknownNames: Story = {
  name: "family-with-unknown-names",
  run: async ({ command, step, ui, page }) => {
    await command("Make a family…");
    await ui.locator(`#style option[value="~restyle/lucide"]`).waitFor({ state: "attached" });
    await ui.getByRole("button", { name: "Generate" }).click();
    const missing = ui.getByRole("alert").filter({ hasText: "What should it draw?" });
    await missing.getByText("One thing a line, 48 at most.").waitFor();
    await ui.getByLabel("Names").fill("add user\nfrubnik\n🙂\nsettings\nblimf");
    await ui.getByText("Line 3 “🙂” is left out:").waitFor();
    await ui.locator("#style").selectOption("~restyle/lucide");
    await step("form");
    await ui.getByRole("button", { name: "Generate" }).click();
    await ui.locator(".applied").waitFor({ timeout: 90_000 });
    const left = ui.getByRole("alert").filter({ hasText: "Left out (2)" });
    await left.waitFor();
    await step("listed");
    for (const name of ["frubnik", "blimf"])
      assert.ok((await left.textContent())?.includes(`${name} No known drawing`));
    assert.equal(await page.locator("#world [data-image]").count(), 2);
    await command("History…");
    await ui.getByLabel("Search captions").fill("settings");
    await ui.locator(".history li img").first().waitFor();
    await step("in-the-history");
    await ui.getByRole("button", { name: "Show", exact: true }).first().click();
    await ui.locator(".tile").waitFor();
  },
};

const fillNamesInIconSet: Story = {
  name: "fill-names-in-an-icon-set",
  run: async ({ drag, step, command, ui, page, rename, select }) => {
    const names = ["icon/user-add", "ic_home_24px", "frubnik", "settings", "Rectangle 5"];
    for (const [index] of names.entries())
      await drag("Rectangle (R)", [230 + index * 88, 140], [310 + index * 88, 220]);
    for (const [index, name] of names.slice(0, -1).entries()) await rename(`Rectangle ${index + 1}`, name);
    await command("Fill from layer names…");
    await select(...names);
    await ui.locator(`#style option[value="~restyle/lucide"]`).waitFor({ state: "attached" });
    await ui.locator("#style").selectOption("~restyle/lucide");
    await ui.getByText("Left out, they need a name of their own (1)").waitFor();
    await ui.getByLabel("Insert as").selectOption("vector");
    await step("matched");
    await ui.getByRole("button", { name: "Fill", exact: true }).click();
    await ui.locator(".applied").waitFor({ timeout: 60_000 });
    await ui.getByRole("alert").filter({ hasText: "frubnik No known drawing" }).waitFor();
    await step("filled");
    assert.equal(await page.locator("#world > .node.frame").count(), 3);
    assert.equal(await page.locator("#world > .node.rectangle").count(), 2, "names that nothing shows change nothing");
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await page.locator("#world > .node.rectangle").nth(4).waitFor();
  },
};

export const nameStories: readonly Story[] = [familyWithUnknownNames, fillNamesInIconSet];
