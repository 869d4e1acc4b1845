/** What a story is: the built plugin in the playground, the real server and pack, steps that each end in a screenshot. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright-core";
import { storageKeys } from "../../../shared/messages/settings.ts";
import { waitFor } from "../../faults/tau-process.ts";
import { drawPng } from "../../plugin/png.ts";
import {
  launchBrowser,
  openPlayground,
  type Playground,
  servedAsPublic,
  storageKey,
  storedChoices,
} from "../browser.ts";
import type { Theatre } from "./theatre.ts";

export type Theme = "light" | "dark";

/** What a story needs of its server; one may be a process of its own. */
export interface StageServer {
  readonly url: string;
  readonly token: { readonly value: string };
}

export interface Stage extends Playground {
  readonly server: StageServer;
  readonly theme: Theme;
  /** Ends a step: a screenshot that says so, if the story is to be seen, and no serious finding of axe in page or plugin. */
  step(name: string): Promise<void>;
  /** Opens a command from Tau's menu. */
  command(name: string): Promise<void>;
  /** Sets the preview first, instead of adding results at once. */
  preview(): Promise<void>;
  /** Draws a layer with a tool, from corner to corner in px of the page's window. */
  drag(tool: string, from: readonly [number, number], to: readonly [number, number]): Promise<void>;
  /** Drops an image file on the canvas. */
  drop(name: string, png: Buffer, at: readonly [number, number]): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  select(...names: string[]): Promise<void>;
  /** Waits until the page has kept what a reload must bring back: texts of the canvas and of the plugin's storage, as JSON. */
  kept(...texts: string[]): Promise<void>;
  /** Layers on the canvas that show an image. */
  imageCount(): Promise<number>;
}

export interface Story {
  readonly name: string;
  readonly editor?: "figma" | "figjam" | "slides";
  /** Takes long, so that `npm test` leaves it to `npm run stories`. */
  readonly isLong?: boolean;
  /** A server for this story alone. */
  startServer?(playgroundDir: string): Promise<{ readonly server: StageServer; close(): Promise<void> }>;
  /** Begins as for somebody who never chose anything; else with the choices of a former start. */
  readonly isFirstStart?: boolean;
  /** In a browser of its own, which takes the page for one of the internet, as Figma's is. */
  readonly isPublicPage?: boolean;
  /** Names nothing in the words of a language, so that it runs in each. */
  readonly isWordless?: boolean;
  /** Why it can't run on this machine; undefined when it can. */
  whyNot?(): Promise<string | undefined>;
  run(stage: Stage): Promise<void>;
}

const artifacts = path.resolve(import.meta.dirname, "../../artifacts/stories");

interface Telling {
  /** Every step leaves a screenshot; else only a story that fails does. */
  readonly isSeen?: boolean;
  /** Of the browser, as a tag such as `de`; absent: English. */
  readonly language?: string | undefined;
}

/** @returns paths of the screenshots */
export async function runStory(theatre: Theatre, story: Story, theme: Theme, telling: Telling = {}): Promise<string[]> {
  const own = await story.startServer?.(theatre.playgroundDir);
  try {
    return await runOn({ ...theatre, ...own }, story, theme, telling);
  } finally {
    await own?.close();
  }
}

/** Pictures of the styles that stories before left, as client storage: the server draws each once, not once a story. */
let keptThumbs: object = {};
async function readThumbs(page: Page): Promise<object | undefined> {
  const stored = await page.evaluate((key) => localStorage.getItem(key), storageKey).catch(() => null);
  const { [storageKeys.thumbs]: thumbs } = JSON.parse(stored ?? "{}") as Record<string, unknown>;
  return thumbs === undefined ? undefined : { [storageKeys.thumbs]: thumbs };
}

/** In the page: what it keeps for a reload. */
const readKept = (key: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open("tau-playground", 1);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const reading = opening.result.transaction("canvas").objectStore("canvas").getAll();
      reading.onerror = () => reject(reading.error);
      reading.onsuccess = () => {
        opening.result.close();
        resolve(JSON.stringify(reading.result) + localStorage.getItem(key));
      };
    };
  });

