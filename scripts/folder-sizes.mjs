/**
 * The last of `npm run lint:deps`: no folder has more files than a reader takes in at a glance. A folder that grows beyond is parted by
 * subject. Counts what git tracks or would add; folders inside a folder do not count.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";

const filesMax = 20;

const listed = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
  maxBuffer: 1e8,
});
if (listed.status !== 0) {
  console.error(`folders: git lists no files: ${listed.stderr}`);
  process.exit(1);
}
/** @type {Map<string, number>} */
const counts = new Map();
for (const file of new Set(listed.stdout.split("\0").filter(Boolean))) {
  const folder = path.dirname(file);
  counts.set(folder, (counts.get(folder) ?? 0) + 1);
}
const large = [...counts].filter(([, count]) => count > filesMax);
for (const [folder, count] of large)
  console.error(`folders: expected at most ${filesMax} files in ${folder}, got ${count}: part it by subject`);
if (large.length > 0) process.exit(1);
console.log(`✔ no folder of more than ${filesMax} files (${counts.size} folders)`);
