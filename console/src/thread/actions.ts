import { notifications } from '@mantine/notifications';
import { createElement } from 'react';
import { change } from '../data/client';
import { tell } from '../data/hooks';
import { createStore } from '../data/store';
import { inbox } from '../inbox/inbox';
import { Undo } from '../parts/Undo';
import { t } from '../text';
import { CloseThreadDocument, HandBackDocument, ReopenThreadDocument, StopTurnDocument, TakeOverDocument } from './thread.generated';

export async function takeOver(threadId: string): Promise<void> {
  await change(TakeOverDocument, { threadId });
  inbox.changed(threadId);
  focusComposer();
}

export async function handBack(threadId: string): Promise<void> {
  await change(HandBackDocument, { threadId });
  inbox.changed(threadId);
}

export async function reopenThread(threadId: string): Promise<void> {
  await change(ReopenThreadDocument, { threadId });
  inbox.changed(threadId);
}

export async function stopTurn(threadId: string): Promise<void> {
  await change(StopTurnDocument, { threadId });
}

/** closeThread needs no question, because it can be taken back. */
export async function closeThread(threadId: string): Promise<void> {
  await change(CloseThreadDocument, { threadId });
  inbox.changed(threadId);
  const id = `closed-${threadId}`;
  const undo = () => {
    notifications.hide(id);
    reopenThread(threadId).catch(tell);
  };
  notifications.show({
    id,
    message: createElement(Undo, { text: t('thread.closed'), undo }),
  });
}

/** Counts wishes to write: the composer takes the focus when it changes. */
export const composerWanted = createStore(0);

export function focusComposer(): void {
  composerWanted.set(composerWanted.get() + 1);
}
