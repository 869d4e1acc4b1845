/** The built main code in a QuickJS machine, fresh for each test of the file that calls this: registers the hooks that do so. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import { buildPlugin } from "../../../scripts/build-plugin.mjs";
import { type Machine, startMachine } from "./virtual-machine.ts";

/** @param command what each machine opens first; nothing where it is absent */
export function useMachine(command?: string): Pick<Machine, "evaluate" | "open" | "load" | "fromUi"> {
  let outDir: string;
  let machine: Machine;
  before(async () => {
    outDir = await mkdtemp(path.join(tmpdir(), "tau-plugin-"));
    await buildPlugin({ outDir, port: 7826, minify: true });
  });
  after(() => rm(outDir, { recursive: true }));
  beforeEach(async () => {
    machine = await startMachine(path.join(outDir, "plugin/main.js"));
    if (command !== undefined) machine.open(command);
  });
  afterEach(() => machine.dispose());
  return {
    evaluate: (expression) => machine.evaluate(expression),
    open: (...args) => machine.open(...args),
    load: (...args) => machine.load(...args),
    fromUi: (message) => machine.fromUi(message),
  };
}
