/** The tables of docs/reliability.md: rows that a command measured, in place of those that it measured before. */
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";

const path = "docs/reliability.md";

export const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? "processor"}, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(0)}, Node ${process.versions.node}`;

const commit = (): string => execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();

/** Puts rows into the table between `<!-- name -->` and `<!-- /name -->`; a row is known by its second cell. */
export async function writeRows(name: string, rows: readonly string[][], command: string): Promise<void> {
  const text = await readFile(path, "utf8");
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  const lines = text.slice(from, to).split("\n");
  const head = lines.filter((line) => line.startsWith("|")).slice(0, 2);
  const former = lines
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) => line.slice(2, -2).split(" | "));
  const kept = former.map((row) => rows.find((other) => other[1] === row[1]) ?? row);
  const added = rows.filter((row) => !former.some((other) => other[1] === row[1]));
  const made = `Made by \`${command}\`\nat ${commit()} on ${machine()}.`;
  const table = [...head, ...[...kept, ...added].map((row) => `| ${row.join(" | ")} |`)].join("\n");
  await writeFile(path, `${text.slice(0, from)}${made}\n\n${table}\n${text.slice(to)}`);
}
