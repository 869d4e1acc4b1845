/** Chromium and the playground page for the end-to-end tests; with TAU_TEST_SHOTS=1, screenshots are kept in test/artifacts/. */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import axe from "axe-core";
import { type Browser, chromium, type Frame, type FrameLocator, type Locator, type Page } from "playwright-core";
import { storageKeys } from "../../shared/messages/settings.ts";

const artifacts = path.resolve(import.meta.dirname, "../artifacts");

/** @param args switches of Chromium besides those that all tests have */
export const launchBrowser = (args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env["TAU_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--headless",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // In its own process the plugin's iframe sometimes loads before the emulated language reaches it.
      "--disable-features=IsolateSandboxedIframes",
      ...args,
    ],
  });

/**
 * The switch by which Chromium takes a local server's pages for those of the internet, as figma.com's are: then what they call on
 * this computer needs a permission. It counts the address by which a page came, in either family.
 */
export function servedAsPublic(url: string): string {
  const { port } = new URL(url);
  return `--ip-address-space-overrides=127.0.0.1:${port}=public,[::1]:${port}=public`;
}

/** Of the page's localStorage, in which the playground keeps the plugin's client storage. */
export const storageKey = "tau.playground.clientStorage";

export interface Playground {
  readonly page: Page;
  readonly ui: FrameLocator;
  /** Errors that page or iframe threw or logged; each test expects none. */
  readonly errors: string[];
  generate(captions: string): Promise<void>;
  /** A picture to look at, which no test needs: taken where TAU_TEST_SHOTS is set. */
  shoot(name: string): Promise<void>;
  /** Serious and critical findings of axe in the page and in the plugin's iframe. */
  violations(): Promise<string[]>;
}

export interface PlaygroundOptions {
  readonly hash?: string;
  readonly locale?: string;
  readonly colorScheme?: "light" | "dark";
  /** What the plugin finds in its client storage, as JSON; absent: the choices of a former start. */
  readonly storage?: string | undefined;
}

/** As JSON, what a person chose at a former start: images, in an emoji style of the default pack or, elsewhere, in any style. */
export const storedChoices = (style = "", others: object = {}): string =>
  JSON.stringify({ ...others, [storageKeys.session]: { form: { style, insertAs: "image" }, results: [] } });

export async function openPlayground(
  browser: Browser,
  url: string,
  {
    hash = "#token=test-token",
    locale = "en-US",
    colorScheme = "light",
    storage = storedChoices(),
  }: PlaygroundOptions = {},
): Promise<Playground> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale,
    colorScheme,
    // Without a graphics card, each frame of an animation is drawn by the processor.
    reducedMotion: "reduce",
  });
  // What comes is waited for; a machine under load may take long.
  context.setDefaultTimeout(90_000);
  await context.addInitScript(
    ([key, value]) => {
      if (window === window.top && localStorage.getItem(key) === null) localStorage.setItem(key, value);
    },
    [storageKey, storage] as const,
  );
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.stack ?? error.message));
  await page.goto(`${url}/${hash}`);
  const ui = page.frameLocator("#plugin iframe");
  await untilShown(page, ui.locator("#captions"));
  return {
    page,
    ui,
    errors,
    generate: async (captions) => {
      await ui.locator("#captions").fill(captions);
      await ui.locator("#captions").press("Enter");
    },
    shoot: async (name) => {
      if (!process.env["TAU_TEST_SHOTS"]) return;
      await mkdir(artifacts, { recursive: true });
      await page.screenshot({ path: path.join(artifacts, `${name}.png`) });
    },
    violations: async () => {
      const frames = [page.mainFrame(), ...page.frames().filter((frame) => frame.parentFrame() === page.mainFrame())];
      return (await Promise.all(frames.map((frame) => checkFrame(frame, colorScheme)))).flat();
    },
  };
}

/** Longer than a loaded machine takes to show the plugin. */
const shownMs = 40_000;

/** @throws Error with the state of the page where the plugin stays away: a test would say nothing but that */
async function untilShown(page: Page, element: Locator): Promise<void> {
  try {
    await element.waitFor({ timeout: shownMs });
  } catch (cause) {
    const texts = page.frames().map(async (frame) => {
      const text = await Promise.race([
        frame.evaluate(() => `${document.readyState}: ${document.body?.textContent?.slice(-400)}`),
        new Promise<string>((resolve) => setTimeout(resolve, 2000, "no answer")),
      ]).catch(String);
      return `${frame.url()}: ${text}`;
    });
    const state = (await Promise.all(texts)).join("\n");
    throw new Error(`the plugin is not shown after ${shownMs / 1000} s\n${state}`, { cause });
  }
}

/** Documents in which axe found nothing: the same elements at the same size in the same theme need no second look. */
const faultless = new Set<string>();

async function checkFrame(frame: Frame, theme: string): Promise<string[]> {
  const seen = await frame.evaluate(
    () => `${innerWidth} ${innerHeight} ${document.documentElement.outerHTML.replace(/blob:[^"')]+/g, "")}`,
  );
  const key = createHash("sha256").update(`${theme} ${seen}`).digest("hex");
  if (faultless.has(key)) return [];
  if (!(await frame.evaluate(() => "axe" in globalThis))) await frame.evaluate(axe.source);
  const found = await frame.evaluate(async () => {
    type Rules = {
      readonly _audit: { readonly rules: ReadonlyArray<{ readonly id: string; readonly impact?: string }> };
    };
    const { axe: checker } = globalThis as unknown as { axe: typeof axe & Rules };
    // The impact of a rule is that of all that it finds, so these find nothing that is asked for.
    const mild = checker._audit.rules.filter(({ impact }) => impact === "minor" || impact === "moderate");
    const rules = Object.fromEntries(mild.map(({ id }) => [id, { enabled: false }]));
    const { violations } = await checker.run(document, { iframes: false, resultTypes: ["violations"], rules });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" | ")}`);
  });
  if (found.length === 0) faultless.add(key);
  return found;
}
