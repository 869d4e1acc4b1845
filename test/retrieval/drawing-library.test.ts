/** Drawings found by words: the nearest name first, every set in turn, only those that licences leave, and files that are refused. */
import assert from "node:assert/strict";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { dot, unitOf } from "../../server/engine/edits/sphere.ts";
import { normals } from "../../server/engine/random.ts";
import { DrawingLibrary } from "../../server/retrieval/library/drawing-library.ts";
import { readLibraryFile, writeLibraryFile } from "../../server/retrieval/library/drawing-library-file.ts";
import type { NamedDrawing } from "../../server/retrieval/library/library-blocks.ts";
import { makeLibrary } from "../../server/retrieval/library/make-library.ts";
import { Thumbnails, thumbnailBytes, thumbnailOf } from "../../server/retrieval/library/thumbnails.ts";
import { AppError } from "../../shared/problem.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const folder = temporaryFolder("library");
const path = join(folder, "drawings.safetensors");
const keyDims = 32;
const vectorOf = (name: string): Float32Array =>
  unitOf(
    normals(
      [...name].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) >>> 0, 7),
      1,
      keyDims,
    ),
  );

const sets = ["ovals", "squares", "waves"];
const drawings: NamedDrawing[] = Array.from({ length: 900 }, (_, at) => ({
  set: sets[at % 3]!,
  name: `thing ${Math.floor(at / 3)}`,
  viewBox: "0 0 24 24",
  body: `<path fill="currentColor" d="M${at} 0h9"/>`,
}));
const content = await makeLibrary(drawings, keyDims, 16, async (names) => {
  const rows = new Float32Array(names.length * keyDims);
  for (const [at, name] of names.entries()) rows.set(vectorOf(name), at * keyDims);
  return rows;
});
await writeLibraryFile(path, content);
const library = await DrawingLibrary.open(path, keyDims);
/** Alpha of a round drawing at 48 px, by the distance to its middle in sides. */
const disc = (isInk: (distance: number) => boolean, [x, y] = [0.5, 0.5]): Float32Array =>
  Float32Array.from({ length: 48 ** 2 }, (_, at) =>
    Number(isInk(Math.hypot(((at % 48) + 0.5) / 48 - x!, (Math.floor(at / 48) + 0.5) / 48 - y!))),
  );

/** What a seed finds. */
function foundBy(from: DrawingLibrary, query: Parameters<DrawingLibrary["find"]>[0], seed: number) {
  const choice = from.find(query);
  const chosen = choice?.choose((length) => normals(seed, 1, length));
  return chosen && { ...choice!.open(chosen.entry), ...chosen };
}

test("words find the drawing of their name, seeds those of its sets, and each is whole", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 299 }), fc.integer({ min: 0, max: 2 ** 31 }), (thing, seed) => {
      const name = `thing ${thing}`;
      const found = foundBy(library, { words: vectorOf(name) }, seed)!;
      assert.equal(found.name, name);
      assert.ok(found.cosine > 0.98);
      const at = 3 * thing + sets.indexOf(found.set);
      assert.ok(found.svg.includes(`viewBox="0 0 24 24"`) && found.svg.includes(`d="M${at} 0h9"`));
    }),
    { numRuns: 60, seed: 25 },
  );
  const found = Array.from({ length: 40 }, (_, seed) => foundBy(library, { words: vectorOf("thing 7") }, seed));
  assert.equal(new Set(found.map((drawing) => drawing?.set)).size, 3);
});

test("sets of pixel art are found where no two drawings of others are called the same, or none else may be used", () => {
  const setsFound = (pixelArt: readonly string[], among?: ReadonlySet<string>) => {
    const own = new DrawingLibrary(content, { pixelArt });
    const query = { words: vectorOf("thing 7"), ...(among && { among }) };
    return [...new Set(Array.from({ length: 40 }, (_, seed) => foundBy(own, query, seed)!.set))].sort();
  };
  assert.deepEqual(setsFound(["waves"]), ["ovals", "squares"]);
  assert.deepEqual(setsFound(["waves", "squares"]), ["ovals", "squares", "waves"]);
  assert.deepEqual(setsFound(["waves"], new Set(["waves"])), ["waves"]);
});

