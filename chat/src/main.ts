import './style.css';
import { Dialogue } from './dialogue';
import { inFrame } from './frame';
import { View } from './view';

/** What the server says of the page: chat/embed.go. */
export interface Page {
  agentId: string;
  agent: string;
  title: string;
  greeting: string;
  placeholder: string;
  accentColor: string;
}

const root = document.getElementById('chat')!;
const page = JSON.parse(root.dataset['chat']!) as Page;
const theme = new URLSearchParams(location.search).get('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;

let view: View | undefined;
const dialogue = new Dialogue(page.agentId, () => view?.draw());
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token) {
  history.replaceState(null, '', location.pathname + location.search);
  dialogue.use(token);
}
const frame = inFrame(() => view?.focus());
view = new View(root, page, dialogue, frame?.close);
dialogue.begin();
if (!frame) view.focus();
