"""Sealed text: AES-256-GCM under a key of the client's own, which a master key outside the database wraps.

A blob is: 22 letters of key id, 12 bytes of nonce, ciphertext. The owner is bound in, so that a blob moved to another
client's row does not open.
"""

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select

from caseapp.core.db import db, new_id
from caseapp.core.models import SealingKey

_KEY_ID, _NONCE = 22, 12


class _Master:
    key: bytes | None = None


def make_key_file(path: Path) -> None:
    """Write a new master key, readable by its owner only, unless there is one. Of two at once the first one's stays."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(32).hex().encode())
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(fresh, path)  # the whole key at once, or none
    fresh.unlink()


def load_key_file(path: Path) -> None:
    """Take the master key from its file. Raises ValueError with a sentence if it is not one."""
    try:
        _Master.key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        _Master.key = b""
    if len(_Master.key) != 32:
        raise ValueError(f"KEY_FILE {path.name} does not hold a master key of 64 hexadecimal digits.")


def derived(purpose: str) -> bytes:
    """A key for one purpose other than sealing, made from the master key (audit, for one)."""
    return hmac.new(_master(), b"caseapp " + purpose.encode(), hashlib.sha256).digest()


def seal(owner_id: str, text: str | None) -> bytes | None:
    """Encrypt text for its owner (a client's id; for drafts a member of staff's). Nothing typed stays nothing."""
    return seal_all({owner_id: text}).get(owner_id)


def seal_all(texts: dict[str, str | None]) -> dict[str, bytes]:
    """Encrypt a text for each of many owners, by owner; two statements at most. Who has no text is left out."""
    wanted = {owner_id: text for owner_id, text in texts.items() if text}
    keys = {row.owner_id: row for row in load_keys(list(wanted))} if wanted else {}
    missing = [_new_key(owner_id) for owner_id in wanted if owner_id not in keys]
    if missing:
        db.add_all(missing)
        db.flush()
    keys |= {row.owner_id: row for row in missing}
    return {owner_id: _sealed(keys[owner_id], text) for owner_id, text in wanted.items()}


def _sealed(row: SealingKey, text: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return row.id.encode() + nonce + AESGCM(_unwrap(row)).encrypt(nonce, text.encode(), row.owner_id.encode())


def unseal(owner_id: str, blob: bytes | None) -> str | None:
    """The text of a blob. None if there was none, or if the client's key has been destroyed (the text is purged)."""
    if blob is None:
        return None
    row = db.get(SealingKey, blob[:_KEY_ID].decode())
    if row is None:
        return None
    nonce, ciphertext = blob[_KEY_ID : _KEY_ID + _NONCE], blob[_KEY_ID + _NONCE :]
    return AESGCM(_unwrap(row)).decrypt(nonce, ciphertext, owner_id.encode()).decode()


def load_keys(owner_ids: list[str]) -> list[SealingKey]:
    """Fetch the keys of many owners in one statement, before a list opens their texts; keep the result while you do."""
    return list(db.scalars(select(SealingKey).where(SealingKey.owner_id.in_(owner_ids))))


def _new_key(owner_id: str) -> SealingKey:
    nonce, key_id = os.urandom(_NONCE), new_id()
    wrapped = nonce + AESGCM(_master()).encrypt(nonce, AESGCM.generate_key(256), (key_id + owner_id).encode())
    return SealingKey(id=key_id, owner_id=owner_id, wrapped=wrapped)


def _unwrap(row: SealingKey) -> bytes:
    try:
        return AESGCM(_master()).decrypt(row.wrapped[:_NONCE], row.wrapped[_NONCE:], (row.id + row.owner_id).encode())
    except InvalidTag:
        raise ValueError("The master key does not fit this database. Check KEY_FILE.") from None


def _master() -> bytes:
    if not _Master.key:
        raise ValueError("There is no master key yet. Run: flask --app wsgi setup")
    return _Master.key