test("one drawing that is called what the words say is enough, for pixel art not to be found", () => {
  const own = new DrawingLibrary(content, { pixelArt: ["squares", "waves"] });
  const find = (text: string, seed: number) => foundBy(own, { words: vectorOf("thing 7"), text }, seed)!;
  for (let seed = 0; seed < 40; seed += 1) assert.equal(find("thing 7", seed).set, "ovals");
  // Of what no drawing is called, one is not.
  const others = Array.from({ length: 40 }, (_, seed) => find("other 7", seed).set);
  assert.equal(new Set(others).size, 3);
});

test("only drawings of the sets that may be used are found, and none where none may", () => {
  const words = vectorOf("thing 9");
  for (const set of sets) assert.equal(foundBy(library, { words, among: new Set([set]) }, 1)?.set, set);
  assert.equal(library.find({ words, among: new Set() }), undefined);
  assert.equal(library.size, 900);
});

test("a set with few names is searched, however many names of other sets are nearer", async () => {
  const near = normals(3, 1, keyDims);
  const vectors = Array.from({ length: 640 }, (_, at) => {
    const other = normals(at + 10, 1, keyDims);
    return unitOf(near.map((value, axis) => value + (at < 600 ? 0.3 : 0.5) * other[axis]!));
  });
  const crowded = Array.from({ length: 640 }, (_, at) => ({
    ...{ set: at < 600 ? "many" : "few", name: `${1000 + at}`, viewBox: "0 0 24 24", body: "<path/>" },
  }));
  const made = await makeLibrary(crowded, keyDims, 32, async (names) => {
    const rows = new Float32Array(names.length * keyDims);
    for (const [at, name] of names.entries()) rows.set(vectors[Number(name) - 1000]!, at * keyDims);
    return rows;
  });
  const words = unitOf(near);
  const cosines = vectors
    .slice(600)
    .map((vector) => vector.reduce((sum, value, axis) => sum + value * words[axis]!, 0));
  const found = new DrawingLibrary(made).search({ words, among: new Set(["few"]) });
  assert.ok(Math.abs(found[0]!.cosine - Math.max(...cosines)) < 0.03);
  const isNear = (cosine: number): boolean => cosine > Math.max(...cosines) - 0.12;
  assert.ok(found.length >= cosines.filter(isNear).length && found.length > 1);
});

test("of drawings with one name, seeds choose the one that looks like the others more often than one that looks like none", async () => {
  const ring = disc((distance) => distance > 0.3 && distance < 0.45);
  const looks = [
    ring,
    disc((distance) => distance > 0.25 && distance < 0.45),
    ring,
    disc((distance) => distance < 0.2),
  ];
  const named = sets.concat("others").map((set) => ({ set, name: "ring", viewBox: "0 0 24 24", body: "<path/>" }));
  const made = await makeLibrary(named, keyDims, 1, async () => vectorOf("ring"));
  const bytes = new Uint8Array(looks.length * thumbnailBytes);
  for (const [at, { set }] of named.entries())
    bytes.set(thumbnailOf(looks[at]!, 48), made.sets.indexOf(set) * thumbnailBytes);
  const thumbnails = join(folder, "thumbnails.u4");
  await writeFile(thumbnails, bytes);
  await writeLibraryFile(join(folder, "rings.safetensors"), made);
  const counted = async (beside?: { thumbnails: string }) => {
    const rings = await DrawingLibrary.open(join(folder, "rings.safetensors"), keyDims, beside);
    const found = Array.from({ length: 200 }, (_, seed) => foundBy(rings, { words: vectorOf("ring") }, seed)!);
    return found.filter(({ set }) => set === "others").length;
  };
  assert.ok((await counted()) > 30);
  assert.ok((await counted({ thumbnails })) < 15);
  const choice = (await DrawingLibrary.open(join(folder, "rings.safetensors"), keyDims, { thumbnails })).find({
    words: vectorOf("ring"),
  })!;
  const [first, second, other] = ["ovals", "waves", "others"].map((set) => made.sets.indexOf(set));
  assert.ok(choice.likeness(first!, second!) > 0.99 && choice.likeness(first!, other!) < 0.3);
  // What others look like fits best, and one that looks like none less.
  assert.equal(Math.max(...[...made.sets.keys()].map((entry) => choice.fit(entry))), 0);
  assert.ok(choice.fit(other!) < choice.fit(first!) - 0.5, `${choice.fit(other!)}`);
  assert.ok(choice.fit(made.sets.length + 7) < choice.fit(other!), "one that was not found");
  await truncate(thumbnails, 5);
  await assert.rejects(DrawingLibrary.open(join(folder, "rings.safetensors"), keyDims, { thumbnails }), {
    code: "pack_corrupt",
    message: /expected 128 bytes, got 5/,
  });
});

