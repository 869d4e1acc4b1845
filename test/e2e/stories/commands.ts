/** One story a command: what a designer does and sees. */
import assert from "node:assert/strict";
import { picture, type Story } from "./story.ts";

const captions: Story = {
  name: "caption-to-artboard",
  run: async ({ preview, step, generate, ui, page, imageCount }) => {
    await preview();
    await step("empty");
    // The pack draws its styles while nobody requests anything.
    await ui.locator("[data-style=noto] img").waitFor({ timeout: 60_000 });
    await ui.getByRole("radio", { name: "Fluent flat", exact: true }).click();
    await ui.getByRole("radio", { name: "Fluent flat", exact: true }).press("ArrowRight");
    assert.equal(await ui.locator("#style").inputValue(), "fluent-3d");
    await step("styles");
    await generate("red apple\nhamburger menu");
    await ui.locator(".tile").nth(7).waitFor();
    await ui.getByText("Drawn as").first().waitFor();
    await step("preview");
    await ui.locator(".doubt").first().scrollIntoViewIfNeeded();
    await step("doubt");
    // What is doubted goes on the canvas only if somebody wants it there.
    await ui.getByRole("button", { name: "Add 4 to canvas" }).waitFor();
    await ui.getByRole("button", { name: "Select all (8)" }).click();
    await ui.getByRole("button", { name: "Add 8 to canvas" }).click();
    await page.locator(".node.frame").nth(1).waitFor();
    assert.equal(await imageCount(), 8);
    await step("added");
    await page.keyboard.press("Escape");
    // The window has the focus, and hands the editor's undo on.
    await ui.getByRole("button", { name: "Generate again" }).press("Control+z");
    await ui.getByText("It was taken off the canvas again").waitFor();
    await step("undone");
    await ui.getByRole("button", { name: /^Add again/ }).click();
    await page.locator(".node.frame").nth(1).waitFor();
    await step("added-again");
  },
};

const threeCaptions: Story = {
  name: "three-captions",
  isLong: true,
  run: async ({ step, generate, ui, page, imageCount }) => {
    // Each pack draws its styles while nobody requests anything, and all are there before the first caption.
    await ui
      .getByRole("radio", { name: "IconPark, two-tone", exact: true })
      .locator("img")
      .waitFor({ timeout: 90_000 });
    await generate("rocket\ncat face\ngreen tree");
    await page.locator(".node.frame").nth(2).waitFor();
    await ui.locator(".applied").waitFor();
    assert.equal(await imageCount(), 12);
    await page.locator("#canvas").focus();
    await page.keyboard.press("Shift+1");
    await ui.locator("#captions").scrollIntoViewIfNeeded();
    await step("artboards");
  },
};

const fillLabel: Story = {
  name: "fill-label",
  run: async ({ drag, step, command, ui, page, select, imageCount }) => {
    await drag("Rectangle (R)", [260, 120], [380, 240]);
    await drag("Ellipse (O)", [420, 120], [540, 240]);
    await drag("Rectangle (R)", [260, 300], [540, 380]);
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await command("Fill with label…");
    await ui.getByText("Select the layers to fill").waitFor();
    await select("Rectangle 1", "Ellipse 1", "Rectangle 2");
    await ui.getByText("Layers to fill: 3").waitFor();
    await ui.getByLabel("Label", { exact: true }).fill("anch");
    await ui.getByRole("button", { name: "Anchor", exact: true }).waitFor();
    await step("choose");
    await ui.getByRole("button", { name: "Anchor", exact: true }).click();
    await ui.getByRole("button", { name: "Fill", exact: true }).click();
    await page.locator("#world [data-image]").nth(2).waitFor();
    await ui.locator(".applied").waitFor();
    await step("filled");
    assert.equal(await imageCount(), 3);
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await page.locator("#world [data-image]").first().waitFor({ state: "detached" });
    await step("undone");
  },
};

