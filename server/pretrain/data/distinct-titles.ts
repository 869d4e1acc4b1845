/** What sets of drawings are called where no two may look alike. Pure. */
import { shortTitle } from "../../../shared/contract/generations/attribution.ts";

const shortened = (title: string): string => shortTitle(title).toLowerCase();

/** The titles by id; of those that differ by no more than "Icons" each has its id behind it. */
export function distinctTitles(titles: Readonly<Record<string, string>>): Record<string, string> {
  const all = Object.values(titles).map(shortened);
  const isShared = (title: string): boolean => all.filter((other) => other === shortened(title)).length > 1;
  return Object.fromEntries(
    Object.entries(titles).map(([set, title]) => [set, isShared(title) ? `${title} (${set})` : title]),
  );
}
