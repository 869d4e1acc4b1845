/** Tau's menu, built from the manifest, and the quick action that asks a command's parameters one by one. */
import type { Suggestions } from "../host/run.ts";
import { find, make } from "./dom.ts";

export interface MenuParameter {
  readonly name: string;
  readonly key: string;
  readonly description: string;
  readonly allowFreeform?: boolean;
  readonly optional?: boolean;
}
export interface MenuCommand {
  readonly name: string;
  readonly command: string;
  readonly parameters?: readonly MenuParameter[];
}

export type MenuEntry = MenuCommand | { readonly separator: true };

export function createMenu(
  commands: readonly MenuEntry[],
  run: (command: string) => void,
  quick: (command: MenuCommand) => void,
): void {
  const button = find("menu-button");
  const menu = find("menu");
  const toggle = (isOpen: boolean): void => {
    menu.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) menu.querySelector("button")?.focus();
  };
  const item = (name: string, note: string, act: () => void): HTMLElement =>
    make(
      "button",
      {
        type: "button",
        role: "menuitem",
        click: () => {
          toggle(false);
          act();
        },
      },
      name,
      make("span", { class: "note" }, note),
    );
  menu.append(
    ...commands.flatMap((command) =>
      "separator" in command
        ? [make("hr")]
        : [
            item(command.name, "", () => run(command.command)),
            ...(command.parameters === undefined
              ? []
              : [item(command.name.replace("…", ""), "Quick action", () => quick(command))]),
          ],
    ),
  );
  button.addEventListener("click", () => toggle(menu.hidden !== false));
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll("button")];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items.at(at - 1)?.focus();
    else if (event.key === "Escape") {
      toggle(false);
      button.focus();
    } else return;
    event.preventDefault();
  });
  window.addEventListener("pointerdown", (event) => {
    if (!menu.hidden && !(event.target as HTMLElement).closest(".menu-anchor")) toggle(false);
  });
  window.addEventListener("blur", () => toggle(false));
}

/** Asks each parameter; Enter takes the marked suggestion, an optional one may stay empty. Undefined = given up. */
export function askParameters(
  command: MenuCommand,
  suggest: (key: string, query: string, parameters: ParameterValues) => Promise<Suggestions>,
): Promise<ParameterValues | undefined> {
  const dialog = find<HTMLDialogElement>("quick");
  const values: ParameterValues = {};
  const parameters = command.parameters ?? [];
  return new Promise((resolve) => {
    let step = 0;
    let marked = 0;
    let latest: Suggestions = { items: [] };
    const field = make("input", {
      type: "text",
      role: "combobox",
      "aria-controls": "quick-list",
      "aria-expanded": "true",
      autocomplete: "off",
    });
    const list = make("ul", { id: "quick-list", role: "listbox", "aria-label": "Suggestions" });
    const trail = make("p", { class: "quiet" });
    const finish = (result: ParameterValues | undefined): void => {
      dialog.close();
      dialog.replaceChildren();
      resolve(result);
    };
    const draw = (): void => {
      list.replaceChildren(
        ...latest.items.map((item, index) =>
          make(
            "li",
            { role: "option", "aria-selected": String(index === marked), click: () => choose(item.data) },
            item.name,
          ),
        ),
        ...(latest.error === undefined
          ? []
          : [make("li", { role: "option", "aria-selected": "false", class: "error" }, latest.error)]),
      );
    };
    const refresh = async (): Promise<void> => {
      const { key } = parameters[step]!;
      const query = field.value;
      const answer = await suggest(key, query, values);
      if (query !== field.value || parameters[step]?.key !== key) return;
      latest = answer;
      marked = 0;
      draw();
    };
    const ask = (): void => {
      const parameter = parameters[step];
      if (parameter === undefined) {
        finish(values);
        return;
      }
      field.value = "";
      field.placeholder = `${parameter.name}: ${parameter.description}`;
      field.setAttribute("aria-label", parameter.name);
      trail.textContent = [command.name.replace("…", ""), ...Object.values(values).map(String)].join(" › ");
      void refresh();
    };
    const choose = (data: unknown): void => {
      const { key, optional } = parameters[step]!;
      if (data === undefined && optional !== true) return;
      if (data !== undefined && data !== "") values[key] = data as string;
      step++;
      ask();
      field.focus();
    };
    field.addEventListener("input", () => void refresh());
    field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") marked = Math.min(marked + 1, latest.items.length - 1);
      else if (event.key === "ArrowUp") marked = Math.max(marked - 1, 0);
      else if (event.key === "Enter") {
        const free = parameters[step]?.allowFreeform === true && marked === 0 && field.value.trim() !== "";
        choose(free ? field.value.trim() : latest.items[marked]?.data);
      } else return;
      event.preventDefault();
      draw();
    });
    dialog.replaceChildren(trail, field, list);
    dialog.onclose = () => finish(undefined);
    dialog.showModal();
    ask();
    field.focus();
  });
}
