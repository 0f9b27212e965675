"""A hundred megabytes of each kind that is dear to read, by the command and by the page: in bounded memory and time."""

import http.client
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from caseapp.core.db import db
from caseapp.jobs.models import Job
from tests.house.test_servers import server
from tests.interchange.lists import NORA, write
from tests.interchange.test_index import PAGE, hand_over, press
from tests.interchange.test_malformed import MEMORY, big, clients
from tests.processes import ended, most_memory, start

pytestmark = [pytest.mark.soak, pytest.mark.parametrize("engine", ["sqlite"], indirect=True)]
BIG, UPLOAD, SECONDS = 100_000_000, 19_000_000, 600


def test_by_the_command(app, settings, transaction, tmp_path):
    good = write(tmp_path / "good.csv", NORA)
    for name, content in big(BIG).items():
        path = tmp_path / name
        path.write_bytes(content)
        done = ended(start(settings, "import", "clients", str(path), str(good)))
        assert done.status == 1 and done.last.startswith("imported "), done.said[-2_000:]
        assert done.memory < MEMORY and done.seconds < SECONDS
        print(f"\n{name}: {done.memory:.0f} MB, {done.seconds:.0f} s: {done.last}")
        path.unlink()
    assert clients(transaction) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the test client leaves its upload open
def test_by_the_page(app, settings, transaction, visit, cast, tmp_path):
    ada = visit(cast.ada)
    for number, (name, content) in enumerate(big(UPLOAD).items()):
        sent = {name: content[:UPLOAD], "good.csv": write(tmp_path / "good.csv", NORA).read_bytes()}
        answer = hand_over(ada, sent, form_key=f"{number:022}")
        if answer.status_code == 422:  # a list that is none by its first line
            continue
        path = answer.headers["Location"]
        for _look_then_bring_in in range(2):
            done = ended(start(settings, "work", "--once"))
            assert done.status == 0 and done.memory < MEMORY and done.seconds < SECONDS, done
            print(f"\n{name}: {done.memory:.0f} MB, {done.seconds:.0f} s in the background")
            with transaction():
                assert db.get(Job, path.rpartition("/")[2]).state == "done"
            press(ada, path, "go-on")
        assert ada.get(path).status_code == 200
    assert clients(transaction) == 1


def test_too_much_for_the_page_is_said_and_not_even_read(app, settings, cast, tmp_path):
    with server(settings, tmp_path / "log", "--threads", "2") as (base, process):
        for length in (str(BIG), None):  # told in advance, or sent in pieces until someone says that it is enough
            there = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
            there.putrequest("POST", PAGE)
            there.putheader("Content-Type", "multipart/form-data; boundary=b")
            there.putheader(*(("Content-Length", length) if length else ("Transfer-Encoding", "chunked")))
            there.endheaders()
            with closing(there), suppress(OSError):
                for _piece in range(100):
                    there.send(b"x" * 1_000_000 if length else b"f4240\r\n" + b"x" * 1_000_000 + b"\r\n")
            print(f"\nlength {length or 'not told'}: stopped by the server")
        for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            assert most_memory(int(pid)) < MEMORY
            print(f"the server took {most_memory(int(pid)):.0f} MB at most")
