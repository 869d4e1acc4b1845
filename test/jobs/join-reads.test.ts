/** Reads of many records as one command. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { joinReads } from "../../server/jobs/bull/join-reads.ts";

it("reads of one turn are one command, and each has its own answer", async () => {
  const commands: string[][] = [];
  const read = joinReads(async (ids) => {
    commands.push([...ids]);
    return ids.map((id) => (id === "gone" ? undefined : `record of ${id}`));
  });
  const found = await Promise.all([read("a"), read("gone"), read("b")]);
  assert.deepEqual(found, ["record of a", undefined, "record of b"]);
  assert.equal(await read("c"), "record of c");
  assert.deepEqual(commands, [["a", "gone", "b"], ["c"]]);
});

it("a record that can't be read fails its own reader alone", async () => {
  const read = joinReads(async (ids) => {
    if (ids.includes("damaged")) throw new Error("no record");
    return ids;
  });
  const [good, damaged] = await Promise.allSettled([read("a"), read("damaged")]);
  assert.deepEqual([good.status, damaged.status], ["fulfilled", "rejected"]);
});

it("while the queue server is away all reads of one turn fail with one command", async () => {
  let commands = 0;
  const read = joinReads<string>(async () => {
    commands++;
    throw new Error("Stream isn't writeable and enableOfflineQueue options is false");
  });
  const found = await Promise.allSettled(["a", "b", "c"].map((id) => read(id)));
  assert.deepEqual(
    found.map(({ status }) => status),
    ["rejected", "rejected", "rejected"],
  );
  assert.equal(commands, 1);
});
