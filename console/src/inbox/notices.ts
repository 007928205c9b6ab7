import { createSetting } from '../data/store';
import { t } from '../text';
import type { InboxEventsSubscription } from './inbox.generated';

/** What the operator wants to be told of, by sound and by the browser: nothing, threads that wait for a person, or every message of a customer. */
export type Wanted = 'none' | 'waiting' | 'all';

export const sound = createSetting<Wanted>('parley.sound', 'none');
export const browserNotice = createSetting<Wanted>('parley.notices', 'none');

let audio: AudioContext | undefined;
let lastSound = 0;

/** ring plays two short tones, at most once in two seconds. */
export function ring(): void {
  if (Date.now() - lastSound < 2_000) return;
  lastSound = Date.now();
  audio ??= new AudioContext();
  const start = audio.currentTime;
  for (const [n, pitch] of [660, 880].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.12, start + n * 0.12);
    volume.gain.exponentialRampToValueAtTime(0.001, start + n * 0.12 + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(start + n * 0.12);
    tone.stop(start + n * 0.12 + 0.22);
  }
}

/** allowNotices asks the browser's user, who may refuse. */
export async function allowNotices(): Promise<boolean> {
  return 'Notification' in window && (Notification.permission === 'granted' || (await Notification.requestPermission()) === 'granted');
}

type Event = InboxEventsSubscription['workspaceEvents'];

/** notice tells of an event as the operator has chosen. */
export function notice(event: Event): void {
  const waiting = event.__typename === 'StatusChanged' && event.status === 'WAITING_FOR_OPERATOR';
  const said = event.__typename === 'MessageCreated' && event.message.author === 'CUSTOMER';
  const wants = (w: Wanted) => (waiting && w !== 'none') || (said && w === 'all');
  if (wants(sound.get())) ring();
  if (!document.hidden || !wants(browserNotice.get()) || !('Notification' in window) || Notification.permission !== 'granted') return;
  const body = event.__typename === 'MessageCreated' ? event.message.text.slice(0, 140) : '';
  const shown = new Notification(t(waiting ? 'notice.waiting' : 'notice.message'), { body, tag: event.threadId });
  shown.onclick = () => {
    focus();
    location.assign(`/inbox/${event.threadId}`);
  };
}
