"""Receives webhooks: verifies each, answers at once, and works on each event once.

    SECRET=whsec_… PORT=9000 python3 receiver.py
"""
import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def signed(headers, body, secret):
    """Says whether body was signed with secret less than five minutes ago."""
    try:
        seconds = int(headers["webhook-timestamp"])
    except (TypeError, ValueError):
        return False
    if abs(time.time() - seconds) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{seconds}.".encode() + body
    want = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(one, want) for one in headers.get("webhook-signature", "").split())


seen = set()  # of ids; keep yours in your database


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        good = signed(self.headers, body, os.environ["SECRET"])
        self.send_response(204 if good else 401)  # before the work: the answer is due within 20 seconds
        self.send_header("content-length", "0")
        self.end_headers()
        if not good:
            return
        event = json.loads(body)
        if event["id"] not in seen:
            seen.add(event["id"])
            print(event["type"], event["id"], flush=True)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver).serve_forever()
