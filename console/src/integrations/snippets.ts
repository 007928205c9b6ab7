/** Receivers that verify webhooks by the secret in PARLEY_WEBHOOK_SECRET, as docs/webhooks.md describes. */
export const snippets = [
  {
    name: 'Go',
    code: `// verify says whether body was signed with secret ("whsec_…") less than five minutes ago.
func verify(h http.Header, body []byte, secret string) bool {
	seconds, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), seconds, body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return slices.ContainsFunc(strings.Fields(h.Get("webhook-signature")), func(got string) bool {
		return hmac.Equal([]byte(got), []byte(want))
	})
}
`,
  },
  {
    name: 'Node',
    code: `import { createHmac, timingSafeEqual } from 'node:crypto';

// verify says whether body, the bytes as they came, was signed with secret ("whsec_…") less than five minutes ago.
export function verify(headers, body, secret) {
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(seconds)) <= 300)) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  if (key.length === 0) return false;
  const want = Buffer.from('v1,' + createHmac('sha256', key).update(\`\${id}.\${seconds}.\`).update(body).digest('base64'));
  return String(signatures).split(' ').some((one) => {
    const got = Buffer.from(one);
    return got.length === want.length && timingSafeEqual(got, want);
  });
}
`,
  },
  {
    name: 'Python',
    code: `import base64, hashlib, hmac, time

def verify(headers, body: bytes, secret: str) -> bool:
    """Whether body was signed with secret ("whsec_…") less than five minutes ago."""
    try:
        seconds = int(headers["webhook-timestamp"])
        if abs(time.time() - seconds) > 300:
            return False
        key = base64.b64decode(secret.removeprefix("whsec_"))
        if not key:
            return False
        signed = f'{headers["webhook-id"]}.{seconds}.'.encode() + body
    except (KeyError, ValueError):
        return False
    want = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(want, got) for got in headers.get("webhook-signature", "").split())
`,
  },
] as const;
