/** Stories of vectors: insert, vectorise, recolour, families, components, restyle in place. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { iconSizesPx } from "../../../shared/messages/vector-messages.ts";
import { picture, type Stage, type Story } from "./story.ts";

const asVectors = async ({ ui }: Stage): Promise<void> => {
  await ui.getByLabel("Insert as").selectOption("vector");
};

const insertAsVector: Story = {
  name: "insert-as-vector",
  run: async (stage) => {
    const { preview, step, generate, ui, page } = stage;
    await preview();
    await asVectors(stage);
    await ui.locator("#palette").selectOption("hex");
    await ui.getByLabel("Hex values").fill("#0b3954, #087e8b, #bfd7ea, #ff5a5f");
    await step("form");
    await generate("rocket");
    await ui.locator(".tile").nth(3).waitFor();
    await step("preview");
    // One of them, out of the window to where it shall be.
    await ui.locator(".tile .picture").first().hover();
    await page.mouse.down();
    await page.mouse.move(400, 600, { steps: 8 });
    await page.mouse.up();
    await page.locator("#world > .node.frame > .node.vector").first().waitFor();
    const dropped = (await page.locator("#overlay .outline").first().boundingBox())!;
    assert.ok(Math.hypot(dropped.x + dropped.width / 2 - 400, dropped.y + dropped.height / 2 - 600) <= 2);
    await step("dragged");
    await page.locator("#canvas").press("Control+z");
    await page.locator("#world > .node.frame").waitFor({ state: "detached" });
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
  run: async ({ drop, step, command, ui, page, select }) => {
    await drop("other", picture(6), [300, 500]);
    await drop("badge", picture(5), [300, 300]);
    await command("Vectorise selection…");
    await select("badge");
    const sources = ui.getByRole("list", { name: "Selected images" });
    await sources.getByText("badge").waitFor();
    await step("form");
    await ui.getByRole("button", { name: "Vectorise", exact: true }).click();
    await page.locator(".node.frame .node.vector").first().waitFor();
    await ui.locator(".applied").waitFor();
    await step("beside");
    assert.equal(await page.locator("#world [data-image]").count(), 2);
    const leading = ui.locator("footer .primary");
    assert.equal(await leading.count(), 0, "nothing is left to do for what was selected");
    await select("other");
    await sources.getByText("other").waitFor();
    assert.equal(await leading.textContent(), "Vectorise", "another layer is another job");
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await page.locator(".node.vector").waitFor({ state: "detached" });
    await select("badge");
    await ui.getByLabel("Place").selectOption("in-place");
    await ui.getByRole("button", { name: "Vectorise", exact: true }).click();
    await page.locator("#world [data-image]").nth(1).waitFor({ state: "detached" });
    await ui.locator(".applied").waitFor();
    await step("in-place");
  },
};

const brandColours = async ({ page }: Stage): Promise<void> => {
  await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
  await page.getByRole("button", { name: "Add brand colours" }).click();
  await page.getByText("Brand: Light, Dark").waitFor();
};

/** Names of a family, drawn as vectors in their own colours, or in variables of the file. */
async function drawFamily(
  { command, ui, page }: Stage,
  names: readonly string[],
  palette = "Brand · Light",
  style = "fluent-flat",
): Promise<void> {
  await command("Make a family…");
  await ui.locator(`#style option[value="${style}"]`).waitFor({ state: "attached" });
  await ui.getByLabel("Names").fill(names.join("\n"));
  await ui.locator("#style").selectOption(style);
  await ui.getByLabel("Size on the canvas").selectOption("64");
  await ui.getByLabel("Insert as").selectOption("vector");
  await ui.locator("#palette").selectOption({ label: palette });
  await ui.getByRole("button", { name: "Generate" }).click();
  await page
    .locator(".node.frame > .node.frame")
    .nth(names.length - 1)
    .waitFor({ timeout: 90_000 });
  await ui.locator(".applied").waitFor();
}

const recolour: Story = {
  name: "recolour",
  run: async (stage) => {
    const { step, command, ui, page, select } = stage;
    await brandColours(stage);
    await stage.generate("rocket");
    await page.locator(".node.rectangle[data-image]").nth(3).waitFor();
    await command("Vectorise selection…");
    await select("rocket");
    await ui.locator(".icon-sources li").nth(3).waitFor();
    await ui.getByLabel("Place").selectOption("in-place");
    await ui.getByRole("button", { name: "Vectorise", exact: true }).click();
    await page.locator(".node.frame > .node.frame").nth(3).waitFor();
    await ui.locator(".applied").waitFor();
    await select("rocket 1", "rocket 2", "rocket 3");
    await page.getByRole("button", { name: "Recolour" }).click();
    await ui.locator("#palette").selectOption({ label: "Brand · Light" });
    await ui.locator(".mapping li").nth(2).waitFor();
    await step("mapping");
    await ui.getByRole("button", { name: "Recolour", exact: true }).click();
    await ui.locator(".applied", { hasText: "Recoloured: 3" }).waitFor();
    await step("recoloured");
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await select("rocket 4");
    await ui.getByLabel("Which colours change").selectOption("near");
    await ui.getByText("stays as it is").first().waitFor();
    await step("near");
  },
};

