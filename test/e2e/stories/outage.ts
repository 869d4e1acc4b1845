/** A server that dies in the middle of a batch: the plugin waits for it, goes on, and ends with every image. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import { cliProgram } from "../../fixtures/processes/programs.ts";
import type { StageServer, Story } from "./story.ts";

/** `tau serve` as a process that can be killed and started again on its port and data. */
async function startOwnServer(): Promise<
  StageServer & { kill(): Promise<void>; startAgain(): Promise<void>; close(): Promise<void> }
> {
  // The program finds the playground where a build puts it.
  if (!existsSync("dist/playground")) await buildPlugin({ outDir: "dist" });
  const data = await mkdtemp(path.join(tmpdir(), "tau-outage-"));
  let child: ChildProcess;
  const start = async (port: string): Promise<string> => {
    const args = [cliProgram, "serve", "--port", port, "--data", data, "--provider", "cpu"];
    const env = { ...process.env, TAU_LOG_LEVEL: "info" };
    child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    for await (const part of child.stderr!) {
      text += String(part);
      if (text.includes("inference is ready")) break;
    }
    child.stderr!.resume();
    const settled = /"port":(\d+)/.exec(text)?.[1];
    if (settled === undefined) throw new Error(`expected a server that listens, got ${text}`);
    return settled;
  };
  const kill = async (): Promise<void> => {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  const port = await start("0");
  return {
    url: `http://localhost:${port}`,
    token: { value: (await readFile(path.join(data, "token"), "utf8")).trim() },
    kill,
    startAgain: async () => void (await start(port)),
    close: async () => {
      await kill();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Of each a few images: the batch takes seconds, so that it is killed in its middle. */
const captions = ["apple", "bird", "car", "cup", "fish", "house", "key", "lamp", "star", "tree", "book", "bell"];
const imagesEach = 4;

let own: Awaited<ReturnType<typeof startOwnServer>>;

const outage: Story = {
  name: "a-server-that-dies-mid-batch-costs-no-image",
  isLong: true,
  startServer: async () => {
    own = await startOwnServer();
    return { server: own, close: own.close };
  },
  tell: async ({ page, ui, generate, step }) => {
    await generate(captions.join("\n"));
    await ui.locator(".tile img").first().waitFor();
    await own.kill();
    assert.equal(await ui.locator(".applied").count(), 0, "expected a batch in its middle, got its end");
    await step("killed");
    await own.startAgain();
    await ui.locator(".applied").waitFor({ timeout: 300_000 });
    await step("complete");
    for (const caption of captions) {
      const artboards = page.locator("#layers .layer", { hasText: new RegExp(`^${caption}$`) });
      assert.equal(await artboards.count(), 1, caption);
      const images = page.locator("#layers .layer", { hasText: new RegExp(`^${caption} \\d$`) });
      assert.equal(await images.count(), imagesEach, caption);
    }
  },
};

export const outageStories: readonly Story[] = [outage];
