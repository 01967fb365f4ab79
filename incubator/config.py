"""Settings: read from the environment once, frozen, with a default for everything."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import platformdirs


class SettingInvalid(ValueError):
    """An environment variable has a value that makes no sense; says which, what is wrong and what is allowed."""


def default_data_dir(environment: Mapping[str, str]) -> Path:
    """Return where data lives when nothing is said: the platform's place; for root a folder that the database's own user can reach."""
    if sys.platform.startswith("linux") and os.geteuid() == 0:
        return Path("/var/lib/incubator")
    return Path(platformdirs.user_data_dir("incubator", appauthor=False))


def credentials(url: str) -> dict[str, Any]:
    """Read a `postgresql://` address; `?host=/folder` names a Unix socket's folder, several hosts stand with commas."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    netloc = parts.netloc.rsplit("@", 1)[-1]
    hosts, ports = [], []
    for item in netloc.split(",") if netloc else []:
        host, _, port = item.rpartition(":") if item.rpartition(":")[2].isdigit() else (item, "", "")
        hosts.append(host.strip("[]"))
        ports.append(int(port or 5432))
    found: dict[str, Any] = {
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.lstrip("/")) or "postgres",
        "host": query.get("host") or (hosts[0] if len(hosts) == 1 else hosts or "localhost"),
        "port": int(query["port"]) if "port" in query else (ports[0] if len(ports) == 1 else ports or 5432),
    }
    if "sslmode" in query:
        found["ssl"] = query["sslmode"]
    return found


@dataclass(frozen=True)
class StripeAccount:
    """Where a legal entity's payments go: its key, its webhook secret, and the API's address (None: Stripe's own)."""

    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    api_base: str | None = None


@dataclass(frozen=True)
class Settings:
    """All settings. Secrets are kept out of `repr`."""

    data_dir: Path
    database_url: str | None = field(default=None, repr=False)
    reports_database_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "Incubator <no-reply@incubator.example>"
    public_url: str = "http://127.0.0.1:8000"
    port: int = 8000
    is_demo: bool = False
    requires_two_factor: bool = True
    stripe_api_base: str | None = None
    vies_url: str = "https://ec.europa.eu/taxation_customs/vies/rest-api"
    ecb_url: str = "https://www.ecb.europa.eu/stats/eurofx"
    outside_timeout_s: int = 20
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_https(self) -> bool:
        """Whether people reach the product over TLS, so that cookies and HSTS may say so."""
        return self.public_url.startswith("https://")

    def stripe_account(self, series: str) -> StripeAccount | None:
        """Return the Stripe account of the legal entity with this invoice series, None when it takes bank transfers only."""
        key = self.environment.get(f"INCUBATOR_STRIPE_{series.upper()}_KEY")
        secret = self.environment.get(f"INCUBATOR_STRIPE_{series.upper()}_WEBHOOK_SECRET")
        if not key or not secret:
            return None
        return StripeAccount(key, secret, self.stripe_api_base)


def _flag(environment: Mapping[str, str], name: str, default: bool) -> bool:
    raw = environment.get(name, "").strip().lower()
    if raw in {"", "1", "true", "yes", "on", "0", "false", "no", "off"}:
        return raw in {"1", "true", "yes", "on"} if raw else default
    raise SettingInvalid(f"{name} is “{raw}”: use 1 or 0")


def _seconds(environment: Mapping[str, str], name: str, default: int) -> int:
    raw = environment.get(name) or str(default)
    if not raw.isdigit() or not 1 <= int(raw) <= 120:
        raise SettingInvalid(f"{name} is “{raw}”: use a number from 1 to 120")
    return int(raw)


def read(environment: Mapping[str, str]) -> Settings:
    """Make the settings of an environment.

    Raises:
        SettingInvalid: a value makes no sense.
    """
    is_demo = _flag(environment, "INCUBATOR_DEMO", False)
    raw_port = environment.get("PORT") or "8000"
    if not raw_port.isdigit() or not 1 <= int(raw_port) <= 65535:
        raise SettingInvalid(f"PORT is “{raw_port}”: use a number from 1 to 65535")
    for name in ("INCUBATOR_DATABASE_URL", "INCUBATOR_REPORTS_DATABASE_URL"):
        if environment.get(name) and not environment[name].startswith(("postgresql://", "postgres://")):
            raise SettingInvalid(f"{name} must begin with postgresql://")
    if environment.get("INCUBATOR_REDIS_URL") and not environment["INCUBATOR_REDIS_URL"].startswith(("redis://", "rediss://", "unix://")):
        raise SettingInvalid("INCUBATOR_REDIS_URL must begin with redis://, rediss:// or unix://")
    if environment.get("INCUBATOR_SMTP_URL") and not environment["INCUBATOR_SMTP_URL"].startswith(("smtp://", "smtps://")):
        raise SettingInvalid("INCUBATOR_SMTP_URL must begin with smtp:// or smtps://")
    return Settings(
        data_dir=Path(environment.get("INCUBATOR_DATA_DIR") or default_data_dir(environment)).expanduser().absolute(),
        database_url=environment.get("INCUBATOR_DATABASE_URL") or None,
        reports_database_url=environment.get("INCUBATOR_REPORTS_DATABASE_URL") or None,
        redis_url=environment.get("INCUBATOR_REDIS_URL") or None,
        smtp_url=environment.get("INCUBATOR_SMTP_URL") or None,
        mail_from=environment.get("INCUBATOR_MAIL_FROM") or "Incubator <no-reply@incubator.example>",
        public_url=(environment.get("INCUBATOR_PUBLIC_URL") or f"http://127.0.0.1:{raw_port}").rstrip("/"),
        port=int(raw_port),
        is_demo=is_demo,
        requires_two_factor=_flag(environment, "INCUBATOR_REQUIRE_TWO_FACTOR", not is_demo),
        stripe_api_base=environment.get("INCUBATOR_STRIPE_API_BASE") or None,
        vies_url=(environment.get("INCUBATOR_VIES_URL") or Settings.vies_url).rstrip("/"),
        ecb_url=(environment.get("INCUBATOR_ECB_URL") or Settings.ecb_url).rstrip("/"),
        outside_timeout_s=_seconds(environment, "INCUBATOR_OUTSIDE_TIMEOUT_S", Settings.outside_timeout_s),
        environment={name: value for name, value in environment.items() if name.startswith("INCUBATOR_STRIPE_")},
    )


@cache
def settings() -> Settings:
    """Return this process's settings."""
    return read(os.environ)
