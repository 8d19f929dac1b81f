"""Production refuses to start with what is not safe, and says all of it at once (S13)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api import cli, production, wiring
from api.app import create
from api.settings import Settings, SettingsRefused, read
from search_service.store.migrate import upgrade
from tests.api.conftest import assert_problem

KEY = "0123456789abcdef" * 4
SAFE = {
    "MODE": "production",
    "SECRET_KEY": KEY,
    "PUBLIC_URL": "https://zhixun.example.cn",
    "HOSTS": "zhixun.example.cn",
    "GATEWAY": "folder",
}
MANY = {
    **SAFE,
    "DATABASE_URL": "postgresql://zhixun@postgres/zhixun",
    "DATABASE_PASSWORD": KEY,
    "ENGINE": "elastic",
    "ELASTICSEARCH_USER": "zhixun",
    "ELASTICSEARCH_PASSWORD": KEY,
    "REDIS_URL": "redis://redis:6379/0",
    "REDIS_PASSWORD": KEY,
    "WORKERS": "4",
}
UNSAFE = [
    ({"SECRET_KEY": "development-only"}, "default_secret"),
    ({"SECRET_KEY": "changeme-changeme-changeme-changeme"}, "default_secret"),
    ({"SECRET_KEY": KEY[:31]}, "weak_secret"),
    ({"SECRET_KEY": "ab" * 40}, "weak_secret"),
    ({"PUBLIC_URL": "http://zhixun.example.cn"}, "insecure"),
    ({"HOSTS": "*"}, "wildcard"),
    ({"HOSTS": "zhixun.example.cn,*.example.cn"}, "wildcard"),
    ({"HOSTS": ""}, "wildcard"),
    ({"GATEWAY": ""}, "no_gateway"),
    ({"DEBUG": "1"}, "debug"),
    ({"CLOCK": "2026-11-21T10:00:00+08:00"}, "clock"),
    ({"FAILPOINTS": "after_commit=kill"}, "failpoints"),
    ({"DATABASE_URL": ""}, "sqlite_workers"),
    ({"DATABASE_URL": "", "WORKERS": "1"}, "sqlite_shared"),
    ({"DATABASE_PASSWORD": "postgres"}, "default_secret"),
    ({"DATABASE_URL": "postgresql://zhixun:short@postgres/zhixun"}, "weak_secret"),
    ({"REDIS_URL": "redis://:short@redis:6379/0"}, "weak_secret"),
    ({"REDIS_URL": ""}, "no_worker"),
    ({"ELASTICSEARCH_USER": ""}, "no_password"),
    ({"ELASTICSEARCH_USER": "elastic"}, "superuser"),
    ({"ELASTICSEARCH_PASSWORD": "elastic"}, "default_secret"),
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of a developer, no data of one."""
    monkeypatch.chdir(tmp_path)


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"ZHIXUN_{name}", value)


def codes(settings: Settings) -> list[str]:
    return [problem.code for problem in production.refused(settings)]


@pytest.mark.parametrize("values", [SAFE, MANY], ids=["one process", "many"])
def test_what_is_safe_starts(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    set_all(monkeypatch, values)
    assert codes(read()) == []


@pytest.mark.parametrize(
    ("change", "code"), UNSAFE, ids=[f"{c}-{next(iter(v))}-{n}" for n, (v, c) in enumerate(UNSAFE)]
)
def test_each_unsafe_setting_is_refused(monkeypatch: pytest.MonkeyPatch, change: dict[str, str], code: str) -> None:
    set_all(monkeypatch, {**MANY, **change})
    assert code in codes(read())


def test_a_redis_without_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, {name: value for name, value in MANY.items() if name != "REDIS_PASSWORD"})
    (problem,) = production.refused(read())
    assert (problem.loc, problem.code) == ("ZHIXUN_REDIS_PASSWORD", "no_password")
    monkeypatch.setenv("ZHIXUN_REDIS_URL", f"redis://:{KEY}@redis:6379/0")
    assert codes(read()) == []


