import { Alert, Button, Group, SegmentedControl, Text, Textarea } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { change } from '../data/client';
import { useAction } from '../data/hooks';
import { composerWanted } from './actions';
import { useDraft } from './drafts';
import { send } from './outbox';
import { SuggestReplyDocument, type ThreadHeadFragment } from './thread.generated';
import { t } from '../text';

const longest = 16_000;

/** Where the operator writes: to the customer, or a note for the others. What is typed is kept until it is sent. */
export function Composer({ threadId, head, typed }: { threadId: string; head: ThreadHeadFragment; typed(): void }) {
  const [kind, setKind] = useState<'message' | 'note'>('message');
  const [message, setMessage] = useDraft(`${threadId}.message`);
  const [note, setNote] = useDraft(`${threadId}.note`);
  const [suggested, setSuggested] = useState<string>();
  const [busy, act] = useAction();
  const field = useRef<HTMLTextAreaElement>(null);
  const text = kind === 'message' ? message : note;
  const setText = kind === 'message' ? setMessage : setNote;

  useEffect(() => composerWanted.subscribe(() => setTimeout(() => field.current?.focus())), []);

  const submit = () => {
    if (!text.trim()) return;
    send(threadId, kind, text.trim());
    setText('');
    field.current?.focus();
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault();
      submit();
    } else if (e.key === 'Escape') field.current?.blur();
  };
  const suggest = () =>
    act(async () => {
      const { suggestReply } = await change(SuggestReplyDocument, { threadId, instruction: message.trim() || undefined });
      if (message.trim()) setSuggested(suggestReply.text);
      else setMessage(suggestReply.text);
      field.current?.focus();
    });

  return (
    <div className="composer">
      {suggested !== undefined && (
        <Alert color="blue" mb={6} title={t('composer.suggested')} withCloseButton onClose={() => setSuggested(undefined)} closeButtonLabel={t('thread.discard')}>
          <Text size="sm" className="text">{suggested}</Text>
          <Button size="compact-xs" mt={6} onClick={() => { setMessage(suggested); setSuggested(undefined); field.current?.focus(); }}>{t('composer.use')}</Button>
        </Alert>
      )}
      <Textarea
        ref={field}
        aria-label={t(kind === 'message' ? 'composer.message' : 'composer.note')}
        placeholder={t(kind === 'note' ? 'composer.notePlaceholder' : head.status === 'OPERATOR' ? 'composer.placeholder' : 'composer.placeholderAgent')}
        autosize
        minRows={2}
        maxRows={10}
        value={text}
        maxLength={longest}
        onChange={(e) => { setText(e.currentTarget.value); if (kind === 'message') typed(); }}
        onKeyDown={onKey}
      />
      <Group justify="space-between" mt={6} gap="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('composer.kind')}
          value={kind}
          onChange={(v) => setKind(v as 'message' | 'note')}
          data={[{ value: 'message', label: t('composer.toCustomer') }, { value: 'note', label: t('composer.asNote') }]}
        />
        <Group gap="xs">
          {kind === 'message' && <Button size="xs" variant="default" loading={busy} onClick={() => void suggest()}>{t('composer.suggest')}</Button>}
          <Button size="xs" onClick={submit} disabled={!text.trim()}>{t(kind === 'message' ? 'composer.send' : 'composer.leave')}</Button>
        </Group>
      </Group>
    </div>
  );
}
