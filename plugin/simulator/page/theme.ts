/**
 * Figma's CSS variables for plugins in both themes, the subset that plugins use most, with Figma's values.
 * https://developers.figma.com/docs/plugins/css-variables
 */

export type Theme = "light" | "dark";

/** name: [light, dark] */
const variables: Readonly<Record<string, readonly [string, string]>> = {
  bg: ["#ffffff", "#2c2c2c"],
  "bg-secondary": ["#f5f5f5", "#383838"],
  "bg-tertiary": ["#e6e6e6", "#444444"],
  "bg-hover": ["#f5f5f5", "#383838"],
  "bg-pressed": ["#e6e6e6", "#444444"],
  "bg-selected": ["#e5f4ff", "#394360"],
  "bg-brand": ["#0d99ff", "#0c8ce9"],
  "bg-brand-hover": ["#007be5", "#0a6dc2"],
  "bg-danger": ["#f24822", "#e03e1a"],
  "bg-success": ["#14ae5c", "#198f51"],
  text: ["rgba(0, 0, 0, 0.9)", "#ffffff"],
  "text-secondary": ["rgba(0, 0, 0, 0.5)", "rgba(255, 255, 255, 0.7)"],
  "text-tertiary": ["rgba(0, 0, 0, 0.3)", "rgba(255, 255, 255, 0.4)"],
  "text-disabled": ["rgba(0, 0, 0, 0.3)", "rgba(255, 255, 255, 0.4)"],
  "text-brand": ["#007be5", "#7cc4f8"],
  "text-danger": ["#dc3412", "#fca397"],
  "text-onbrand": ["#ffffff", "#ffffff"],
  border: ["#e6e6e6", "#444444"],
  "border-strong": ["#8c8c8c", "#8c8c8c"],
  "border-selected": ["#0d99ff", "#0c8ce9"],
  icon: ["rgba(0, 0, 0, 0.9)", "#ffffff"],
};

const block = (theme: Theme): string =>
  `.figma-${theme} { color-scheme: ${theme}; ${Object.entries(variables)
    .map(([name, [light, dark]]) => `--figma-color-${name}: ${theme === "light" ? light : dark};`)
    .join(" ")} }`;

/** Style sheet with both themes, chosen by `figma-light` or `figma-dark` on `<html>`, as Figma does. */
export const themeCss = `${block("light")}\n${block("dark")}`;

const storageKey = "tau.playground.theme";

/** The last choice, or what the system prefers. */
export function readTheme(): Theme {
  const stored = localStorage.getItem(storageKey);
  if (stored === "light" || stored === "dark") return stored;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function applyTheme(theme: Theme): void {
  document.documentElement.className = `figma-${theme}`;
  localStorage.setItem(storageKey, theme);
}
