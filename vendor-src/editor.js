/** Everything third-party the drafting page needs, as one module: Yjs must exist once per page. */
export { baseKeymap, chainCommands, selectAll } from "prosemirror-commands";
export { keymap } from "prosemirror-keymap";
export { Fragment, Node, Schema, Slice } from "prosemirror-model";
export { AllSelection, EditorState, Plugin, PluginKey, Selection, TextSelection, Transaction } from "prosemirror-state";
export { ReplaceStep } from "prosemirror-transform";
export { Decoration, DecorationSet, EditorView } from "prosemirror-view";
export * as Y from "./yjs.js";
