import { useEffect, useRef } from 'react';
import { ask } from '../data/client';
import { follow } from '../data/follow';
import { DeliveryCursorDocument, DeliveryEventsDocument } from './integrations.generated';

const gather = 700;

/** useDeliveries calls `changed` when deliveries went on: once for all that happens in a moment, and after a cut. */
export function useDeliveries(integrationId: string | undefined, changed: () => void): void {
  const latest = useRef(changed);
  latest.current = changed;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let loaded = false;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current();
      }, gather);
    };
    const stop = follow({
      document: DeliveryEventsDocument,
      variables: { integrationId },
      load: async () => {
        const { viewer } = await ask(DeliveryCursorDocument, {});
        if (loaded) soon();
        loaded = true;
        return viewer.workspace.deliveryCursor;
      },
      take: (data) => {
        soon();
        return data.deliveryEvents.cursor;
      },
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [integrationId]);
}
