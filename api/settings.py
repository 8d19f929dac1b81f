"""Settings: the only reader of the environment (``ZHIXUN_*``, `.env`).  No environment at all = embedded defaults."""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime
from pydantic_settings import BaseSettings, SettingsConfigDict

from search_service.store.session import sqlite_url


class Settings(BaseSettings):
    """What can be chosen from outside (`docs/api.md`, settings)."""

    model_config = SettingsConfigDict(env_prefix="ZHIXUN_", env_file=".env", extra="ignore")

    data_dir: Path = Path("var")
    """`zhixun.db`, `index/`, `files/`, `cache/`; ignored by git."""
    database_url: str = ""
    """Empty: SQLite inside the data folder."""
    engine: Literal["embedded"] = "embedded"
    index_prefix: str = "zhixun"
    clock: AwareDatetime | None = None
    """An instant at which the clock starts and runs on: for tests and simulations."""

    @property
    def url(self) -> str:
        """The database to use."""
        return self.database_url or sqlite_url(self.data_dir.resolve())

    @property
    def index_dir(self) -> Path:
        """Where the embedded engine keeps its indices."""
        return self.data_dir.resolve() / "index"

    @property
    def clock_start(self) -> datetime | None:
        """When the clock starts, if not now."""
        return self.clock