async function runOn(
  { browser, server }: Pick<Theatre, "browser"> & { readonly server: StageServer },
  { name, editor = "figma", isPublicPage = false, isFirstStart = false, run }: Story,
  theme: Theme,
  { isSeen = true, language }: Telling,
): Promise<string[]> {
  const ownBrowser = isPublicPage ? await launchBrowser([servedAsPublic(server.url)]) : undefined;
  const tau = await openPlayground(ownBrowser ?? browser, server.url, {
    hash: `?editor=${editor}#token=${server.token.value}`,
    colorScheme: theme,
    locale: language ?? "en-US",
    storage: isFirstStart ? JSON.stringify(keptThumbs) : storedChoices("fluent-flat", keptThumbs),
  });
  const shots: string[] = [];
  const look = language === undefined ? theme : `${theme}-${language}`;
  const { page, ui } = tau;
  const stage: Stage = {
    ...tau,
    server,
    theme,
    step: async (step) => {
      if (isSeen) {
        await mkdir(artifacts, { recursive: true });
        const file = path.join(artifacts, `${name}-${shots.length + 1}-${step}-${look}.png`);
        await page.screenshot({ path: file });
        shots.push(file);
      }
      assert.deepEqual(await tau.violations(), [], `${name}, ${step}`);
    },
    command: async (item) => {
      await page.getByRole("button", { name: "Tau", exact: true }).click();
      await page.getByRole("menuitem", { name: item, exact: true }).click();
      await page.locator("#plugin").waitFor();
    },
    preview: async () => {
      await ui.getByRole("button", { name: "Settings" }).click();
      await ui.getByRole("switch").uncheck();
      await ui.getByRole("button", { name: "Save and connect" }).click();
      await ui.locator("#captions").waitFor();
    },
    drag: async (tool, [x, y], [toX, toY]) => {
      await page.getByRole("button", { name: tool }).click();
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move((x + toX) / 2, (y + toY) / 2, { steps: 4 });
      await page.mouse.move(toX, toY, { steps: 4 });
      await page.mouse.up();
    },
    drop: async (fileName, png, [x, y]) => {
      const transfer = await page.evaluateHandle(
        ([bytes, title]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], title, { type: "image/png" }));
          return data;
        },
        [[...png], `${fileName}.png`] as const,
      );
      await page.dispatchEvent("#canvas", "drop", { dataTransfer: transfer, clientX: x, clientY: y });
      await page.locator("#layers .layer", { hasText: fileName }).waitFor();
    },
    rename: async (from, to) => {
      const row = page.locator("#layers .layer").filter({ hasText: new RegExp(`^${from}$`) });
      await row.click();
      await row.press("F2");
      await page.locator("#layers input").waitFor();
      await page.keyboard.type(to);
      await page.keyboard.press("Enter");
    },
    select: async (...names) => {
      for (const [index, layer] of names.entries())
        await page
          .locator("#layers .layer")
          .filter({ hasText: new RegExp(`^${layer.replace("/", "\\/")}$`) })
          .first()
          .click({ modifiers: index === 0 ? [] : ["Shift"] });
    },
    kept: async (...texts) => {
      await waitFor(`kept: ${texts.join(", ")}`, async () => {
        const all = await page.evaluate(readKept, storageKey);
        return texts.every((text) => all.includes(text)) || undefined;
      });
    },
    imageCount: () => page.locator("#world [data-image]").count(),
  };
  try {
    await run(stage);
    assert.deepEqual(tau.errors, []);
  } catch (error) {
    const file = path.join(artifacts, `${name}-failed-${look}.png`);
    await mkdir(artifacts, { recursive: true });
    await page.screenshot({ path: file });
    const shown = await ui
      .locator("body")
      .ariaSnapshot({ timeout: 5000 })
      .catch(() => "no window of the plugin");
    throw new Error(`${name}, ${theme}: the plugin showed\n${shown}${tau.errors.map((each) => `\n${each}`).join("")}`, {
      cause: error,
    });
  } finally {
    keptThumbs = (await readThumbs(page)) ?? keptThumbs;
    await page.context().close();
    await ownBrowser?.close();
  }
  return shots;
}

/** A small picture with transparent parts. */
export const picture = (seed: number, sidePx = 64): Buffer => drawPng(seed, sidePx);
