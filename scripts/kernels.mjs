/**
 * Compiles server/wasm/assembly (AssemblyScript) into server/wasm/module.ts, which is in the repository, so that nothing needs to be compiled to run Tau from
 * source; a test compares the two. Usage: npm run kernels
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("../", import.meta.url));
export const modulePath = `${root}server/wasm/module.ts`;

/** The text of server/wasm/module.ts. */
export async function compileKernels() {
  /** @type {Map<string, Uint8Array>} */
  const made = new Map();
  const { error, stderr } = await asc.main(
    [
      "server/wasm/assembly/index.ts",
      ...["--baseDir", root, "--outFile", "kernels.wasm", "--runtime", "stub", "--noAssert", "--noColors"],
      ...["--optimizeLevel", "3", "--shrinkLevel", "0", "--enable", "simd", "--enable", "bulk-memory"],
      // Functions that exchange vectors are called within the module alone.
      ...["--disableWarning", "112"],
    ],
    { writeFile: (name, content) => void made.set(name, content) },
  );
  const bytes = made.get("kernels.wasm");
  const said = stderr.toString();
  if (error || said !== "" || !bytes)
    throw new Error(`server/wasm/assembly does not compile:\n${said}`, { cause: error });
  return [
    "/** The WebAssembly of assembly/, made by `npm run kernels`: in base64, so that it is wherever its importer is bundled. */",
    `export const wasm =\n  "${Buffer.from(bytes).toString("base64")}";\n`,
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await compileKernels();
  await writeFile(modulePath, text);
  process.stderr.write(`${modulePath}: ${text.length} bytes\n`);
}
