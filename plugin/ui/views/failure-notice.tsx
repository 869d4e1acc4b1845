/** A failure as cause, cure and the way on; what the server said is there for who asks. */

import type { Failure, FailureCode } from "../failure.ts";
import { describeFailure } from "../i18n/texts.ts";
import { Button } from "./controls.tsx";
import { Icon } from "./icons.tsx";
import type { ViewProps } from "./view-props.ts";

const curedInSettings: ReadonlySet<FailureCode> = new Set([
  "url_invalid",
  "url_not_allowed",
  "unreachable",
  "not_tau",
  "token_missing",
  "unauthorized",
  "origin_host_refused",
]);
const curedInCaption: ReadonlySet<FailureCode> = new Set(["caption_empty", "caption_too_long", "caption_unreadable"]);

export function FailureNotice({ controller, texts, failure }: ViewProps & { readonly failure: Failure }) {
  const [title, cure] = describeFailure(texts, failure.code);
  const isInSettings = controller.state.view === "settings";
  return (
    <section class="failure" role="alert" data-code={failure.code}>
      <Icon name="warning" />
      <div>
        <h2>{title}</h2>
        <p>{cure}</p>
        {!curedInCaption.has(failure.code) && !isInSettings && (
          <div class="actions">
            {curedInSettings.has(failure.code) && (
              <Button onClick={() => controller.show("settings")}>{texts.openSettings}</Button>
            )}
            <Button onClick={() => void controller.retry()}>{texts.tryAgain}</Button>
          </div>
        )}
        {failure.detail !== "" && (
          <details>
            <summary>{failure.code}</summary>
            <code>{failure.detail}</code>
          </details>
        )}
      </div>
    </section>
  );
}