const fillNames: Story = {
  name: "fill-names",
  run: async ({ drag, step, command, ui, page, rename, select }) => {
    const names = ["icons/Red Apple 3", "umbrellas", "key", "zqx blob", "coffee cup"];
    for (const [index] of names.entries())
      await drag("Rectangle (R)", [230 + index * 88, 140], [310 + index * 88, 220]);
    for (const [index, name] of names.entries()) await rename(`Rectangle ${index + 1}`, name);
    await command("Fill from layer names…");
    await select(...names);
    await ui.getByText("of 5 layers are named").waitFor();
    await step("matched");
    await ui.getByRole("button", { name: "Fill", exact: true }).click();
    await page.locator("#world [data-image]").nth(2).waitFor();
    await ui.locator(".applied").waitFor();
    await step("filled");
  },
};

const upscale: Story = {
  name: "upscale",
  isLong: true,
  run: async ({ drop, step, command, ui, page, select, drag, generate }) => {
    await drop("photo", picture(3), [330, 200]);
    await drag("Rectangle (R)", [420, 420], [520, 500]);
    await command("Upscale up to ×4…");
    await select("photo", "Rectangle 2");
    await ui.getByText("64 × 64").waitFor();
    await ui.getByText("Not touched (1)").click();
    await step("selected");
    await ui.getByLabel("Factor").selectOption("4");
    await ui.getByLabel("Detail").fill("0.6");
    await ui.getByRole("spinbutton", { name: "Answers" }).fill("2");
    await ui.getByRole("spinbutton", { name: "Answers" }).press("Tab");
    await ui.getByRole("switch", { name: "Show the doubt about the answer" }).check();
    assert.equal(await ui.getByRole("spinbutton", { name: "Answers" }).inputValue(), "2");
    const before = await page.locator(".node.rectangle[data-image]").getAttribute("data-image");
    await ui.getByRole("button", { name: "Upscale", exact: true }).click();
    await ui.locator(".applied").waitFor({ timeout: 120_000 });
    await step("enlarged");
    const shown = page.locator(".node.rectangle[data-image]").first();
    assert.notEqual(await shown.getAttribute("data-image"), before);
    await ui.getByRole("img", { name: "Where answers differ" }).scrollIntoViewIfNeeded();
    await step("answers");
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await ui.getByText("It was taken off the canvas again").waitFor();
    assert.equal(await shown.getAttribute("data-image"), before, "one undo");
    await ui.getByRole("button", { name: "Put into layers (1)" }).click();
    await ui.locator(".applied").waitFor();
    // A node that Tau made has the command as a button, which begins it anew.
    await command("Caption to artboard…");
    await ui.getByLabel("Images", { exact: true }).fill("1");
    await ui.getByLabel("Images", { exact: true }).press("Tab");
    await generate("key");
    await page.locator("#layers .layer", { hasText: "key 1" }).waitFor();
    await select("key 1");
    await page.getByRole("button", { name: "Upscale" }).click();
    await ui.getByText("128 × 128").waitFor();
    await ui.getByLabel("Factor").selectOption("3");
    await ui.getByRole("switch", { name: "Read small text" }).uncheck();
    const [sent] = await Promise.all([
      page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/v1/upscales")),
      ui.getByRole("button", { name: "Upscale", exact: true }).click(),
    ]);
    assert.equal(sent.postDataJSON().letters, false);
    await ui.locator(".applied").waitFor({ timeout: 120_000 });
    await ui.getByText("384 × 384").waitFor();
    await step("by-its-button");
    await ui.getByLabel("Factor").selectOption("1");
    await ui.getByRole("button", { name: "Upscale", exact: true }).click();
    await ui.locator(".applied").waitFor({ state: "detached" });
    await ui.locator(".applied").waitFor({ timeout: 120_000 });
  },
};

