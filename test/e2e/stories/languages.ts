/** All views of the window, without a word of any language: `npm run stories -- --only every-view --language de`. */
import assert from "node:assert/strict";
import { windowSizes } from "../../../shared/messages/settings.ts";
import { waitFor } from "../../faults/tau-process.ts";
import { picture, type Story } from "./story.ts";

const everyView: Story = {
  name: "every-view",
  isFirstStart: true,
  isLong: true,
  isWordless: true,
  run: async ({ ui, page, step, drop }) => {
    /** A view fits when nothing reaches beyond the window's sides, and no button or row has less room than what it holds. */
    const see = async (view: string): Promise<void> => {
      const cut = await ui.locator("body").evaluate((body) =>
        [...body.querySelectorAll<HTMLElement>("button, label, h1, h2, summary, .hint, .notice, .meta, footer, header")]
          .filter((element) => element.checkVisibility() && !element.closest(".offscreen, .style-strip"))
          .filter((element) => {
            const { left, right } = element.getBoundingClientRect();
            const isWide = element.scrollWidth > element.clientWidth && element.clientWidth > 0;
            return (
              (left < 0 ||
                right > innerWidth ||
                (element.matches(".button, .seed, .meta, footer, header") && isWide)) &&
              left > -900
            );
          })
          .map((element) => element.textContent || element.ariaLabel),
      );
      await step(view);
      assert.deepEqual(cut, [], `cut off in ${view}`);
    };
    const show = async (command: string): Promise<void> => {
      await ui.locator(".command-select").selectOption(command);
    };
    await ui.locator(".empty button").first().waitFor();
    await see("empty");
    await ui.locator("header .icon-button").nth(2).click();
    await ui.getByRole("switch").uncheck();
    await see("settings");
    await ui.locator("footer .primary").click();
    await ui.locator("details.options summary").click();
    await see("options");
    await ui.locator("details.options summary").click();
    await ui.locator(".label-row .button.link").first().click();
    await see("styles");
    const blank = await ui.locator(".style-picture:empty").count();
    assert.equal(blank, 0, "a style without a picture yet shows its initials");
    await page.keyboard.press("Escape");
    await ui.locator("#captions").fill("bell");
    await ui.locator("#captions").press("Enter");
    await ui.locator(".tile").nth(3).waitFor();
    await see("preview");
    await ui.locator("footer .button").nth(1).click();
    await ui.locator(".applied").waitFor();
    await ui.locator(".tile [aria-expanded]").first().click();
    await ui.locator(".drawing-grid button").nth(3).waitFor();
    await see("drawings");
    await page.keyboard.press("Escape");
    await ui.locator("header .icon-button").nth(0).click();
    await ui.locator(".history img").first().waitFor();
    await see("history");
    await ui.locator("header .icon-button").first().click();
    await ui.locator("header .icon-button").nth(1).click();
    await see("help");
    await ui.locator("header .icon-button").first().click();
    for (const command of ["family", "sketch", "layout", "learn"]) {
      await show(command);
      await see(command);
    }
    await page.locator("#layers .layer", { hasText: "bell 1" }).click();
    for (const command of ["restyle", "redraw-part", "variations", "vectorise", "recolour", "components"]) {
      await show(command);
      await ui.locator(".icon-sources li, .pad, .mapping").first().waitFor();
      await see(command);
    }
    const leftOf = async (selector: string): Promise<number> => (await ui.locator(selector).first().boundingBox())!.x;
    assert.equal(await leftOf(".icon-sources img"), await leftOf(".form .hint"), "icons stand in line with the text");
    await drop("photo", picture(3), [420, 620]);
    await page.locator("#layers .layer", { hasText: "photo" }).click();
    for (const command of ["upscale", "fill-label", "fill-names", "blend"]) {
      await show(command);
      await see(command);
    }
  },
};

const longWord: Story = {
  name: "a-long-word-in-the-smallest-window",
  isFirstStart: true,
  isWordless: true,
  run: async ({ ui, page, step, generate }) => {
    const sizeOf = () =>
      ui.locator("main").evaluate((main) => ({ width: innerWidth, height: innerHeight, content: main.scrollWidth }));
    const least = { width: windowSizes.width.min, height: windowSizes.height.min };
    await ui.locator(".resize-corner").focus();
    await waitFor("the smallest window", async () => {
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowUp");
      const { width, height } = await sizeOf();
      return (width === least.width && height === least.height) || undefined;
    });
    await generate(`bell ${"supercalifragilistic".repeat(4)}`);
    await ui.locator(".tile").nth(3).waitFor();
    await ui.locator(".set .hint").first().scrollIntoViewIfNeeded();
    await step("results");
    assert.deepEqual(await sizeOf(), { ...least, content: least.width }, "nothing is wider than the window");
  },
};

export const languageStories: readonly Story[] = [everyView, longWord];
