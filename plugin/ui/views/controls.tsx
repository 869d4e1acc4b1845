/** Small controls on Figma's CSS variables: button, stepper, slider, switch. Native elements inside, so keys and readers work. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { decimal } from "../i18n/texts.ts";
import { Icon, type IconName } from "./icons.tsx";

interface ButtonProps {
  readonly kind?: "primary" | "secondary" | "link";
  readonly isDisabled?: boolean;
  /** What does the same, together with Ctrl or Cmd. */
  readonly keys?: string;
  /** Id of the text that says what the button waits for. */
  readonly hintId?: string;
  readonly children: ComponentChildren;
  onClick?(event: MouseEvent): void;
}

export function Button({ kind = "secondary", isDisabled = false, keys, hintId, onClick, children }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      title={keys && `Ctrl/⌘ + ${keys}`}
      aria-describedby={hintId}
      disabled={isDisabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

interface IconButtonProps {
  readonly id?: string;
  readonly icon: IconName;
  readonly label: string;
  readonly isPressed?: boolean;
  /** Of one that shows and hides more. */
  readonly isExpanded?: boolean;
  readonly isDisabled?: boolean;
  onClick(): void;
}

export function IconButton({ id, icon, label, isPressed, isExpanded, isDisabled = false, onClick }: IconButtonProps) {
  return (
    <button
      id={id}
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      aria-pressed={isPressed}
      aria-expanded={isExpanded}
      disabled={isDisabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

interface StepperProps {
  readonly id: string;
  readonly value: number;
  readonly min?: number;
  readonly max: number;
  readonly labels: { readonly fewer: string; readonly more: string };
  onChange(value: number): void;
}

/** Whole number from min to max, by typing, arrow keys or the two buttons. */
export function Stepper({ id, value, min = 1, max, labels, onChange }: StepperProps) {
  const set = (wanted: number): void => {
    if (Number.isFinite(wanted)) onChange(Math.min(max, Math.max(min, Math.round(wanted))));
  };
  return (
    <div class="stepper">
      <IconButton icon="minus" label={labels.fewer} isDisabled={value <= min} onClick={() => set(value - 1)} />
      <NumberInput id={id} value={value} min={min} max={max} onChange={onChange} />
      <IconButton icon="plus" label={labels.more} isDisabled={value >= max} onClick={() => set(value + 1)} />
    </div>
  );
}

interface NumberProps {
  readonly id: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  onChange(value: number): void;
}

/** Whole number by typing. What is typed stays while the rest of the window changes; out of range it counts when it is left. */
export function NumberInput({ id, value, min, max, onChange }: NumberProps) {
  const [typed, setTyped] = useState<string>();
  return (
    <input
      id={id}
      type="number"
      inputMode="numeric"
      min={min}
      max={max}
      value={typed ?? value}
      onInput={(event) => {
        const { value: text, valueAsNumber } = event.currentTarget;
        setTyped(text);
        if (Number.isInteger(valueAsNumber) && valueAsNumber >= min && valueAsNumber <= max) onChange(valueAsNumber);
      }}
      onBlur={(event) => {
        const { valueAsNumber } = event.currentTarget;
        setTyped(undefined);
        const nearest = Math.min(max, Math.max(min, Math.round(valueAsNumber)));
        if (Number.isFinite(nearest) && nearest !== value) onChange(nearest);
      }}
    />
  );
}

interface SliderProps {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly value: number;
  readonly max: number;
  onChange(value: number): void;
}

export function Slider({ id, label, hint, value, max, onChange }: SliderProps) {
  return (
    <div class="slider" title={hint}>
      <label for={id}>{label}</label>
      <output for={id}>{decimal(value, 2)}</output>
      <input
        id={id}
        type="range"
        min={0}
        max={max}
        step={0.05}
        value={value}
        style={{ "--filled": `${(value / max) * 100}%` }}
        aria-describedby={`${id}-hint`}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
      <p id={`${id}-hint`} class="hint">
        {hint}
      </p>
    </div>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  onChange(isOn: boolean): void;
}

export function Switch({ label, isOn, onChange }: SwitchProps) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        aria-checked={isOn}
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

/**
 * Enter in a one-line field does the view's main action. No form: a sandboxed iframe may not submit one.
 * @param withCommand Enter with Ctrl or Cmd does it too, wherever the focus is
 */
export function useEnterInField(act: () => void, withCommand = false): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      if (event.key !== "Enter" || event.isComposing) return;
      const isField = target instanceof HTMLInputElement && ["text", "password", "number"].includes(target.type);
      const isCommand = event.metaKey || event.ctrlKey;
      if (isCommand ? !withCommand || event.shiftKey : !isField) return;
      event.preventDefault();
      // Leaving the field hands over what was typed; the action then sees it.
      if (isField) {
        target.blur();
        target.focus();
      }
      act();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
}