const restyle: Story = {
  name: "restyle",
  run: async ({ generate, step, command, ui, page, select, preview }) => {
    await preview();
    await ui.getByLabel("Images", { exact: true }).fill("1");
    await ui.getByLabel("Images", { exact: true }).press("Tab");
    await generate("red apple");
    // One of the results, out of the window to where it shall be; then all of them by the button.
    await ui.locator(".tile .picture").hover();
    await page.mouse.down();
    await page.mouse.move(400, 600, { steps: 8 });
    await page.mouse.up();
    await page.locator("#layers .layer", { hasText: /^red apple$/ }).waitFor();
    const dropped = (await page.locator("#overlay .outline").first().boundingBox())!;
    assert.ok(Math.hypot(dropped.x + dropped.width / 2 - 400, dropped.y + dropped.height / 2 - 600) <= 2);
    await step("dragged");
    await page.locator("#canvas").press("Control+z");
    await page.locator(".node.rectangle[data-image]").waitFor({ state: "detached" });
    await ui.getByRole("button", { name: "Add 1 to canvas" }).click();
    await page.locator(".node.rectangle[data-image]").waitFor();
    await select("red apple 1");
    await page.getByRole("button", { name: "Restyle" }).click();
    await ui.getByRole("list", { name: "Selected images" }).getByText("red apple").waitFor();
    await ui.locator("#style option[value=twemoji]").waitFor({ state: "attached" });
    await ui.locator("#style").selectOption("twemoji");
    await step("form");
    await ui.getByRole("button", { name: "Restyle", exact: true }).click();
    await ui.locator(".tile").waitFor();
    await step("preview");
    await ui.getByRole("button", { name: "Put into layers (1)" }).click();
    await ui.locator(".applied").waitFor();
    await step("restyled");
    await command("Restyle…");
  },
};

const variations: Story = {
  name: "variations",
  isLong: true,
  run: async ({ generate, step, command, ui, page, select }) => {
    await ui.getByLabel("Images", { exact: true }).fill("1");
    await ui.getByLabel("Images", { exact: true }).press("Tab");
    await generate("house");
    await page.locator(".node.rectangle[data-image]").waitFor();
    await command("Variations…");
    await select("house 1");
    await ui.locator(".icon-sources li").waitFor();
    await ui.getByLabel("Stay close to").selectOption("middle");
    await ui.getByRole("button", { name: "Generate" }).click();
    await page.locator(".node.frame").nth(1).waitFor();
    await ui.locator(".applied").waitFor();
    await step("same-shapes");
    await ui.getByLabel("Stay close to").selectOption("last");
    await ui.getByLabel("Insert as").selectOption("vector");
    await ui.getByLabel("Images", { exact: true }).fill("4");
    await ui.getByLabel("Images", { exact: true }).press("Tab");
    await ui.getByRole("button", { name: "Generate", exact: true }).click();
    await page.locator(".node.frame > .node.frame:has(.node.vector)").nth(3).waitFor({ timeout: 90_000 });
    await ui.locator(".applied").waitFor();
    await step("same-idea");
    // What the layer remembers says what is drawn.
    await ui.getByText("Drawn as “House”.").waitFor();
  },
};

const blend: Story = {
  name: "blend",
  isLong: true,
  run: async ({ generate, step, command, ui, page, select }) => {
    await ui.getByLabel("Images", { exact: true }).fill("1");
    await ui.getByLabel("Images", { exact: true }).press("Tab");
    await generate("red apple\ngreen tree");
    await page.locator(".node.frame").nth(1).waitFor();
    await command("Blend…");
    await select("red apple 1");
    await ui.getByText("Select two icons, images or vectors").waitFor();
    await select("red apple 1", "green tree 1");
    await ui.locator(".icon-sources li").nth(1).waitFor();
    await step("form");
    await ui.getByRole("button", { name: "Blend", exact: true }).click();
    await page.locator(".node.frame").nth(2).waitFor();
    await ui.locator(".applied").waitFor();
    await step("made");
  },
};

