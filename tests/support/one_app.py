"""One application for the tests of a process: to build one takes a fifth of a second, and hundreds of tests want it."""

from typing import Any, cast

from fastapi import FastAPI

from api.app import create
from api.wiring import Services

AT_BUILDING = {"registry", "settings", "lock"}
"""What an application may take out of its services before a request comes: the same for all tests, or never used."""


class InTurn:
    """Stands for the services of the test that runs now; all else that routes take, they take in each request."""

    def __init__(self, first: Services) -> None:
        self.__dict__["current"] = first
        self.__dict__["built"] = False

    def __getattr__(self, name: str) -> Any:
        assert self.__dict__["built"] or name in AT_BUILDING, f"kept from one test to the next: {name}"
        return getattr(self.__dict__["current"], name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.__dict__["current"], name, value)


class OneApp:
    """An application whose services change with the test."""

    def __init__(self, first: Services) -> None:
        self._services = InTurn(first)
        self.app: FastAPI = create(cast("Services", self._services))
        self._services.__dict__["built"] = True

    def turn_to(self, services: Services) -> None:
        """From now on requests go there."""
        self._services.__dict__["current"] = services
