/** Prints what flow_reference.py needs to know of the tiny flow: parameter names, shapes and the fixed permutations. */
import { referenceParameters, referencePermutations } from "./tiny-flow.ts";

process.stdout.write(JSON.stringify({ parameters: referenceParameters(), permutations: referencePermutations() }));