const sketch: Story = {
  name: "sketch",
  run: async ({ step, command, ui, page }) => {
    await command("Sketch to image…");
    const pad = ui.locator(".pad");
    const box = (await pad.boundingBox())!;
    const centre = [box.x + box.width / 2, box.y + box.height / 2] as const;
    const radius = box.width * 0.3;
    await page.mouse.move(centre[0] + radius, centre[1]);
    await page.mouse.down();
    for (let turn = 0; turn <= 24; turn++)
      await page.mouse.move(
        centre[0] + radius * Math.cos((turn / 24) * 2 * Math.PI),
        centre[1] + radius * Math.sin((turn / 24) * 2 * Math.PI),
      );
    // As when the browser takes the pointer for a gesture of its own: the stroke ends there.
    await pad.evaluate((paper) => paper.releasePointerCapture(1));
    await page.mouse.move(centre[0], box.y - 20);
    await page.mouse.up();
    // A ray by keys: up from the middle, beyond the circle.
    await pad.focus();
    await pad.press(" ");
    for (let press = 0; press < 8; press++) await pad.press("ArrowUp");
    await pad.press(" ");
    assert.equal(await ui.locator(".pad path:not(.cross)").count(), 2);
    await pad.press("Control+z");
    assert.equal(await ui.locator(".pad path:not(.cross)").count(), 1, "undo is that of the pad");
    await pad.press(" ");
    for (let press = 0; press < 4; press++) await pad.press("ArrowDown");
    await pad.press(" ");
    // A look at the settings leaves what is drawn.
    await ui.getByRole("button", { name: "Settings" }).click();
    await ui.getByRole("button", { name: "Back" }).click();
    await pad.waitFor();
    assert.equal(await ui.locator(".pad path:not(.cross)").count(), 2);
    await ui.locator("#style").selectOption("noto");
    await ui.getByLabel("What is it? (optional)").fill("sun");
    await step("drawn");
    await ui.getByRole("button", { name: "Generate" }).click();
    await page.locator(".node.frame").waitFor();
    await ui.locator(".applied").waitFor();
    await step("made");
    // The same images, and then as vectors: nothing is drawn anew.
    await ui.getByLabel("Insert as").selectOption("vector");
    await ui.getByRole("button", { name: "Add again" }).click();
    await page.locator(".node.frame > .node.frame > .node.vector").first().waitFor();
    await step("as-vectors");
  },
};

const layout: Story = {
  name: "layout",
  isLong: true,
  run: async ({ step, command, ui, page, drag, select, imageCount }) => {
    await command("Layout to image…");
    await ui.getByRole("button", { name: "Green", exact: true }).click();
    const box = (await ui.locator(".pad").boundingBox())!;
    const stroke = async (points: readonly (readonly [number, number])[]): Promise<void> => {
      const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
      await page.mouse.move(...at(points[0]!));
      await page.mouse.down();
      for (const point of points) await page.mouse.move(...at(point), { steps: 3 });
      await page.mouse.up();
    };
    await stroke([
      [0.3, 0.3],
      [0.7, 0.3],
      [0.7, 0.45],
      [0.3, 0.45],
      [0.5, 0.2],
    ]);
    await ui.getByRole("button", { name: "Brown", exact: true }).click();
    await stroke([
      [0.5, 0.55],
      [0.5, 0.9],
    ]);
    assert.equal(await ui.locator(".pad path:not(.cross)").count(), 2);
    // A stroke too many, which undo takes back.
    await stroke([
      [0.1, 0.1],
      [0.2, 0.1],
    ]);
    await ui.getByRole("button", { name: "Undo" }).click();
    assert.equal(await ui.locator(".pad path:not(.cross)").count(), 2);
    await ui.getByLabel("What is it? (optional)").fill("tree");
    await step("painted");
    await ui.getByRole("button", { name: "Generate" }).click();
    await page.locator(".node.frame").waitFor();
    await ui.locator(".applied").waitFor();
    await step("made");
    assert.equal(await imageCount(), 4);
    await page.locator("#canvas").click({ position: { x: 20, y: 700 } });
    await page.keyboard.press("Control+z");
    await ui.getByText("It was taken off the canvas again").waitFor();
    assert.equal(await imageCount(), 0, "one undo");
    // The other way: coloured shapes on the canvas, in a frame.
    await page.keyboard.press("Escape");
    await drag("Frame (F)", [240, 120], [400, 280]);
    await drag("Ellipse (O)", [280, 130], [360, 200]);
    await page.locator("#inspector").getByLabel("Fill").fill("#2f9e44");
    await drag("Rectangle (R)", [305, 200], [335, 270]);
    await page.locator("#inspector").getByLabel("Fill").fill("#7f4f24");
    await select("Frame 1");
    await command("Layout to image…");
    await ui.getByText("The selected drawing").waitFor();
    await ui.getByLabel("What is it? (optional)").fill("tree");
    await step("selected");
    await ui.getByRole("button", { name: "Generate" }).click();
    await page.locator("#world [data-image]").nth(3).waitFor();
    await ui.locator(".applied").waitFor();
    await step("from-the-canvas");
  },
};

