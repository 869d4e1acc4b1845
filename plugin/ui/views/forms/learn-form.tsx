/**
 * Learn this style: selected icons become the examples of a training. It goes on when the window closes; opened again, the window finds it.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Training } from "../../../../shared/contract/training.ts";
import { limits } from "../../../../shared/limits.ts";
import { canReconnect, Failure } from "../../client/failure.ts";
import { readsShownStyles } from "../../client/style-choice.ts";
import { decimal, fill } from "../../i18n/texts.ts";
import { examplesIn, outcomeOf, shareOfTraining, startLearning } from "../../learning.ts";
import { Button, useEnterInField } from "../controls.tsx";
import { FailureNotice } from "../failure-notice.tsx";
import type { ViewProps } from "../view-props.ts";
import { IconSources } from "./icon-sources.tsx";

/** Until a silent server is asked for the training again. */
const askMs = 5000;

const isEnded = ({ state }: Training): boolean => state === "done" || state === "failed" || state === "cancelled";

export function LearnForm(props: ViewProps) {
  const { controller, texts } = props;
  const { form, scene } = controller.state;
  const [training, setTraining] = useState<Training>();
  const [sent, setSent] = useState<number>();
  const [failure, setFailure] = useState<Failure>();
  const stop = useRef(new AbortController());

  const fail = (error: unknown): void => {
    if (!stop.current.signal.aborted)
      setFailure(error instanceof Failure ? error : new Failure("internal", String(error)));
  };
  const follow = async (first: Training): Promise<void> => {
    let isServed = false;
    const show = (now: Training): void => {
      setTraining(now);
      // A style can be used while a better one is searched for.
      if (!isServed && now.published?.isServed) void controller.connect();
      isServed ||= now.published?.isServed === true;
    };
    const hear = (now: Training): void => {
      setFailure(undefined);
      show(now);
    };
    show(first);
    const done = await controller.client.trainings.follow(first, hear, stop.current.signal);
    hear(done);
    if (done.result?.isServed) await controller.connect();
  };
  const isSilent = training !== undefined && failure !== undefined && canReconnect(failure.code);
  // The training itself goes on, or begins again with the server.
  useEffect(() => {
    if (!isSilent) return;
    const timer = setTimeout(() => void follow(training).catch(fail), askMs);
    return () => clearTimeout(timer);
  }, [failure]);
  useEffect(() => {
    const find = async (): Promise<void> => {
      const { trainings } = await controller.client.listTrainings();
      const running = trainings.find((known) => !isEnded(known));
      if (running !== undefined && !stop.current.signal.aborted) await follow(running);
    };
    find().catch(() => {
      // No server yet: the form itself says so when it is sent.
    });
    return () => stop.current.abort();
  }, []);

  const icons = examplesIn(scene.icons ?? []);
  const start = async (): Promise<void> => {
    setFailure(undefined);
    setSent(0);
    try {
      const { signal } = stop.current;
      await controller.keepStyle(icons, form.styleName);
      const started = await startLearning(
        controller.client,
        icons,
        form.styleName,
        controller.rasterise,
        setSent,
        signal,
      );
      setSent(undefined);
      await follow(started);
    } catch (error) {
      fail(error);
    } finally {
      setSent(undefined);
    }
  };
  const isReady = icons.length >= limits.examplesMin && sent === undefined;
  useEnterInField(() => {
    if (isReady && training === undefined) void start();
  }, true);
  if (training !== undefined)
    return (
      <div class="form">
        <TrainingCard {...props} training={training} onAgain={() => setTraining(undefined)} />
        {failure !== undefined && (
          <FailureNotice
            {...props}
            failure={failure}
            isAsking={isSilent}
            onRetry={() => {
              setFailure(undefined);
              void follow(training).catch(fail);
            }}
          />
        )}
      </div>
    );
  return (
    <div class="form">
      {(scene.icons ?? []).length > 0 && (
        <>
          <IconSources {...props} />
          <p class="hint">{fill(texts.examples, { n: icons.length })}</p>
          {readsShownStyles(controller.state.meta, "restyle") && <p class="hint">{texts.learnAtOnce}</p>}
        </>
      )}
      <div class="field">
        <label for="style-name">{texts.styleName}</label>
        <input
          id="style-name"
          type="text"
          autocomplete="off"
          maxLength={40}
          value={form.styleName}
          onInput={(event) => controller.editForm({ styleName: event.currentTarget.value })}
        />
      </div>
      {failure !== undefined && <FailureNotice {...props} failure={failure} onRetry={() => void start()} />}
      <p id="learn-hint" class={icons.length >= limits.examplesMin ? "hint" : "notice"}>
        {fill(texts.learnHint, { n: limits.examplesMin })}
      </p>
      <Button kind="primary" keys="Enter" isDisabled={!isReady} hintId="learn-hint" onClick={() => void start()}>
        {sent === undefined ? texts.commands.learn : fill(texts.sendingExamples, { i: sent, n: icons.length })}
      </Button>
    </div>
  );
}

