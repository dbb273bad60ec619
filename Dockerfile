# syntax=docker/dockerfile:1
# One image for api, worker and migrations; the command selects one. It contains no servers: they run in other containers.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt requirements-telemetry.txt requirements-mcp.txt /tmp/
RUN /opt/venv/bin/python -m pip install --require-hashes --only-binary :all: \
    --requirement /tmp/requirements.txt --requirement /tmp/requirements-telemetry.txt \
    --requirement /tmp/requirements-mcp.txt
COPY --chmod=755 scripts/botarmy /opt/venv/bin/botarmy
RUN echo /app >"$(/opt/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/botarmy.pth"
WORKDIR /app
COPY . .
# Compiled now, because the user that runs it may not write here.
RUN /opt/venv/bin/python -m compileall -q .

FROM python:3.11-slim AS botarmy
RUN useradd --system --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin botarmy
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BOTARMY_HOST=0.0.0.0 \
    BOTARMY_PORT=8000 \
    BOTARMY_LOG_FORMAT=json
WORKDIR /app
USER 10001:10001
EXPOSE 8000
# For the api, the default command. The others are `python -m worker` and `python -m alembic upgrade head`.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"BOTARMY_PORT\"]}/health/', timeout=2)"]
CMD ["python", "-m", "api"]

# The same image with Temporal's CLI, for people: see `cli` in docker-compose.yml.
FROM temporalio/admin-tools:1.32.0 AS temporal
FROM botarmy AS cli
COPY --from=temporal /usr/local/bin/temporal /usr/local/bin/temporal

# The default target.
FROM botarmy
