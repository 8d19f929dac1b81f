"""Elasticsearch as one node in a folder of its own, with or without security."""

import shutil
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tests.support.servers import programs
from tests.support.servers.accounts import Account, NotStarted
from tests.support.servers.base import Server
from tests.support.servers.processes import free_port

SETTINGS = """
cluster.name: zhixun-tests
discovery.type: single-node
network.host: 127.0.0.1
cluster.routing.allocation.disk.threshold_enabled: false  # a nearly full disk is not what is tested
"""

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Without the proxy of the environment, which knows nothing of this machine's own ports."""


def answers(url: str) -> bool:
    """Whether the cluster's health is known. ``GET /`` is no measure: the build without modules answers 405 there.

    With security on, a refusal (401, 403) is an answer too.
    """
    try:
        with _DIRECT.open(f"{url}/_cluster/health?wait_for_status=yellow&timeout=1s", timeout=3):
            return True
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code in {401, 403}
    except OSError:
        return False


class ElasticServer(Server):
    """One node.

    Args:
        folder: See ``Server``.
        users: Name → (password, roles); not None switches security on. A password has at least 6 characters.
        roles: The text of ``roles.yml`` for roles of our own.
        heap: The JVM's memory; a node of a fault scenario does with less than the 1g for a million rows.
    """

    name = "Elasticsearch"
    account = Account("nobody")
    patience = 120

    def __init__(
        self,
        folder: Path | None = None,
        *,
        users: Mapping[str, tuple[str, list[str]]] | None = None,
        roles: str = "",
        heap: str = "512m",
    ) -> None:
        super().__init__(folder)
        self.users = users
        self.roles = roles
        self.heap = heap

    @property
    def url(self) -> str:
        """Plain HTTP."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """The JVM, its memory, and a configuration outside the distribution, which stays as it was unpacked."""
        return {
            "ES_JAVA_HOME": str(programs.java()),
            "ES_JAVA_OPTS": f"-Xms{self.heap} -Xmx{self.heap}",
            "ES_PATH_CONF": str(self.folder / "config"),
        }

    def prepare(self) -> None:
        """Copy the configuration and add settings, roles and users."""
        if programs.java() is None:
            raise NotStarted(f"no JDK {programs.JAVA} or newer here; install one (ES_JAVA_HOME names it)")
        home = programs.elasticsearch()
        if home is None:
            raise NotStarted("no Elasticsearch here; scripts/services start fetches it through mvn (install maven)")
        config = self.folder / "config"
        if config.exists():
            return
        shutil.copytree(home / "config", config)
        (self.folder / "logs").mkdir()
        secured = f"xpack.security.enabled: {str(self.users is not None).lower()}\n"
        (config / "elasticsearch.yml").write_text(SETTINGS + secured)
        (config / "roles.yml").write_text(self.roles)
        for path in (config, self.folder / "logs", *config.rglob("*")):
            self.account.own(path)
        for name, (password, roles) in (self.users or {}).items():
            self.run(home / "bin" / "elasticsearch-users", "useradd", name, "-p", password, "-r", ",".join(roles))

    def command(self, port: int) -> list[str]:
        """The node; its launcher stays in front and ends with it."""
        return [
            f"{programs.elasticsearch()}/bin/elasticsearch",
            f"-Ehttp.port={port}",
            f"-Etransport.port={free_port()}",
            f"-Epath.data={self.folder / 'data'}",
            f"-Epath.logs={self.folder / 'logs'}",
        ]

    def answers(self) -> bool:
        """Whether its health is known."""
        return answers(self.url)
