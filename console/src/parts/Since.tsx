import { fullTime, span, useNow } from '../format';
import { type TextKey, t } from '../text';

/** How long ago something was, kept true while it is shown. */
export function Since({ at, text }: { at: string; text?: TextKey }) {
  const now = useNow(1000);
  const ago = span(now - Date.parse(at));
  return <time dateTime={at} title={fullTime(at)}>{text ? t(text, { for: ago }) : ago}</time>;
}
