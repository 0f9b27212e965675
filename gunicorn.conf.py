"""What gunicorn does beside serving pages: with `METRICS_BIND` (host:port) it serves the figures of all workers there."""

import os
import shutil
import tempfile

METRICS_BIND = os.environ.get("METRICS_BIND", "")
MADE_HERE = bool(METRICS_BIND) and "PROMETHEUS_MULTIPROC_DIR" not in os.environ
if MADE_HERE:
    # Each worker writes its figures into this folder; whoever asks gets the sum. It must be there before a worker counts.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="caseapp-metrics-")


def when_ready(server):
    """Serve the figures, from the process that starts the workers."""
    if METRICS_BIND:
        from prometheus_client import CollectorRegistry, multiprocess, start_http_server

        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
        host, _colon, port = METRICS_BIND.rpartition(":")
        start_http_server(int(port), addr=host or "127.0.0.1", registry=registry)
        server.log.info("Metrics at: http://%s:%s", host or "127.0.0.1", port)


def child_exit(server, worker):
    """What a worker that is gone has counted stays counted."""
    if METRICS_BIND:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def on_exit(server):
    """Leave no folder behind that was made here; one that the administrator named is theirs."""
    if MADE_HERE:
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
