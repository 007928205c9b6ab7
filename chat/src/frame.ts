/** Talk with the page that shows this one in a frame: it is told to close the frame and how high it may be, and tells that it is open. Nothing else passes. */

export interface Frame { close: () => void }

export function inFrame(opened: () => void): Frame | undefined {
  const site = new URLSearchParams(location.search).get('site');
  if (window.parent === window || !site || !/^https?:\/\/[^/]+$/.test(site)) return undefined;
  const tell = (message: object) => window.parent.postMessage(message, site);
  addEventListener('message', (e) => {
    if (e.source === window.parent && e.origin === site && (e.data as { parley?: unknown } | null)?.parley === 'open') opened();
  });
  const main = document.querySelector('main')!;
  new ResizeObserver(() => tell({ parley: 'resize', height: Math.ceil(main.scrollHeight) })).observe(main);
  return { close: () => tell({ parley: 'close' }) };
}
