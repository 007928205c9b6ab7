import { useSyncExternalStore } from 'react';

/** A value outside of React that components follow. */
export interface Store<T> {
  get(): T;
  set(next: T): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** A setting that this browser keeps. A browser that keeps nothing is no fault. */
export function createSetting<T extends string>(key: string, initial: T): Store<T> {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(key);
  } catch {
    // private windows may refuse
  }
  const store = createStore<T>((kept as T | null) ?? initial);
  store.subscribe(() => {
    try {
      localStorage.setItem(key, store.get());
    } catch {
      // as above
    }
  });
  return store;
}
