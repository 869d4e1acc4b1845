/**
 * The plugin's manifest, built from code so that commands, port and network list exist once.
 * https://developers.figma.com/docs/plugins/manifest. Network access is one local address: Figma builds the iframe's
 * content security policy from it, refuses IP literals, and does not let a bare host cover its ports.
 */
import { type CommandParameter, commandTable } from "../shared/commands.ts";
import { defaultPort } from "../shared/messages/settings.ts";
import { relaunchButtons } from "../shared/relaunch.ts";

export interface MenuItem {
  readonly name: string;
  readonly command: string;
  readonly parameters?: readonly CommandParameter[];
  readonly parameterOnly?: boolean;
}
export interface Manifest {
  readonly name: string;
  readonly id: string;
  readonly api: string;
  readonly main: string;
  readonly ui: string;
  readonly editorType: readonly string[];
  /** `teamlibrary`: names and values of the colour variables of libraries. */
  readonly permissions: readonly string[];
  readonly documentAccess: "dynamic-page";
  readonly networkAccess: {
    readonly allowedDomains: readonly string[];
    /** While the plugin is imported from a manifest; some editors take local addresses only here. */
    readonly devAllowedDomains: readonly string[];
    readonly reasoning: string;
  };
  readonly menu: readonly (MenuItem | { readonly separator: true })[];
  readonly relaunchButtons: readonly {
    readonly command: string;
    readonly name: string;
    readonly multipleSelection: boolean;
  }[];
}

const local = "http://localhost";

/** The manifest of a plugin that talks to `http://localhost:port`. */
export function buildManifest(port: number = defaultPort): Manifest {
  const domains = [`${local}:${port}`];
  return {
    name: "Tau",
    id: "tau-caption-to-artboard",
    api: "1.0.0",
    main: "main.js",
    ui: "ui.html",
    editorType: ["figma", "figjam", "slides"],
    permissions: ["teamlibrary"],
    documentAccess: "dynamic-page",
    networkAccess: {
      allowedDomains: domains,
      devAllowedDomains: domains,
      reasoning:
        "Tau sends captions, labels, sketches, colours and the images that you choose, of icons whose style it shall learn also the names, and of layers that are filled from their names in an icon set or a style of the file the cleaned names as captions, to the Tau server that you run on this computer, and fetches the images it makes. Nothing goes anywhere else.",
    },
    menu: commandTable.flatMap(({ id, menu, parameters, startsGroup }) => [
      ...(startsGroup ? [{ separator: true } as const] : []),
      { name: menu, command: id, ...(parameters === undefined ? {} : { parameters, parameterOnly: false }) },
    ]),
    relaunchButtons: relaunchButtons.map((button) => ({ ...button, multipleSelection: true })),
  };
}
