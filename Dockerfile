# The app alone; PostGIS is a service beside it (docker-compose.yml).
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    COMMONS_HOME=/var/lib/commons

# pg_dump and pg_restore of the database's version, for `commons backup` and `commons restore`; the letters of posters.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --system --uid 10001 --home-dir /var/lib/commons --create-home --shell /usr/sbin/nologin commons

WORKDIR /usr/src/commons
COPY . .
RUN pip install --no-cache-dir --disable-pip-version-check .

WORKDIR /var/lib/commons
USER commons
VOLUME /var/lib/commons
EXPOSE 8501
CMD ["commons", "serve", "--host", "0.0.0.0"]