/** Colours of a library: listed by name, read when chosen, bound in the mode that is chosen. */
const libraryColours: Story = {
  name: "library-colours",
  run: async (stage) => {
    const { step, command, ui, page, select, drop } = stage;
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.getByRole("button", { name: "Use a library" }).click();
    await page.getByText("Library: Acme Design / Tokens").waitFor();
    await drop("badge", picture(5), [300, 300]);
    await command("Vectorise selection…");
    await select("badge");
    await ui.getByRole("list", { name: "Selected images" }).getByText("badge").waitFor();
    await ui.locator("#palette").selectOption({ label: "Acme Design / Tokens" });
    await ui.locator(".swatches li").nth(4).waitFor();
    await step("read");
    await ui.locator("#palette").selectOption({ label: "Acme Design / Tokens · Dark" });
    await ui.getByRole("button", { name: "Vectorise", exact: true }).click();
    await page.locator(".node.frame .node.vector").first().waitFor();
    await ui.locator(".applied").waitFor();
    await step("bound");
  },
};

const family: Story = {
  name: "family",
  run: async (stage) => {
    const { step, command, ui, page } = stage;
    await brandColours(stage);
    await drawFamily(stage, ["rocket", "house", "key", "umbrella", "bell", "camera"], "As drawn");
    await step("drawn");
    assert.equal(await page.locator("#world [data-image]").count(), 0);
    await command("Recolour…");
    await ui.locator("#palette").selectOption({ label: "Brand · Light" });
    await ui.locator(".mapping li").nth(3).waitFor();
    await ui.getByRole("button", { name: "Recolour", exact: true }).click();
    await ui.locator(".applied", { hasText: "Recoloured: 6" }).waitFor();
    await step("recoloured");
  },
};

const outlinedFamily: Story = {
  name: "family-of-outlines",
  run: async (stage) => {
    const { step, page } = stage;
    await brandColours(stage);
    const names = ["add user", "no wifi", "settings", "delete file", "team meeting", "shopping cart"];
    await drawFamily(stage, names, "As drawn", "~restyle/lucide");
    await step("drawn");
    assert.equal(await page.locator("#world [data-image]").count(), 0);
    assert.ok((await page.locator(".node.vector path[stroke]").count()) > 0, "lines are strokes");
  },
};

const twentyFour = [
  ...["rocket", "house", "key", "umbrella", "bell", "camera", "tree", "car", "clock", "gift", "book", "heart"],
  ...["star", "cloud", "moon", "fish", "apple", "cup", "phone", "lock", "flag", "bicycle", "guitar", "anchor"],
];

