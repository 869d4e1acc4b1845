/** The configuration: defaults, precedence, and errors that name variable, expected and received. */
import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { readConfig } from "../../server/app/config.ts";
import { loadToken } from "../../server/app/token.ts";
import { AppError } from "../../shared/problem.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

it("the configuration has defaults, keeps data in the XDG folder, and lets flags win over the environment", () => {
  const config = readConfig({}, { XDG_DATA_HOME: "/share" });
  assert.deepEqual([config.port, config.provider, config.threads, config.dataDir], [7826, "auto", 0, "/share/tau"]);
  assert.match(config.version, /^\d+\.\d+\.\d+/);
  const env = { TAU_PORT: "8000", TAU_PROVIDER: "cpu", TAU_HOSTS: "A.example, b.example", TAU_THREADS: "" };
  const set = readConfig({ port: "9000" }, env);
  assert.deepEqual([set.port, set.provider, set.hosts, set.threads], [9000, "cpu", ["a.example", "b.example"], 0]);
});

it("the configuration refuses wrong values with config_invalid that names the variable or flag, what was expected and what came", () => {
  const wrong = {
    TAU_PORT: "70000",
    TAU_METRICS_PORT: "-1",
    TAU_PROVIDER: "tpu",
    TAU_THREADS: "-1",
    TAU_LOG_LEVEL: "loud",
    TAU_HOSTS: "http://x",
    TAU_REQUESTS_PER_MINUTE: "0",
    TAU_RUNTIME: "native",
  };
  for (const [variable, value] of Object.entries(wrong))
    assert.throws(
      () => readConfig({}, { [variable]: value }),
      (error: unknown) => {
        assert.ok(error instanceof AppError && error.code === "config_invalid");
        assert.equal(error.detail.field, variable);
        assert.ok(error.detail.expected && error.detail.received?.includes(value));
        return true;
      },
    );
  assert.throws(() => readConfig({ provider: "x" }, { TAU_PROVIDER: "cpu" }), /--provider: expected one of auto/);
});

it("the server makes a token once, keeps it readable by its owner alone, and refuses a broken file", async () => {
  const folder = temporaryFolder("token");
  const first = await loadToken(join(folder, "data"));
  assert.equal(first.isNew, true);
  assert.ok(first.value.length >= 43);
  assert.equal((await stat(first.path)).mode & 0o777, 0o600);
  const second = await loadToken(join(folder, "data"));
  assert.deepEqual([second.value, second.isNew], [first.value, false]);
  await writeFile(first.path, "short\n");
  await assert.rejects(loadToken(join(folder, "data")), /config_invalid|expected a token/);
});
