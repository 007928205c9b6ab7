import { Code, Text, Tooltip } from '@mantine/core';
import { memo } from 'react';
import { fullTime, json, shortTime } from '../format';
import { t, word } from '../text';
import type { Message } from './timeline';

interface BubbleProps {
  author: string;
  name: string;
  text: string;
  at?: string;
  detail?: string;
  pending?: boolean;
}

/** A text as somebody said it. It is shown as text, whatever is in it. */
export function Bubble({ author, name, text, at, detail, pending }: BubbleProps) {
  return (
    <div className="bubble" data-author={author} data-pending={pending || undefined}>
      <Text size="xs" c="dimmed" component="div">
        {name}
        {at && <> · <time dateTime={at} title={fullTime(at)}>{shortTime(at)}</time></>}
        {detail && <> · <Tooltip label={detail}><span tabIndex={0} role="note" aria-label={detail}>{t('message.model')}</span></Tooltip></>}
      </Text>
      <Text size="sm" className="text" component="div">{text}</Text>
    </div>
  );
}

/** A message. What an agent with an answer schema said is shown as fields, too. */
export const MessageView = memo(function MessageView({ message }: { message: Message }) {
  const name = message.authorName || word('author', message.author);
  if (message.author === 'SYSTEM') return <Bubble author="SYSTEM" name={name} text={message.text} at={message.createdAt} />;
  const detail = message.model && t('message.detail', { model: message.model, input: message.inputTokens, output: message.outputTokens });
  if (message.data !== null && message.data !== undefined) {
    return (
      <div className="bubble" data-author={message.author}>
        <Text size="xs" c="dimmed">{name} · {shortTime(message.createdAt)} · {t('message.structured')}</Text>
        <Code block className="code">{json(message.data)}</Code>
      </div>
    );
  }
  return <Bubble author={message.author} name={name} text={message.text} at={message.createdAt} detail={detail || undefined} />;
});
