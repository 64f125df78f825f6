"""The Matrix crypto store keeps its promises on both engines: the runtime's own tests, with the shared database."""

from tests.runtime.test_matrix_store import *  # noqa: F403 -- the same sentences, one database further
