import { HighlightStyle } from '@codemirror/language';
import { tags } from '@lezer/highlight';

export const nonce = document.querySelector('meta[name="style-nonce"]')?.getAttribute('content') ?? '';

/** Colours that can be read on a light and on a dark page. */
export const colors = HighlightStyle.define([
  { tag: tags.propertyName, color: 'light-dark(#0b4f8a, #8cc4f5)' },
  { tag: tags.string, color: 'light-dark(#1a6330, #8fd9a8)' },
  { tag: tags.number, color: 'light-dark(#8a3b00, #f0b27a)' },
  { tag: [tags.bool, tags.null], color: 'light-dark(#7a2a8f, #d9a3ea)' },
  { tag: tags.invalid, color: 'light-dark(#b00020, #ff9aa5)' },
]);
