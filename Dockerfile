# The service with its gateway. Build: `docker build -t heliograph .`; without an engine: `make image`.
#
# The base is named by a tag and not by a digest: a digest can only be read from a registry, and this
# file is written and checked without one. Whoever builds for real use gives the digest that they
# have looked at: `--build-arg BASE=python:3.11-slim-bookworm@sha256:…`. Everything above the base is
# pinned by hash.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
# pip lives in a virtual environment of its own, so that the one we ship holds no installer.
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/heliograph
COPY requirements-build.lock requirements-run.lock ./
# The two mounts let a site's own pip settings and certificates in while building. They are optional,
# and nothing of them stays in a layer.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=secret,id=ca,target=/run/secrets/ca \
    /opt/build/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: \
        -r requirements-build.lock \
    && /opt/build/bin/pip --python /opt/heliograph/bin/python3 install --no-cache-dir \
        --require-hashes --only-binary=:all: -r requirements-run.lock
COPY . .
RUN /opt/build/bin/pip wheel --no-cache-dir --no-index --no-deps --no-build-isolation \
        --wheel-dir /wheel . \
    && /opt/build/bin/pip --python /opt/heliograph/bin/python3 install --no-cache-dir --no-index \
        --no-deps /wheel/*.whl

FROM ${BASE}
RUN groupadd --gid 10001 heliograph \
    && useradd --uid 10001 --gid heliograph --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin heliograph \
    && install -d -m 0700 -o heliograph -g heliograph /var/lib/heliograph
COPY --from=build /opt/heliograph /opt/heliograph
# Python writes no bytecode, so the root file system may be read-only: all data is in the volume.
ENV PATH=/opt/heliograph/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HELIOGRAPH_HOST=0.0.0.0 \
    HELIOGRAPH_DATA_DIR=/var/lib/heliograph
WORKDIR /var/lib/heliograph
VOLUME /var/lib/heliograph
USER 10001:10001
EXPOSE 8000
# An empty ProxyHandler: a proxy set for the container must not answer in the service's place.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python3", "-c", \
    "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ.get('HELIOGRAPH_PORT', '8000') + '/healthz', timeout=4)"]
ENTRYPOINT ["heliograph"]
CMD ["serve"]
