/**
 * `tau experts`: bring your own experts. Gets and imports published ones (docs/published-experts.md), tries ONNX files, and fits flows to
 * generators that have no data (docs/own-experts.md).
 */
import { parseArgs } from "node:util";
import { checkFile, options as checkOptions } from "./experts-check.ts";
import { fetchFile, options as fetchOptions, fetchUsage } from "./experts-fetch.ts";
import { options as fitOptions, fitPack, fitUsage } from "./experts-fit.ts";
import { importFile, options as importOptions, importUsage } from "./experts-import.ts";

const usage = `Usage: npm run -s tau -- experts check FILE [options]
       npm run -s tau -- experts import FILE [options]
       npm run -s tau -- experts fetch OWNER/NAME PATH --revision REV --sha256 HEX [options]
       npm run -s tau -- experts fit --pack DIR [options]

check   opens the ONNX file FILE as an expert: lists inputs and outputs, runs samples, and reports each fault with what was
        expected and what came. Without a declaration it suggests one for a pack's "experts" (docs/own-experts.md).
        Weights beside the file are read from its own folder only. Exit code 0 when the file can be used.

  --declaration FILE  the declaration as JSON; its paths begin in its own folder
  --samples DIR       images to try (default: six built-in pictures, or six captions)
  --layers            also lists every inner value that "layer" may name
  --json              the report as JSON

${importUsage}

${fetchUsage}

${fitUsage}`;

const wrongUsage = (got: string): number => {
  console.error(
    `tau experts: expected check FILE, import FILE, fetch OWNER/NAME PATH or fit --pack DIR, got ${got}\n\n${usage}`,
  );
  return 2;
};

async function run([action, ...args]: string[]): Promise<number> {
  if (action === "check") {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: checkOptions });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) return wrongUsage(`check with ${positionals.length} files`);
    return checkFile(file, values);
  }
  if (action === "import") {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: importOptions });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) return wrongUsage(`import with ${positionals.length} files`);
    return importFile(file, values);
  }
  if (action === "fetch") {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: fetchOptions });
    const [repository, path, ...more] = positionals;
    if (repository === undefined || path === undefined || more.length > 0)
      return wrongUsage(`fetch with ${positionals.length} names`);
    return fetchFile(repository, path, values);
  }
  if (action === "fit") {
    const { values } = parseArgs({ args, options: fitOptions });
    return values.pack === undefined ? wrongUsage("fit without --pack") : fitPack(values.pack, values);
  }
  return wrongUsage(action === undefined ? "nothing" : `"${action}"`);
}

export const command = { name: "experts", summary: "get, import, try and train experts of your own", usage, run };