function TrainingCard({
  controller,
  texts,
  training,
  onAgain,
}: ViewProps & { readonly training: Training; onAgain(): void }) {
  const { progress, request, result, preview, state, problem } = training;
  const share = shareOfTraining(training);
  const name = request.label ?? request.name;
  const sentence = texts.learnStages[progress.stage];
  const minutes = progress.secondsLeft === undefined ? undefined : Math.max(1, Math.ceil(progress.secondsLeft / 60));
  const path = preview?.images.map((image) => image.path).join();
  const [shots, setShots] = useState<
    readonly { readonly caption: string; readonly bytes: Uint8Array; readonly url: string }[]
  >([]);
  useEffect(() => {
    const gone = new AbortController();
    const load = async (): Promise<void> => {
      const loaded = [];
      for (const image of preview?.images ?? []) {
        const bytes = await controller.client.readImage(image.path, gone.signal);
        const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/png" }));
        loaded.push({ caption: image.caption, bytes, url });
      }
      if (!gone.signal.aborted) setShots(loaded);
    };
    load().catch(() => {
      // Previews are for looking only.
    });
    return () => gone.abort();
  }, [path]);
  return (
    <>
      <h2>{name}</h2>
      {!isEnded(training) && (
        <section class="progress">
          <p class="what" aria-live="polite">
            <span>{sentence}</span>
            {minutes !== undefined && <span class="hint">{fill(texts.minutesLeft, { n: minutes })}</span>}
          </p>
          <progress
            aria-label={sentence}
            title={progress.heldOutNats === undefined ? "" : `${decimal(progress.heldOutNats, 3)} nats/dim`}
            max={1}
            {...(share === undefined ? {} : { value: share })}
          />
        </section>
      )}
      {state === "done" && (
        <p class={result?.isBetter ? "applied" : "notice"} role="status">
          {fill(texts[outcomeOf(training)], { name })}
        </p>
      )}
      {state === "cancelled" && <p class="notice">{fill(texts[outcomeOf(training)], { name })}</p>}
      {problem !== undefined && (
        <FailureNotice
          controller={controller}
          texts={texts}
          failure={new Failure(problem.code, problem.detail)}
          onRetry={onAgain}
        />
      )}
      {shots.length > 0 && (
        <ul class="grid" aria-label={texts.preview}>
          {shots.map(({ caption, url }) => (
            <li key={caption} class="tile">
              <div class="picture">
                <img src={url} alt={caption} draggable={false} />
              </div>
              <div class="meta">
                <span class="rank">{caption}</span>
              </div>
            </li>
          ))}
        </ul>
      )}
      {result !== undefined && (
        <p class="hint">
          {/* What rounds to nothing says nothing. */}
          {fill(result.cost.kwh < 0.0001 ? texts.tookMinutes : texts.costCard, {
            kwh: decimal(result.cost.kwh, 4),
            euros: decimal(result.cost.euros, 4),
            co2: decimal(result.cost.co2Grams, 2),
            n: Math.max(1, Math.round(result.cost.wallSeconds / 60)),
          })}
        </p>
      )}
      <div class="actions">
        {shots.length > 0 && (
          <Button onClick={() => controller.placePreviews(name, training, shots)}>{texts.previewsToPage}</Button>
        )}
        {!isEnded(training) && (
          <Button onClick={() => void controller.client.trainings.cancel(training.id)}>{texts.cancel}</Button>
        )}
        {isEnded(training) && <Button onClick={onAgain}>{texts.back}</Button>}
        {(result ?? training.published)?.isServed && (
          <Button
            kind="primary"
            onClick={() => {
              controller.editForm({
                style: training.base.isOfStyles ? `~${request.name}/${request.name}` : `@${request.name}`,
              });
              controller.show("caption-to-artboard");
            }}
          >
            {texts.useStyle}
          </Button>
        )}
      </div>
    </>
  );
}
