/** What we use of Yjs: named, so that a bundle leaves out the rest. */
export {
  ContentString,
  Doc,
  Item,
  Skip,
  Text,
  UndoManager,
  YTextEvent,
  applyUpdate,
  decodeStateVector,
  decodeUpdate,
  encodeStateAsUpdate,
  encodeStateVector,
  encodeStateVectorFromUpdate,
  mergeUpdates,
  parseUpdateMeta,
} from "yjs";
