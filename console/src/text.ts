import messages from './messages.json';

/** Names of all texts. A translation is another file with the same names. */
export type TextKey = keyof typeof messages;

type PluralOf<K> = K extends `${infer Base}.other` ? Base : never;

/** Names of texts that depend on a number: they have the endings `.one` and `.other`. */
export type PluralKey = PluralOf<TextKey>;

const plural = new Intl.PluralRules('en');

/** t is the text of that name, with `{name}` replaced by values. */
export function t(key: TextKey, values?: Record<string, string | number>): string {
  const text: string = messages[key];
  return values ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : text;
}

/** tn is the text for a number of things, which stands in it as `{n}`. */
export function tn(key: PluralKey, n: number, values?: Record<string, string | number>): string {
  const one = `${key}.one` as TextKey;
  const form = plural.select(n) === 'one' && one in messages ? one : (`${key}.other` as TextKey);
  return t(form, { n: n.toLocaleString(), ...values });
}

/** word is the text of a value of an enum of the API, such as a status. Values that are newer than the console stay as they are. */
export function word(kind: string, value: string): string {
  const key = `${kind}.${value}`;
  return key in messages ? messages[key as TextKey] : value;
}
