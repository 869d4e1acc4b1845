/**
 * The grid and the colours by which a layout is said in numbers where it becomes a drawing: those of the pack `icons`, so that one layout fits both.
 */
import type { TranslationInfo } from "./meta.ts";

export const usualLayout: NonNullable<TranslationInfo["layout"]> = {
  columns: 8,
  rows: 8,
  palette: [
    { id: "black", label: "Black", hex: "#1f2328" },
    { id: "grey", label: "Grey", hex: "#8b949e" },
    { id: "white", label: "White", hex: "#f5f5f5" },
    { id: "red", label: "Red", hex: "#dd2e44" },
    { id: "orange", label: "Orange", hex: "#f79329" },
    { id: "yellow", label: "Yellow", hex: "#fcc21b" },
    { id: "green", label: "Green", hex: "#4caf50" },
    { id: "teal", label: "Teal", hex: "#3bb5a8" },
    { id: "light-blue", label: "Light blue", hex: "#8fd3fe" },
    { id: "blue", label: "Blue", hex: "#2f6fdb" },
    { id: "purple", label: "Purple", hex: "#9256d9" },
    { id: "pink", label: "Pink", hex: "#f48fb1" },
    { id: "brown", label: "Brown", hex: "#7d4b32" },
  ],
};
