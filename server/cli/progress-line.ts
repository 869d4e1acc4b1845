/** Progress on standard error: one line that rewrites itself on a terminal, silence elsewhere. */
export class ProgressLine {
  readonly #isTerminal = process.stderr.isTTY === true;
  #isOpen = false;

  /** Shows a passing state; only a terminal sees it. */
  show(text: string): void {
    if (!this.#isTerminal) return;
    process.stderr.write(`\r\x1b[2K${text}`);
    this.#isOpen = true;
  }

  /** Prints a line that stays; only a terminal sees it. */
  log(text: string): void {
    if (!this.#isTerminal) return;
    this.end();
    process.stderr.write(`${text}\n`);
  }

  /** Leaves the cursor on a fresh line. */
  end(): void {
    if (this.#isOpen) process.stderr.write("\n");
    this.#isOpen = false;
  }
}
