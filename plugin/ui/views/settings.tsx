/** Settings: where the server is, how to enter, and what the form starts with. Saving tries the connection at once. */
import { useState } from "preact/hooks";
import type { Settings } from "../../../shared/messages/settings.ts";
import { fill } from "../i18n/texts.ts";
import { Button, IconButton, Switch, useEnterInField } from "./controls.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { Icon } from "./icons.tsx";
import type { ViewProps } from "./view-props.ts";

export function SettingsView(props: ViewProps) {
  const { controller, texts } = props;
  const { state } = controller;
  const [draft, setDraft] = useState<Settings>(controller.draft);
  const edit = (change: Partial<Settings>): void => {
    const { serverUrl, token } = { ...draft, ...change };
    setDraft({ ...draft, serverUrl, token });
    controller.typeSettings({ serverUrl, token });
  };
  const { serverUrl, token, applyAutomatically } = state.settings;
  const isSaved = draft.serverUrl === serverUrl && draft.token === token;
  const save = (): void => void controller.saveSettings({ ...draft, applyAutomatically });
  useEnterInField(save);
  const packs = state.meta?.packs.map(({ id }) => id) ?? [];
  return (
    <div class="view">
      <header>
        <IconButton icon="back" label={texts.back} onClick={() => controller.show(state.work)} />
        <h1 tabIndex={-1}>{texts.commands.settings}</h1>
      </header>
      <main>
        <div class="form">
          <Connection {...props} draft={draft} edit={edit} />
          {state.failure !== undefined && <FailureNotice {...props} failure={state.failure} />}
          {state.meta !== undefined &&
            state.failure === undefined &&
            !state.isConnecting &&
            isSaved &&
            (state.isReconnecting ? (
              <p class="hint">{texts.reconnecting}</p>
            ) : (
              <p class="applied" role="status">
                <Icon name="check" />
                {fill(texts.connectedTo, { version: state.meta.version, pack: packs.join(", ") })}
              </p>
            ))}
          <Switch
            label={texts.applyAutomatically}
            isOn={applyAutomatically}
            onChange={(isOn) => controller.setAutomatic(isOn)}
          />
        </div>
      </main>
      <footer>
        <span class="spacer" />
        <Button kind="primary" isDisabled={state.isConnecting} onClick={save}>
          {state.isConnecting ? texts.connecting : texts.save}
        </Button>
      </footer>
    </div>
  );
}

interface DraftProps extends ViewProps {
  readonly draft: Settings;
  edit(change: Partial<Settings>): void;
}

function Connection({ texts, draft, edit }: DraftProps) {
  return (
    <>
      <div class="field">
        <label for="server-url">{texts.serverUrl}</label>
        <input
          id="server-url"
          type="text"
          inputMode="url"
          autocomplete="off"
          spellcheck={false}
          value={draft.serverUrl}
          onInput={(event) => edit({ serverUrl: event.currentTarget.value })}
        />
      </div>
      <div class="field">
        <label for="token">{texts.token}</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          aria-describedby="token-hint"
          value={draft.token}
          onInput={(event) => edit({ token: event.currentTarget.value })}
        />
        <p id="token-hint" class="hint">
          {texts.tokenHint}
        </p>
      </div>
    </>
  );
}
