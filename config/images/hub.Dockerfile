# The hub and the bots: one image, two commands. Build from the root of the repository:
#   docker build -f config/images/hub.Dockerfile --build-arg PYTHON_IMAGE=python@sha256:... -t kring-hub .
# PYTHON_IMAGE: a slim Python 3.11 or later, by digest. There is no default, so that nobody builds on a moving tag.
ARG PYTHON_IMAGE
FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
RUN python -m venv /opt/kring
COPY requirements.lock ./
RUN /opt/kring/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements.lock
COPY pyproject.toml README.md ./
COPY hub ./hub
COPY bots ./bots
COPY policies ./policies
RUN /opt/kring/bin/pip install --no-cache-dir --no-deps .

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 kring && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin kring \
 && install -d -m 0700 -o 10001 -g 10001 /data
COPY --from=build /opt/kring /opt/kring
COPY policies /opt/kring/policies
ENV PATH=/opt/kring/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
CMD ["kring", "serve"]
