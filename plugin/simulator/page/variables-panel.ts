/** The file's colour variables, with buttons for collections to try things with: two modes, an alias; and one that a library published. */
import type { SimDocument } from "../host/document.ts";
import { hexOf } from "../host/svg.ts";
import { make } from "./dom.ts";

/** Name, and `#rrggbb` in the light and in the dark mode. */
const brand = [
  ["ink", "#0b2545", "#e8f1f2"],
  ["primary", "#13777a", "#4fd1c5"],
  ["accent", "#f25f5c", "#ff8a80"],
  ["sun", "#ffc857", "#ffd97d"],
  ["mist", "#cfe3ea", "#2b4c5e"],
] as const;

const colourOf = (hex: string): RGB => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return { r, g, b };
};

function addBrand({ tree: { variables } }: SimDocument): void {
  const collection = variables.createCollection("Brand");
  const light = variables.save().collections.find(({ id }) => id === collection)!.modes[0]!.modeId;
  variables.renameMode(collection, light, "Light");
  const dark = variables.addMode(collection, "Dark");
  const ids = brand.map(([name, ...hexes]) => {
    const id = variables.createVariable(name, collection, "COLOR");
    for (const [index, mode] of [light, dark].entries()) variables.setValue(id, mode, colourOf(hexes[index]!));
    return id;
  });
  const alias = variables.createVariable("button/background", collection, "COLOR");
  for (const mode of [light, dark]) variables.setValue(alias, mode, { type: "VARIABLE_ALIAS", id: ids[1]! });
}

/** Tokens that another file published. */
const tokens = [
  ["text/strong", "#1b1b3a", "#f4f1de"],
  ["surface/brand", "#693668", "#c77dff"],
  ["surface/calm", "#a74482", "#e0aaff"],
  ["status/warm", "#f84aa7", "#ff85a1"],
  ["surface/soft", "#ffd6ec", "#3c096c"],
] as const;

function useLibrary({ tree: { variables } }: SimDocument): void {
  const modes = [
    { modeId: "10:0", name: "Light" },
    { modeId: "10:1", name: "Dark" },
  ];
  const published = tokens.map(([name, light, dark], index) => ({
    key: `token-${index}`,
    name,
    valuesByMode: { "10:0": colourOf(light), "10:1": colourOf(dark) },
  }));
  variables.publish({ key: "tokens", name: "Tokens", libraryName: "Acme Design", modes, variables: published });
}

export function variablesPanel(sim: SimDocument): HTMLElement[] {
  const { collections, variables, libraries = [] } = sim.tree.variables.save();
  const lists = collections.flatMap(({ id, name, modes }) => [
    make("p", { class: "quiet" }, `${name}: ${modes.map((mode) => mode.name).join(", ")}`),
    make(
      "ul",
      { class: "variables" },
      ...variables
        .filter(({ collectionId }) => collectionId === id)
        .map((variable) => {
          const colour = sim.tree.variables.colourOf(variable.id, {});
          const swatch = make("span", {
            class: "swatch",
            style: `background:${colour === undefined ? "none" : hexOf(colour)}`,
          });
          return make("li", {}, swatch, variable.name);
        }),
    ),
  ]);
  return [
    make("h2", {}, "Colour variables"),
    ...lists,
    ...libraries.map(({ libraryName, name }) => make("p", { class: "quiet" }, `Library: ${libraryName} / ${name}`)),
    make("button", { type: "button", class: "relaunch", click: () => addBrand(sim) }, "Add brand colours"),
    make("button", { type: "button", class: "relaunch", click: () => useLibrary(sim) }, "Use a library"),
  ];
}
