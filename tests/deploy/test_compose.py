"""The compose file cannot be started here (no container engine), so it is read: against the settings that the code
reads, the commands that exist, and the versions of the servers that the tests run on."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
import typer
import yaml

from api.cli import app
from api.doctor import CHECKS
from api.process_cli import STOP_SECONDS
from api.production import refused
from api.settings import PREFIX, Settings
from tests.support.servers import programs
from tests.support.services import require

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("zhixun:")]
SECRET = "0123456789abcdef" * 4


def commands() -> set[str]:
    found = typer.main.get_command(app)
    return set(found.commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_that_the_code_reads(name: str) -> None:
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    for setting in SERVICES[name]["environment"]:
        assert setting.removesuffix("_FILE") in known, setting


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name: str) -> None:
    assert SERVICES[name]["command"][:1] == ["zhixun"]
    assert SERVICES[name]["command"][1] in commands()
    check = SERVICES[name].get("healthcheck", {}).get("test", [])
    if "zhixun" in check:
        assert check[2] in commands()
        assert check[check.index("--only") + 1] in CHECKS


@pytest.mark.parametrize("name", OURS)
def test_production_would_start_with_these_settings(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for setting, value in SERVICES[name]["environment"].items():
        if setting.endswith("_FILE"):
            secret = tmp_path / setting
            secret.write_text(SECRET)
            monkeypatch.setenv(setting, str(secret))
        else:
            monkeypatch.setenv(setting, re.sub(r"\$\{ZHIXUN_PUBLIC_URL.*", "https://zhixun.example.cn", value))
    monkeypatch.setenv("ZHIXUN_HOSTS", "zhixun.example.cn")
    settings = Settings(_env_file=None)
    assert list(refused(settings)) == []
    assert settings.has_workers


def test_images_are_pinned_and_only_the_web_port_is_published() -> None:
    for name, service in SERVICES.items():
        assert re.search(r":\d+\.\d+\.\d+|:\d+\.\d+-", service["image"]), name
        assert ("ports" in service) == (name == "web"), name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["cap_drop"] == ["ALL"], name
        assert not service.get("privileged"), name
    (port,) = SERVICES["web"]["ports"]
    assert port.startswith("127.0.0.1:")
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all(service["networks"] == ["inside"] for name, service in SERVICES.items() if name != "web")


def test_whatever_runs_on_is_health_checked() -> None:
    once = {"migrate", "elasticsearch-setup"}
    for name, service in SERVICES.items():
        assert ("healthcheck" in service) == (name not in once), name
        assert service["restart"] == ("on-failure" if name in once else "unless-stopped"), name
        for needed, how in service.get("depends_on", {}).items():
            finished = "service_completed_successfully" if needed in once else "service_healthy"
            assert how["condition"] == finished, (name, needed)


def test_secrets_come_from_files_that_a_script_makes() -> None:
    made = (ROOT / "deploy" / "secrets").read_text("utf-8")
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"deploy/secrets.d/{name}"}
        assert name in made
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert not re.search(r"(?i)password:\s*\S*[a-z0-9]{8}", text), "a password in the file itself"
    assert "/deploy/secrets.d/" in (ROOT / ".gitignore").read_text("utf-8")


def test_the_image_of_elasticsearch_is_not_asked_to_read_what_it_refuses() -> None:
    # Its *_FILE wants mode 400 or 600, and the script has to leave secrets readable for the users of the containers.
    assert "chmod 444" in (ROOT / "deploy" / "secrets").read_text("utf-8")
    assert not [name for name in SERVICES["elasticsearch"]["environment"] if name.endswith("_FILE")]
    assert "/run/secrets/elastic_password" in " ".join(SERVICES["elasticsearch"]["entrypoint"])


def test_elasticsearch_has_no_setting_that_the_tests_do_not_run_with() -> None:
    """A setting like search.allow_expensive_queries=false forbids the prefix queries of suggestions."""
    assert not [name for name in SERVICES["elasticsearch"]["environment"] if name.startswith(("search.", "indices."))]


def dockerfile() -> list[str]:
    return (ROOT / "Dockerfile").read_text("utf-8").splitlines()


def test_the_image_runs_the_minor_version_of_python_that_the_tests_run() -> None:
    """Its patch is pinned and may be newer than what this machine has."""
    (image,) = {line.split()[1] for line in dockerfile() if line.startswith("FROM")}
    major, minor = sys.version_info[:2]
    assert re.fullmatch(rf"python:{major}\.{minor}\.\d+-slim-bookworm", image), image


def test_the_image_runs_as_nobody_and_installs_what_is_locked() -> None:
    lines = dockerfile()
    assert any(line.startswith("USER ") and not line.endswith("root") for line in lines)
    assert "--require-hashes" in "\n".join(lines)


def test_elasticsearch_is_the_version_that_the_tests_use() -> None:
    for name in ("elasticsearch", "elasticsearch-setup"):
        assert SERVICES[name]["image"] == f"elasticsearch:{programs.ELASTICSEARCH}", name


def test_the_elasticsearch_that_answers_the_tests_is_that_version() -> None:
    asked = f"{require('elasticsearch')}/_nodes/_local/none?filter_path=nodes.*.version"
    nodes = httpx2.get(asked, trust_env=False).json()["nodes"]
    assert {node["version"] for node in nodes.values()} == {programs.ELASTICSEARCH}


def test_postgresql_is_the_major_version_that_the_tests_use() -> None:
    """Within one, nothing changes but what was mended; which patch a machine installs is its own affair."""
    import psycopg  # noqa: PLC0415 - only where there is a server to ask

    with psycopg.connect(require("postgres").replace("+psycopg", "")) as connection:
        major = connection.info.server_version // 10_000
    assert re.fullmatch(rf"postgres:{major}\.\d+-bookworm", SERVICES["postgres"]["image"])


def test_redis_is_the_version_that_the_tests_use() -> None:
    import redis  # noqa: PLC0415 - likewise

    with redis.Redis.from_url(require("redis")) as client:
        version = client.info("server")["redis_version"]
    assert SERVICES["redis"]["image"] == f"redis:{version}-bookworm"


def test_the_web_process_has_ended_by_itself_before_it_would_be_killed() -> None:
    assert int(SERVICES["web"]["stop_grace_period"].removesuffix("s")) > STOP_SECONDS


def test_the_role_is_for_our_indices_only() -> None:
    role = json.loads((ROOT / "deploy" / "elasticsearch" / "role.json").read_text("utf-8"))
    assert {name for entry in role["indices"] for name in entry["names"]} == {"zhixun-*"}
    assert SERVICES["web"]["environment"]["ZHIXUN_ELASTICSEARCH_USER"] == "zhixun_app"
    assert "role/zhixun_app" in (ROOT / "deploy" / "elasticsearch" / "user").read_text("utf-8")
