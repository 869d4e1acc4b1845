/**
 * Opens a file or bytes as a graph that is safe for the runtime, whose parser is not made for hostile input. Everything is read
 * and checked first, and the runtime gets exactly the checked bytes. External weights are opened only if the caller lists them
 * and they are in the file's own folder, without links (CVE-2024-27318 shows why).
 */
import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, posix, win32 } from "node:path";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { externalLocations, withOutput } from "./model-graph.ts";
import { type ModelProto, parseModel, serialiseModel } from "./protobuf.ts";

export interface ModelSource {
  readonly bytes: Uint8Array;
  readonly model: ModelProto;
  /** Real path of the file's folder; undefined for a graph from bytes. */
  readonly folder: string | undefined;
  /** Files with weights in `folder`, relative. */
  readonly externalData: readonly string[];
}

export interface ModelSourceOptions {
  /** Name of the graph in messages. */
  readonly label: string;
  /**
   * Files that may contain weights, relative to the graph's folder; `any` = all in that folder; absent = the graph must contain
   * its weights.
   */
  readonly externalData?: readonly string[] | "any";
  /** Folder of the file that the bytes come from. */
  readonly folder?: string;
  /** An inner value that becomes the only output. */
  readonly layer?: string;
  /** Inputs to keep even if `layer` does not need them; absent = all. Others are removed with the nodes that read them. */
  readonly inputs?: readonly string[];
}

/**
 * Reads, parses and checks a graph.
 * @throws AppError `pack_corrupt` when the file does not exist, is too large, is no ONNX graph, or names weights that may not
 *   be opened
 */
export async function openModel(source: string | Uint8Array, options: ModelSourceOptions): Promise<ModelSource> {
  const { label } = options;
  const path = typeof source === "string" ? await fileOf(source, label) : undefined;
  const bytes = typeof source === "string" ? await readFile(path!) : source;
  if (Buffer.from(bytes.subarray(4, 8)).toString("latin1") === "ORTM")
    throw new AppError("pack_corrupt", `${label}: expected an ONNX graph, got a file in onnxruntime's own format`);
  const model = parseModel(bytes, label);
  if (!model.graph || model.graph.node.length === 0)
    throw new AppError("pack_corrupt", `${label}: expected an ONNX graph, got ${bytes.length} bytes without any node`);
  if (model.opsetImport.length === 0)
    throw new AppError(
      "pack_corrupt",
      `${label}: expected the operator set that its nodes are of, got none (opset_import)`,
    );
  const folder = path === undefined ? options.folder && (await realpath(options.folder)) : dirname(path);
  const locations = externalLocations(model);
  for (const location of locations) await checkExternal(location, folder, options);
  const externalData = [...new Set(locations.map((location) => posix.normalize(location)))];
  if (options.layer === undefined) return { bytes, model, folder, externalData };
  const edited = withOutput(model, options.layer, label, options.inputs);
  return { bytes: serialiseModel(edited), model: edited, folder, externalData };
}

/** Real path of a plain file of allowed size. */
async function fileOf(path: string, label: string): Promise<string> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new AppError("pack_corrupt", `${label}: expected a file at ${path}, got none`, { cause });
  });
  if (!info.isFile())
    throw new AppError("pack_corrupt", `${label}: expected a file at ${path}, got a folder or device`);
  if (info.size > limits.onnxMaxBytes) {
    const [expected, received] = [`at most ${limits.onnxMaxBytes} bytes`, `${info.size} bytes`];
    throw new AppError("pack_corrupt", `${label}: expected ${expected}, got ${received}`, { expected, received });
  }
  return realpath(path);
}

async function checkExternal(
  location: string,
  folder: string | undefined,
  { label, externalData = [] }: ModelSourceOptions,
): Promise<void> {
  const refuse = (expected: string, received: string): never => {
    throw new AppError("pack_corrupt", `${label}: external data: expected ${expected}, got ${received}`, {
      field: "external data",
      expected,
      received,
    });
  };
  if (folder === undefined) return refuse("none in a graph without a file", `"${location}"`);
  const isAbsolute = posix.isAbsolute(location) || win32.isAbsolute(location);
  if (isAbsolute || location.split(/[\\/]/).includes("..") || /[\0\\]/.test(location) || location === "")
    return refuse("a path inside the folder of the file", `"${location}"`);
  const path = posix.normalize(location);
  const info = await lstat(join(folder, path)).catch(() => undefined);
  // A link anywhere in the path gives a different real path.
  const isPlain = info?.isFile() && (await realpath(join(folder, path))) === join(folder, path);
  if (!isPlain)
    return refuse(
      "a plain file in the folder of the file",
      `${info ? "a link or folder" : "nothing"} at "${location}"`,
    );
  if (externalData !== "any" && !externalData.includes(path))
    refuse(externalData.length > 0 ? `one of ${externalData.join(", ")}` : "none, as none is listed", `"${location}"`);
}
