/** A failure that names a field leads to it: a button of the notice, and a mark on the field until it is edited. */
import assert from "node:assert/strict";
import { shownStylesMax } from "../../../shared/messages/shown-styles.ts";
import { picture, type Story } from "./story.ts";

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

/** What the server can't read of the selected drawing is said of the selection, and of strokes on the pad said of the pad. */
const emptyDrawing: Story = {
  name: "an-empty-drawing",
  run: async ({ step, command, ui, page, drag }) => {
    await drag("Rectangle", [300, 300], [400, 400]);
    await command("Sketch to image…");
    await ui.locator(".pad image").waitFor();
    const status = 422;
    const problem = { type: "urn:tau:problem:sketch_empty", title: "sketch empty", status, code: "sketch_empty" };
    const body = JSON.stringify({
      ...problem,
      detail: "expected a drawing with at least one stroke, got an empty one",
    });
    await page
      .context()
      .route("**/v1/generations", (route) => route.fulfill({ status, contentType: "application/problem+json", body }));
    const failure = ui.locator(".failure[data-code=sketch_empty]");
    const go = ui.getByRole("button", { name: "Go to the field" });
    const generate = ui.getByRole("button", { name: "Generate" });
    const pad = ui.locator("svg.pad");
    await generate.click();
    await failure.waitFor();
    const selected = ui.getByText("The selected drawing.");
    assert.deepEqual(
      [await selected.getAttribute("aria-invalid"), await pad.getAttribute("aria-invalid")],
      ["true", null],
    );
    await go.press("Enter");
    assert.ok(await selected.evaluate((line) => line === document.activeElement), "the line has the focus");
    await step("selected");
    await pad.focus();
    for (const key of [" ", "ArrowRight", "ArrowDown", " "]) await pad.press(key);
    await failure.waitFor({ state: "detached" });
    await generate.click();
    await failure.waitFor();
    assert.equal(await pad.getAttribute("aria-invalid"), "true");
    await step("drawn");
  },
};

/** A file that is full of styles leads to what removes one, or to the list where one of them is chosen first. */
const fullOfStyles: Story = {
  name: "a-file-full-of-styles",
  isLong: true,
  run: async ({ step, command, ui, page, drop, select }) => {
    await drop("leaf", picture(3), [300, 300]);
    await command("Restyle…");
    await select("leaf");
    await ui.locator(".icon-sources li").waitFor();
    const take = ui.getByRole("button", { name: "Use selection as a style" });
    const own = ui.locator("#style optgroup[label='Styles of this file'] option");
    for (let count = 0; count < shownStylesMax; count++) {
      await take.click();
      await own.nth(count).waitFor({ state: "attached" });
    }
    assert.equal(await take.isDisabled(), true);
    const lead = ui.getByRole("button", { name: "Go to the field" });
    const remove = ui.getByRole("button", { name: "Remove this style" });
    await lead.click();
    assert.ok(await remove.evaluate((button) => button === document.activeElement), "the bin has the focus");
    const styles = ui.locator("#style");
    await styles.selectOption("");
    await lead.click();
    assert.ok(await styles.evaluate((list) => list === document.activeElement), "the list has the focus");
    // Somebody else filled the file between two looks at it.
    await styles.selectOption({ label: "My style 3" });
    await take.evaluate((button: HTMLButtonElement) => {
      button.disabled = false;
      button.click();
    });
    await ui.locator(".failure[data-code=styles_full]").waitFor();
    assert.equal(await remove.getAttribute("aria-invalid"), "true");
    await step("full");
    await lead.first().click();
    await page.keyboard.press("Enter");
    await ui.locator(".failure").waitFor({ state: "detached" });
    assert.equal(await take.isDisabled(), false);
  },
};

export const failedFieldStories: readonly Story[] = [failedField, emptyDrawing, fullOfStyles];
