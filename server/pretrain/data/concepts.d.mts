/** Types of concepts.mjs for TypeScript beside it. */
export interface Emoji {
  label: string;
  hexcode: string;
  tags: string[];
  group?: number;
}
export function slugOf(text: string): string;
export function loadEmoji(): Map<string, Emoji>;
export function otherNames(concepts: string[]): Map<string, string[]>;
export function conceptOf(
  byName: Map<string, Emoji>,
  plainName: string,
): { concept: string; words: string; emoji: Emoji | undefined; hasTone: boolean };
export function hashUnit(text: string): number;
export function splitOf(
  concept: string,
  style: string,
  isHeldBack: boolean,
): "train" | "heldOutConcept" | "heldOutPair" | "heldBackStyle";
export function joinTwins(twins: { split: string }[]): void;
