/** How a command that serves ends when something keeps its process alive. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { it } from "node:test";
import { pathToFileURL } from "node:url";
import { untilExit } from "../fixtures/until-exit.ts";
import { waitUntil } from "../fixtures/wait-until.ts";

const source = pathToFileURL(`${import.meta.dirname}/../../server/cli/until-signal.ts`).href;

for (const [what, after, expected] of [
  ["does not stop", "await new Promise(() => undefined)", 1],
  ["has stopped and stays", "process.exitCode = 0", 0],
] as const)
  it(`a process that ${what} ends a while after its signal, with exit code ${expected}, and says so`, async () => {
    const program = `
      import { untilSignal } from ${JSON.stringify(source)};
      setInterval(() => undefined, 1000);
      const signalled = untilSignal(200);
      console.error("up");
      await signalled;
      ${after};
    `;
    const args = ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", program];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    const kill = setTimeout(() => child.kill("SIGKILL"), 60_000);
    let text = "";
    child.stderr.on("data", (more) => (text += String(more)));
    try {
      await waitUntil("a process that waits", () => text.includes("up") || child.exitCode !== null);
      assert.equal(await untilExit(child, "SIGTERM"), expected, text);
      assert.match(text, /did not stop within 0\.2 s/);
    } finally {
      clearTimeout(kill);
      await untilExit(child, "SIGKILL");
    }
  });
