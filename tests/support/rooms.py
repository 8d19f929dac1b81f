"""A place of one's own on a server that many tests use at once: a database, a number, a beginning for names."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from elasticsearch import Elasticsearch
from redis import Redis
from sqlalchemy import make_url

LEASE = 3600
"""Seconds after which the Redis number of a test run that was killed is free again; no run lasts longer."""


@contextmanager
def own_database(server_url: str) -> Iterator[str]:
    """The address of an empty database that nobody has migrated; dropped at the end with whoever is connected."""
    server = make_url(server_url)
    name = f"zhixun_test_{secrets.token_hex(6)}"
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute(f'CREATE DATABASE "{name}"')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(address, autocommit=True) as superuser:
            superuser.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def own_number(server_url: str) -> Iterator[str]:
    """The address of a Redis database that nobody else uses, empty at the beginning and at the end.

    Database 0 holds who has which; the others (15 as Redis comes, 63 as we start it) are given away.
    """
    server = server_url.rpartition("/")[0]
    with Redis.from_url(f"{server}/0") as register:
        numbers = range(1, int(register.config_get("databases")["databases"]))
        number = next((one for one in numbers if register.set(_taken(one), 1, nx=True, ex=LEASE)), None)
        if number is None:
            raise RuntimeError("every Redis number is taken by a test run; wait, or `scripts/services stop redis`")
        try:
            with Redis.from_url(f"{server}/{number}") as ours:
                ours.flushdb()
                yield f"{server}/{number}"
                ours.flushdb()
        finally:
            register.delete(_taken(number))


def _taken(number: int) -> str:
    return f"zhixun:test:taken:{number}"


@contextmanager
def own_prefix(server_url: str) -> Iterator[str]:
    """A beginning for names of indices and aliases that nobody else has; the indices are deleted at the end."""
    prefix = f"test-{secrets.token_hex(6)}-"
    try:
        yield prefix
    finally:
        with Elasticsearch(server_url, request_timeout=30) as client:
            # Elasticsearch refuses to delete by a pattern, and an alias by its name.
            if names := list(client.indices.get(index=f"{prefix}*", expand_wildcards="all")):
                client.indices.delete(index=names)
