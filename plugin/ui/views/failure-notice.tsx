/** A failure as cause, cure and the way on; what the server said is there for who asks. */
import { useState } from "preact/hooks";
import { limits } from "../../../shared/limits.ts";
import { type Failure, type FailureCode, isCuredInForm } from "../client/failure.ts";
import { describeFailure, fill } from "../i18n/texts.ts";
import { losesDrawings } from "../plans/lost-pictures.ts";
import { lostJobs } from "../state/state.ts";
import { Button } from "./controls.tsx";
import { useFailedField } from "./failed-field.ts";
import { Icon } from "./icons.tsx";
import type { ViewProps } from "./view-props.ts";

const curedInSettings: ReadonlySet<FailureCode> = new Set([
  "url_invalid",
  "url_not_allowed",
  "unreachable",
  "host_unreachable",
  "not_tau",
  "token_missing",
  "unauthorized",
  "forbidden",
  "origin_host_refused",
]);
/** Starts the server, in the folder that it was unpacked to. */
const startCommand = "npm start";

interface FailureProps extends ViewProps {
  readonly failure: Failure;
  /** The view asks again by itself. */
  readonly isAsking?: boolean;
  /** Does again what failed, where that was no run. */
  onRetry?(): void;
}

export function FailureNotice({ controller, texts, failure, isAsking = false, onRetry }: FailureProps) {
  const { command, isReconnecting } = controller.state;
  const [title, cure] =
    command === "family" && failure.code === "caption_empty"
      ? [texts.emptyTitle, fill(texts.namesHint, { n: limits.familyMax })]
      : describeFailure(texts, failure.code, failure.detail);
  const lost = failure.code === "image_unknown" ? lostJobs(controller.state) : [];
  const messageId = `failure-${failure.code}`;
  const goToField = useFailedField(failure, messageId);
  const isCuredHere = isCuredInForm(failure.code) || command === "settings";
  return (
    <section class="failure" role="alert" data-code={failure.code}>
      <Icon name="warning" />
      <div id={messageId}>
        <h2>{title}</h2>
        <p>{lost.length > 0 ? texts.fromLayerHint : cure}</p>
        {losesDrawings(lost) && <p>{texts.drawingsLost}</p>}
        {failure.code === "unreachable" && <StartCommand controller={controller} texts={texts} />}
        {(isReconnecting || isAsking) && <p class="hint">{texts.reconnecting}</p>}
        {(goToField !== undefined || !isCuredHere) && (
          <div class="actions">
            {goToField && <Button onClick={goToField}>{texts.goToField}</Button>}
            {curedInSettings.has(failure.code) && command !== "settings" && (
              <Button onClick={() => controller.show("settings")}>{texts.openSettings}</Button>
            )}
            {isCuredHere ? null : lost.length > 0 ? (
              <Button onClick={() => void controller.drawLost()}>{texts.fromLayer}</Button>
            ) : (
              <Button onClick={() => (onRetry ? onRetry() : void controller.retry())}>{texts.tryAgain}</Button>
            )}
          </div>
        )}
        {failure.detail !== "" && (
          <details>
            <summary>{texts.details}</summary>
            <code>
              {failure.code}: {failure.detail}
            </code>
          </details>
        )}
      </div>
    </section>
  );
}

function StartCommand({ controller, texts }: ViewProps) {
  const [isCopied, setCopied] = useState(false);
  return (
    <p class="start-command">
      <code>{startCommand}</code>
      <Button
        onClick={() => {
          setCopied(controller.copy(startCommand));
          setTimeout(() => setCopied(false), 1500);
        }}
      >
        {isCopied ? texts.copied : texts.copy}
      </Button>
    </p>
  );
}
