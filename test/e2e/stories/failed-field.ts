/** A failure that names a field leads to it: a button of the notice, and a mark on the field until it is edited. */
import assert from "node:assert/strict";
import type { Story } from "./story.ts";

const failedField: Story = {
  name: "failed-field",
  run: async ({ step, command, ui, page }) => {
    const captions = ui.locator("#captions");
    await captions.fill("");
    await page.keyboard.press("Enter");
    await ui.locator(".failure[data-code=caption_empty]").waitFor();
    assert.equal(await captions.getAttribute("aria-invalid"), "true");
    assert.equal(await captions.getAttribute("aria-describedby"), "failure-caption_empty captions-hint");
    await ui.getByRole("button", { name: "Go to the field" }).focus();
    await step("caption");
    await page.keyboard.press("Enter");
    assert.ok(await captions.evaluate((field) => field === document.activeElement), "the focus is in the field");
    await page.keyboard.type("bell");
    assert.equal(await captions.getAttribute("aria-invalid"), null);
    assert.equal(await captions.getAttribute("aria-describedby"), "captions-hint");
    await command("Settings…");
    const address = ui.getByLabel("Server address");
    await address.fill("my server");
    await ui.getByRole("button", { name: "Save and connect" }).click();
    await ui.locator(".failure[data-code=url_invalid]").waitFor();
    assert.equal(await address.getAttribute("aria-invalid"), "true");
    await step("address");
    await ui.getByRole("button", { name: "Go to the field" }).click();
    await page.keyboard.type("!");
    assert.equal(await address.getAttribute("aria-invalid"), null, "the mark goes when the field is edited");
  },
};

export const failedFieldStories: readonly Story[] = [failedField];
