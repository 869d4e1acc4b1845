/** Stories of vectors: insert, vectorise, recolour, families, components, restyle in place. */
import assert from "node:assert/strict";
import { picture, type Stage, type Story } from "./story.ts";

const asVectors = async ({ ui }: Stage): Promise<void> => {
  await ui.getByLabel("Insert as").selectOption("vector");
};

const insertAsVector: Story = {
  name: "insert-as-vector",
  tell: async (stage) => {
    const { preview, step, generate, ui, page } = stage;
    await preview();
    await asVectors(stage);
    await ui.getByLabel("Colours").selectOption("hex");
    await ui.getByLabel("Hex values").fill("#0b3954, #087e8b, #bfd7ea, #ff5a5f");
    await step("form");
    await generate("rocket");
    await ui.locator(".tile").nth(3).waitFor();
    await step("preview");
    await ui.getByRole("button", { name: "Add 4 to canvas" }).click();
    await page.locator(".node.frame .node.frame .node.vector").nth(3).waitFor();
    await ui.locator(".applied").waitFor();
    await step("added");
    assert.equal(await page.locator("#world [data-image]").count(), 0);
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await page.locator("#world .node").first().waitFor({ state: "detached" });
  },
};

const vectorise: Story = {
  name: "vectorise",
  tell: async ({ drop, step, command, ui, page, select }) => {
    await drop("badge", picture(5), [300, 300]);
    await command("Vectorise selection…");
    await select("badge");
    await ui.getByRole("list", { name: "Selected images" }).getByText("badge").waitFor();
    await step("form");
    await ui.getByRole("button", { name: "Generate" }).click();
    await page.locator(".node.frame .node.vector").first().waitFor();
    await ui.locator(".applied").waitFor();
    await step("beside");
    assert.equal(await page.locator("#world [data-image]").count(), 1);
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await page.locator(".node.vector").waitFor({ state: "detached" });
    await select("badge");
    await ui.getByLabel("Place").selectOption("in-place");
    await ui.getByRole("button", { name: /^Generate/ }).click();
    await page.locator("#world [data-image]").waitFor({ state: "detached" });
    await ui.locator(".applied").waitFor();
    await step("in-place");
  },
};

export const iconStories: readonly Story[] = [insertAsVector, vectorise];
