"""Figures of this server for Prometheus: how many requests by endpoint and status, and how long they took. No ids, no names.

They are served on an address of their own (`METRICS_BIND`), never with the pages: `gunicorn.conf.py` does that, for all workers together.
"""

from flask import Response, request
from prometheus_client import Counter, Histogram

REQUESTS = Counter("caseapp_requests", "Requests answered", ["endpoint", "method", "status"])
SECONDS = Histogram("caseapp_request_seconds", "Time until the answer left", ["endpoint"])
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


def count_request(response: Response, seconds: float) -> None:
    """Count a request that was answered. A method that nobody uses is counted as another one, for whoever asks can invent them."""
    endpoint = request.endpoint or "nowhere"
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(endpoint, method, response.status_code).inc()
    SECONDS.labels(endpoint).observe(seconds)
