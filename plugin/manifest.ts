/**
 * The plugin's manifest, built from code so that commands, port and network list exist once.
 * https://developers.figma.com/docs/plugins/manifest. Network access is one local address: Figma builds the iframe's
 * content security policy from it, refuses IP literals, and does not let a bare host cover its ports.
 */
import { limits } from "../shared/limits.ts";
import { commands, defaultPort } from "../shared/messages.ts";

export interface ManifestParameter {
  readonly name: string;
  readonly key: string;
  readonly description: string;
  readonly allowFreeform?: boolean;
  readonly optional?: boolean;
}
export interface Manifest {
  readonly name: string;
  readonly id: string;
  readonly api: string;
  readonly main: string;
  readonly ui: string;
  readonly editorType: readonly string[];
  readonly documentAccess: "dynamic-page";
  readonly networkAccess: { readonly allowedDomains: readonly string[]; readonly reasoning: string };
  readonly menu: readonly {
    readonly name: string;
    readonly command: string;
    readonly parameters?: readonly ManifestParameter[];
    readonly parameterOnly?: boolean;
  }[];
  readonly relaunchButtons: readonly {
    readonly command: string;
    readonly name: string;
    readonly multipleSelection: boolean;
  }[];
}

/** The manifest of a plugin that talks to `http://localhost:port`. */
export function buildManifest(port: number = defaultPort): Manifest {
  return {
    name: "Tau",
    id: "tau-caption-to-artboard",
    api: "1.0.0",
    main: "main.js",
    ui: "ui.html",
    editorType: ["figma", "figjam", "slides"],
    documentAccess: "dynamic-page",
    networkAccess: {
      allowedDomains: [`http://localhost:${port}`],
      reasoning:
        "Tau sends captions to the Tau server that you run on this computer and fetches the images it draws. Nothing goes anywhere else.",
    },
    menu: [
      {
        name: "Caption to artboard…",
        command: commands.captions,
        parameters: [
          { name: "Caption", key: "caption", description: "What to draw, e.g. red apple", allowFreeform: true },
          { name: "Style", key: "style", description: "Look of the images", optional: true },
          { name: "Count", key: "count", description: `Images, 1 to ${limits.countMax}`, optional: true },
        ],
        parameterOnly: false,
      },
      { name: "Settings…", command: commands.settings },
    ],
    relaunchButtons: [
      { command: commands.redraw, name: "Redraw", multipleSelection: true },
      { command: commands.makeAgain, name: "Make again", multipleSelection: true },
      { command: commands.regenerate, name: "Redraw", multipleSelection: true },
    ],
  };
}
