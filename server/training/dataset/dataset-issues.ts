/**
 * Collects what is wrong with the files of a folder, by kind: counts every case and keeps the first ones of each kind to show.
 */

/** Cases that are shown of each kind. */
export const shownMax = 20;

export const issueKinds = {
  bad_line: "lines that could not be read",
  caption_without_image: "captions without an image",
  image_without_caption: "images without a caption",
  unreadable_image: "files that could not be read as an image",
  empty_image: "images that are fully transparent",
  duplicate: "duplicates of other images",
  linked_folder: "links to folders, which are skipped",
} as const;
export type IssueKind = keyof typeof issueKinds;

export interface DatasetIssue {
  readonly kind: IssueKind;
  readonly count: number;
  /** `where: reason` of the first cases. */
  readonly shown: readonly string[];
}

export class DatasetIssues {
  readonly #found = new Map<IssueKind, { count: number; shown: string[] }>();

  add(kind: IssueKind, where: string, reason = ""): void {
    const found = this.#found.get(kind) ?? { count: 0, shown: [] };
    this.#found.set(kind, found);
    found.count += 1;
    if (found.shown.length < shownMax) found.shown.push(reason === "" ? where : `${where}: ${reason}`);
  }

  list(): DatasetIssue[] {
    return [...this.#found].map(([kind, found]) => ({ kind, ...found }));
  }
}

/** The issues as lines of text. */
export const describeIssues = (issues: readonly DatasetIssue[]): string[] =>
  issues.flatMap(({ kind, count, shown }) => [
    `${count} ${issueKinds[kind]}:`,
    ...shown.map((text) => `  ${text}`),
    ...(count > shown.length ? [`  … and ${count - shown.length} more`] : []),
  ]);
