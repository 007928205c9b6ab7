/** Tags that every agent has by itself. */
export const builtInTags = ['success', 'get_contact', 'interest', 'operator', 'message_for_operator', 'close', 'is_bot'];

const colors: Record<string, string> = {
  success: 'green', get_contact: 'cyan', interest: 'grape', operator: 'orange', message_for_operator: 'yellow', close: 'gray', is_bot: 'red',
};

export function tagColor(tag: string): string {
  return colors[tag] ?? 'blue';
}
