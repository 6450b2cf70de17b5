// The editor of a code cell. Tab moves on, as everywhere on a page; Shift+Enter runs the cell.

import { python } from "@codemirror/lang-python";
import { keymap } from "@codemirror/view";
import { basicSetup, EditorView } from "codemirror";

export function edit({ parent, code, label, changed, run }) {
  const keys = [{ key: "Shift-Enter", run: () => (run(), true) }, { key: "Mod-Enter", run: () => (run(), true) }];
  const said = EditorView.contentAttributes.of({ "aria-label": label });
  const listen = EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString()));
  const view = new EditorView({ doc: code, extensions: [keymap.of(keys), basicSetup, python(), said, listen], parent });
  return { dom: parent, focus: () => view.focus() };
}
