"""What the use cases need of access tokens. ``hub/adapters/sql/api_tokens.py`` answers it."""

from datetime import datetime
from typing import Protocol

from hub.domain.api_token import ApiToken


class ApiTokens(Protocol):
    """Uitgegeven tokens: rows, never the tokens themselves."""

    async def add(self, token: ApiToken) -> None: ...
    async def get(self, token_id: str) -> ApiToken | None: ...
    async def of_person(self, person_id: str) -> list[ApiToken]:
        """Ended and revoked ones included, newest first."""
        ...

    async def revoke(self, token_id: str, at: datetime) -> bool:
        """True for the one who revokes it first."""
        ...

    async def any_given(self) -> bool:
        """Whether a token was ever given."""
        ...

    async def used(self, token_id: str, at: datetime) -> None: ...
