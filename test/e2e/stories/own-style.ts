/** Stories of the flow between styles: a style of the selection for captions and icons, kept in the file; a part drawn anew. */
import assert from "node:assert/strict";
import sharp from "sharp";
import type { Stage, Story } from "./story.ts";

const icon = (body: string): Promise<Buffer> =>
  sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="128" height="128">${body}</svg>`),
  )
    .png()
    .toBuffer();
const solid = (path: string): Promise<Buffer> => icon(`<path fill="#1b4f9c" fill-rule="evenodd" d="${path}"/>`);
const lines = (path: string): Promise<Buffer> =>
  icon(
    `<path fill="none" stroke="#e8590c" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" d="${path}"/>`,
  );

/** Solid icons in blue: they show the style. */
const shown = {
  flag: "M4 2h2v1h13l-3 5 3 5H6v9H4z",
  bag: "M8 7V6a4 4 0 0 1 8 0v1h3l1 15H4L5 7zm2 0h4V6a2 2 0 0 0-4 0z",
  drop: "M12 2c4 6 7 9 7 13a7 7 0 0 1-14 0c0-4 3-7 7-13z",
  pin: "M12 2a7 7 0 0 1 7 7c0 5-7 13-7 13S5 14 5 9a7 7 0 0 1 7-7zm0 4.5a2.5 2.5 0 1 0 .01 0z",
} as const;
const houseLines = "M3 11 12 3l9 8M5 10v10h14V10M10 20v-6h4v6";

async function dropShown({ drop }: Stage): Promise<void> {
  for (const [at, [name, path]] of Object.entries(shown).entries())
    await drop(name, await solid(path), [300 + 150 * (at % 2), 200 + 150 * Math.floor(at / 2)]);
}

const takeStyle = async ({ ui, select }: Stage): Promise<void> => {
  await select(...Object.keys(shown));
  await ui.getByRole("button", { name: "Selection as a style" }).click();
  await ui.locator(".shown-style li").nth(3).waitFor();
};

const undo = async ({ page }: Stage): Promise<void> => {
  await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
  await page.keyboard.press("Control+z");
};

const styleOfSelection: Story = {
  name: "style-of-the-selection",
  run: async (stage) => {
    const { drop, step, command, ui, page, select } = stage;
    await dropShown(stage);
    await command("Restyle…");
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await ui.getByRole("button", { name: "Selection as a style" }).click();
    await ui.getByText("No icons are selected").waitFor();
    await takeStyle(stage);
    await ui.getByText("These icons show the style now").waitFor();
    // What is typed stays while something else changes.
    const styleName = ui.getByRole("textbox", { name: "Name of the style" });
    await styleName.fill("Blue solids");
    await drop("house", await lines(houseLines), [380, 560]);
    await ui.getByRole("list", { name: "Selected images" }).getByText("house").waitFor();
    assert.equal(await styleName.inputValue(), "Blue solids");
    // Enter ends the name and runs nothing.
    await styleName.press("Enter");
    assert.equal(await ui.locator(".progress").count(), 0);
    await select("house");
    await ui.getByRole("list", { name: "Selected images" }).getByText("house").waitFor();
    await step("form");
    const before = await page.locator("#world [data-image]").last().getAttribute("data-image");
    await ui.getByRole("button", { name: "Restyle", exact: true }).click();
    await ui.locator(".applied").waitFor({ timeout: 60_000 });
    await step("restyled");
    assert.notEqual(await page.locator("#world [data-image]").last().getAttribute("data-image"), before);
    await undo(stage);
    await ui.getByText("It was taken off the canvas again").waitFor();
    assert.equal(await page.locator("#world [data-image]").last().getAttribute("data-image"), before, "one undo");
    // The same as a vector, in the image's place.
    await select("house");
    await ui.getByLabel("Insert as").selectOption("vector");
    await ui.getByRole("button", { name: "Restyle", exact: true }).click();
    await page.locator("#world > .node.frame > .node.vector").first().waitFor({ timeout: 60_000 });
    await ui.locator(".applied").waitFor();
    await step("as-vectors");
    await undo(stage);
    await page.locator("#world .node.vector").first().waitFor({ state: "detached" });
    // The style stays with the file and is on offer for captions.
    await command("Caption to artboard…");
    await ui.locator("#style optgroup option", { hasText: "Blue solids" }).waitFor({ state: "attached" });
    await ui.getByLabel("Insert as").selectOption("image");
    await ui.getByLabel("Images", { exact: true }).fill("2");
    await ui.getByLabel("Images", { exact: true }).press("Tab");
    await stage.generate("camera");
    await page.locator(".node.frame [data-image]").nth(1).waitFor({ timeout: 60_000 });
    await ui.locator(".applied").waitFor();
    await ui.getByText("Drawn from").click();
    await step("captions");
    await ui.getByRole("button", { name: "Remove this style" }).click();
    await ui.locator("#style optgroup option", { hasText: "Blue solids" }).waitFor({ state: "detached" });
  },
};

