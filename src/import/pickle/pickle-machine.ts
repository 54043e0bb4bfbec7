import type { RankscopeError } from "../../errors.js";
import { setByteOrder } from "./numpy-scalar.js";
import { PickleCursor } from "./pickle-cursor.js";
import { addMember, allowedGlobal, construct, setEntry, type PickleDialect } from "./pickle-dialect.js";
import { MAX_PICKLE_MEMO, MAX_PICKLE_NODES, MAX_PICKLE_OBJECTS, MAX_PICKLE_OPCODES } from "../limits.js";
import { floatOfText, integerOfBytes, integerOfText, textOfRawUnicode, textOfRepr } from "./pickle-literals.js";
import type { PickleRefusal } from "./pickle-refusal.js";
import { PickledObject } from "./pickled-object.js";
import { OPCODE, REFUSED_OPCODES } from "./pickle-opcodes.js";
import { PickleStack } from "./pickle-stack.js";
import { Dtype, isList, kindOf, type Item } from "./pickle-values.js";

const MAX_PROTOCOL = 5;

/**
 * The stack machine of pickles. It executes the opcodes of plain values and nothing else. `run` returns the value left at STOP,
 * which may still contain cycles.
 */
export class PickleMachine {
  readonly #cursor: PickleCursor;
  readonly #stack: PickleStack;
  readonly #memo = new Map<number, Item>();
  #objects = 0;
  #copied = 0;

  constructor(
    bytes: Uint8Array,
    readonly dialect: PickleDialect,
    readonly refusal: PickleRefusal,
  ) {
    this.#cursor = new PickleCursor(bytes, refusal);
    this.#stack = new PickleStack(refusal);
  }

  run(): Item {
    for (let count = 0; count < MAX_PICKLE_OPCODES; count += 1) {
      const at = this.#cursor.position;
      const opcode = this.#cursor.u8();
      if (opcode === OPCODE.STOP) return this.#result();
      if (!this.#value(opcode) && !this.#structure(opcode)) throw this.#unknown(opcode, at);
    }
    throw this.refusal.invalid(`more than ${MAX_PICKLE_OPCODES} opcodes`);
  }

  /** Executes an opcode that pushes a value. Returns false for any other. */
  #value(opcode: number): boolean {
    const cursor = this.#cursor;
    switch (opcode) {
      case OPCODE.NONE:
        return this.#push(null);
      case OPCODE.NEWTRUE:
        return this.#push(true);
      case OPCODE.NEWFALSE:
        return this.#push(false);
      case OPCODE.INT: {
        // Protocol 0 spells the booleans 00 and 01
        const text = cursor.line();
        return this.#push(text === "00" || text === "01" ? text === "01" : integerOfText(text, this.refusal));
      }
      case OPCODE.BININT:
        return this.#push(cursor.i32());
      case OPCODE.BININT1:
        return this.#push(cursor.u8());
      case OPCODE.BININT2:
        return this.#push(cursor.u16());
      case OPCODE.LONG:
        return this.#push(integerOfText(cursor.line(), this.refusal));
      case OPCODE.LONG1:
        return this.#push(integerOfBytes(cursor.take(cursor.u8()), this.refusal));
      case OPCODE.LONG4:
        return this.#push(integerOfBytes(cursor.take(cursor.i32()), this.refusal));
      case OPCODE.FLOAT:
        return this.#push(floatOfText(cursor.line(), this.refusal));
      case OPCODE.BINFLOAT:
        return this.#push(cursor.f64());
      case OPCODE.STRING:
        return this.#push(textOfRepr(cursor.line(), this.refusal));
      case OPCODE.BINSTRING:
        return this.#push(cursor.latin1(cursor.i32()));
      case OPCODE.SHORT_BINSTRING:
        return this.#push(cursor.latin1(cursor.u8()));
      case OPCODE.UNICODE:
        return this.#push(textOfRawUnicode(cursor.line(), this.refusal));
      case OPCODE.SHORT_BINUNICODE:
        return this.#push(cursor.utf8(cursor.u8()));
      case OPCODE.BINUNICODE:
        return this.#push(cursor.utf8(cursor.u32()));
      case OPCODE.BINUNICODE8:
        return this.#push(cursor.utf8(cursor.u64()));
      case OPCODE.SHORT_BINBYTES:
        return this.#make(cursor.take(cursor.u8()));
      case OPCODE.BINBYTES:
        return this.#make(cursor.take(cursor.u32()));
      case OPCODE.BINBYTES8:
      case OPCODE.BYTEARRAY8:
        return this.#make(cursor.take(cursor.u64()));
      case OPCODE.EMPTY_LIST:
        return this.#make([]);
      case OPCODE.EMPTY_TUPLE:
        return this.#make(tuple([]));
      case OPCODE.EMPTY_DICT:
        return this.#make(new Map());
      case OPCODE.EMPTY_SET:
        return this.#make(new Set());
      case OPCODE.GLOBAL:
        return this.#make(allowedGlobal(cursor.line(), cursor.line(), this.dialect, this.refusal));
      default:
        return false;
    }
  }

