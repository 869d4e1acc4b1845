/** A rough sketch, drawn in the plugin with a trembling hand, becomes an icon of a set: clean lines as strokes, then in fills. */
import assert from "node:assert/strict";
import type { Story } from "./story.ts";

type Point = readonly [x: number, y: number];

/** A house as hands draw it: walls that lean, a roof that runs on, a door that does not reach the floor. In shares of the pad. */
const strokes: readonly (readonly Point[])[] = [
  [
    [0.13, 0.5],
    [0.3, 0.34],
    [0.51, 0.15],
    [0.68, 0.31],
    [0.88, 0.49],
  ],
  [
    [0.22, 0.43],
    [0.235, 0.6],
    [0.22, 0.84],
    [0.5, 0.855],
    [0.79, 0.83],
    [0.785, 0.62],
    [0.8, 0.42],
  ],
  [
    [0.43, 0.83],
    [0.42, 0.7],
    [0.435, 0.6],
    [0.5, 0.605],
    [0.585, 0.59],
    [0.58, 0.7],
    [0.59, 0.815],
  ],
];

/** How far the hand trembles, in px of the pad. */
const trembles = 1.5;

const cleanSketch: Story = {
  name: "sketch-to-icon",
  run: async ({ step, command, ui, page }) => {
    await command("Sketch to image…");
    const pad = ui.locator(".pad");
    const box = (await pad.boundingBox())!;
    const draw = async (stroke: readonly Point[]): Promise<void> => {
      const at = ([x, y]: Point): Point => [box.x + x * box.width, box.y + y * box.height];
      await page.mouse.move(...at(stroke[0]!));
      await page.mouse.down();
      for (const [index, point] of stroke.entries())
        for (let part = 1; index > 0 && part <= 6; part++) {
          const [from, to] = [at(stroke[index - 1]!), at(point)];
          const off = trembles * Math.sin(2.3 * part + 5 * index);
          await page.mouse.move(
            from[0] + (part / 6) * (to[0] - from[0]) + off,
            from[1] + (part / 6) * (to[1] - from[1]) - off,
          );
        }
      await page.mouse.up();
    };
    for (const stroke of strokes) await draw(stroke);
    // Nobody chose a style yet: a sketch keeps its shape, in the first icon set. It has one answer, and needs no words.
    assert.match(await ui.locator("#style").inputValue(), /^~restyle\//);
    assert.equal(await ui.getByLabel("What is it? (optional)").count(), 0);
    await ui.getByLabel("Insert as").selectOption("vector");
    await step("drawn");
    await ui.getByRole("button", { name: "Generate" }).click();
    await page.locator(".node.frame .node.vector").first().waitFor();
    await ui.locator(".applied").waitFor();
    await pad.evaluate((element) => element.scrollIntoView({ block: "end" }));
    await step("lines");
    await ui.locator("#style").selectOption({ label: "Phosphor, fill" });
    await ui.getByRole("button", { name: "Generate" }).click();
    await page.locator(".node.frame .node.vector").nth(1).waitFor();
    await ui.locator(".applied").waitFor();
    await step("fills");
  },
};

export const cleanSketchStories: readonly Story[] = [cleanSketch];