/** Icons of one style get a badge in it, each in its place. */
const badgeOnIcons: Story = {
  name: "a-badge-on-icons",
  run: async (stage) => {
    const { step, command, ui, page, select } = stage;
    await dropShown(stage);
    await command("Restyle…");
    await takeStyle(stage);
    const notice = ui.getByText("These icons show the style now");
    await notice.waitFor();
    await ui.getByRole("button", { name: "add", exact: true }).click();
    assert.equal(await ui.locator("#caption").inputValue(), "add");
    await notice.waitFor({ state: "detached" });
    await select(...Object.keys(shown));
    await ui.locator(".icon-sources li").nth(3).waitFor();
    const images = (): Promise<Array<string | null>> =>
      page.locator("#world [data-image]").evaluateAll((nodes) => nodes.map((node) => node.getAttribute("data-image")));
    const before = await images();
    await ui.getByRole("button", { name: "Restyle", exact: true }).click();
    await ui.locator(".applied").waitFor({ timeout: 60_000 });
    await step("badges");
    const after = await images();
    assert.deepEqual(
      after.map((image, at) => image === before[at]),
      before.map(() => false),
      "each has its badge",
    );
    assert.equal(after.length, before.length);
    await ui.getByText("Drawn from").click();
    await undo(stage);
    await ui.getByText("It was taken off the canvas again").waitFor();
    assert.deepEqual(await images(), before);
    // Words that find no drawing are refused.
    await select(...Object.keys(shown));
    await ui.locator(".icon-sources li").nth(3).waitFor();
    await ui.locator("#caption").fill("qqxzv");
    await ui.getByRole("button", { name: "Restyle", exact: true }).click();
    await ui.getByText("No known drawing shows this").nth(3).waitFor({ timeout: 60_000 });
    await ui.locator(".progress").waitFor({ state: "detached" });
    // What would be put on the canvas is put there by a message after the end.
    await page.waitForTimeout(500);
    assert.deepEqual(await images(), before, "nothing of what was undone comes back");
  },
};

const redrawPart: Story = {
  name: "redraw-part",
  isLong: true,
  run: async (stage) => {
    const { drop, step, command, ui, page, select } = stage;
    await drop("house", await lines(houseLines), [300, 300]);
    await command("Redraw a part…");
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await ui.getByText("Select one icon").waitFor();
    await select("house");
    await ui.locator(".pad image").waitFor();
    await ui.getByRole("button", { name: "Redraw", exact: true }).click();
    await ui.getByText("Paint a part first").waitFor();
    const pad = ui.locator(".pad");
    const box = (await pad.boundingBox())!;
    await page.mouse.move(box.x + 0.4 * box.width, box.y + 0.65 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.6 * box.width, box.y + 0.65 * box.height, { steps: 5 });
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.8 * box.height, { steps: 5 });
    await page.mouse.up();
    // By keys too: a dot, which undo takes back.
    await pad.focus();
    await pad.press(" ");
    await pad.press(" ");
    assert.equal(await ui.locator(".pad .mask path").count(), 2);
    await ui.getByRole("button", { name: "Undo" }).click();
    assert.equal(await ui.locator(".pad .mask path").count(), 1);
    // A look at the history leaves the mask.
    await ui.getByRole("button", { name: "History" }).click();
    await ui.getByRole("button", { name: "Back" }).click();
    await ui.locator(".pad .mask path").waitFor();
    await step("painted");
    const before = await page.locator("#world [data-image]").getAttribute("data-image");
    await ui.getByRole("button", { name: "Redraw", exact: true }).click();
    await ui.locator(".applied").waitFor({ timeout: 60_000 });
    await step("redrawn");
    assert.notEqual(await page.locator("#world [data-image]").getAttribute("data-image"), before);
    // What was painted is there for another answer, which is not the likeliest.
    assert.equal(await ui.locator(".pad .mask path").count(), 1);
    await ui.locator("#redraw-variety").fill("0.6");
    const first = await page.locator("#world [data-image]").getAttribute("data-image");
    await ui.getByRole("button", { name: "Redraw", exact: true }).click();
    await page.locator(`#world [data-image]:not([data-image="${first}"])`).waitFor({ timeout: 60_000 });
    await ui.locator(".applied").waitFor();
    await undo(stage);
    await undo(stage);
    await ui.getByText("It was taken off the canvas again").waitFor();
    assert.equal(await page.locator("#world [data-image]").getAttribute("data-image"), before, "an undo for each");
  },
};

const emptyImage: Story = {
  name: "an-empty-image-is-not-restyled",
  run: async ({ drop, step, command, ui, page, select }) => {
    await drop("house", await lines(houseLines), [300, 300]);
    await drop("empty", await icon(""), [450, 300]);
    await command("Restyle…");
    await select("house", "empty");
    await ui.locator(".icon-sources li").nth(1).waitFor();
    const before = await page.locator("#world [data-image]").last().getAttribute("data-image");
    // Nobody chose a style: it begins with an icon set, which keeps shapes.
    assert.equal(await ui.locator("#style").inputValue(), "~restyle/lucide");
    await ui.getByRole("button", { name: "Restyle", exact: true }).click();
    await ui.locator(".applied").waitFor({ timeout: 60_000 });
    await ui.getByText("The image is unreadable, empty, or one colour all over").waitFor();
    await step("left-out");
    assert.equal(await page.locator("#world [data-image]").last().getAttribute("data-image"), before);
    await select("empty");
    await ui.getByRole("button", { name: "Restyle", exact: true }).click();
    await ui.locator(".failure[data-code=image_rejected]").waitFor({ timeout: 60_000 });
    await step("alone");
  },
};

export const ownStyleStories: readonly Story[] = [styleOfSelection, badgeOnIcons, redrawPart, emptyImage];