test("of drawings with one name, seeds choose the one that shows it well more often", async () => {
  const made = await makeLibrary(
    sets.map((set) => ({ set, name: "ring", viewBox: "0 0 24 24", body: "<path/>" })),
    ...([keyDims, 1, async () => vectorOf("ring")] as const),
  );
  const [file, nameFits] = [join(folder, "fits.safetensors"), join(folder, "name-fits.i8")];
  await writeLibraryFile(file, made);
  const best = made.sets.indexOf(sets[0]!);
  await writeFile(
    nameFits,
    Int8Array.from(made.sets, (_, set) => (set === best ? 60 : -60)),
  );
  const counted = async (beside?: { nameFits: string }) => {
    const rings = await DrawingLibrary.open(file, keyDims, beside);
    const found = Array.from({ length: 200 }, (_, seed) => foundBy(rings, { words: vectorOf("ring") }, seed)!);
    return found.filter(({ set }) => set === sets[0]).length;
  };
  const [without, beside] = [await counted(), await counted({ nameFits })];
  assert.ok(without < 120 && beside > 180, JSON.stringify([without, beside]));
  // What is too far is never chosen, however well it shows its name.
  const near = new DrawingLibrary(made).find({ words: vectorOf("ring"), cosineLeast: 0.9 });
  assert.ok(near!.choose((length) => new Float32Array(length)).cosine > 0.9);
  assert.equal(new DrawingLibrary(made).find({ words: vectorOf("ring"), cosineLeast: 1.1 }), undefined);
  await truncate(nameFits, 1);
  await assert.rejects(DrawingLibrary.open(file, keyDims, { nameFits }), {
    code: "pack_corrupt",
    message: /expected \d+ bytes, got 1/,
  });
});

describe("words of a caption beside its vector", () => {
  const caption = unitOf(normals(1, 1, keyDims));
  const aside = unitOf(
    normals(2, 1, keyDims).map((value, axis) => value - dot(normals(2, 1, keyDims), caption) * caption[axis]!),
  );
  /** A vector of this cosine to the caption's. */
  const at = (cosine: number): Float32Array =>
    caption.map((value, axis) => cosine * value + Math.sqrt(1 - cosine ** 2) * aside[axis]!);
  const libraryOf = async (cosines: Readonly<Record<string, number>>) => {
    const named = Object.keys(cosines).map((name) => ({ set: "ovals", name, viewBox: "0 0 24 24", body: "<path/>" }));
    const made = await makeLibrary(named, keyDims, 1, async (names) => {
      const rows = new Float32Array(names.length * keyDims);
      for (const [row, name] of names.entries()) rows.set(at(cosines[name]!), row * keyDims);
      return rows;
    });
    return new DrawingLibrary(made);
  };
  const namesOf = (from: DrawingLibrary, text: string | undefined, length = 256) =>
    Array.from({ length }, (_, seed) => foundBy(from, { words: caption, text, cosineLeast: 0.65 }, seed)?.name);

  it("find the drawing that is called so, where another name's vector is nearer", async () => {
    const wifis = await libraryOf({ "wifi zero": 0.86, "wifi off": 0.74, wifi: 0.78 });
    assert.ok(new Set(namesOf(wifis, undefined)).has("wifi zero"));
    const found = namesOf(wifis, "no wifi");
    assert.ok(found.filter((name) => name === "wifi off").length > 230);
  });

  it("find a part of what no name says, and nothing where no name is a part", async () => {
    const cats = await libraryOf({ cat: 0.63, "cat flap": 0.6, sofa: 0.4 });
    assert.equal(namesOf(cats, undefined)[0], undefined);
    assert.deepEqual([...new Set(namesOf(cats, "cat sleeping"))], ["cat"]);
    assert.equal(namesOf(cats, "tiger")[0], undefined);
    assert.equal(namesOf(await libraryOf({ cat: 0.45 }), "cat sleeping")[0], undefined);
  });

  it("give seeds more than the one drawing that is called so, mostly that one, and never what does not fit", async () => {
    const machines = await libraryOf({
      ...{ "espresso machine": 0.98, "coffee machine": 0.75, "coffee maker": 0.74 },
      ...{ "no espresso machine": 0.85, dog: 0.7 },
    });
    const found = namesOf(machines, "espresso machine", 1024);
    const count = (name: string): number => found.filter((one) => one === name).length;
    for (const other of ["coffee machine", "coffee maker"]) assert.notEqual(count(other), 0, other);
    assert.ok(count("espresso machine") > 0.9 * found.length, `${count("espresso machine")}`);
    for (const other of ["dog", "no espresso machine"]) assert.equal(count(other), 0, other);
  });
});

