"""Whether a response is about what its request asks about. The worker checks the same when it records the response."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from api.errors import ConflictError, InvalidError
from api.problem_codes import ProblemCode
from api.services import Services
from models.contracts.handoff import ArtifactRef
from models.contracts.replacement import Replacement
from models.tables import HitlRequest
from store import hitl

REQUIRED = "is required: send the subject_hash of the request that you read"


async def check_subject(services: Services, request: HitlRequest, seen: str | None) -> None:
    """Check the subject that a person looked at. A request of an earlier version has none.

    Raises:
        InvalidError: the response names none.
        ConflictError: it names another one. The error has the request's own, and where the difference can be read.
    """
    if seen == request.subject_hash:
        return
    if seen is None:
        raise InvalidError("subject_hash", REQUIRED, code=ProblemCode.SUBJECT_REQUIRED)
    async with services.store.reading() as connection:
        current = await hitl.get(connection, request.id) or request
        if seen == current.subject_hash:
            return
        diff = await _diff(connection, current, seen)
    since = _replaced_since(current, seen)
    what = "The request asks about something else than you looked at."
    if since:
        what = f"{since[-1].by} has replaced what its step read since you looked at it."
    raise ConflictError(
        f"{what} Read it again, and decide on that.",
        code=ProblemCode.STALE,
        request={"request_id": str(request.id), "status": request.status},
        subject_hash=current.subject_hash,
        diff=diff,
        replaced=[each.model_dump(mode="json") for each in since],
    )


def _replaced_since(request: HitlRequest, seen: str) -> list[Replacement]:
    """Return what was replaced since the request had this subject; nothing if it never had."""
    replaced = [Replacement.model_validate(each) for each in request.replaced or ()]
    first = next((place for place, each in enumerate(replaced) if each.subject_hash == seen), len(replaced))
    return replaced[first:]


async def _diff(connection: AsyncConnection, request: HitlRequest, seen: str) -> str | None:
    """Return the address of the difference between what was looked at and what the request asks about: of an input that
    was replaced, or else against the artifact of the request that was looked at, or against the version before. None if
    it has no artifact."""
    since = _replaced_since(request, seen)
    if since:
        return _input_diff(request, since)
    if not request.artifacts:
        return None
    current = ArtifactRef.model_validate(request.artifacts[0])
    address = f"/api/v1/artifacts/{current.artifact_id}/diff"
    looked_at = await hitl.find_by_subject(connection, request.project_id, seen)
    before = (
        [ref for ref in map(ArtifactRef.model_validate, looked_at.artifacts) if ref.type == current.type]
        if (looked_at)
        else []
    )
    return f"{address}?against={before[0].artifact_id}" if before else address


def _input_diff(request: HitlRequest, since: list[Replacement]) -> str | None:
    """Return the address of what the last replacement changed; None if it withdrew the input."""
    changed = since[-1].artifact_id
    all_of_it = [Replacement.model_validate(each) for each in request.replaced or ()]
    before = [each.replaced_by for each in all_of_it[: -len(since)] if each.artifact_id == changed]
    now, then = since[-1].replaced_by, before[-1] if before else changed
    return f"/api/v1/artifacts/{now}/diff?against={then}" if now and then else None
