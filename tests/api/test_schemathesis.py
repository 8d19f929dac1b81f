"""B12: what the API documents about itself is true for generated requests, whoever asks.

For every operation: no server error, only documented statuses, content types, headers and bodies; what breaks the
documented rules is refused; errors are problems in Chinese and say nothing of an engine, a database or a stack.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import ignored_auth, negative_data_rejection, positive_data_acceptance
from schemathesis.generation import GenerationMode

from api.app import create
from api.cookies import SESSION
from api.wiring import Services
from search_service.kinds import REGISTRY
from search_service.kinds.access import Role
from search_service.people import sessions
from search_service.people.sessions import Visitor
from tests.api.conftest import Headers, bearer, chinese, leaks
from tests.support.signed_in import OURS, PASSWORD, account

ROLES = ("public", "institution", "staff", "person", "administrator")
PEOPLE = ("memberships", "accounts", "sessions")  # in this order: what ends a session comes last
MANY = 15
"""Requests to each operation in each role, anew in every run: 150 operations, five roles and two modes make 20,000."""
GROUPS = (
    *(record.plural for record in REGISTRY),
    "vocabulary",
    "requirements",
    "staff",
    "search",
    "suggest",
    "healthz",
    "readyz",
    *PEOPLE,
)
"""The word behind /api/v1 of every operation."""


@dataclass
class Api:
    """The documented operations, who may ask, and ids that exist."""

    operations: dict[str, list[Any]]
    headers: dict[str, Headers]
    ids: dict[str, list[str]]


@pytest.fixture(scope="module")
def api(scratch: Services) -> Api:
    app = create(scratch)

    async def without_lifespan(scope: Any, receive: Any, send: Any) -> None:
        """Schemathesis would start the drain and keep it running behind all later tests."""
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await app(scope, receive, send)

    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = without_lifespan
    operations: dict[str, list[Any]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        operations.setdefault(operation.path.split("/")[3], []).append(operation)
    with scratch.database.read() as session:
        ids = {
            record.plural: [str(row.id) for row in session.query(record.model).order_by(record.model.id).limit(20)]
            for record in REGISTRY
        }
    mine = ids["institutions"][0]
    headers = {
        "public": {},
        "institution": bearer(scratch, "institution", mine),
        "staff": bearer(scratch, "staff"),
        **{role.value: cookie(scratch, role) for role in (Role.PERSON, Role.ADMINISTRATOR)},
    }
    return Api(operations, headers, ids)


def cookie(services: Services, role: Role) -> Headers:
    """Somebody who is signed in, in our own pages."""
    secret = sessions.login(services.database, account(services, role), PASSWORD, Visitor("203.0.113.7"))
    return {"Cookie": f"{SESSION}={secret}", **OURS}


def examine(api: Api, operation: Any, roles: tuple[str, ...], examples: int, *, fixed: bool) -> None:
    """Send generated requests, half of them about records that exist; every answer is judged."""
    modes = [GenerationMode.POSITIVE]
    raw = operation.definition.raw
    said = "requestBody" in raw or any(one["in"] != "path" for one in raw.get("parameters", ()))
    # Any text is an id, so what says nothing else cannot be asked wrongly; nor can a mere read.
    if operation.query or (said and operation.method != "get"):
        modes.append(GenerationMode.NEGATIVE)
    known = (
        st.none() | st.sampled_from(api.ids.get(operation.path.split("/")[3]) or [""])
        if "{" in operation.path
        else st.none()
    )
    for mode in modes:

        @settings(
            max_examples=examples,
            derandomize=fixed,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), role=st.sampled_from(roles), identifier=known)
        def run(case: Any, role: str, identifier: str | None) -> None:
            if identifier:
                case.path_parameters["record_id"] = identifier
                if operation.method in {"put", "patch", "delete"}:
                    case.headers["If-Match"] = "*"
            answer = case.call(headers=api.headers[role])
            judge(answer)
            # Valid by the schema is not yet right: dates have an order, references must lead somewhere.
            excluded = [positive_data_acceptance]
            query = parse_qsl(urlsplit(answer.request.url).query, keep_blank_values=True)
            # A blank is as if not said: forms send all their fields.  Nor do blanks around a text count in its length.
            # And 412 is a refusal that schemathesis forgets.
            # Nor is a session missing that the role brings along in the cookie or token that was left out.
            blanks = any(not value for _, value in query) or blanks_around(case.body)
            if answer.status_code == 412 or blanks or lacks_only_what_signs_in(case):
                excluded.append(negative_data_rejection)
            if "Cookie" in api.headers[role]:
                excluded.append(ignored_auth)  # it takes the token away and leaves the cookie, which signs in as well
            case.validate_response(answer, headers=api.headers[role], excluded_checks=excluded)

        run()


def blanks_around(body: Any) -> bool:
    """Whether a text in a body begins or ends with what is cut off."""
    if isinstance(body, str):
        return body != body.strip()
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return any(map(blanks_around, inner))


def lacks_only_what_signs_in(case: Any) -> bool:
    """Whether nothing but the session's cookie or the token makes a generated request invalid."""
    wrong = {place.value for place, component in case.meta.components.items() if component.mode.is_negative}
    return wrong == {"cookie"} or (wrong == {"header"} and case.meta.phase.data.parameter == "Authorization")


def judge(answer: Any) -> None:
    assert answer.status_code // 100 in {2, 4} or answer.status_code == 304
    if answer.status_code < 400:
        return
    sent = f"{unquote(answer.request.url)} {answer.request.body!r}".lower()
    assert [word for word in leaks(answer.text) if word not in sent] == []  # what was sent may be quoted
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["trace_id"] == answer.headers["x-trace-id"][0]
    for text in (problem["title"], problem["detail"], *(error["message"] for error in problem["errors"])):
        assert chinese(text), problem


def test_every_operation_is_in_a_group(api: Api) -> None:
    assert set(api.operations) == set(GROUPS)
    assert sum(map(len, api.operations.values())) > 7 * len(list(REGISTRY))


@pytest.mark.parametrize("group", GROUPS)
def test_what_the_api_says_of_itself_is_true(api: Api, group: str) -> None:
    for operation in api.operations[group]:
        examine(api, operation, ROLES, 4, fixed=True)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("group", GROUPS)
def test_it_is_true_for_many_more(api: Api, group: str, role: str) -> None:
    for operation in api.operations[group]:
        examine(api, operation, (role,), MANY, fixed=False)
