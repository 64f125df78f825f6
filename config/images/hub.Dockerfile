# The hub and the bots: one image, two commands. Build from the root of the repository:
#   docker build -f config/images/hub.Dockerfile --build-arg PYTHON_IMAGE=python@sha256:... -t kring-hub .
# PYTHON_IMAGE: a slim Python 3.11 or later, by digest. There is no default, so that nobody builds on a moving tag.
ARG PYTHON_IMAGE
FROM ${PYTHON_IMAGE} AS build
RUN python -m venv /opt/kring
COPY requirements.lock /tmp/requirements.lock
RUN /opt/kring/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: -r /tmp/requirements.lock
# The program itself is not built: a build would fetch a build tool without a hash. It stays a folder, policies beside it.
COPY hub /opt/kring/app/hub
COPY bots /opt/kring/app/bots
COPY policies /opt/kring/app/policies
RUN printf '#!/opt/kring/bin/python\nfrom hub.cli import main\nif __name__ == "__main__":\n    main()\n' > /opt/kring/bin/kring \
 && chmod 0755 /opt/kring/bin/kring && /opt/kring/bin/python -m compileall -q /opt/kring/app

FROM ${PYTHON_IMAGE}
# The folders of /data exist with their owner, so that a new volume starts with them and a secret mounted inside finds its place.
RUN groupadd --gid 10001 kring && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin kring \
 && install -d -m 0700 -o 10001 -g 10001 /data /data/secrets /data/run /data/logs \
 && install -d -m 0711 -o 10001 -g 10001 /run/kring
COPY --from=build /opt/kring /opt/kring
ENV PATH=/opt/kring/bin:$PATH PYTHONPATH=/opt/kring/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 KRING_DATA=/data
USER 10001:10001
WORKDIR /data
CMD ["kring", "serve"]
