/** Earlier images: searched by caption and label, starred, shown again, taken as a start, deleted. The server keeps them. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import { shownCaption } from "../../../shared/contract/shown-caption.ts";
import { styleIdOf } from "../../../shared/contract/style-id.ts";
import { canReconnect, Failure } from "../client/failure.ts";
import type { DropPlace } from "../control/store.ts";
import { fill } from "../i18n/texts.ts";
import { commandThatMade } from "../plans/made-by.ts";
import { styleLabels } from "../run/applied-set.ts";
import { Button, IconButton } from "./controls.tsx";
import { useDragOut } from "./drag-out.ts";
import { FailureNotice } from "./failure-notice.tsx";
import type { ViewProps } from "./view-props.ts";

/** Quiet after a letter before a search. */
const searchMs = 250;
/** Images of one entry that are shown. */
const imagesMax = 4;
/** Until a silent server is asked for the list again. */
const askMs = 3000;
/** A slip of the hand can be taken back so long. */
const undoMs = 10_000;

/** What was searched for last, for whoever comes back after a look at what was found. */
let lastWords = "";

export function HistoryView(props: ViewProps) {
  const { controller, texts } = props;
  const [words, setWords] = useState(lastWords);
  const [entries, setEntries] = useState<readonly Generation[]>();
  const [nextBefore, setNextBefore] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const [isStarredOnly, setStarredOnly] = useState(false);
  const wanted = `${isStarredOnly} ${words.trim()}`;
  /** What the entries were searched for. */
  const [found, setFound] = useState<string>();
  const latest = useRef<object>();
  const deleted = useRef(new Set<string>());

  const fail = (error: unknown): void =>
    setFailure(error instanceof Failure ? error : new Failure("internal", String(error)));
  const load = async (before?: string): Promise<void> => {
    const own = {};
    latest.current = own;
    try {
      const page = await controller.client.list(words.trim(), isStarredOnly, before);
      // Of other words, which were asked for before.
      if (latest.current !== own) return;
      setFound(wanted);
      setEntries((known) => [...(before === undefined ? [] : (known ?? [])), ...page.generations]);
      setNextBefore(page.nextBefore);
      setFailure(undefined);
    } catch (error) {
      if (latest.current === own) fail(error);
    }
  };
  useEffect(() => {
    lastWords = words;
    const timer = setTimeout(() => void load(), searchMs);
    return () => clearTimeout(timer);
  }, [words, isStarredOnly]);
  const isSilent = failure !== undefined && canReconnect(failure.code);
  useEffect(() => {
    if (!isSilent) return;
    const timer = setInterval(() => void load(), askMs);
    return () => clearInterval(timer);
  }, [isSilent, wanted]);
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => search.current?.focus(), []);

  // The picture of a style that is being drawn is nothing that a person made.
  const { unfinished } = controller.state.thumbs;
  const shown = (entries ?? []).filter(
    ({ id, state, images }) => state === "done" && images.length > 0 && id !== unfinished && !deleted.current.has(id),
  );
  return (
    <div class="view">
      <header>
        <IconButton icon="back" label={texts.back} onClick={() => controller.show(controller.state.work)} />
        <h1 tabIndex={-1}>{texts.commands.history}</h1>
      </header>
      <main>
        <div class="form">
          <div class="field">
            <label for="history-search">{texts.searchHistory}</label>
            <div class="seed-row">
              <input
                id="history-search"
                ref={search}
                type="search"
                autocomplete="off"
                value={words}
                onInput={(event) => setWords(event.currentTarget.value)}
              />
              <IconButton
                icon="star"
                label={texts.starredOnly}
                isPressed={isStarredOnly}
                onClick={() => setStarredOnly(!isStarredOnly)}
              />
            </div>
          </div>
          {failure !== undefined && (
            <FailureNotice {...props} failure={failure} isAsking={isSilent} onRetry={() => void load()} />
          )}
          {entries !== undefined && shown.length === 0 && <p class="notice">{texts.historyEmpty}</p>}
          {controller.state.run !== undefined && shown.length > 0 && (
            <p id="history-waits" class="hint">
              {texts.runWaits}
            </p>
          )}
          <ul class="history" aria-busy={found !== wanted}>
            {shown.map((entry) => (
              <Entry
                key={entry.id}
                {...props}
                entry={entry}
                onChanged={(now) => setEntries((known) => known?.map((other) => (other.id === now.id ? now : other)))}
                onFailed={fail}
                onDeleted={(hadFocus) => {
                  if (hadFocus) search.current?.focus();
                  // A list that was asked for before still has it.
                  deleted.current.add(entry.id);
                  setEntries((known) => known?.filter(({ id }) => id !== entry.id));
                }}
              />
            ))}
          </ul>
          {nextBefore !== undefined && <Button onClick={() => void load(nextBefore)}>{texts.showMore}</Button>}
        </div>
      </main>
    </div>
  );
}

