import { history, historyKeymap, defaultKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { EditorProps } from './Editor';
import { colors, nonce } from './codetheme';

type Props = Omit<EditorProps, 'description' | 'error'>;

/** CodeMirror as a field. Tab leaves it, as it leaves any field. */
export default function Code({ label, value, onChange, language, check }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ onChange, check });
  latest.current = { onChange, check };

  useEffect(() => {
    const faults = (v: EditorView): Diagnostic[] => {
      const text = v.state.doc.toString();
      if (!text.trim()) return [];
      const broken = jsonParseLinter()(v);
      if (broken.length > 0) return broken;
      const found = latest.current.check?.(JSON.parse(text)) ?? [];
      return found.map(({ path, reason }) => {
        const name = path.split('/').filter(Boolean).at(-1);
        const at = name ? text.indexOf(JSON.stringify(name)) : -1;
        const from = Math.max(0, at);
        return { from, to: at < 0 ? Math.min(1, text.length) : from + JSON.stringify(name).length, severity: 'error', message: `${path}: ${reason}` };
      });
    };
    view.current = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          EditorView.cspNonce.of(nonce),
          history(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.lineWrapping,
          syntaxHighlighting(colors),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorState.readOnly.of(!latest.current.onChange),
          EditorView.updateListener.of((u) => {
            if (u.docChanged) latest.current.onChange?.(u.state.doc.toString());
          }),
          ...(language === 'json' ? [json(), lineNumbers(), bracketMatching(), indentOnInput(), lintGutter(), linter(faults, { delay: 300 })] : []),
        ],
      }),
    });
    return () => view.current?.destroy();
    // The editor keeps its own text; another one comes in below.
  }, [label, language]);

  useEffect(() => {
    const v = view.current;
    if (v && v.state.doc.toString() !== value) v.dispatch({ changes: { from: 0, to: v.state.doc.length, insert: value } });
  }, [value]);

  return <div ref={place} />;
}