  /** Executes an opcode that changes the stack or the memo. Returns false for any other. */
  #structure(opcode: number): boolean {
    const cursor = this.#cursor;
    switch (opcode) {
      case OPCODE.PROTO: {
        const protocol = cursor.u8();
        if (protocol > MAX_PROTOCOL) throw this.refusal.invalid(`protocol ${protocol}`, `0 to ${MAX_PROTOCOL}`);
        return true;
      }
      case OPCODE.FRAME: {
        // Only a hint for readers of streams
        const length = cursor.u64();
        if (length > cursor.remaining)
          throw this.refusal.invalid(`a frame of ${length} bytes where ${cursor.remaining} are left`);
        return true;
      }
      case OPCODE.MARK:
        this.#stack.mark();
        return true;
      case OPCODE.POP: // drops an open MARK where nothing lies on it
        this.#stack.popItemOrMark();
        return true;
      case OPCODE.POP_MARK:
        this.#stack.popToMark();
        return true;
      case OPCODE.DUP:
        return this.#push(this.#stack.top());
      case OPCODE.LIST:
        return this.#make(this.#stack.popToMark());
      case OPCODE.TUPLE:
        return this.#make(tuple(this.#stack.popToMark()));
      case OPCODE.TUPLE1:
      case OPCODE.TUPLE2:
      case OPCODE.TUPLE3:
        return this.#make(tuple(this.#stack.popSeveral(opcode - OPCODE.TUPLE1 + 1)));
      case OPCODE.DICT:
        return this.#make(this.#setEntries(new Map(), this.#stack.popToMark()));
      case OPCODE.FROZENSET:
        return this.#make(this.#addMembers(new Set(), this.#stack.popToMark()));
      case OPCODE.APPEND:
        return this.#append(this.#stack.popSeveral(1));
      case OPCODE.APPENDS:
        return this.#append(this.#stack.popToMark());
      case OPCODE.SETITEM:
        return this.#update(this.#stack.popSeveral(2));
      case OPCODE.SETITEMS:
        return this.#update(this.#stack.popToMark());
      case OPCODE.ADDITEMS:
        return this.#extend(this.#stack.popToMark());
      case OPCODE.STACK_GLOBAL: {
        const [module, name] = this.#stack.popSeveral(2);
        if (typeof module !== "string" || typeof name !== "string")
          throw this.refusal.invalid("a global without a name");
        return this.#make(allowedGlobal(module, name, this.dialect, this.refusal));
      }
      case OPCODE.REDUCE: {
        const [callee = null, args = null] = this.#stack.popSeveral(2);
        return this.#make(construct(callee, args, this.dialect, this.refusal, (items) => this.#spend(items)));
      }
      case OPCODE.NEWOBJ: {
        if (this.dialect.keepsObjects !== true) return false;
        const [cls = null, args = null] = this.#stack.popSeveral(2);
        return this.#make(construct(cls, args, this.dialect, this.refusal, (items) => this.#spend(items)));
      }
      case OPCODE.BUILD: {
        const state = this.#stack.pop();
        const object = this.#stack.top();
        if (object instanceof Dtype) setByteOrder(object, state, this.refusal);
        else if (object instanceof PickledObject) object.state = state;
        else if (!(object instanceof Map && this.dialect.dropsAttributes === true))
          throw this.refusal.notAllowed(`a state for ${kindOf(object)}`);
        return true;
      }
      case OPCODE.BINPERSID:
        if (this.dialect.refer === undefined) return false;
        return this.#make(this.dialect.refer(this.#stack.pop(), this.refusal));
      case OPCODE.PUT:
        return this.#put(integerOfText(cursor.line(), this.refusal));
      case OPCODE.BINPUT:
        return this.#put(cursor.u8());
      case OPCODE.LONG_BINPUT:
        return this.#put(cursor.u32());
      case OPCODE.MEMOIZE:
        return this.#put(this.#memo.size);
      case OPCODE.GET:
        return this.#get(integerOfText(cursor.line(), this.refusal));
      case OPCODE.BINGET:
        return this.#get(cursor.u8());
      case OPCODE.LONG_BINGET:
        return this.#get(cursor.u32());
      default:
        return false;
    }
  }

  #result(): Item {
    // A second pickle in the same file would be lost silently.
    if (this.#cursor.remaining > 0)
      throw this.refusal.invalid(`${this.#cursor.remaining} bytes after the pickle's end`);
    return this.#stack.result();
  }

  #unknown(opcode: number, at: number): RankscopeError {
    const name = REFUSED_OPCODES.get(opcode);
    if (name !== undefined) return this.refusal.notAllowed(name);
    return this.refusal.invalid(`the byte 0x${opcode.toString(16).padStart(2, "0")} at ${at}, which is not an opcode`);
  }

  #push(item: Item): true {
    this.#stack.push(item);
    return true;
  }

  /** Pushes a new object. */
  #make(object: Item): true {
    this.#objects += 1;
    if (this.#objects > MAX_PICKLE_OBJECTS)
      throw this.refusal.invalid(`more than ${MAX_PICKLE_OBJECTS} containers and byte strings`);
    return this.#push(object);
  }

  #append(items: readonly Item[]): true {
    const list = this.#stack.top();
    if (!isList(list)) throw this.refusal.invalid(`items appended to ${kindOf(list)}`);
    // A spread fails: a call takes far fewer arguments than a list may have items.
    for (const item of items) list.push(item);
    return true;
  }

  #update(pairs: readonly Item[]): true {
    const dict = this.#stack.top();
    if (!(dict instanceof Map)) throw this.refusal.invalid(`entries set in ${kindOf(dict)}`);
    this.#setEntries(dict, pairs);
    return true;
  }

  #extend(members: readonly Item[]): true {
    const set = this.#stack.top();
    if (!(set instanceof Set)) throw this.refusal.invalid(`members added to ${kindOf(set)}`);
    this.#addMembers(set, members);
    return true;
  }

  #setEntries(dict: Map<Item, Item>, pairs: readonly Item[]): Map<Item, Item> {
    if (pairs.length % 2 !== 0) throw this.refusal.invalid("a dict's key without its value");
    for (let i = 0; i < pairs.length; i += 2) setEntry(dict, pairs[i] as Item, pairs[i + 1] as Item, this.refusal);
    return dict;
  }

  #addMembers(set: Set<Item>, members: readonly Item[]): Set<Item> {
    for (const member of members) addMember(set, member, this.refusal);
    return set;
  }

  #put(index: number | bigint): true {
    if (typeof index !== "number" || index < 0) throw this.refusal.invalid(`the memo index ${index}`);
    this.#memo.set(index, this.#stack.top());
    if (this.#memo.size > MAX_PICKLE_MEMO) throw this.refusal.invalid(`more than ${MAX_PICKLE_MEMO} memo entries`);
    return true;
  }

  #get(index: number | bigint): true {
    const item = typeof index === "number" ? this.#memo.get(index) : undefined;
    if (item === undefined) throw this.refusal.invalid("a memo entry that was never put");
    return this.#push(item);
  }

  #spend(items: number): void {
    this.#copied += items;
    if (this.#copied > MAX_PICKLE_NODES)
      throw this.refusal.invalid("one value copied again and again", `${MAX_PICKLE_NODES} items`);
  }
}

function tuple(items: readonly Item[]): readonly Item[] {
  return Object.freeze(items);
}
