"""What gunicorn does beside serving pages: it spares its workers needless garbage collections, and with `METRICS_BIND`
(host:port) it serves the figures of its workers and of the clinic there."""

import gc
import os
import shutil
import tempfile

METRICS_BIND = os.environ.get("METRICS_BIND", "")
MADE_HERE = bool(METRICS_BIND) and "PROMETHEUS_MULTIPROC_DIR" not in os.environ
if MADE_HERE:
    # Each worker writes its figures into this folder; whoever asks gets the sum. It must be there before a worker counts.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="caseapp-metrics-")


# A page makes some ten thousand objects and lets go of nearly all by itself. Looking for the few rings among them after every
# 700, and through the whole program each time, took a tenth to a fifth of a page's time. A board of five hundred people makes
# more than a hundred thousand, which are looked through for nothing where the collector does not wait for more than that.
COLLECT_AFTER = (200_000, 20, 50)


def post_worker_init(_worker):
    """What was loaded once stays, so it is never looked through again; what pages leave is, but more seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def when_ready(server):
    """Serve the figures, from the process that starts the workers."""
    if METRICS_BIND:
        from prometheus_client import CollectorRegistry, multiprocess, start_http_server

        from caseapp.cli.figures import Clinic
        from config import Settings

        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
        registry.register(Clinic.of(Settings.from_environment().database_url))
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
