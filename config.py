"""Every setting, read from the environment in one place."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """What one installation is told from outside. Nothing here is ever kept in the database."""

    database_url: str
    key_file: Path
    instance: Path
    secret_key: str | None = None
    site_timezone: str = "America/New_York"
    secure_cookies: bool = True
    trusted_proxies: int = 0
    metrics_bind: str = ""

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read `DATABASE_URL`, `KEY_FILE`, `SECRET_KEY`, `SITE_TIMEZONE`, `INSTANCE`, `INSECURE_COOKIES`,
        `TRUSTED_PROXIES`: how many reverse proxies stand before this server, 0 to 9. Only what they add to
        `X-Forwarded-For`, `-Proto` and `-Host` is believed; with 0 nothing of that is. `METRICS_BIND`: the private host:port at
        which figures for Prometheus are served; without it none are kept.

        Without `DATABASE_URL` the database is SQLite under `instance/`. Without `SECRET_KEY` only a demo clinic is served,
        with the secret that `setup --demo` made for that database.
        """
        instance = Path(os.environ.get("INSTANCE", HERE / "instance"))
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{instance / 'caseapp.db'}"
        demo_secret = demo_secret_file(instance, url)
        return cls(
            database_url=url,
            key_file=Path(os.environ.get("KEY_FILE", instance / "master.key")),
            instance=instance,
            secret_key=os.environ.get("SECRET_KEY") or (demo_secret.read_text() if demo_secret.exists() else None),
            trusted_proxies=_number_of_proxies(os.environ.get("TRUSTED_PROXIES") or "0"),
            metrics_bind=os.environ.get("METRICS_BIND", ""),
            site_timezone=os.environ.get("SITE_TIMEZONE", "America/New_York"),
            # Only the demo on this machine is served without TLS.
            secure_cookies=not (demo_secret.exists() or os.environ.get("INSECURE_COOKIES")),
        )


def _number_of_proxies(text: str) -> int:
    """Raises ValueError for anything but a whole number from 0 to 9: a guess would believe forged addresses."""
    if text.strip() not in set("0123456789"):
        raise ValueError(f"TRUSTED_PROXIES is the number of reverse proxies before this server, 0 to 9, not {text!r}.")
    return int(text)


def demo_secret_file(instance: Path, database_url: str) -> Path:
    """Where the secret of a demo lies: named after its database, so that it never serves another one."""
    return instance / f"demo-{hashlib.sha256(database_url.encode()).hexdigest()[:16]}.secret"
