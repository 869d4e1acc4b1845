/**
 * `npm run types`: checks the types of every project with TypeScript 7, which takes a third of the time of 5. The older one stays for
 * dependency-cruiser, which reads sources through it. Several checkers at once, its default, would check shared types several times
 * over, and the tests beside it have the other cores: one and fewer collections of garbage take half of the processor's time. Prints
 * each project's faults; exits 1 when there are any.
 */
import { spawnSync } from "node:child_process";

const compiler = "node_modules/typescript-7/bin/tsc";
const projects = [".", "test", "plugin/main", "plugin/ui", "plugin/simulator"];
const options = { stdio: "inherit", env: { ...process.env, GOGC: "400" } };
const failed = projects.filter(
  (project) => spawnSync(process.execPath, [compiler, "-p", project, "--checkers", "1"], options).status !== 0,
);
if (failed.length > 0) {
  console.error(`types: faults in ${failed.join(", ")}`);
  process.exit(1);
}
