package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const signatureTolerance = 5 * time.Minute

// checkSignature verifies a webhook as the Standard Webhooks specification says: an HMAC-SHA256 over id, timestamp and
// raw body, under any of the secrets.
func checkSignature(secrets []string, header http.Header, body []byte, now time.Time) error {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	switch {
	case id == "":
		return errors.New("no webhook-id")
	case err != nil:
		return fmt.Errorf("webhook-timestamp %q is no number", timestamp)
	case now.Sub(time.Unix(seconds, 0)).Abs() > signatureTolerance:
		return fmt.Errorf("webhook-timestamp %s is more than %v away", timestamp, signatureTolerance)
	}
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) == 0 {
			return errors.New("the secret is not whsec_ and base64")
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, body)
		want := mac.Sum(nil)
		for _, one := range strings.Fields(header.Get("webhook-signature")) {
			encoded, isV1 := strings.CutPrefix(one, "v1,")
			got, err := base64.StdEncoding.DecodeString(encoded)
			if isV1 && err == nil && hmac.Equal(got, want) {
				return nil
			}
		}
	}
	return fmt.Errorf("no signature fits: %q", header.Get("webhook-signature"))
}
