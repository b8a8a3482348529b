FROM python:3.13-slim AS build
COPY . /src
RUN python -m venv /opt/ctxopt && /opt/ctxopt/bin/pip install --no-cache-dir /src

FROM python:3.13-slim
COPY --from=build /opt/ctxopt /opt/ctxopt
ENV PATH=/opt/ctxopt/bin:$PATH
RUN useradd --uid 10001 --no-create-home ctxopt
USER ctxopt
WORKDIR /context
ENTRYPOINT ["ctxopt"]