/** From nothing to component sets in one's own colours; the target is 90 seconds on two cores. */
async function makeSets(stage: Stage, names: readonly string[]): Promise<void> {
  const { step, command, ui, page } = stage;
  await brandColours(stage);
  const startedMs = Date.now();
  await drawFamily(stage, names);
  await step("family");
  await command("Make components…");
  await ui.getByText("Each thing becomes a set").waitFor();
  await ui
    .locator(".icon-sources li")
    .nth(names.length - 1)
    .waitFor();
  await ui.getByRole("button", { name: "Make components" }).click();
  await page
    .locator(".node.component_set")
    .nth(names.length - 1)
    .waitFor({ timeout: 60_000 });
  await ui.locator(".applied").waitFor();
  console.log(`  ${names.length} icons as component sets in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
  await page.keyboard.press("Shift+1");
  await step("components");
  assert.equal(await page.locator(".node.component_set .node.component").count(), iconSizesPx.length * names.length);
}

const componentSets: Story = {
  name: "component-set-of-24",
  isLong: true,
  run: async (stage) => {
    await makeSets(stage, twentyFour);
  },
};

const components: Story = {
  name: "components",
  run: async (stage) => {
    const { step, select, page, ui } = stage;
    await makeSets(stage, twentyFour.slice(0, 4));
    // Of the key, the third set; the list has the last one first.
    await page.locator(".node.component_set").nth(2).waitFor();
    const key = page.locator("#layers li", { has: page.locator(".layer", { hasText: /^icon\/key$/ }) });
    await key.locator("xpath=following-sibling::li").filter({ hasText: "Size=48" }).first().locator(".layer").click();
    await page.getByRole("button", { name: "Insert instance" }).click();
    await page.locator(".node.instance .node.vector").first().waitFor();
    const outline = () => page.locator(".node.instance .node.vector path").first().getAttribute("d");
    const before = await outline();
    await select("icon/key");
    await page.getByRole("button", { name: "Redraw" }).click();
    await ui.locator(".applied").waitFor({ timeout: 60_000 });
    await step("redrawn");
    assert.notEqual(await outline(), before, "the instance follows its component");
  },
};

const restyleVectors: Story = {
  name: "restyle-vectors",
  run: async (stage) => {
    const { step, ui, page, select } = stage;
    await brandColours(stage);
    await drawFamily(stage, ["rocket", "house"]);
    await select("rocket", "house");
    await page.getByRole("button", { name: "Restyle", exact: true }).click();
    await ui.getByRole("list", { name: "Selected images" }).getByText("house").waitFor();
    await ui.locator("#style option[value=twemoji]").waitFor({ state: "attached" });
    await ui.locator("#style").selectOption("twemoji");
    await step("form");
    const before = await page.locator(".node.vector").count();
    await ui.getByRole("button", { name: "Restyle", exact: true }).click();
    await ui.locator(".applied").waitFor({ timeout: 60_000 });
    await step("restyled");
    assert.equal(await page.locator("#world [data-image]").count(), 0, "vectors stay vectors");
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await ui.getByText("It was taken off the canvas again").waitFor();
    assert.equal(await page.locator(".node.vector").count(), before, "one undo takes all back");
  },
};

const flat = (widthPx: number, heightPx: number, alpha: number): Promise<Buffer> =>
  sharp({ create: { width: widthPx, height: heightPx, channels: 4, background: { r: 200, g: 30, b: 60, alpha } } })
    .png()
    .toBuffer();
async function noise(sidePx: number): Promise<Buffer> {
  // mulberry32, so that it is the same noise each time.
  let state = 7;
  const bytes = Buffer.from(
    Array.from({ length: 4 * sidePx * sidePx }, (_, at) => {
      state = (state + 0x6d2b79f5) | 0;
      const mixed = Math.imul(state ^ (state >>> 15), state | 1);
      return at % 4 === 3 ? 255 : (mixed ^ (mixed >>> 14)) & 255;
    }),
  );
  return sharp(bytes, { raw: { width: sidePx, height: sidePx, channels: 4 } })
    .png()
    .toBuffer();
}

/** Dots of many colours in rows: more outlines than a vector has. */
async function crowd(): Promise<Buffer> {
  const sidePx = 256;
  const bytes = Buffer.alloc(4 * sidePx * sidePx, 255);
  for (let y = 0; y < sidePx; y++)
    for (let x = 0; x < sidePx; x++)
      if (x % 16 < 10 && y % 16 < 10) bytes.set([(x * 5) & 255, 40, (y * 3) & 255], 4 * (y * sidePx + x));
  return sharp(bytes, { raw: { width: sidePx, height: sidePx, channels: 4 } })
    .png()
    .toBuffer();
}

const badVectors: Story = {
  name: "pictures-that-are-hard-to-trace",
  run: async ({ drop, step, command, ui, page, select }) => {
    const large = `<svg xmlns="http://www.w3.org/2000/svg" width="4096" height="4096"><circle cx="2048" cy="2048" r="1500" fill="#0b7285"/></svg>`;
    await drop("one colour", await flat(40, 40, 1), [260, 300]);
    await drop("transparent", await flat(40, 40, 0), [320, 300]);
    await drop("pixel", await flat(1, 1, 1), [380, 300]);
    await drop("noise", await noise(160), [400, 300]);
    await drop("crowd", await crowd(), [440, 300]);
    await drop("photograph", await readFile(new URL("../../../docs/examples/wren.png", import.meta.url)), [480, 300]);
    await drop("large", await sharp(Buffer.from(large)).png().toBuffer(), [500, 300]);
    await command("Vectorise selection…");
    await select("one colour", "transparent", "pixel", "noise", "crowd", "photograph", "large");
    await ui.locator(".icon-sources li").nth(6).waitFor();
    await ui.getByRole("button", { name: "Vectorise", exact: true }).click();
    await ui.locator(".applied").waitFor({ timeout: 300_000 });
    const said = ui.locator(".doubt");
    await said.filter({ hasText: "crowd" }).getByText("smallest outlines are left out").waitFor();
    await said.filter({ hasText: "photograph" }).getByText("8 colours, the most that a vector has").waitFor();
    assert.equal(await said.filter({ hasText: /large|one colour|pixel/ }).count(), 0);
    await ui.getByText("The image is unreadable, empty").waitFor();
    await said.first().scrollIntoViewIfNeeded();
    await step("listed");
    assert.equal(await page.locator("#world > .node.frame").count(), 6, "all but the transparent one");
    const paths = await page.locator("#world .node.vector").count();
    assert.ok(paths <= 3 + 3 * 8, `${paths} paths: one each, and at most eight of noise, a crowd and a photograph`);
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await page.locator("#world > .node.frame").first().waitFor({ state: "detached" });
  },
};

export const iconStories: readonly Story[] = [
  insertAsVector,
  vectorise,
  recolour,
  libraryColours,
  family,
  outlinedFamily,
  components,
  componentSets,
  restyleVectors,
  badVectors,
];
