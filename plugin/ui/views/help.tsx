/** Help: where results go, keys, where the docs are, and what each command needs selected, in the words of its own form. */
import { type CommandId, commandTable } from "../../../shared/commands.ts";
import { limits } from "../../../shared/limits.ts";
import { isIn } from "../../../shared/relaunch.ts";
import { docsUrlOf } from "../client/api-client.ts";
import type { Texts } from "../i18n/en.ts";
import { fill } from "../i18n/texts.ts";
import { Button, IconButton } from "./controls.tsx";
import { Icon } from "./icons.tsx";
import type { ViewProps } from "./view-props.ts";

/** What a command needs; undefined for those that need nothing. */
function needsOf(command: CommandId, texts: Texts): string | undefined {
  switch (command) {
    case "caption-to-artboard":
      return texts.helpTexts;
    case "fill-label":
    case "fill-names":
      return texts.needLayers;
    case "upscale":
      return texts.needImages;
    case "variations":
      return texts.needIcon;
    case "restyle":
    case "vectorise":
    case "components":
      return texts.needIcons;
    case "redraw-part":
      return `${texts.needIcon} ${texts.maskHint}`;
    case "drawings":
      return texts.needWorded;
    case "blend":
      return texts.needTwoIcons;
    case "sketch":
    case "layout":
      return texts.padHint;
    case "recolour":
      return texts.needVectors;
    case "family":
      return fill(texts.namesHint, { n: limits.familyMax });
    case "learn":
      return fill(texts.learnHint, { n: limits.examplesMin });
    default:
      return undefined;
  }
}

export function HelpView({ controller, texts }: ViewProps) {
  const { work, editor, settings } = controller.state;
  const url = docsUrlOf(settings.serverUrl);
  const [beforeUrl, afterUrl] = texts.helpDocs.split("{url}");
  const sections = [
    ...commandTable.flatMap((command) => {
      const needs = isIn(command, editor) && needsOf(command.id, texts);
      return needs ? [[texts.commands[command.id], needs] as const] : [];
    }),
    [texts.pad, texts.padKeys] as const,
  ];
  return (
    <div class="view">
      <header>
        <IconButton icon="back" label={texts.back} onClick={() => controller.show(work)} />
        <h1 tabIndex={-1}>{texts.commands.help}</h1>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <main tabIndex={0}>
        <div class="form">
          <p>{fill(texts.helpResults, { artboard: texts.artboard })}</p>
          <p>{texts.helpKeys}</p>
          <p>
            {beforeUrl}
            {url === undefined ? (
              <code>/docs</code>
            ) : (
              <a
                href={url}
                onClick={(event) => {
                  event.preventDefault();
                  controller.openExternal(url);
                }}
              >
                {url}
              </a>
            )}
            {afterUrl}
          </p>
          {url === undefined && <NoAddress controller={controller} texts={texts} />}
          {sections.map(([title, said]) => (
            <section key={title}>
              <h2>{title}</h2>
              <p class="hint">{said}</p>
            </section>
          ))}
        </div>
      </main>
    </div>
  );
}

/** Why there is no link: without an address there is nothing to open. */
function NoAddress({ controller, texts }: ViewProps) {
  const [title, cure] = texts.failures.url_invalid;
  return (
    <section class="failure" role="alert" data-code="url_invalid">
      <Icon name="warning" />
      <div>
        <h2>{title}</h2>
        <p>{cure}</p>
        <div class="actions">
          <Button onClick={() => controller.show("settings")}>{texts.openSettings}</Button>
        </div>
      </div>
    </section>
  );
}
