FROM python:3.13-slim AS build
COPY . /src
RUN python -m venv /opt/ctxopt && /opt/ctxopt/bin/pip install --no-cache-dir /src

FROM python:3.13-slim
# What is mounted belongs to whoever it belongs to, and git would not read it for another user.
RUN apt-get update && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory /context
COPY --from=build /opt/ctxopt /opt/ctxopt
# Of a container that is read-only, this is all that can be written to.
ENV PATH=/opt/ctxopt/bin:$PATH PYTHONDONTWRITEBYTECODE=1 TMPDIR=/dev/shm
USER 10001:10001
WORKDIR /context
ENTRYPOINT ["ctxopt"]
