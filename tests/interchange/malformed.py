"""Files that are not what their names say, or are it badly, and what is said of each. None of them is about anybody."""

import io
import json
import zipfile

from tests.interchange.lists import COLUMNS
from tests.interchange.referrals import NORA, bundle, condition

HEADER = ",".join(COLUMNS).encode() + b"\r\n"
GOOD_BUNDLE = json.dumps(bundle(condition("7200002", "Alcoholism"))).encode()
KIM = json.dumps(bundle(client=NORA | {"id": "k", "identifier": [], "name": [{"family": "Kløve", "given": ["Kim"]}]}))


def zipped(name: str, content: bytes) -> bytes:
    """An archive with one file in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def nested(depth: int) -> bytes:
    """A Bundle with an object in an object in an object …"""
    return b'{"resourceType": "Bundle", "entry": [' + b'{"a":' * depth + b"1" + b"}" * depth + b"]}"


# By name: what is in the file, and how the sentence about it begins. A Bundle is looked at by whoever brings it in …
BUNDLES = {
    "cut.json": (GOOD_BUNDLE[:700], "Is cut off in line 1. Send the whole file again"),
    "resource.json": (json.dumps(NORA).encode(), "Is a Patient, not a Bundle. Send the whole Bundle"),
    "inside.json": (
        json.dumps(bundle(condition("1", recordedDate=[]))).encode(),
        "Condition 1 is not as FHIR has it: recordedDate",
    ),
    "number.json": (
        json.dumps(bundle(condition("1", onsetDateTime=5))).encode(),
        "onsetDateTime is not a day as FHIR has it",
    ),
    "nobody.json": (json.dumps(bundle(client=None)).encode(), "A referral is about one client. It names nobody"),
    "deep.json": (nested(1_000), "Is nested 1,002 deep. No Bundle is nested more than 64 deep"),
    "utf-16.json": (KIM.encode("utf-16"), "Is UTF-16, not UTF-8 text"),
    "latin-1.json": (KIM.replace("\\u00f8", "ø").encode("latin-1"), "Is not UTF-8 text (line 1)"),
    "zip.json": (zipped("a.json", GOOD_BUNDLE), "Is a spreadsheet or an archive, not UTF-8 text"),
    "empty.json": (b"", "Is empty"),
    "list.json": (HEADER, "Is not JSON (line 1)"),
    "nul.json": (GOOD_BUNDLE.replace(b"Quist", b"Qu\x00st"), "Is UTF-16, not UTF-8 text"),
}
# … a list by its first line, before anything is brought in.
LISTS = {
    "utf-16.csv": (HEADER.decode().encode("utf-16"), "utf-16.csv is UTF-16, not UTF-8 text. Save it as CSV UTF-8"),
    "latin-1.csv": (b"Pr\xe9nom,Nom\r\n", "latin-1.csv is not UTF-8 text. Save it as CSV UTF-8"),
    "header.csv": (b"name,born\r\nAnn,1980-01-01\r\n", "header.csv lacks the columns Id, BIRTHDATE, DEATHDATE, FIRST"),
    "zip.csv": (zipped("a.csv", HEADER), "zip.csv is a spreadsheet or an archive, not UTF-8 text"),
    "empty.csv": (b"", "empty.csv is empty: it has not even a header"),
    "twice.csv": (HEADER.replace(b"\r", b",first\r"), "twice.csv has the column FIRST more than once"),
    "nul.csv": (b"Id,\x00\r\n", "nul.csv is not UTF-8 text"),
    "bundle.csv": (GOOD_BUNDLE, "bundle.csv lacks the columns Id, BIRTHDATE, DEATHDATE, FIRST, LAST"),
}
# Rows of a list among good ones, by their first cell, and why each stays outside.
ROWS = {
    "r-short": (b"r-short,1980-01-01,,Ann", "This row has 4 cells, and the header has 12"),
    "r-long": (b"r-long,1980-01-01,,Ann,Lee,,,F,,,,,,,", "This row has 15 cells, and the header has 12"),
    "r-latin": (b"r-latin,1980-01-01,,Ren\xe9,Lee,,,F,,,,", "First name is not UTF-8 text"),
    "r-nul": (b"r-nul,1980-01-01,,An\x00n,Lee,,,F,,,,", "First name has characters that can't be kept"),
    "r-quote": (b'r-quote,"1980-01-01,,Ann,Lee,,,F,,,,', "A quotation mark is opened in this row and not closed"),
    "=cmd|' /C calc'!A0": (b"=cmd|' /C calc'!A0,1980-01-01,2020-01-01,@SUM(A1),+1+1,,,F,,,,", "Has died"),
}
