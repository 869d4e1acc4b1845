/** What every view gets: the controller with the state, and the texts of the user's language. */
import type { Controller } from "../control/controller.ts";
import type { Texts } from "../i18n/en.ts";

export interface ViewProps {
  readonly controller: Controller;
  readonly texts: Texts;
}
