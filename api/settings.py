"""Settings: the only reader of the environment (``ZHIXUN_*``, `.env`).  No environment at all = embedded defaults.

Whatever can be set can also be named by a file, as containers get their secrets: ``ZHIXUN_SECRET_KEY_FILE=/run/…``.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import AwareDatetime, PositiveInt, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from api.addresses import with_password
from search_service.errors import Invalid, Problem
from search_service.store.session import sqlite_url

PREFIX = "ZHIXUN_"

DATABASES = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
"""How an address may begin, and the driver that it then means."""


class SettingsRefused(Invalid):
    """Nothing is started with settings that cannot work or are not safe; all of them are listed."""

    code, title = "settings", "配置不可用"


class FromFiles(PydanticBaseSettingsSource):
    """Values by ``ZHIXUN_…_FILE``; the line break that editors put at the end is no part of a secret."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file that the environment names."""
        del field
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        return (None if path is None else Path(path).read_text("utf-8").rstrip("\r\n")), field_name, False

    def __call__(self) -> dict[str, Any]:
        """All of them."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """What can be chosen from outside (`docs/api.md`, settings)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore")

    mode: Literal["development", "production"] = "development"
    """Production starts only with settings that are safe (`api/production.py`) and never migrates by itself."""
    data_dir: Path = Path("var")
    """`zhixun.db`, `index/`, `files/`, `cache/`; ignored by git."""
    database_url: str = ""
    """Empty: SQLite inside the data folder; else ``postgresql://user@host/name``."""
    database_password: SecretStr | None = None
    engine: Literal["embedded", "elastic"] = "embedded"
    elasticsearch_url: str = "http://127.0.0.1:9200"
    elasticsearch_user: str = ""
    elasticsearch_password: SecretStr | None = None
    elasticsearch_ca: Path | None = None
    """The authority that signed the certificate of an ``https`` address, where it is not a public one."""
    index_prefix: str = "zhixun"
    redis_url: str = ""
    """The bell between web and worker processes; empty: one thread of the web process does the work."""
    redis_password: SecretStr | None = None
    public_url: str = "http://127.0.0.1:8000"
    """Where people reach the site; over ``https`` browsers are told never to come another way."""
    hosts: str = "*"
    """Names that requests may be for, with commas between; ``*`` is any."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses and networks, with commas between, whose ``X-Forwarded-For`` says who asks: limits count by address."""
    secret_key: SecretStr = SecretStr("development-only")
    """What sessions and links that are handed out are signed with."""
    gateway: Literal["", "folder"] = ""
    """Who sends SMS and mail; empty: in development files in the data folder, which production takes only by name."""
    automatic_sending: bool = True
    """Whether the system sends what is verified in the last working hour, where nobody has (docs/matching.md)."""
    workers: PositiveInt = 1
    """Web processes."""
    debug: bool = False
    """Every SQL statement in the log, with its values."""
    clock: AwareDatetime | None = None
    """An instant at which the clock starts and runs on: for tests and simulations."""
    failpoints: str = ""
    """Where to kill or delay this process: for tests (`search_service/failpoints.py`)."""

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            if value and make_url(value).drivername not in DATABASES:
                raise ValueError("只支持 sqlite 与 postgresql")
        except ArgumentError:
            raise ValueError("应写作 postgresql://用户@主机/库名") from None
        return value

    @field_validator("public_url")
    @classmethod
    def _with_a_host(cls, value: str) -> str:
        try:
            found = urlsplit(value)
            named = found.scheme in {"http", "https"} and bool(found.hostname) and found.port != 0
        except ValueError:  # a port or a bracket that means nothing
            named = False
        if not named:
            raise ValueError("应写作 https://主机名")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Files after the environment, so that a value given both ways is the one that stands nearer."""
        del file_secret_settings
        return init_settings, env_settings, FromFiles(settings_cls), dotenv_settings

    @property
    def url(self) -> str:
        """The database to use, with driver and password."""
        if not self.database_url:
            return sqlite_url(self.data_dir.resolve())
        url = make_url(self.database_url)
        url = url.set(drivername=DATABASES[url.drivername])
        if self.database_password is not None and url.password is None:
            url = url.set(password=self.database_password.get_secret_value())
        return url.render_as_string(hide_password=False)

    @property
    def broker_url(self) -> str:
        """Redis, with password."""
        return with_password(self.redis_url, self.redis_password)

    @property
    def has_workers(self) -> bool:
        """Whether other processes than the web's bring changes into the index: the embedded engine has one writer."""
        return self.engine == "elastic" and bool(self.redis_url)

    @property
    def index_dir(self) -> Path:
        """Where the embedded engine keeps its indices."""
        return self.data_dir.resolve() / "index"

    @property
    def outbox_dir(self) -> Path:
        """Where the folder gateway writes what it is given."""
        return self.data_dir.resolve() / "outbox"

    @property
    def activation_link(self) -> str:
        """The address that an activation leads to; the ticket is filled in."""
        return self.public_url.rstrip("/") + "/activate?ticket={ticket}"

    @property
    def requirement_link(self) -> str:
        """The page of a requirement, with {id} and {secret} to be filled in."""
        return self.public_url.rstrip("/") + "/requirements/{id}?secret={secret}"

    @property
    def clock_start(self) -> datetime | None:
        """When the clock starts, if not now."""
        return self.clock


def read() -> Settings:
    """The settings of this process.

    Raises:
        SettingsRefused: a value that means nothing, or a file that cannot be read; all of them are listed.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            Problem(
                PREFIX + "_".join(map(str, e["loc"])).upper(),
                "value",
                f"取值无效:{e['msg']}",
                "请对照 docs/api.md 的设置",
            )
            for e in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsRefused(f"有 {len(problems)} 项设置无法识别", problems=problems) from None
    except OSError as error:
        problem = Problem(str(error.filename), "file", f"读不到设置所指的文件:{error.strerror}", "请核对 ZHIXUN_…_FILE")
        raise SettingsRefused(problem.message, problems=[problem]) from None
