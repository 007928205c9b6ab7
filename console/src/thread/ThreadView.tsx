import { ActionIcon, Alert, Center, Drawer, Loader, Tooltip } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { IconInfoCircle } from '@tabler/icons-react';
import { useLocation } from 'wouter';
import { viewer } from '../app/viewer';
import { useStore } from '../data/store';
import { t } from '../text';
import { Composer } from './Composer';
import { Head } from './Head';
import { Log } from './Log';
import { People } from './People';
import { Side } from './Side';
import { usePresence, useRead } from './presence';
import { liveTurn } from './timeline';
import { useThread } from './useThread';

/** One thread: what is said in it, what can be done, and what is known of it. */
export default function ThreadView({ id, back }: { id: string; back: string }) {
  const thread = useThread(id);
  const who = useStore(viewer);
  const [, go] = useLocation();
  const typed = usePresence(id);
  const [details, { open, close }] = useDisclosure();
  const wide = useMediaQuery('(min-width: 75em)', true);
  const { head, timeline } = thread;
  const newest = [...timeline.messages.values()].reduce<{ id: string; sequence: number } | undefined>((max, m) => (max && max.sequence > m.sequence ? max : m), undefined);
  useRead(id, newest?.id, head?.unreadCount);

  if (thread.gone) {
    return <Alert m="md" color="gray" role="alert">{t(thread.gone === 'NOT_FOUND' ? 'thread.gone' : 'thread.forbidden')}</Alert>;
  }
  if (!head) {
    return thread.trouble ? (
      <Alert m="md" color="red" role="alert">{thread.trouble}</Alert>
    ) : (
      <Center h="100%"><Loader role="status" aria-label={t('app.loading')} /></Center>
    );
  }
  return (
    <div className="thread">
      <div className="talk">
        <Head head={head} turn={liveTurn(timeline)} me={who?.id ?? ''} back={() => go(back)}>
          {!wide && (
            <Tooltip label={t('thread.details')}>
              <ActionIcon variant="default" size="md" aria-label={t('thread.details')} onClick={open}><IconInfoCircle size={16} /></ActionIcon>
            </Tooltip>
          )}
        </Head>
        {thread.trouble && <Alert color="red" role="alert" radius={0}>{thread.trouble}</Alert>}
        <Log id={id} timeline={timeline} earlier={thread.earlier} loadEarlier={thread.loadEarlier} />
        <People people={timeline.people} me={who?.id ?? ''} />
        <Composer threadId={id} head={head} typed={typed} />
      </div>
      {wide ? (
        <aside className="side" aria-label={t('thread.details')}><Side head={head} /></aside>
      ) : (
        <Drawer opened={details} onClose={close} position="right" title={t('thread.details')} closeButtonProps={{ 'aria-label': t('app.close') }}>
          <Side head={head} />
        </Drawer>
      )}
    </div>
  );
}
