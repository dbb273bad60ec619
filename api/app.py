"""The application: its middleware, its calls, and what they work with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline
from starlette.middleware.gzip import GZipMiddleware

from api import documentation, page, problems
from api.middleware.access_log import REQUEST_ID, Access
from api.middleware.body_limit import BodyLimit
from api.middleware.hosts import HostCheck, Hosts
from api.middleware.origins import Origins
from api.page_files import PageFiles
from api.realtime import router as realtime
from api.routes import (
    agents,
    artifacts,
    contents,
    control,
    export,
    health,
    hitl,
    logs,
    pipelines,
    projects,
    recovery,
    tasks,
    workflows,
)
from api.services import opened
from config.settings import Settings

PREFIX = "/api/v1"
COMPRESSED_FROM = 500
"""Bytes; smaller answers are not worth the time."""

DESCRIPTION = "Briefs go in, agents hand over, humans decide, deliveries come out."


def create_app(settings: Settings) -> FastAPI:
    """The API. It opens its connections when it starts to serve, and needs no server to be there by then."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings) as services:
            app.state.services = services
            app.state.hub = hub = services.hub
            await hub.start()
            try:
                yield
            finally:
                await hub.close()

    app = FastAPIOffline(
        title="BotArmy",
        description=DESCRIPTION,
        version="1",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    problems.install(app)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, seconds=settings.request_seconds)
    app.add_middleware(Origins, allowed=settings.origins)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=[REQUEST_ID, "Location", "ETag", "Retry-After"],
        )
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM, compresslevel=6)
    app.add_middleware(Access)
    app.add_middleware(PageFiles)
    app.add_middleware(HostCheck, hosts=Hosts.of(settings))
    app.include_router(health.router)
    app.include_router(realtime)
    v1 = APIRouter(prefix=PREFIX)
    for noun in (
        projects,
        control,
        recovery,
        logs,
        export,
        tasks,
        artifacts,
        contents,
        hitl,
        pipelines,
        agents,
        workflows,
    ):
        v1.include_router(noun.router)
    app.include_router(v1)
    app.include_router(page.router)
    documentation.complete(app)
    return app
