import { fullTime, shortTime } from '../format';

/** A moment, short, and to the second when one points at it. */
export function When({ at }: { at: string }) {
  return <time className="nowrap" dateTime={at} title={fullTime(at)}>{shortTime(at)}</time>;
}
