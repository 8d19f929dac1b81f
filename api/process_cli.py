"""The commands of containers: ``migrate`` once, then ``serve``, ``worker`` and ``beat`` until they are stopped."""

from typing import Annotated

import typer
import uvicorn
from rich.markup import escape

from api import logs, production, wiring
from api.settings import Settings, SettingsRefused, read
from api.terminal import Json, out, show
from search_service.errors import Problem
from search_service.store.migrate import difference, upgrade

STOP_SECONDS = 25
"""Requests that are under way when the process is asked to stop have so long; docker-compose.yml kills after 30."""

app = typer.Typer()


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT")] = 8000,
    workers: Annotated[int | None, typer.Option(help="网页进程数,默认取自 ZHIXUN_WORKERS")] = None,
) -> None:
    """提供页面与接口;嵌入模式同时运行后台任务。"""
    settings = read()
    logs.set_up(settings)
    count = workers or settings.workers
    wiring.build(settings.model_copy(update={"workers": count})).close()  # refuse or migrate once, before many would
    out.print(f"质寻正在 http://{escape(host)}:{port} 提供服务,按 Ctrl+C 停止")
    uvicorn.run(
        "api.app:create",
        factory=True,
        host=host,
        port=port,
        workers=count,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        forwarded_allow_ips=settings.trusted_proxies,
    )


@app.command()
def worker(concurrency: Annotated[int, typer.Option(help="进程数")] = 2) -> None:
    """生产模式的后台进程:把数据库的变更写入搜索引擎。"""
    settings = read()
    _require_workers(settings)
    wiring.build(settings).close()  # refuse a schema of another release here, once, not in every process of the pool
    logs.set_up(settings)
    from api import worker as celery  # noqa: PLC0415 - Celery is imported only where it is used

    celery.work(concurrency)


@app.command()
def beat() -> None:
    """生产模式的节拍:每 5 秒唤醒一次后台进程。"""
    settings = read()
    _require_workers(settings)
    logs.set_up(settings)
    from api import worker as celery  # noqa: PLC0415 - as above

    celery.beat()


@app.command()
def migrate(as_json: Json = False) -> None:
    """建立或升级数据库结构;可重复执行。"""
    settings = read()
    production.require_safe(settings)
    upgrade(settings.url)
    if (found := difference(settings.url)) is not None:
        raise SettingsRefused(f"数据库{found.message}:{found.advice}")
    show({"revision": "head"}, as_json=as_json, table=lambda: out.print("数据库结构已是最新"))


def _require_workers(settings: Settings) -> None:
    """Refuse where a worker would have nothing to do: the embedded engine is written by the web process alone."""
    production.require_safe(settings)
    if not settings.has_workers:
        hint = "请设置 ZHIXUN_ENGINE=elastic 与 ZHIXUN_REDIS_URL,或只运行 zhixun serve"
        problem = Problem("ZHIXUN_ENGINE", "no_workers", "嵌入模式没有后台进程:由 serve 完成同样的工作", hint)
        raise SettingsRefused(problem.message, problems=[problem])
