"""The FastAPI application: its middleware, routes and services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline
from starlette.middleware.gzip import GZipMiddleware

from api import problems
from api.auth.dependencies import authorize
from api.middleware.access_log import REQUEST_ID, AccessLog
from api.middleware.body_limit import BodyLimit
from api.middleware.hosts import HostCheck, Hosts
from api.middleware.origins import OriginCheck
from api.middleware.request_spans import RequestSpans
from api.middleware.security_headers import SecurityHeaders
from api.openapi.documentation import extend_openapi
from api.page.diagrams import router as diagrams
from api.page.documents import missing_page
from api.page.documents import router as page
from api.page.files import PageFiles
from api.realtime import router as realtime
from api.routes import (
    accounts,
    agents,
    artifacts,
    audit,
    auth,
    budgets,
    contents,
    context,
    control,
    decisions,
    events,
    export,
    groups,
    health,
    hitl,
    ids,
    members,
    metrics,
    oidc,
    overview,
    people,
    pipelines,
    project_list,
    projects,
    recordings,
    recovery,
    removal,
    retries,
    stops,
    tasks,
    tokens,
    workflows,
)
from api.services import open_services
from config.settings import Settings
from telemetry.tracing import flush_spans, is_tracing

PREFIX = "/api/v1"
MIN_COMPRESSED_SIZE = 500
"""Bytes; smaller responses are not worth the time."""

DESCRIPTION = "A crew of agents turns briefs into deliveries, and people decide at the gates."


def create_app(settings: Settings) -> FastAPI:
    """Create the API. It opens its connections when it starts to serve; the servers need not be available yet."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_services(settings) as services:
            app.state.services = services
            app.state.hub = hub = services.hub
            await hub.start()
            try:
                yield
            finally:
                await hub.close()
                await flush_spans()

    app = FastAPIOffline(
        title="BotArmy",
        description=DESCRIPTION,
        version="1",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    problems.install(app, missing_page)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, seconds=settings.request_seconds)
    app.add_middleware(OriginCheck, allowed=settings.origins)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=[REQUEST_ID, "Location", "ETag", "Retry-After"],
        )
    app.add_middleware(GZipMiddleware, minimum_size=MIN_COMPRESSED_SIZE, compresslevel=6)
    if is_tracing():
        app.add_middleware(RequestSpans)
    app.add_middleware(AccessLog)
    app.add_middleware(PageFiles)
    app.add_middleware(HostCheck, hosts=Hosts.of(settings))
    app.add_middleware(SecurityHeaders, public_urls=settings.public_url)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(realtime)
    v1 = APIRouter(prefix=PREFIX, dependencies=[Depends(authorize)])
    for module in (
        project_list,
        projects,
        overview,
        control,
        recovery,
        removal,
        retries,
        events,
        export,
        budgets,
        tasks,
        recordings,
        artifacts,
        contents,
        context,
        hitl,
        decisions,
        ids,
        pipelines,
        agents,
        stops,
        workflows,
        auth,
        accounts,
        audit,
        tokens,
        groups,
        members,
        people,
    ):
        v1.include_router(module.router)
    app.include_router(v1)
    app.include_router(oidc.router)
    app.include_router(page)
    app.include_router(diagrams)
    extend_openapi(app)
    return app