test("a thumbnail shows where the ink lies, wherever the drawing is", () => {
  const small = disc((distance) => distance < 0.22, [0.3, 0.6]);
  const large = disc((distance) => distance < 0.5);
  const [one, other] = [small, large].map((alpha) => new Thumbnails(thumbnailOf(alpha, 48)).unitOf(0));
  assert.ok(dot(one!, other!) > 0.9);
  assert.deepEqual([...thumbnailOf(new Float32Array(48 ** 2), 48)], Array(thumbnailBytes).fill(0));
});

test("a file that is cut short, or was made for other words, is refused by its path", async () => {
  for (const dims of [16, 64])
    await assert.rejects(
      readLibraryFile(path, dims),
      (error) => error instanceof AppError && error.code === "pack_corrupt",
    );
  await truncate(path, 2000);
  await assert.rejects(
    DrawingLibrary.open(path, keyDims),
    (error) => error instanceof AppError && error.code === "pack_corrupt" && error.message.includes(path),
  );
});

test("names near to words are told, the nearest first, without those that say more than a nearer one", async () => {
  const cosines: Readonly<Record<string, number>> = {
    apple: 0.9,
    "apple tree": 0.85,
    pear: 0.8,
    plum: 0.79,
    fig: 0.78,
    car: 0.4,
  };
  const rowsOf = async (names: readonly string[]) =>
    Float32Array.from(names.flatMap((name) => [cosines[name]!, Math.sqrt(1 - cosines[name]! ** 2)]));
  const named = Object.keys(cosines).map((name) => ({ ...drawings[0]!, name }));
  const fruit = new DrawingLibrary(await makeLibrary(named, 2, 1, rowsOf));
  assert.deepEqual(fruit.namesNear({ words: Float32Array.of(1, 0) }), ["apple", "pear", "plum"]);
  assert.deepEqual(fruit.namesNear({ words: Float32Array.of(-1, 0) }), [], "none is near");
});

test("what a caption calls otherwise than the style's own set is found there, and never the other way around", async () => {
  const named = [
    { set: "ovals", name: "house" },
    { set: "squares", name: "home" },
  ].map((one) => ({ ...one, viewBox: "0 0 24 24", body: '<path fill="currentColor" d="M0 0h9"/>' }));
  const own = new DrawingLibrary(
    await makeLibrary(named, keyDims, 1, async (names) => {
      const rows = new Float32Array(names.length * keyDims);
      for (const [at, name] of names.entries()) rows.set(vectorOf(name), at * keyDims);
      return rows;
    }),
  );
  const setsOf = (text: string, set: string): string[] => {
    const query = { words: vectorOf(text), text, ownSets: new Set([set]) };
    return [1, 2, 3, 4].map((seed) => foundBy(own, query, seed)!.set);
  };
  assert.deepEqual(new Set(setsOf("home", "ovals")), new Set(["ovals"]));
  assert.deepEqual(new Set(setsOf("home", "squares")), new Set(["squares"]));
  assert.deepEqual(new Set(setsOf("house", "squares")), new Set(["ovals"]), "a house is no home page");
});