const history: Story = {
  name: "history",
  isLong: true,
  run: async ({ step, command, ui, page, generate, imageCount }) => {
    await generate("blue fish");
    await page.locator(".node.frame").waitFor();
    await ui.locator(".applied").waitFor();
    await command("History…");
    await ui.getByLabel("Search captions").fill("fish");
    await ui.locator(".history img").nth(3).waitFor();
    await step("found");
    // Out of the window, to where nothing is.
    const before = await imageCount();
    const thumb = (await ui.locator(".history img").first().boundingBox())!;
    await page.mouse.move(thumb.x + thumb.width / 2, thumb.y + thumb.height / 2);
    await page.mouse.down();
    await page.mouse.move(400, 600, { steps: 8 });
    await page.mouse.up();
    await page
      .locator("#layers .layer", { hasText: /^blue fish$/ })
      .nth(1)
      .waitFor();
    assert.equal(await imageCount(), before + 1);
    const landed = (await page.locator("#overlay .outline").first().boundingBox())!;
    const off = Math.hypot(landed.x + landed.width / 2 - 400, landed.y + landed.height / 2 - 600);
    // Half a pixel of the canvas, twice: where it is dropped and where layers may lie.
    assert.ok(off <= 2, `${off} px from where it was dropped`);
    await step("dragged");
    await ui.getByRole("button", { name: "Star blue fish" }).first().click();
    await ui.getByRole("button", { name: "Only starred" }).click();
    await step("starred");
    await ui.getByRole("button", { name: "Show", exact: true }).first().click();
    await ui.locator(".tile").nth(3).waitFor();
    await ui.getByRole("button", { name: "Add 4 to canvas" }).click();
    await page.locator(".node.frame").nth(1).waitFor();
    await step("added");
    // Drawn again from its own form and seeds: the same bytes.
    await command("History…");
    await ui.getByRole("button", { name: "Use as a start" }).first().click();
    assert.equal(await ui.locator("#captions").inputValue(), "blue fish");
    // What cannot be pressed while images are under way says so.
    const generations = "**/v1/generations";
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.context().route(generations, (route) => held.then(() => route.continue()));
    await ui.getByRole("button", { name: "Generate" }).click();
    await ui.getByRole("button", { name: "History" }).click();
    const description = "Grey buttons work again once the images under way are ready.";
    const waits = { name: "Show", exact: true, description };
    assert.equal(await ui.getByRole("button", waits).first().isDisabled(), true);
    await step("under-way");
    await ui.getByRole("button", { name: "Back" }).click();
    const take = ui.getByRole("button", { name: "Use selection as a style", disabled: true });
    assert.equal(await take.getAttribute("title"), description);
    letGo();
    await page.locator(".node.frame").nth(2).waitFor();
    await page.context().unroute(generations);
    await ui.locator(".applied").waitFor();
    await step("drawn-again");
    const shown = page.locator(".node.frame");
    const imagesOf = (at: number): Promise<(string | null)[]> =>
      shown
        .nth(at)
        .locator("[data-image]")
        .evaluateAll((all) => all.map((one) => one.getAttribute("data-image")));
    assert.deepEqual(await imagesOf(2), await imagesOf(0));
    await command("History…");
    // A list that did not come is requested again by itself, and nothing is drawn.
    const lists = "**/v1/generations?*";
    await page.context().route(lists, (route) => route.abort("connectionrefused"));
    await ui.getByLabel("Search captions").fill("fish");
    await ui.locator(".failure").waitFor();
    await page.context().unroute(lists);
    await ui.locator(".failure").waitFor({ state: "detached" });
    const trash = ui.getByRole("button", { name: "Delete blue fish" });
    // All of them are of this story, which searches before it counts.
    await ui.locator(".history[aria-busy=false]").waitFor();
    const kept = await trash.count();
    await trash.first().click();
    await ui.getByRole("button", { name: "Undo" }).click();
    assert.equal(await trash.count(), kept, "a slip is taken back");
    await trash.first().click();
    assert.equal(await trash.count(), kept - 1);
    await step("deleted");
    // Whoever leaves means it.
    await ui.getByRole("button", { name: "Back" }).click();
    await command("History…");
    await ui.getByLabel("Search captions").fill("fish");
    await ui.locator(".history[aria-busy=false]").waitFor();
    assert.equal(await trash.count(), kept - 1);
  },
};

