"""The one way in which a search says that it was not asked well."""

from hub.domain.errors import CommandRejected


class SearchRefused(CommandRejected):
    """Zoekvraag geweigerd. ``code`` is an issue type of FHIR; the message says what was wrong, in Dutch.

    The message names parameters, never their values: a value can be a name or a number of somebody.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message)
        self.status = status
