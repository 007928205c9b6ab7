/** What is seen. Texts of others only ever become text nodes. */

import type { Page } from './main';
import type { Dialogue, Message } from './dialogue';
import { texts } from './texts';

const maxText = 16_000;

type Child = Node | string | false | undefined;

/** Makes an element. Attributes are set as they are; children that are texts become text nodes. */
function make<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string>, ...children: Child[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.append(...children.filter((c): c is Node | string => Boolean(c)));
  return e;
}

const link = /https?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]]/g;

/** A text with its addresses as links, if it was not written by the visitor. */
function textOf(text: string, links: boolean): Node[] {
  if (!links) return [document.createTextNode(text)];
  const nodes: Node[] = [];
  let from = 0;
  for (const found of text.matchAll(link)) {
    nodes.push(document.createTextNode(text.slice(from, found.index)));
    nodes.push(make('a', { href: found[0], target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, found[0]));
    from = found.index + found[0].length;
  }
  nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

/** Black or white, whichever is read better on a colour. */
function inkOn(colour: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000000' : '#ffffff';
}

export class View {
  private readonly list = make('ol', { class: 'messages' });
  private readonly log = make('div', { class: 'log', role: 'region', tabindex: '0', 'aria-label': texts.messages }, this.list);
  private readonly news = make('div', { class: 'unseen', 'aria-live': 'polite' });
  private readonly state = make('p', { class: 'state', role: 'status' });
  private readonly activity = make('p', { class: 'activity', 'aria-live': 'polite' });
  private readonly field = make('textarea', { id: 'field', rows: '1', maxlength: String(maxText), autocomplete: 'off', enterkeyhint: 'send' });
  private readonly shown = new Map<string, HTMLLIElement>();
  private announced = 0;

  constructor(root: HTMLElement, private readonly page: Page, private readonly dialogue: Dialogue, close: (() => void) | undefined) {
    if (page.accentColor) {
      document.documentElement.style.setProperty('--parley-accent', page.accentColor);
      document.documentElement.style.setProperty('--parley-on-accent', inkOn(page.accentColor));
    }
    const head = make('header', {}, make('h1', {}, page.title || page.agent));
    if (close) {
      const button = make('button', { type: 'button', class: 'plain', 'aria-label': texts.close }, '×');
      button.addEventListener('click', close);
      head.append(button);
    }
    this.field.placeholder = page.placeholder || texts.placeholder;
    this.field.value = dialogue.memory.kept.draft;
    const form = make('form', {}, make('label', { for: 'field', class: 'unseen' }, texts.write), this.field, make('button', { type: 'submit' }, texts.send));
    form.addEventListener('submit', (e) => { e.preventDefault(); this.send(); });
    this.field.addEventListener('keydown', (e) => {
      if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); this.send(); }
      if (e.key === 'Escape') close?.();
    });
    this.field.addEventListener('input', () => {
      this.grow();
      dialogue.memory.change({ draft: this.field.value });
      if (this.field.value.trim()) dialogue.typing();
    });
    root.append(head, this.state, this.log, this.activity, form, this.news);
    addEventListener('offline', () => this.draw());
    addEventListener('online', () => this.draw());
    this.grow();
    this.draw();
  }

  focus(): void { this.field.focus(); }

  private grow(): void {
    this.field.style.height = 'auto';
    this.field.style.height = `${Math.min(this.field.scrollHeight, 160)}px`;
  }

  private send(): void {
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = '';
    this.grow();
    this.dialogue.say(text);
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** Makes the page show what is. Elements of messages that are there stay as they are. */
  draw(): void {
    const { state, memory } = this.dialogue;
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    const wanted: HTMLLIElement[] = [];
    const keep = (key: string, makeItem: () => HTMLLIElement, update?: (item: HTMLLIElement) => void) => {
      const item = this.shown.get(key) ?? makeItem();
      this.shown.set(key, item);
      update?.(item);
      wanted.push(item);
    };
    if (state.earlier) keep('earlier', () => this.earlier());
    else if (this.page.greeting) keep('greeting', () => this.item('agent', this.page.agent, this.page.greeting, true));
    for (const m of state.messages) keep(m.id, () => this.message(m));
    for (const [id, text] of state.drafts) {
      keep(`draft ${id}`, () => this.item('agent', this.page.agent, '', false), (item) => {
        const body = item.querySelector('.text')!;
        if (body.textContent !== text) body.textContent = text;
        item.classList.add('writing');
      });
    }
    for (const p of memory.kept.pending) {
      keep(`pending ${p.id} ${p.refused ?? ''}`, () => this.pending(p.id, p.text, p.refused), (item) => {
        const note = item.querySelector('.note');
        if (note && !p.refused) note.textContent = this.dialogue.retrying || !navigator.onLine ? texts.waiting : texts.sending;
      });
    }
    for (const [key, item] of this.shown) if (!wanted.includes(item)) this.shown.delete(key);
    this.place(wanted);
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
    this.tell();
  }

  private place(wanted: HTMLLIElement[]): void {
    const { list } = this;
    wanted.forEach((item, i) => { if (list.children[i] !== item) list.insertBefore(item, list.children[i] ?? null); });
    while (list.children.length > wanted.length) list.lastElementChild!.remove();
  }

  /** Says in words how things stand, and what is new. */
  private tell(): void {
    const { state } = this.dialogue;
    const line = state.unavailable ? texts.unavailable
      : !navigator.onLine ? texts.offline
      : state.ended ? texts.ended
      : state.connection === 'connecting' ? texts.connecting
      : state.closed ? texts.over : '';
    if (this.state.textContent !== line) this.state.textContent = line;
    document.body.dataset['connection'] = state.connection;
    const activity = state.typing.map((name) => texts.writes(name || texts.person)).join(' ');
    if (this.activity.textContent !== activity) this.activity.textContent = activity;
    const last = state.messages.at(-1);
    if (last && last.sequence > this.announced) {
      if (this.announced > 0 && last.author !== 'CUSTOMER') this.news.textContent = texts.said(this.nameOf(last), last.text);
      this.announced = last.sequence;
    }
  }

  private nameOf(m: Message): string {
    switch (m.author) {
      case 'CUSTOMER': return texts.you;
      case 'OPERATOR': return m.authorName || texts.person;
      case 'SYSTEM': return texts.system;
      default: return this.page.agent;
    }
  }

  private message(m: Message): HTMLLIElement {
    const item = this.item(m.author.toLowerCase(), this.nameOf(m), m.text, m.author !== 'CUSTOMER');
    const at = new Date(m.createdAt);
    item.append(make('time', { datetime: m.createdAt, title: at.toLocaleString() }, at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })));
    return item;
  }

  private item(kind: string, name: string, text: string, links: boolean): HTMLLIElement {
    const body = make('div', { class: 'text', dir: 'auto' });
    body.append(...textOf(text, links));
    return make('li', { class: kind }, make('span', { class: kind === 'customer' ? 'name unseen' : 'name' }, name), body);
  }

  private pending(id: string, text: string, refused: string | undefined): HTMLLIElement {
    const item = this.item('customer', texts.you, text, false);
    item.classList.add('pending');
    item.append(make('span', { class: 'note' }, refused === undefined ? texts.sending : texts.refused(refused)));
    if (refused === undefined) return item;
    const again = make('button', { type: 'button', class: 'plain' }, texts.again);
    again.addEventListener('click', () => this.dialogue.again(id));
    const remove = make('button', { type: 'button', class: 'plain' }, texts.remove);
    remove.addEventListener('click', () => this.dialogue.forget(id));
    item.append(again, remove);
    return item;
  }

  private earlier(): HTMLLIElement {
    const button = make('button', { type: 'button', class: 'plain' }, texts.earlier);
    button.addEventListener('click', () => { this.dialogue.earlier().catch(() => {}); });
    return make('li', { class: 'earlier' }, button);
  }
}
