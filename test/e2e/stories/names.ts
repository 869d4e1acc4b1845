/** Stories of names that say what is drawn: those that nothing shows are listed, and the others are drawn. */
import assert from "node:assert/strict";
import type { Story } from "./story.ts";

const familyWithUnknownNames: Story = {
  name: "family-with-unknown-names",
  run: async ({ command, step, ui, page }) => {
    await command("Make a family…");
    await ui.locator(`#style option[value="~restyle/lucide"]`).waitFor({ state: "attached" });
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
  },
};

export const nameStories: readonly Story[] = [familyWithUnknownNames];
