/** Types of sets.mjs for TypeScript beside it. */
export interface IconSet {
  name: string;
  style: string;
  suffixStyles?: Record<string, string>;
  isEmoji?: boolean;
  hasFlags?: boolean;
  isHeldBack?: boolean;
  dropCategories?: string[];
  brands?: string[];
}
export const ICON_SETS: IconSet[];
export const TRAINED_STYLES: string[];
export function spellTone(set: IconSet, name: string, allNames: Set<string>): string;
export function isDropped(set: IconSet, name: string, allNames: Set<string>): boolean;
export function styleOf(set: IconSet, name: string): { style: string; plainName: string };
export function groupOf(style: string): "emoji" | "interface";
