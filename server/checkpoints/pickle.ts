/**
 * A restricted unpickler (Python's pickletools.py describes the opcodes). It makes numbers, strings, plain containers and descriptions of
 * tensors, and runs nothing: every name that a pickle wants to call is looked up in a list of seven (torch-globals.ts), and any other is refused by
 * its name. A name that is only mentioned, as Lightning mentions the classes of its callbacks, stays a name.
 */

import { limits } from "../../shared/limits.ts";
import { ByteReader } from "./byte-reader.ts";
import { checkpointFault } from "./checkpoint.ts";
import { type Dict, describeValue, isKind, type List, type PickleValue } from "./pickle-values.ts";

export interface PickleHost {
  /**
   * Makes what a call of a global gives.
   * @param spend gets the number of items before they are copied
   * @throws AppError for every name that is not on its list
   */
  call(name: string, parameters: readonly PickleValue[], spend: (items: number) => void): PickleValue;
  /** Makes what a persistent id stands for. */
  resolve(id: PickleValue): PickleValue;
}

const mark = Symbol("mark");
type Slot = PickleValue | typeof mark;

/**
 * Reads one pickle.
 * @returns its value, and the number of bytes that it took
 * @throws AppError `pack_corrupt` naming the opcode or the name that is refused, or where the bytes end early
 */
export function readPickle(bytes: Uint8Array, where: string, host: PickleHost): { value: PickleValue; length: number } {
  const machine = new Machine(new ByteReader(bytes, where), where, host);
  return machine.run();
}

class Machine {
  readonly #reader: ByteReader;
  readonly #where: string;
  readonly #host: PickleHost;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();
  /** Values made or kept and items copied: a byte can make one, and a call can copy a list that was made once as often as it likes. */
  #valueCount = 0;

  constructor(reader: ByteReader, where: string, host: PickleHost) {
    this.#reader = reader;
    this.#where = where;
    this.#host = host;
  }

  run(): { value: PickleValue; length: number } {
    for (;;) {
      const at = this.#reader.position;
      const opcode = this.#reader.byte();
      if (opcode === 0x2e) return { value: this.#pop(), length: this.#reader.position };
      const step = steps[opcode];
      if (!step)
        throw this.#fault("an opcode that makes plain values", `opcode 0x${opcode.toString(16)} at byte ${at}`);
      step(this.#access);
    }
  }

  readonly #fault = (expected: string, received: string) => checkpointFault(this.#where, expected, received);

  readonly #spend = (values: number): void => {
    this.#valueCount += values;
    const most = limits.checkpointValuesMax;
    if (this.#valueCount > most) throw this.#fault(`at most ${most} values`, "more");
  };

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw this.#fault("a value on the stack", value ? "a mark" : "none");
    return value;
  }

  readonly #access: Access = {
    read: () => this.#reader,
    fault: this.#fault,
    push: (value) => {
      this.#spend(1);
      this.#stack.push(value);
    },
    pop: () => this.#pop(),
    top: () => {
      const value = this.#pop();
      this.#stack.push(value);
      return value;
    },
    mark: () => {
      this.#spend(1);
      this.#stack.push(mark);
    },
    popMark: () => {
      const at = this.#stack.lastIndexOf(mark);
      if (at < 0) throw this.#fault("a mark on the stack", "none");
      return this.#stack.splice(at).slice(1) as PickleValue[];
    },
    memoise: (index) => {
      this.#spend(1);
      const value = this.#pop();
      this.#stack.push(value);
      this.#memo.set(index ?? this.#memo.size, value);
    },
    recall: (index) => {
      const value = this.#memo.get(index);
      if (value === undefined) throw this.#fault("a value of the memo", `nothing at ${index}`);
      this.#stack.push(value);
    },
    call: (callee, parameters) => {
      if (!isKind(callee, "global")) throw this.#fault("a name to call", describeValue(callee));
      if (!isKind(parameters, "tuple")) throw this.#fault(`a tuple for ${callee.name}`, describeValue(parameters));
      this.#stack.push(this.#host.call(callee.name, parameters.items, this.#spend));
    },
    resolve: (id) => void this.#stack.push(this.#host.resolve(id)),
  };
}

interface Access {
  read(): ByteReader;
  fault(expected: string, received: string): Error;
  push(value: PickleValue): void;
  pop(): PickleValue;
  top(): PickleValue;
  mark(): void;
  popMark(): PickleValue[];
  memoise(index?: number): void;
  recall(index: number): void;
  call(callee: PickleValue, parameters: PickleValue): void;
  resolve(id: PickleValue): void;
}

type Step = (machine: Access) => void;

function listOf(machine: Access): List {
  const value = machine.top();
  if (!isKind(value, "list")) throw machine.fault("a list to append to", describeValue(value));
  return value;
}

function setItems(machine: Access, items: readonly PickleValue[]): void {
  const dict = machine.top();
  if (!isKind(dict, "dict")) throw machine.fault("a dict to fill", describeValue(dict));
  // One by one: as arguments of a call, a hundred thousand pairs would overflow the stack.
  for (const pair of pairs(machine, items)) dict.entries.push(pair);
}

