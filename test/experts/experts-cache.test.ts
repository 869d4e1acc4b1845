/** What experts keep: vectors by the content of a condition, and what was made of files by their bytes. */
import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { ConditionValue } from "../../server/engine/interfaces.ts";
import { cached } from "../../server/experts/cached.ts";
import { SharedFiles } from "../../server/experts/shared-files.ts";
import { asText } from "../../server/experts/values.ts";
import { LruCache } from "../../server/platform/lru-cache.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const root = temporaryFolder("expert-cache");

/** An expert that numbers its runs. */
function numbering(dims = 2) {
  const requested: ConditionValue[] = [];
  return {
    requested,
    dims,
    async encode(values: readonly ConditionValue[]) {
      requested.push(...values);
      return new Float32Array(values.length * dims).fill(requested.length);
    },
  };
}

const image = (key: string, sizePx = 1): ConditionValue => ({
  kind: "image",
  planes: new Float32Array(4 * sizePx * sizePx),
  sizePx,
  key,
});

describe("the cache of conditions", () => {
  it("the cache of conditions runs equal content once: texts by their words, images by their key and size, layouts by their cells", async () => {
    const inner = numbering();
    const expert = cached(inner);
    const contents = [
      () => asText("cat"),
      () => asText("dog"),
      () => image("cat"),
      () => image("cat", 2),
      () => image("dog"),
      (): ConditionValue => ({ kind: "cells", cells: [1, 2] }),
      (): ConditionValue => ({ kind: "cells", cells: [12] }),
    ];
    const first = await expert.encode(contents.map((make) => make()));
    assert.deepEqual([...first], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]);
    assert.deepEqual(await expert.encode(contents.map((make) => make())), first);
    assert.equal(inner.requested.length, contents.length);
  });

  it("the cache of conditions runs content once that is requested twice at the same time", async () => {
    const inner = numbering();
    const expert = cached(inner);
    await Promise.all([expert.encode([asText("cat"), asText("cat")]), expert.encode([asText("cat")])]);
    assert.equal(inner.requested.length, 1);
  });

  it("the cache of conditions keeps nothing that a caller can change, and no failure", async () => {
    let attempts = 0;
    const expert = cached({
      dims: 1,
      async encode() {
        attempts += 1;
        if (attempts === 1) throw new Error("once");
        return Float32Array.of(attempts);
      },
    });
    await assert.rejects(expert.encode([asText("cat")]), /once/);
    const vector = await expert.encode([asText("cat")]);
    vector.fill(0);
    assert.deepEqual(await expert.encode([asText("cat")]), Float32Array.of(2));
  });

  it("the cache of conditions forgets what was longest unused when 8 MiB are full", async () => {
    const inner = numbering(1024 * 1024);
    const expert = cached(inner);
    for (const word of ["a", "b", "a", "c", "a", "b"]) await expert.encode([asText(word)]);
    assert.deepEqual(
      inner.requested.map((value) => value.kind === "text" && value.text),
      ["a", "b", "c", "b"],
    );
  });

  it("the cache of conditions lets examples pass, which are many and come once", async () => {
    const inner = numbering();
    const expert = cached(inner);
    await expert.encodeForTraining([asText("cat"), asText("cat")]);
    await expert.encodeForTraining([asText("cat")]);
    assert.equal(inner.requested.length, 3);
  });
});

describe("a map of recent entries", () => {
  it("a map of recent entries makes an entry once, and again after it was deleted", () => {
    const recent = new LruCache<number>(2);
    let made = 0;
    const make = (): number => ++made;
    assert.deepEqual([recent.once("a", make), recent.once("a", make), recent.get("b")], [1, 1, undefined]);
    recent.delete("a");
    assert.equal(recent.once("a", make), 2);
  });
});

describe("shared files", () => {
  it("shared files make equal bytes once, whatever their path, and once for each use", async () => {
    const [one, two, other] = ["one", "two", "other"].map((name) => join(root, name)) as [string, string, string];
    await writeFile(one, "same");
    await copyFile(one, two);
    await writeFile(other, "else");
    const shared = new SharedFiles();
    let made = 0;
    const make = (): object => ({ number: ++made });
    const opened = await Promise.all([one, two, one].map((path) => shared.open(path, "a", make)));
    assert.equal(new Set(opened).size, 1);
    await shared.open(other, "a", make);
    await shared.open(one, "b", make);
    assert.equal(made, 3);
  });

  it("shared files are identified by known digests, which are not computed again", async () => {
    const [one, other] = ["known", "known too"].map((name) => join(root, name)) as [string, string];
    await writeFile(one, "this");
    await writeFile(other, "that");
    const shared = new SharedFiles(new Map([one, other].map((path) => [path, "the digest of both"])));
    const make = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
    assert.deepEqual([await shared.open(one, "a", make), await shared.open(other, "a", make)], ["this", "this"]);
  });
});
