/**
 * `npm run goals`: runs the tests that prove goals (proofs.ts) and says how many passed; exit code 1 where one failed or none passed.
 * Usage: npm run goals -- [--only ID] [--write]; `--write` puts the rows into docs/reliability.md.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { proofs } from "./proofs.ts";
import { machine, writeRows } from "./report.ts";

const { values } = parseArgs({ options: { only: { type: "string" }, write: { type: "boolean", default: false } } });

interface Counts {
  readonly pass: number;
  readonly fail: number;
  readonly skipped: number;
}

const counted = new Map<string, Counts>();

/** Runs a file once, however many goals it proves. */
function countsOf(file: string): Counts {
  const known = counted.get(file);
  if (known) return known;
  const args = ["--import", "tsx", "--test", "--test-reporter=tap", file];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  const count = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(stdout)?.[1] ?? 0);
  const counts = { pass: count("pass"), fail: count("fail"), skipped: count("skipped") };
  counted.set(file, counts);
  return counts;
}

console.log(machine());
for (const { ids, goal, files } of proofs) {
  if (values.only !== undefined && !ids.includes(values.only)) continue;
  const each = files.map(countsOf);
  const sum = (of: keyof Counts): number => each.reduce((total, counts) => total + counts[of], 0);
  const isPassed = sum("fail") === 0 && each.every(({ pass }) => pass > 0);
  const figure = `${sum("pass")} passed${sum("fail") > 0 ? `, ${sum("fail")} failed` : ""}${sum("skipped") > 0 ? `, ${sum("skipped")} skipped` : ""}`;
  console.log(`${isPassed ? "✔" : "✘"} ${ids.join(", ")}: ${goal}: ${figure}`);
  if (!isPassed) process.exitCode = 1;
  const row = [ids.join(", "), goal, files.map((file) => `\`${file}\``).join(", "), figure];
  if (values.write) await writeRows("proofs", [row], "npm run goals -- --write");
}
