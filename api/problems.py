"""Every error as `application/problem+json`, mapped here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, InterfaceError, NoResultFound, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from api.errors import ApiError, InvalidValueError, UnavailableError
from api.problem_codes import ProblemCode, code_of
from api.value_errors import explain as explain_value
from config.postgres import explain
from config.schema_check import NOT_MIGRATED
from models.contracts.contract import storable
from store.transaction import ProjectUnknownError

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 20
MAX_NAME = 100
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def problem(
    status: HTTPStatus,
    detail: str,
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
    code: ProblemCode | None = None,
) -> Response:
    """Return a problem response. Its type is about:blank: status and code tell programs all they need."""
    code = code or code_of(status)
    body = {"type": "about:blank", "title": status.phrase, "status": status, "code": code, "detail": storable(detail)}
    return Response(
        orjson.dumps({**body, **(members or {})}), status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def problem_of(error: ApiError) -> Response:
    """Return the problem response of an error."""
    return problem(error.status, error.detail, error.headers, error.members, error.code)


def unavailable(detail: str) -> Response:
    """Return a problem response of 503 with Retry-After."""
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, UnavailableError.headers)


def install(app: FastAPI, missing_page: Callable[[Request], Response | None]) -> None:
    """Register the handlers that turn every error of the app into a problem. `missing_page` returns the page for a
    person who opens an unknown path, or None for a program."""

    async def unknown_path(request: Request, error: Exception) -> Response:
        return missing_page(request) or await _http_exception(request, error)

    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(HTTPStatus.NOT_FOUND, unknown_path)
    app.add_exception_handler(RequestValidationError, _invalid)
    # It was removed since the request began.
    app.add_exception_handler(ProjectUnknownError, _removed)
    app.add_exception_handler(NoResultFound, _removed)
    # The store runs some statements through SQLAlchemy and some through the driver itself.
    for data_error in (DataError, psycopg.DataError):
        app.add_exception_handler(data_error, _data_error)
    for unavailable in (
        OperationalError,
        InterfaceError,
        PoolTimeoutError,
        psycopg.OperationalError,
        psycopg.InterfaceError,
    ):
        app.add_exception_handler(unavailable, _database_unavailable)
    for programming_error in (ProgrammingError, psycopg.ProgrammingError):
        app.add_exception_handler(programming_error, _not_migrated)


def nothing_at(path: str) -> str:
    return f"There is nothing at {path}."


def not_allowed(method: str) -> str:
    return f"{method} is not allowed here."


async def _api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return problem_of(error)


async def _removed(request: Request, error: Exception) -> Response:
    return problem(HTTPStatus.NOT_FOUND, "The project has been removed.")


async def _http_exception(request: Request, error: Exception) -> Response:
    """Handle what FastAPI and Starlette raise themselves: unknown paths and methods, bodies that are too large."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    details = {
        HTTPStatus.NOT_FOUND: nothing_at(request.url.path),
        HTTPStatus.METHOD_NOT_ALLOWED: not_allowed(request.method),
    }
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED and (allowed := _allowed(request)):
        headers["Allow"] = ", ".join(allowed)
    return problem(status, details.get(status, str(error.detail)), headers)


def _allowed(request: Request) -> list[str]:
    """Return every method that the path allows; the error itself names one route's, and a path may have several. What
    the document has under this very path, such as `/hitl/pending`, is not `/hitl/{request_id}`."""
    if documented := request.app.openapi()["paths"].get(request.url.path):
        return sorted(method for method in map(str.upper, documented) if method in METHODS)
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    return [method for method in METHODS if any(route.matches(scopes[method])[0] is Match.FULL for route in routes)]


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [_field_error(details) for details in error.errors()[:MAX_ERRORS]]
    detail = "; ".join(f"{field['field'] or field['in']}: {field['message']}" for field in errors)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, members={"errors": errors}, code=_code(error))


def _code(error: RequestValidationError) -> ProblemCode | None:
    """Return the code of a validator's error, if that is the only error and has one."""
    (first, *others) = error.errors()
    cause = first.get("ctx", {}).get("error")
    return cause.code if isinstance(cause, InvalidValueError) and not others else None


def _field_error(error: Mapping[str, Any]) -> dict[str, str]:
    """Return where the error is and what it is; never the input itself, which may be huge, secret or not text."""
    place, *names = error["loc"]
    if error["type"] == "json_invalid":
        message = f"invalid JSON: {error['ctx']['error']}"
        return {"in": "body", "field": "", "message": storable(message)}
    field = storable(".".join(str(name) for name in names))[:MAX_NAME]
    return {"in": str(place), "field": field, "message": storable(explain_value(error))}


async def _data_error(request: Request, error: Exception) -> Response:
    """The shapes refuse what PostgreSQL refuses. Should they miss a value, the client can still correct it."""
    log.warning("database_refused_value", reason=str(error))
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "A value cannot be stored.")


async def _database_unavailable(request: Request, error: Exception) -> Response:
    log.warning("database_unavailable", reason=(str(error) or repr(error)).splitlines()[0])
    cause = error.orig if isinstance(error, OperationalError) else error
    state = "has no space left" if isinstance(cause, psycopg.errors.DiskFull) else "is unavailable"
    return unavailable(f"The database {state}.")


async def _not_migrated(request: Request, error: Exception) -> Response:
    """Handle a missing table or column, if the database has not been migrated for this version, or a missing
    privilege."""
    cause = error.orig if isinstance(error, ProgrammingError) else error
    if isinstance(cause, psycopg.errors.InsufficientPrivilege):
        log.warning("database_permission_denied", reason=str(error))
        return unavailable(f"The database user lacks a privilege: {explain(cause)}.")
    if not isinstance(cause, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        raise error
    log.warning("database_not_migrated", reason=str(error))
    return unavailable(NOT_MIGRATED)
