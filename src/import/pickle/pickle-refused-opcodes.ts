/** Names of opcodes that create objects or refer to something outside of the pickle. */
export const REFUSED_OPCODES: ReadonlyMap<number, string> = new Map([
  [0x50, "a reference to something outside (PERSID)"],
  [0x51, "a reference to something outside (BINPERSID)"],
  [0x69, "an object of a class (INST)"],
  [0x6f, "an object of a class (OBJ)"],
  [0x81, "an object of a class (NEWOBJ)"],
  [0x92, "an object of a class (NEWOBJ_EX)"],
  [0x82, "a registered extension (EXT1)"],
  [0x83, "a registered extension (EXT2)"],
  [0x84, "a registered extension (EXT4)"],
  [0x97, "a buffer outside of the pickle (NEXT_BUFFER)"],
  [0x98, "a buffer outside of the pickle (READONLY_BUFFER)"],
]);
