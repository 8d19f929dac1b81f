# One image for every process of the service; which of them it is says the command (docker-compose.yml).
FROM python:3.11.14-slim-bookworm AS built
# All but jieba, which is plain Python, come as wheels: nothing is compiled and no compiler is left behind.
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: --no-binary jieba \
    -r requirements.lock -r requirements-build.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY analyzers analyzers
COPY search_service search_service
COPY indexers indexers
COPY api api
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data zhixun && install -d -o zhixun -g zhixun /data
COPY --from=built /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 ZHIXUN_DATA_DIR=/data
USER 10001
WORKDIR /data
EXPOSE 8000
CMD ["zhixun", "serve", "--host", "0.0.0.0", "--port", "8000"]
