import { useCallback, useState } from 'react';

/** useDraft is a text that this tab keeps until it is sent: over pages, reloads and sign-ins. */
export function useDraft(key: string): [text: string, set: (text: string) => void] {
  const at = `parley.draft.${key}`;
  const [text, setText] = useState(() => {
    try {
      return sessionStorage.getItem(at) ?? '';
    } catch {
      return '';
    }
  });
  const set = useCallback(
    (next: string) => {
      setText(next);
      try {
        if (next) sessionStorage.setItem(at, next);
        else sessionStorage.removeItem(at);
      } catch {
        // it stays on the screen
      }
    },
    [at],
  );
  return [text, set];
}
