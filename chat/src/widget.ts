/**
 * Puts the chat page of an agent into another page, as a frame that a button opens:
 *
 *   <script src="https://parley.example.com/widget.js" data-agent="agt_…" async></script>
 *
 * It reads nothing of the page that it stands in. Attributes: data-agent, and data-label, data-side ("left") and data-theme
 * ("light" or "dark") by choice.
 */
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const agent = script?.dataset['agent'];
  if (!script || !agent || document.getElementById('parley-chat')) return;
  const server = new URL(script.src).origin;
  const label = script.dataset['label'] ?? 'Chat';
  const side = script.dataset['side'] === 'left' ? 'left' : 'right';
  const style = (e: HTMLElement, rules: Partial<CSSStyleDeclaration>) => Object.assign(e.style, rules);

  const button = document.createElement('button');
  button.id = 'parley-chat';
  button.type = 'button';
  button.textContent = label;
  button.setAttribute('aria-expanded', 'false');
  style(button, {
    position: 'fixed', bottom: '20px', [side]: '20px', zIndex: '2147483000', padding: '12px 20px', border: '0', borderRadius: '24px',
    font: '600 16px system-ui, sans-serif', color: '#ffffff', background: '#1d4ed8', cursor: 'pointer', boxShadow: '0 2px 12px rgba(0, 0, 0, .3)',
  });

  let frame: HTMLIFrameElement | undefined;
  let height = 560;
  const fit = () => {
    if (!frame) return;
    const small = innerWidth < 480;
    style(frame, small
      ? { top: '0', bottom: '0', left: '0', right: '0', width: '100%', height: '100%', borderRadius: '0' }
      : { top: 'auto', bottom: '84px', left: side === 'left' ? '20px' : 'auto', right: side === 'left' ? 'auto' : '20px', width: '380px',
        height: `${Math.min(Math.max(height, 360), 640, innerHeight - 104)}px`, borderRadius: '12px' });
  };
  const open = (yes: boolean) => {
    if (yes && !frame) {
      frame = document.createElement('iframe');
      frame.title = label;
      const query = new URLSearchParams({ site: location.origin });
      const theme = script.dataset['theme'];
      if (theme) query.set('theme', theme);
      frame.src = `${server}/chat/${encodeURIComponent(agent)}?${query}`;
      frame.addEventListener('load', () => frame?.contentWindow?.postMessage({ parley: 'open' }, server));
      style(frame, { position: 'fixed', zIndex: '2147483001', border: '0', boxShadow: '0 4px 24px rgba(0, 0, 0, .35)', background: 'Canvas', colorScheme: 'normal' });
      document.body.append(frame);
    } else if (yes) {
      frame?.contentWindow?.postMessage({ parley: 'open' }, server);
    }
    if (frame) frame.style.display = yes ? 'block' : 'none';
    button.setAttribute('aria-expanded', String(yes));
    fit();
    if (!yes) button.focus();
  };
  button.addEventListener('click', () => open(button.getAttribute('aria-expanded') === 'false'));
  addEventListener('resize', fit);
  addEventListener('message', (e: MessageEvent<{ parley?: unknown; height?: unknown } | null>) => {
    if (!frame || e.origin !== server || e.source !== frame.contentWindow) return;
    if (e.data?.parley === 'close') open(false);
    if (e.data?.parley === 'resize' && typeof e.data.height === 'number' && e.data.height > 0) {
      height = e.data.height;
      fit();
    }
  });
  const place = () => document.body.append(button);
  if (document.body) place();
  else addEventListener('DOMContentLoaded', place);
})();
