/**
 * `tau plugin`: the built plugin for a team that hosts the server behind HTTPS. Figma fixes the one address that a plugin
 * may call in its manifest, so each deployment has a bundle of its own (docs/hosting.md).
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { AppError } from "../../../../shared/problem.ts";
import { readConfig } from "../../../app/config.ts";
import { makeOutFolder } from "../../out-folder.ts";
import { type FlagValues, wrongFlag } from "../../train-flags.ts";

const usage = `Usage: npm run -s tau -- plugin --url https://tau.example.com [options]

Writes manifest.json, main.js and ui.html of a plugin that calls this address alone.

  --url URL    where the team's server answers; https, or http on localhost
  --name NAME  the plugin's name in Figma (default: Tau)
  --id ID      the id that Figma assigned, needed to publish
  --built DIR  the built plugin (default: dist/plugin)
  --out DIR    where to write (default: tau-plugin)`;

const lineMaxChars = 200;

/** The address of a server as the manifest lists it. @throws AppError config_invalid */
function readUrl(text: string): string {
  const expected = "an address without a path, https or http://localhost, such as https://tau.example.com";
  const refused = wrongFlag("url", expected, text);
  if (!URL.canParse(text)) throw refused;
  const { protocol, hostname, origin, href } = new URL(text);
  const isLocal = hostname === "localhost";
  // A path, a query, a place in the page or a user would be lost.
  if (href !== `${origin}/` || /[?#]/.test(text)) throw refused;
  if (protocol !== "https:" && !(protocol === "http:" && isLocal)) throw refused;
  // Figma refuses addresses in numbers, but only on import.
  if (/^[\d.]+$|^\[/.test(hostname)) throw refused;
  return origin;
}

/** A name or id as the manifest lists it: a short line, none where the flag is absent. @throws AppError config_invalid */
function readLine(values: FlagValues, name: string): string | undefined {
  const value = values[name];
  if (typeof value !== "string") return undefined;
  const line = value.trim();
  if (line !== "" && line.length <= lineMaxChars && !/\p{Cc}/u.test(line)) return line;
  throw wrongFlag(name, `a line of 1 to ${lineMaxChars} characters`, value);
}

interface Manifest {
  name: string;
  id: string;
  networkAccess: { allowedDomains: string[]; devAllowedDomains: string[]; reasoning: string };
}

async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: "string" },
      name: { type: "string" },
      id: { type: "string" },
      built: { type: "string" },
      out: { type: "string", default: "tau-plugin" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (values.url === undefined) {
    console.error(`tau plugin: expected --url, got none\n\n${usage}`);
    return 2;
  }
  const origin = readUrl(values.url);
  const [name, id] = [readLine(values, "name"), readLine(values, "id")];
  const built = values.built ?? path.join(readConfig().playgroundDir, "../plugin");
  const read = async (name: string): Promise<string> => {
    try {
      return await readFile(path.join(built, name), "utf8");
    } catch {
      throw new AppError(
        "config_invalid",
        `expected the built plugin in ${built}, got no ${name}: run npm run build first`,
      );
    }
  };
  const manifest = JSON.parse(await read("manifest.json")) as Manifest;
  const [former] = manifest.networkAccess.allowedDomains;
  const files = {
    // The one place that the built address stands in is the default of the settings, and the texts that name it.
    "main.js": (await read("main.js")).replaceAll(former!, origin),
    "ui.html": (await read("ui.html")).replaceAll(former!, origin),
    "manifest.json": `${JSON.stringify(manifestFor(manifest, origin, { name, id }), null, 2)}\n`,
  };
  await makeOutFolder(values.out);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(values.out, name), text);
  console.log(`${values.out}: a plugin that calls ${origin}`);
  return 0;
}

const manifestFor = (
  manifest: Manifest,
  origin: string,
  { name = manifest.name, id = manifest.id }: { readonly name?: string | undefined; readonly id?: string | undefined },
): Manifest => ({
  ...manifest,
  name,
  id,
  networkAccess: {
    allowedDomains: [origin],
    devAllowedDomains: [origin],
    reasoning: `Tau sends captions, labels, sketches, colours and the images that you choose, of icons whose style it shall learn also the names, and of layers that are filled from their names in an icon set or a style of the file the cleaned names as captions, to your team's own Tau server at ${origin}, and fetches the images it makes. Nothing goes anywhere else.`,
  },
});

export const command = { name: "plugin", summary: "write the plugin for a team's own server", usage, run };
