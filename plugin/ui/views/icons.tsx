/** Line icons, 16 px, drawn for Tau; decoration only, so that readers hear the label of the button around. */

const paths = {
  minus: "M4 8h8",
  plus: "M4 8h8M8 4v8",
  back: "M10 3.5 5.5 8l4.5 4.5",
  settings: "M2.5 5h6m3 0h2m-11 6h2m3 0h6M10 3.5v3M6 9.5v3",
  copy: "M6 6h6.5v6.5H6zM10 6V3.5H3.5V10H6",
  check: "m4 8.5 2.5 2.5L12 5.5",
  dice: "M3.5 3.5h9v9h-9zM6 5.9v.2M10 5.9v.2M6 9.9v.2M10 9.9v.2M8 7.9v.2",
  lock: "M4.5 7.5h7v5h-7zM6 7.5V5.5a2 2 0 0 1 4 0v2",
  unlock: "M4.5 7.5h7v5h-7zM6 7.5V5a2 2 0 0 1 3.8-.9",
  chevron: "m5 6.5 3 3 3-3",
  warning: "M8 2.8 14 13H2zM8 6.8v2.7M8 11.3h.01",
  text: "M4 4.5V3.5h8v1M8 3.5v9M6.5 12.5h3",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
