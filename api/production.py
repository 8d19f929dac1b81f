"""What production refuses to start with: everything that is wrong is said at once (S13)."""

from collections.abc import Iterator

from pydantic import SecretStr

from api.addresses import password_of
from api.settings import PREFIX, Settings, SettingsRefused
from search_service.errors import Problem

SHORTEST = 16
"""Characters of a password that only programs type: 64 bits even where all of them are hexadecimal."""

SHORTEST_KEY = 32
"""Characters of the signing key: 128 bits."""

FEWEST_LETTERS = 6
"""Different characters: a real one of 16 has fewer once in ten million times; `aaaaaaaaaaaaaaaa` always."""

WELL_KNOWN = ("development", "changeme", "password", "example", "secret", "postgres", "elastic", "zhixun", "123456")
"""What stands in examples: a secret that begins so was not made for this site."""


def require_safe(settings: Settings) -> None:
    """Refuse what must not run in production; development may do as it likes.

    Raises:
        SettingsRefused: with every reason.
    """
    if settings.mode == "production" and (problems := list(refused(settings))):
        raise SettingsRefused(f"生产模式拒绝启动:{len(problems)} 项设置不安全", problems=problems)


def refused(settings: Settings) -> Iterator[Problem]:
    """Everything that is wrong with these settings for production."""
    yield from _secrets(settings)
    yield from _surface(settings)
    yield from _messages(settings)
    yield from _test_tools(settings)
    yield from _servers(settings)


def _problem(name: str, code: str, message: str, hint: str) -> Problem:
    return Problem(PREFIX + name.upper(), code, message, hint)


def _secrets(settings: Settings) -> Iterator[Problem]:
    made = f"例如 openssl rand -hex {SHORTEST_KEY},并以 {PREFIX}…_FILE 从文件读取"
    secrets = {
        "secret_key": (settings.secret_key.get_secret_value(), SHORTEST_KEY),
        "database_password": (password_of(settings.url), SHORTEST),
        "redis_password": (password_of(settings.broker_url), SHORTEST),
        "elasticsearch_password": (_plain(settings.elasticsearch_password), SHORTEST),
    }
    for name, (secret, shortest) in secrets.items():
        if secret is None:
            continue
        if secret.lower().startswith(WELL_KNOWN):
            yield _problem(name, "default_secret", "仍是默认或众所周知的密钥", made)
        elif len(secret) < shortest or len(set(secret)) < FEWEST_LETTERS:
            yield _problem(name, "weak_secret", f"密钥过短或过于简单,至少 {shortest} 个字符", made)


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _surface(settings: Settings) -> Iterator[Problem]:
    if not settings.public_url.startswith("https://"):
        yield _problem(
            "public_url", "insecure", "对外地址不是 https,会话 cookie 会明文传输", "例如 https://zhixun.example.cn"
        )
    hosts = [host.strip() for host in settings.hosts.split(",")]
    if not all(hosts) or any(host.startswith("*") for host in hosts):
        yield _problem("hosts", "wildcard", "接受任意主机名的请求", "请列出对外的主机名,例如 zhixun.example.cn")


def _messages(settings: Settings) -> Iterator[Problem]:
    if not settings.gateway:
        yield _problem(
            "gateway", "no_gateway", "没有短信与邮件网关:验证码和通知只会写入文件", "确实如此时请明确写 folder"
        )


def _test_tools(settings: Settings) -> Iterator[Problem]:
    if settings.debug:
        yield _problem("debug", "debug", "调试模式会把数据写入日志", "请去掉该设置")
    if settings.clock is not None:
        yield _problem("clock", "clock", "时钟不是当前时间:时限与有效期都会算错", "请去掉该设置")
    if settings.failpoints:
        yield _problem("failpoints", "failpoints", "故障点会杀死进程,只用于测试", "请去掉该设置")


def _servers(settings: Settings) -> Iterator[Problem]:
    use = "请改用 PostgreSQL:postgresql://用户@主机/库名"
    if settings.url.startswith("sqlite"):
        if settings.workers > 1:
            yield _problem("workers", "sqlite_workers", f"SQLite 不能由 {settings.workers} 个进程同时写入", use)
        if settings.engine == "elastic":
            yield _problem("database_url", "sqlite_shared", "Elasticsearch 方式有多个进程,不能共用 SQLite", use)
    elif password_of(settings.url) is None:
        yield _problem("database_password", "no_password", "数据库没有密码", f"请设置 {PREFIX}DATABASE_PASSWORD_FILE")
    if settings.engine == "elastic":
        if not settings.redis_url:
            yield _problem("redis_url", "no_worker", "没有 Redis 就没有后台进程更新索引", "例如 redis://redis:6379/0")
        elif password_of(settings.broker_url) is None:
            yield _problem("redis_password", "no_password", "Redis 没有密码", f"请设置 {PREFIX}REDIS_PASSWORD_FILE")
        if not settings.elasticsearch_user or settings.elasticsearch_password is None:
            yield _problem(
                "elasticsearch_user", "no_password", "访问 Elasticsearch 没有用户名与密码", "请为本应用建立专用角色"
            )
        elif settings.elasticsearch_user == "elastic":
            yield _problem(
                "elasticsearch_user", "superuser", "使用了超级用户 elastic", "请为本应用建立只能访问自身索引的角色"
            )
