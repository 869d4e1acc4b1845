/** What a node that Tau made remembers, and the buttons that it offers in Figma's side panel. */
import { commandTable } from "../../shared/commands.ts";
import { titleOf } from "../../shared/contract/shown-caption.ts";
import { type ArtboardImage, provenanceKey } from "../../shared/messages/messages.ts";
import { isIn, makeAgainCommand, redrawCommand } from "../../shared/relaunch.ts";
import { imageKey } from "./layers/layers.ts";

const buttonsOf = (kind: "image" | "vector"): Record<string, string> =>
  Object.fromEntries(
    commandTable.flatMap((command) => {
      const { id, relaunch, relaunchOn = kind } = command;
      return relaunch && relaunchOn === kind && isIn(command, figma.editorType) ? [[id, ""]] : [];
    }),
  );
const commandButtons = { image: buttonsOf("image"), vector: buttonsOf("vector") };

type Remembering = Pick<SceneNode, "setPluginData" | "setRelaunchData">;

/**
 * @param mark hash of the image, or what identifies a vector; absent for an artboard, which has no image of its own
 */
export function remember(
  node: Remembering,
  { provenance, hasDrawings }: Pick<ArtboardImage, "provenance" | "hasDrawings">,
  mark?: string,
  kind: "image" | "vector" = "image",
): void {
  if (mark !== undefined) node.setPluginData(imageKey, mark);
  const { drawings, ...others } = mark === undefined ? {} : commandButtons[kind];
  const buttons = {
    ...others,
    ...(drawings !== undefined && hasDrawings ? { drawings } : {}),
  };
  if (provenance === undefined) {
    if (mark !== undefined) node.setRelaunchData(buttons);
    return;
  }
  node.setPluginData(provenanceKey, JSON.stringify(provenance));
  node.setRelaunchData({ [redrawCommand]: titleOf(provenance.condition), [makeAgainCommand]: "", ...buttons });
}