def test_everything_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_all(monkeypatch, {"MODE": "production", "DEBUG": "1", "DATA_DIR": str(tmp_path / "data")})
    with pytest.raises(SettingsRefused) as refused:
        wiring.build(web=True)
    assert {problem.loc for problem in refused.value.problems} == {
        "ZHIXUN_SECRET_KEY",
        "ZHIXUN_PUBLIC_URL",
        "ZHIXUN_HOSTS",
        "ZHIXUN_GATEWAY",
        "ZHIXUN_DEBUG",
    }
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["serve", "worker", "beat", "migrate", "demo"])
def test_no_command_starts(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    set_all(monkeypatch, {"MODE": "production"})
    result = CliRunner().invoke(cli.app, [command])
    assert isinstance(result.exception, SettingsRefused)


def test_development_may_do_as_it_likes() -> None:
    production.require_safe(Settings(debug=True, failpoints="x=kill"))


def test_production_does_not_migrate_by_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_all(monkeypatch, {**SAFE, "DATA_DIR": str(tmp_path)})
    with pytest.raises(SettingsRefused, match="zhixun migrate"):
        wiring.build()
    upgrade(read().url)
    wiring.build().close()


def test_production_does_not_start_on_a_schema_with_a_hole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its revision is the newest, so nothing but looking shows it; `migrate` cannot mend it and says so."""
    set_all(monkeypatch, {**SAFE, "DATA_DIR": str(tmp_path)})
    upgrade(read().url)
    with closing(sqlite3.connect(tmp_path / "zhixun.db")) as database:
        database.execute("DROP TABLE outbox_message")
    with pytest.raises(SettingsRefused, match="缺少 outbox_message"):
        wiring.build()
    result = CliRunner().invoke(cli.app, ["migrate"])
    assert isinstance(result.exception, SettingsRefused)
    assert "outbox_message" in str(result.exception)


def test_secrets_come_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("p@ss/word:\n", "utf-8")
    set_all(monkeypatch, {"DATABASE_URL": "postgresql://zhixun@postgres/zhixun", "REDIS_URL": "redis://redis:6379/0"})
    for name in ("DATABASE_PASSWORD", "REDIS_PASSWORD"):
        monkeypatch.setenv(f"ZHIXUN_{name}_FILE", str(tmp_path / "password"))
    found = make_url(read().url)
    assert (found.drivername, found.username, found.password, found.host) == (
        "postgresql+psycopg",
        "zhixun",
        "p@ss/word:",
        "postgres",
    )
    assert read().broker_url == "redis://:p%40ss%2Fword%3A@redis:6379/0"
    assert "p@ss" not in repr(read())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENGINE", "solr"),
        ("DATABASE_URL", "mysql://a/b"),
        ("DATABASE_URL", "nonsense"),
        ("CLOCK", "yesterday"),
        ("WORKERS", "0"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://:443/"),
        ("PUBLIC_URL", "https://zhixun.example.cn:port"),
        ("PUBLIC_URL", "zhixun.example.cn"),
        ("SECRET_KEY_FILE", "/no/such/file"),
    ],
)
def test_what_means_nothing_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ZHIXUN_{name}", value)
    with pytest.raises(SettingsRefused) as refused:
        read()
    assert refused.value.problems


@pytest.fixture
def public(tmp_path: Path) -> Iterator[TestClient]:
    services = wiring.build(
        Settings(data_dir=tmp_path, hosts="zhixun.example.cn", public_url="https://zhixun.example.cn")
    )
    yield TestClient(create(services), base_url="https://zhixun.example.cn")
    services.close()


def test_only_our_names_are_answered(public: TestClient) -> None:
    for host in ("zhixun.example.cn", "zhixun.example.cn:443", "ZHIXUN.example.cn", "127.0.0.1:8000", "localhost"):
        assert public.get("/healthz", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "zhixun.example.cn.evil.example", "evil.example:zhixun.example.cn"):
        assert_problem(public.get("/healthz", headers={"Host": host}), 400, "host")


def test_browsers_are_told_to_come_over_https_only(public: TestClient, client: TestClient) -> None:
    assert public.get("/healthz").headers["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" not in client.get("/healthz").headers
