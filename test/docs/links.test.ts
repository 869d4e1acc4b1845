/**
 * What the documents name must exist: links, headings, pictures, files, npm scripts, commands of `tau` and their flags. Reads every
 * Markdown file that git tracks. Web addresses are not visited.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { before, describe, it } from "node:test";
import type { Command } from "../../server/cli/run-tau.ts";

const root = resolve(import.meta.dirname, "../..");
const tracked = (pattern: string): string[] =>
  execFileSync("git", ["ls-files", "-z", "--", pattern], { cwd: root, encoding: "utf8" })
    .split("\0")
    .filter((path) => path !== "" && existsSync(join(root, path)));

const documents = tracked("*.md").map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
/** Written by commands, which wrap no lines. */
const isGenerated = (path: string): boolean => /^docs\/evaluation[a-z-]*\/report\.md$/.test(path);

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");
/** Fenced blocks and code spans; a command that goes on after a backslash is one line. */
const codeOf = (text: string): string[] =>
  [...text.matchAll(/^```[a-z]*\n([\s\S]*?)^```$|`([^`\n]+)`/gm)].flatMap(([, block, span]) =>
    (block ?? span ?? "").replace(/\\\n\s*/g, " ").split("\n"),
  );

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
const anchorsIn = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));

function brokenLinks({ path, text }: (typeof documents)[number]): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return links.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = "", anchor] = target.split("#");
    const at = file === "" ? path : normalize(join(dirname(path), file));
    if (!existsSync(join(root, at))) return true;
    return anchor !== undefined && !anchorsIn(readFileSync(join(root, at), "utf8")).includes(anchor);
  });
}

describe("the documents", () => {
  const usages = new Map<string, string>();
  const scripts = new Set<string>();

  before(async () => {
    const files = readdirSync(join(root, "server/cli/commands"), { recursive: true, encoding: "utf8" });
    for (const file of files.filter((name) => name.endsWith(".ts"))) {
      const { command } = (await import(`../../server/cli/commands/${file}`)) as { command?: Command };
      if (command) usages.set(command.name, command.usage);
    }
    assert.ok(usages.has("generate") && usages.has("serve"));
    for (const path of tracked("*package.json"))
      for (const name of Object.keys(JSON.parse(readFileSync(join(root, path), "utf8")).scripts ?? {}))
        scripts.add(name);
  });

  for (const document of documents) {
    const { path, text } = document;
    it(`${path} links to files and headings that exist`, () => {
      assert.deepEqual(brokenLinks(document), []);
    });

    // The changelog also names what there was.
    it(`${path} names npm scripts, commands of tau and flags that exist`, () => {
      for (const line of path === "CHANGELOG.md" ? [] : codeOf(text)) {
        for (const [, name] of line.matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g))
          assert.ok(scripts.has(name!), `npm run ${name}: ${line}`);
        for (const [, name, rest] of line.matchAll(/(?:^|\s)tau (?:-- )?([a-z]+)([^|;#)]*)/g)) {
          assert.ok(usages.has(name!), `tau ${name}: ${line}`);
          for (const [, flag] of rest!.matchAll(/\s(--[a-z][a-z0-9-]*)/g))
            assert.ok(new RegExp(`${flag}(?![a-z0-9-])`).test(`${usages.get(name!)} --help`), `${flag}: ${line}`);
        }
      }
    });

    it(`${path} names files of the repository that exist`, () => {
      const names = codeOf(text).flatMap((line) =>
        /git show|history/.test(line)
          ? []
          : [...line.matchAll(/(?:^|[\s(])((?:server|shared|plugin|test|scripts|docs)\/[\w./-]*\w)(?=$|[\s:,)`])/g)],
      );
      const paths = names.map(([, name]) => name!).filter((name) => !/\.cache|[A-Z]{2}/.test(name));
      assert.deepEqual(
        paths.filter((name) => !existsSync(join(root, name))),
        [],
      );
    });

    if (!isGenerated(path))
      it(`${path} has lines of at most 100 characters, tables and code aside`, () => {
        const prose = text.replace(/^```[\s\S]*?^```$/gm, "").split("\n");
        const long = prose.filter((line) => [...line].length > 100 && !/^(\||!\[| {4})/.test(line));
        assert.deepEqual(long, []);
      });
  }
});
