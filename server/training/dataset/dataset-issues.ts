/** What was wrong with the files of a folder, by kind: every case is counted, the first of each kind are shown. */

/** Cases of one kind that are shown; the rest is a number. */
export const shownMax = 20;

export const complaintKinds = {
  bad_line: "lines that could not be read",
  caption_without_image: "captions without an image",
  image_without_caption: "images without a caption",
  unreadable_image: "files that could not be read as an image",
  empty_image: "images that show nothing",
  duplicate: "images that are there already",
  linked_folder: "links to folders, which are not followed",
} as const;
export type ComplaintKind = keyof typeof complaintKinds;

export interface Complaint {
  readonly kind: ComplaintKind;
  readonly count: number;
  /** `where: reason` of the first cases. */
  readonly shown: readonly string[];
}

export class DatasetIssues {
  readonly #found = new Map<ComplaintKind, { count: number; shown: string[] }>();

  add(kind: ComplaintKind, where: string, reason = ""): void {
    const found = this.#found.get(kind) ?? { count: 0, shown: [] };
    this.#found.set(kind, found);
    found.count += 1;
    if (found.shown.length < shownMax) found.shown.push(reason === "" ? where : `${where}: ${reason}`);
  }

  list(): Complaint[] {
    return [...this.#found].map(([kind, found]) => ({ kind, ...found }));
  }
}

/** As lines of text for people. */
export const describeComplaints = (complaints: readonly Complaint[]): string[] =>
  complaints.flatMap(({ kind, count, shown }) => [
    `${count} ${complaintKinds[kind]}:`,
    ...shown.map((text) => `  ${text}`),
    ...(count > shown.length ? [`  … and ${count - shown.length} more`] : []),
  ]);
