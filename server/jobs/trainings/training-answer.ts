/** What a client hears of a training's end: its result or its problem, with folders by the names that the request has for them. */
import { join } from "node:path";
import type { Training, TrainingResult } from "../../../shared/contract/training.ts";
import { AppError, type Problem, toProblem } from "../../../shared/problem.ts";
import type { TrainedTranslation } from "../../training/train-translation.ts";
import type { StyleBases } from "./style-order.ts";
import { type FolderNames, inRequestTerms, type TrainingFolders } from "./training-folders.ts";

export interface AnswerDeps extends Pick<StyleBases, "packOf"> {
  readonly folders: TrainingFolders;
  /** Where the new packs go. */
  readonly packs: string;
  /**
   * Brings a pack that was just published into service, by its name; undefined when that did not work. Where other workers have a
   * later version of the name its own is raised. Never rejects.
   */
  readonly serve: (name: string) => Promise<{ readonly version: string; readonly digest: string } | undefined>;
}

/** What a client hears of a training that ended, once its pack is in service. */
export async function resultOf(
  { name, pack, images, records: _, ...numbers }: TrainedTranslation,
  training: Training,
  deps: AnswerDeps,
): Promise<TrainingResult> {
  const names = namesOf(training, deps);
  const issues = images.issues.map(({ kind, count, shown }) => ({
    kind,
    count,
    shown: shown.map((text) => inRequestTerms(text, names)),
  }));
  const served = pack && (await deps.serve(name));
  const { version, digest } = served ?? pack ?? {};
  return {
    ...numbers,
    ...(version !== undefined && digest !== undefined && { pack: { id: name, version, digest } }),
    isServed: served !== undefined,
    images: { usable: images.usable, heldOut: images.heldOut, issues },
  };
}

/** What a client calls the folders that a message may name; the inner ones first. */
function namesOf({ id, request, base }: Training, { folders, packs, packOf }: AnswerDeps): FolderNames {
  const names: Array<[string, string]> = [
    [folders.pathOf(id, "examples"), "examples"],
    [folders.pathOf(id), "the training's folder"],
    [join(packs, request.name), `pack ${request.name}`],
    [packs, "packs"],
  ];
  try {
    names.unshift([packOf(base.pack).folder, `pack ${base.pack}`]);
  } catch {
    // A base that is gone is in no message as a folder.
  }
  return names;
}

/** What a client hears of a training that failed. */
export const problemOf = (error: AppError, training: Training, deps: AnswerDeps): Problem =>
  toProblem(inTermsOf(error, namesOf(training, deps)));

function inTermsOf({ code, message, detail }: AppError, names: FolderNames): AppError {
  // What nobody foresaw may say anything; the log has it.
  if (code === "internal") return new AppError(code, "the server failed in an unexpected way");
  const { field, expected, received } = detail;
  return new AppError(code, inRequestTerms(message, names), {
    ...detail,
    ...(field === "folder" && { field: "examples" }),
    ...(expected !== undefined && { expected: inRequestTerms(expected, names) }),
    ...(received !== undefined && { received: inRequestTerms(received, names) }),
  });
}
