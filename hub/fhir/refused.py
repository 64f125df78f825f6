"""The one way in which an import says no."""

from hub.domain.errors import CommandRejected


class ImportRefused(CommandRejected):
    """Invoer geweigerd: nothing of the set was taken over. ``code`` is stable; the message is one Dutch sentence.

    The message names resources and elements, never the words of the source.
    """
