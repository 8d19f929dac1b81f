"""One schema on both databases: up, down and up again, killed in between, and the same as the tables say."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from search_service.store.base import Base
from search_service.store.connections import for_writing, open_engine
from search_service.store.migrate import difference, downgrade, up_to_date, upgrade
from search_service.store.tables import METADATA


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest) -> str:
    """A database that nobody has migrated."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path') / 'zhixun.db'}"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def engine(fresh: str) -> Iterator[sa.Engine]:
    found = open_engine(fresh)
    yield found
    found.dispose()


def toys() -> set[str]:
    """Tables that another test has declared for itself."""
    return {str(m.local_table) for m in Base.registry.mappers if not m.class_.__module__.startswith("search_service.")}


def ours() -> set[str]:
    return set(METADATA.tables) - toys()


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(fresh: str, engine: sa.Engine) -> None:
    assert not up_to_date(fresh)
    upgrade(fresh)
    assert tables(engine) == ours()
    downgrade(fresh)
    assert tables(engine) == set()
    assert not up_to_date(fresh)
    upgrade(fresh)
    upgrade(fresh)
    assert tables(engine) == ours()
    assert up_to_date(fresh)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ("DROP TABLE outbox_message", "outbox_message"),
        ("ALTER TABLE standard DROP COLUMN department", "standard.department"),
    ],
)
def test_what_is_missing_is_seen_whatever_the_revision_says(
    fresh: str, engine: sa.Engine, change: str, missing: str
) -> None:
    upgrade(fresh)
    with for_writing(engine).begin() as connection:
        connection.exec_driver_sql(change)
    found = difference(fresh)
    assert found is not None
    assert found.message.endswith(f"缺少 {missing}")
    assert not up_to_date(fresh)


def test_the_migrations_make_what_the_tables_say(fresh: str, engine: sa.Engine) -> None:
    upgrade(fresh)
    with engine.connect() as connection:
        strange = toys()
        no_toys = {"include_object": lambda _, name, kind, *__: kind != "table" or name not in strange}
        context = MigrationContext.configure(connection, opts={"compare_type": True, **no_toys})
        assert compare_metadata(context, METADATA) == []


def test_a_migration_that_ends_in_the_middle_leaves_nothing(
    fresh: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction on both databases: the second try finds the old schema whole (R25)."""
    execute = sa.Connection.execute

    def die(self: sa.Connection, statement: sa.Executable, *given: object, **named: object) -> object:
        if "plan_certificate" in str(statement):
            raise KeyboardInterrupt
        return execute(self, statement, *given, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(sa.Connection, "execute", die)
    with pytest.raises(KeyboardInterrupt):
        upgrade(fresh)
    monkeypatch.undo()
    assert tables(engine) == set()
    upgrade(fresh)
    assert up_to_date(fresh)


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event", "another way"])
def test_the_audit_is_append_only_whoever_asks(fresh: str, engine: sa.Engine, statement: str) -> None:
    if statement == "another way":
        replacing = "REPLACE INTO audit_event SELECT * FROM audit_event"
        statement = {"sqlite": replacing, "postgresql": "TRUNCATE audit_event"}[engine.dialect.name]
    upgrade(fresh)
    with for_writing(engine).begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO audit_event (id, at, actor, role, action, record, record_id, changes) VALUES"
            " ('01890000000070008000000000000000', '2026-11-21', 'a', 'staff', 'create', 'standard',"
            " '01890000000070008000000000000000', '{}')"
        )
    with pytest.raises(sa.exc.DBAPIError, match="审计记录只能追加"), for_writing(engine).begin() as connection:
        connection.exec_driver_sql(statement)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM audit_event").scalar() == 1


def test_texts_of_postgresql_sort_by_code_point(postgres_url: str) -> None:
    """As SQLite's do, whatever language the server was set up for."""
    upgrade(postgres_url)
    engine = open_engine(postgres_url)
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type = 'character varying' AND collation_name IS DISTINCT FROM 'C'"
            " AND table_name <> 'alembic_version'"
        )
        assert found.all() == []
    engine.dispose()
