"""Matrix accounts for people, with words that can be read out over the phone as first password."""

import secrets

from hub.application.use_cases.people import Account
from hub.homeserver.provisioning import Provisioning

_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u")]
_WORDS, _SYLLABLES_PER_WORD = 4, 3


def new_password() -> str:
    """Four pronounceable words, such as ``balomi-tevuka-…`` (12 syllables of 70: over 73 bits)."""
    return "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(_SYLLABLES_PER_WORD)) for _ in range(_WORDS))


class HomeserverAccounts:
    """Answers the use cases' ``Accounts`` port through the homeserver's admin API.

    :param tell_password: only the embedded homeserver logs people in by password; elsewhere the identity provider does
    """

    def __init__(self, provisioning: Provisioning, *, tell_password: bool) -> None:
        self._provisioning = provisioning
        self._tell_password = tell_password

    async def create(self, localpart: str, display_name: str) -> Account:
        password = new_password()
        matrix_id = await self._provisioning.ensure_account(localpart, password, display_name)
        return Account(matrix_id, localpart, password if self._tell_password else None)

    async def rename(self, matrix_id: str, display_name: str) -> None:
        await self._provisioning.set_display_name(matrix_id, display_name)

    async def close(self, matrix_id: str) -> None:
        """Blocked first, so that nothing works from then on; then signed out everywhere, which ends push as well."""
        await self._provisioning.lock_account(matrix_id)
        await self._provisioning.logout_devices(matrix_id)