function pairs(machine: Access, items: readonly PickleValue[]): Dict["entries"] {
  if (items.length % 2 !== 0) throw machine.fault("keys with values", `${items.length} items`);
  return Array.from({ length: items.length / 2 }, (_, at) => [items[2 * at]!, items[2 * at + 1]!]);
}

function tuple(machine: Access, length: number): void {
  const items = Array.from({ length }, () => machine.pop()).reverse();
  machine.push({ kind: "tuple", items });
}

/** A dict keeps what is set on it; what a state dict carries besides (`_metadata`) has no values. */
function build(machine: Access): void {
  machine.pop();
  const target = machine.top();
  if (!isKind(target, "dict")) throw machine.fault("a state of a dict", `a state of ${describeValue(target)}`);
}

function stackGlobal(machine: Access): void {
  const [name, module] = [machine.pop(), machine.pop()];
  if (typeof name !== "string" || typeof module !== "string")
    throw machine.fault("a module and a name", "other values");
  machine.push({ kind: "global", name: `${module}.${name}` });
}

const push =
  (make: (reader: ByteReader, machine: Access) => PickleValue): Step =>
  (machine) =>
    machine.push(make(machine.read(), machine));

/** `I01` and `I00` are True and False. */
const textInteger = (line: string): PickleValue => (line === "01" ? true : line === "00" ? false : Number(line));

/** By opcode. What is missing here (INST, OBJ, EXT, buffers …) is refused. */
const steps: Readonly<Record<number, Step>> = {
  128: ({ read }) => void read().byte(), // PROTO
  149: ({ read }) => void read().unsigned(8), // FRAME
  40: (machine) => machine.mark(),
  48: (machine) => void machine.pop(),
  49: (machine) => void machine.popMark(),
  50: (machine) => machine.push(machine.top()),
  78: push(() => null),
  136: push(() => true),
  137: push(() => false),
  73: push((reader) => textInteger(reader.line())),
  74: push((reader) => reader.signed(4)),
  75: push((reader) => reader.byte()),
  77: push((reader) => reader.unsigned(2)),
  138: push((reader) => reader.long(reader.byte())),
  139: push((reader) => reader.long(reader.unsigned(4))),
  70: push((reader) => Number(reader.line())),
  71: push((reader) => reader.double()),
  84: push((reader) => reader.text(reader.unsigned(4))),
  85: push((reader) => reader.text(reader.byte())),
  88: push((reader) => reader.text(reader.unsigned(4))),
  140: push((reader) => reader.text(reader.byte())),
  141: push((reader) => reader.text(reader.unsigned(8))),
  66: push((reader) => reader.bytes(reader.unsigned(4))),
  67: push((reader) => reader.bytes(reader.byte())),
  142: push((reader) => reader.bytes(reader.unsigned(8))),
  93: push(() => ({ kind: "list", items: [] })),
  143: push(() => ({ kind: "list", items: [] })), // EMPTY_SET
  108: (machine) => machine.push({ kind: "list", items: machine.popMark() }),
  145: (machine) => machine.push({ kind: "list", items: machine.popMark() }), // FROZENSET
  97: (machine) => {
    const item = machine.pop();
    listOf(machine).items.push(item);
  },
  101: (machine) => appendAll(machine),
  144: (machine) => appendAll(machine), // ADDITEMS
  125: push(() => ({ kind: "dict", entries: [] })),
  100: (machine) => machine.push({ kind: "dict", entries: pairs(machine, machine.popMark()) }),
  115: (machine) => {
    const [value, key] = [machine.pop(), machine.pop()];
    setItems(machine, [key, value]);
  },
  117: (machine) => setItems(machine, machine.popMark()),
  41: push(() => ({ kind: "tuple", items: [] })),
  116: (machine) => machine.push({ kind: "tuple", items: machine.popMark() }),
  133: (machine) => tuple(machine, 1),
  134: (machine) => tuple(machine, 2),
  135: (machine) => tuple(machine, 3),
  112: (machine) => machine.memoise(Number(machine.read().line())),
  113: (machine) => machine.memoise(machine.read().byte()),
  114: (machine) => machine.memoise(machine.read().unsigned(4)),
  148: (machine) => machine.memoise(),
  103: (machine) => machine.recall(Number(machine.read().line())),
  104: (machine) => machine.recall(machine.read().byte()),
  106: (machine) => machine.recall(machine.read().unsigned(4)),
  99: push((reader) => ({ kind: "global", name: `${reader.line()}.${reader.line()}` })),
  147: stackGlobal,
  82: callTop, // REDUCE
  129: callTop, // NEWOBJ
  98: build,
  81: (machine) => machine.resolve(machine.pop()), // BINPERSID
};

function callTop(machine: Access): void {
  const [parameters, callee] = [machine.pop(), machine.pop()];
  machine.call(callee, parameters);
}

function appendAll(machine: Access): void {
  const items = machine.popMark();
  const { items: all } = listOf(machine);
  for (const item of items) all.push(item);
}
