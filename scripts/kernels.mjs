/**
 * Compiles server/wasm/assembly (AssemblyScript) into server/wasm/module.ts. The result is in the repository, so that Tau runs
 * from source without compiling; a test compares both.
 * Usage: npm run kernels
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
      // Functions with vector parameters are only called within the module.
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
