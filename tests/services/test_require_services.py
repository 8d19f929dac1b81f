import pytest

from tests.support.servers import RedisServer, programs
from tests.support.services import own, require


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZHIXUN_TEST_REDIS_URL", raising=False)
    monkeypatch.setattr(programs, "redis", lambda: None)


@pytest.mark.usefixtures("no_redis")
def test_a_missing_server_skips_with_a_line_that_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUIRE_SERVICES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="scripts/services start"):
        require("redis")


@pytest.mark.usefixtures("no_redis")
def test_a_missing_server_fails_where_servers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.fail.Exception, match="ZHIXUN_TEST_REDIS_URL is not set"):
        require("redis")


@pytest.mark.usefixtures("no_redis")
def test_an_own_server_without_its_program_fails_where_servers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_SERVICES", "1")
    server = RedisServer()
    with pytest.raises(pytest.fail.Exception, match="install redis-server"), own(server):
        pass
    assert not server.folder.exists()
