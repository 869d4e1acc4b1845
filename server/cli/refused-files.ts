/** The end of a command that went on after files that it refused: all of them are said, so that they come out in one run. */
import { AppError } from "../../shared/problem.ts";

/** @throws AppError with every reason and the code of the first; another error than an AppError as it is */
export function throwAll(errors: readonly unknown[]): void {
  const [first] = errors;
  const other = errors.find((error) => !(error instanceof AppError));
  if (other !== undefined) throw other;
  if (!(first instanceof AppError)) return;
  const said = errors.map((error) => (error as AppError).message);
  throw said.length === 1 ? first : new AppError(first.code, said.join("\n"), { cause: first });
}