const help: Story = {
  name: "help",
  run: async ({ step, command, ui, page, server }) => {
    await ui.locator("#captions").waitFor();
    const options = ui.locator(".command-select option");
    const commands = await options.allTextContents();
    await command("Help…");
    await ui.getByRole("heading", { name: "Help" }).waitFor();
    assert.deepEqual(
      await ui.locator("main h2").allTextContents(),
      [...commands, "Sketch pad"],
      "each says what it needs",
    );
    const link = ui.getByRole("link", { name: `${server.url}/docs` });
    await step("opened");
    const [opened] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
    await opened.waitForURL(`${server.url}/docs`);
    await opened.close();
    await ui.locator("main h2").last().scrollIntoViewIfNeeded();
    await step("end");
    await page.keyboard.press("Escape");
    await ui.locator("#captions").waitFor();
  },
};

const helpWithoutAddress: Story = {
  name: "help-without-address",
  run: async ({ step, command, ui }) => {
    await ui.locator("#captions").waitFor();
    await command("Settings…");
    await ui.getByLabel("Server address").fill("my server");
    await ui.getByRole("button", { name: "Save and connect" }).click();
    await ui.locator(".failure[data-code=url_invalid]").waitFor();
    await step("refused");
    await command("Help…");
    await ui.locator(".failure[data-code=url_invalid]").waitFor();
    assert.equal(await ui.locator("main a").count(), 0, "nothing to press that does nothing");
    await step("opened");
    await ui.getByRole("button", { name: "Open settings" }).click();
    await ui.getByLabel("Server address").waitFor();
  },
};

const helpInFigJam: Story = {
  name: "help-in-figjam",
  editor: "figjam",
  run: async ({ step, command, ui }) => {
    await command("Help…");
    await ui.getByText("New images get a new section").waitFor();
    const said = (await ui.locator("main").textContent())!;
    assert.doesNotMatch(said.replaceAll("Caption to artboard", ""), /artboard|frames|components/);
    await step("opened");
  },
};

export const commandStories: readonly Story[] = [
  captions,
  threeCaptions,
  fillLabel,
  fillNames,
  upscale,
  restyle,
  variations,
  blend,
  sketch,
  layout,
  history,
  help,
  helpWithoutAddress,
  helpInFigJam,
];
