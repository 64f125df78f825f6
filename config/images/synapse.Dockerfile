# Synapse with the guard module inside. Build from the root of the repository:
#   docker build -f config/images/synapse.Dockerfile --build-arg SYNAPSE_IMAGE=matrixdotorg/synapse@sha256:... -t kring-synapse .
# SYNAPSE_IMAGE: Synapse 1.157.2 or later, by digest.
ARG SYNAPSE_IMAGE
FROM ${SYNAPSE_IMAGE}
# Only the guard: it imports the standard library and Synapse, nothing else of the hub (tests/compose/test_homeserver_config.py).
COPY hub/__init__.py /opt/kring-guard/hub/__init__.py
COPY hub/homeserver/__init__.py hub/homeserver/kring_guard.py hub/homeserver/guard_rules.py hub/homeserver/file_signs.py hub/homeserver/question.py hub/homeserver/asking_hub.py /opt/kring-guard/hub/homeserver/
ENV PYTHONPATH=/opt/kring-guard PYTHONDONTWRITEBYTECODE=1
USER 991:991
