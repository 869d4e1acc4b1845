/** Stars over HTTP: given, taken, listed, and kept over a restart. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { type GenerationList, GenerationSchema } from "../../../shared/contract/generations/generation.ts";
import { createHarness, type Harness, problemOf } from "../harness.ts";

const starred = async (harness: Harness): Promise<string[]> => {
  const list = (await (await harness.request("/v1/generations?starred=true")).json()) as GenerationList;
  return list.generations.map(({ id }) => id);
};
const ask = (harness: Harness, method: string, id: string) => harness.request(`/v1/generations/${id}/star`, { method });

it("a starred generation is listed as such, outlives the others and a restart, until its star is taken", async () => {
  const harness = await createHarness({ historyMax: 1 });
  const make = async (caption: string) => (await harness.end((await harness.start({ condition: { caption } })).id)).id;
  const first = await make("one");
  const answer = GenerationSchema.parse(await (await ask(harness, "PUT", first)).json());
  assert.equal(answer.isStarred, true);
  const second = await make("two");
  await make("three");
  assert.deepEqual(await starred(harness), [first]);
  assert.equal((await harness.request(`/v1/generations/${second}`)).status, 404);
  await harness.stop();
  const again = await createHarness({ dataDir: harness.dataDir, historyMax: 1 });
  assert.deepEqual(await starred(again), [first]);
  assert.equal((await again.read(first)).isStarred, true);
  assert.equal((await ask(again, "DELETE", first)).status, 200);
  assert.deepEqual(await starred(again), []);
  assert.equal((await problemOf(await ask(again, "PUT", "unknown"))).code, "not_found");
  const problem = await problemOf(await again.request("/v1/generations?starred=yes"));
  assert.deepEqual([problem.code, problem.field], ["invalid_request", "starred"]);
  await again.close();
});
