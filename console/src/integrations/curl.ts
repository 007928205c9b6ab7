// quoted is a word for a POSIX shell that stands for itself, whatever is in it.
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * curl is a command that sends a webhook as Parley would, signed with the secret in PARLEY_WEBHOOK_SECRET. The secret itself is
 * not known here.
 */
export function curl(url: string, id: string, body: unknown): string {
  return `body=${quoted(JSON.stringify(body))}
id=${quoted(id)} time=$(date +%s)
key=$(printf %s "\${PARLEY_WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
sign=$(printf %s "$id.$time.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
curl -i ${quoted(url)} -H 'content-type: application/json' -H "webhook-id: $id" -H "webhook-timestamp: $time" \\
  -H "webhook-signature: v1,$sign" --data-raw "$body"
`;
}
