# One image for the desk, the flows and any command; compose.yaml puts them together.
FROM python:3.12-slim-bookworm

# Extras of pyproject.toml, and Debian packages such as `tesseract-ocr` for scanned pages.
ARG EXTRAS=embedded,media,scale
ARG PACKAGES=

WORKDIR /opt/casebook
COPY . .

SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# hadolint ignore=DL3008
RUN if [ -n "$PACKAGES" ]; then apt-get update && apt-get install -y --no-install-recommends $PACKAGES \
    && rm -rf /var/lib/apt/lists/*; fi
RUN python -m venv .uv \
    && .uv/bin/pip install --no-cache-dir --quiet "uv==$(sed -n 's/^UV_VERSION := //p' Makefile)" \
    && .uv/bin/uv venv --quiet .venv \
    && .uv/bin/uv pip install --quiet --no-cache --compile-bytecode --python .venv/bin/python \
        --constraints requirements.lock --editable ".[$EXTRAS]" \
    && rm -rf .uv
RUN .venv/bin/casebook --version \
    && install -d -o 10001 -g 10001 -m 700 /data
USER 10001
ENV PATH=/opt/casebook/.venv/bin:$PATH HOME=/data \
    CASEBOOK_HOME=/data CASEBOOK_CHECKOUT=/opt/casebook
VOLUME /data
EXPOSE 8484
CMD ["casebook", "review", "--no-browser"]