interface EntryProps extends ViewProps {
  readonly entry: Generation;
  onChanged(now: Generation): void;
  onFailed(error: unknown): void;
  /** @param hadFocus whether the focus was in the entry, which goes now */
  onDeleted(hadFocus: boolean): void;
}

function Entry({ controller, texts, entry, onChanged, onFailed, onDeleted }: EntryProps) {
  const { id, request, images, createdAt, isStarred, labelTitle } = entry;
  const caption = shownCaption(request.condition);
  const title = caption ?? labelTitle ?? request.condition.label ?? texts.commands[commandThatMade(request)];
  const isRunning = controller.state.run !== undefined;
  const waits = isRunning ? { isDisabled: true, hintId: "history-waits" } : {};
  const style = styleIdOf(request.condition.style);
  const made = new Date(createdAt).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const item = useRef<HTMLLIElement>(null);
  const [leave, setLeave] = useState<"sent" | boolean>(false);
  const leaving = useRef<ReturnType<typeof setTimeout>>();
  const stay = (): void => {
    clearTimeout(leaving.current);
    leaving.current = undefined;
    setLeave(false);
    item.current?.focus();
  };
  const remove = (): void => {
    leaving.current = undefined;
    setLeave("sent");
    const hadFocus = item.current?.contains(document.activeElement) === true;
    controller.client.remove(id).then(
      () => onDeleted(hadFocus),
      (error) => {
        stay();
        onFailed(error);
      },
    );
  };
  // Whoever leaves the view or the window has not changed their mind.
  useEffect(() => {
    const end = (): void => {
      if (leaving.current !== undefined) remove();
    };
    window.addEventListener("pagehide", end);
    return () => {
      window.removeEventListener("pagehide", end);
      end();
    };
  }, []);
  if (leave)
    return (
      <li ref={item} tabIndex={-1}>
        <div class="actions">
          <s class="hint">{title}</s>
          <span class="spacer" />
          {leave === true && <Button onClick={stay}>{texts.undo}</Button>}
        </div>
      </li>
    );
  return (
    <li ref={item} tabIndex={-1}>
      <h2 title={title}>{title}</h2>
      <p class="hint">
        {made}
        {style !== undefined && ` · ${styleLabels(controller.state).get(style) ?? style}`}
        {images.length > imagesMax && ` · ×${images.length}`}
      </p>
      <div class="thumbs">
        {images.slice(0, imagesMax).map((image) => (
          <Thumb
            key={image.index}
            controller={controller}
            path={image.path}
            alt={`${title} ${image.index + 1}`}
            onDropped={(place) => void controller.dropEarlier(entry, image.index, title, place).catch(onFailed)}
          />
        ))}
      </div>
      <div class="actions">
        <Button {...waits} onClick={() => void controller.showAgain(entry, title)}>
          {texts.showAgain}
        </Button>
        {caption !== undefined && (
          <Button {...waits} onClick={() => controller.startFrom(entry)}>
            {texts.useSettings}
          </Button>
        )}
        <span class="spacer" />
        <IconButton
          icon="star"
          label={fill(texts.star, { title })}
          isPressed={isStarred === true}
          onClick={() => void controller.client.star(id, !isStarred).then(onChanged, onFailed)}
        />
        <IconButton
          icon="trash"
          label={fill(texts.deleteEntry, { title })}
          onClick={() => {
            setLeave(true);
            leaving.current = setTimeout(remove, undoMs);
            item.current?.focus();
          }}
        />
      </div>
    </li>
  );
}

interface ThumbProps extends Pick<ViewProps, "controller"> {
  readonly path: string;
  readonly alt: string;
  onDropped(place: DropPlace): void;
}

/** Fetched with the token, which an `img` can't send. Dragged to the canvas, it lands where it is dropped. */
function Thumb({ controller, path, alt, onDropped }: ThumbProps) {
  const [url, setUrl] = useState<string>();
  const dragOut = useDragOut(onDropped);
  useEffect(() => {
    const stop = new AbortController();
    let made: string | undefined;
    controller.client
      .readImage(path, stop.signal)
      .then((bytes) => {
        made = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "image/png" }));
        setUrl(made);
      })
      .catch(() => {
        // The image is gone from the server: its frame stays empty.
      });
    return () => {
      stop.abort();
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [path]);
  if (url === undefined) return <span class="ghost" />;
  return <img src={url} alt={alt} {...dragOut} />;
}
