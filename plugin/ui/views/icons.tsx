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
  history: "M3 8a5 5 0 1 1 1.6 3.7M3 12v-2.5h2.5M8 5.5V8l2 1.5",
  help: "M5.5 6a2.5 2.5 0 1 1 3.7 2.2c-.8.5-1.2.9-1.2 1.8M8 12.3v.1",
  pen: "m3 13 .8-3L11 2.8l2.2 2.2L6 12.2z",
  eraser: "m6 12.5-3-3 6-6 4 4-5 5zm0 0h7M5.5 7l4 4",
  undo: "M6 3.5 3 6.5l3 3M3.5 6.5H10a3 3 0 0 1 0 6H7",
  trash: "M3 4.5h10M6.5 4.5v-1h3v1m-5 0 .5 8.5h6l.5-8.5",
  star: "m8 2.5 1.7 3.5 3.8.5-2.8 2.7.7 3.8L8 11.2 4.6 13l.7-3.8L2.500 6.500l3.800-.5z",
  drawings: "M8 2 11 7H5zM2.5 9.5h4v4h-4zM11.5 9.3a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4z",
  close: "m4 4 8 8m0-8-8 8",
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
