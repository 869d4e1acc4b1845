/** Lines of a form that will be left out, and why, as they are typed. */
import { limits } from "../../../../shared/limits.ts";
import { describeFailure, fill } from "../../i18n/texts.ts";
import { captionProblem } from "../../plans/captions.ts";
import type { ViewProps } from "../view-props.ts";

interface LeftOutProps extends ViewProps {
  readonly captions: readonly string[];
  /** Good ones that are more than a family has. */
  readonly beyond?: readonly string[];
}

/** Each caption by its own fault; a single one is refused when the command runs. */
export function LeftOutLines({ texts, captions, beyond = [] }: LeftOutProps) {
  const bad = captions.flatMap((caption, index) => {
    const problem = captionProblem(caption);
    return problem === undefined ? [] : [{ caption, line: index + 1, problem }];
  });
  if (bad.length + beyond.length === 0 || captions.length === 1) return null;
  return (
    <div class="left-out" role="status">
      <ul>
        {bad.map(({ caption, line, problem }) => (
          <li key={line}>
            <strong>{fill(texts.lineLeftOut, { line, caption: shortened(caption) })}</strong>{" "}
            {describeFailure(texts, problem)[0]}
          </li>
        ))}
        {beyond.length > 0 && (
          <li>
            <strong>{firstOf(beyond)}</strong> {fill(texts.beyondFamily, { n: limits.familyMax })}
          </li>
        )}
      </ul>
    </div>
  );
}

const shortened = (caption: string): string => caption.slice(0, 40);

/** Names that are listed; of more it is said how many. */
const namesMax = 8;

const firstOf = (names: readonly string[]): string =>
  names.slice(0, namesMax).map(shortened).join(", ") +
  (names.length > namesMax ? ` … +${names.length - namesMax}` : "");
