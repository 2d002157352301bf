# The app alone; PostGIS is a service beside it (docker-compose.yml).
# A tag can be moved. Whoever builds for others names a digest: PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:… in .env
# (`docker buildx imagetools inspect python:3.11-slim-bookworm` tells it). None is written here: there was no registry to ask.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
FROM ${PYTHON_IMAGE}

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    COMMONS_HOME=/var/lib/commons

# pg_dump and pg_restore of the database's version, for `commons backup` and `commons restore`; the letters of posters.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*

# What it keeps is on four mounts: home, withdrawal ledger, secret of erasures, backups. A new volume takes over their owner.
RUN useradd --system --uid 10001 --home-dir /var/lib/commons --create-home --shell /usr/sbin/nologin commons \
    && install --directory --mode=0700 --owner=commons \
        /var/lib/commons /var/lib/commons-ledger /var/lib/commons-secret /backups

# The packages before the sources, which change more often; each by its hash (`make lock`), and nothing is fetched after them.
WORKDIR /usr/src/commons
COPY requirements.lock .
RUN pip install --require-hashes --only-binary=:all: -r requirements.lock
COPY . .
RUN pip install --no-deps --no-build-isolation --no-index .

WORKDIR /var/lib/commons
USER commons
EXPOSE 8501
CMD ["commons", "serve", "--host", "0.0.0.0"]
