/** Goals of docs/reliability.md that tests prove: the files say so where they do, and the table names the same ones. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { it } from "node:test";
import { proofs } from "../faults/proofs.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

it("every file that proves a goal names the goal where it does", () => {
  for (const { ids, files } of proofs) {
    const namedIn = (file: string): string[] =>
      [...read(file).matchAll(/\/\/ Goals? ([A-Z0-9 and]+)\./g)].flatMap(([, list]) => list!.split(" and "));
    const named = files.map(namedIn);
    for (const [index, file] of files.entries())
      assert.ok(
        ids.some((id) => named[index]!.includes(id)),
        `${file} says none of ${ids.join()}`,
      );
    for (const id of ids) assert.ok(named.flat().includes(id), `${id} in ${files.join()}`);
  }
});

it("the table of goals that tests prove names each goal, and the files of proofs.ts alone", () => {
  const text = /<!-- proofs -->([\s\S]*)<!-- \/proofs -->/.exec(read("docs/reliability.md"))?.[1] ?? "";
  const rows = text.split("\n").filter((line) => /^\| [A-Z]\d/.test(line));
  const listed = rows.map((row) => row.slice(2, -2).split(" | ").slice(0, 3));
  const expected = proofs.map(({ ids, goal, files }) => [
    ids.join(", "),
    goal,
    files.map((file) => `\`${file}\``).join(", "),
  ]);
  assert.deepEqual(listed, expected);
});
