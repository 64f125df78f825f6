"""The page of devices: the coach confirms by one button what the page named, others see only themselves."""

from http import HTTPStatus

from hub.adapters.sql.identities import identities, observe_identity
from hub.application.identity_ports import EmojiVerification, VerificationState
from hub.application.ports import RoomPlace
from hub.application.use_cases import own_keys
from hub.application.use_cases.own_keys import OwnKeys
from hub.domain.audit import AuditEvent
from hub.domain.circle import RoomKind
from hub.domain.identity import IdentitySeen, PinState
from tests.portal.world import Browser, World, press, read, sign_in, token_in

OLD, NEW = "Oude" * 10 + "abc", "Vd4kQ9xz0aBc" + "n" * 31


def user(world: World, who: str) -> str:
    return world.people[who].matrix_id or ""


async def show(world: World, who: str, *masters: str) -> None:
    """The homeserver shows these identities of somebody, one after the other."""
    async with world.hub.database.transaction() as connection:
        for master in masters:
            await observe_identity(connection, IdentitySeen(user(world, who), master, "zelf"), 1_790_000_000_000)


async def state(world: World, who: str) -> PinState:
    async with world.hub.database.reading() as connection:
        return (await identities(connection, [user(world, who)]))[user(world, who)].state


async def confirm(
    world: World, browser: Browser, who: str, fingerprint: str, csrf: str | None = None
) -> tuple[int, str]:
    _, page = await read(browser, "/toestellen")
    form = {"csrf": csrf or token_in(page), "person": world.people[who].id, "fingerprint": fingerprint}
    answer = await press(browser, "/toestellen/bevestig", form)
    return answer.status, await answer.text()


async def test_the_coach_sees_who_waits_and_confirms_with_one_button(world: World, browser: Browser) -> None:
    await show(world, "coach", OLD)
    await show(world, "nurse", OLD, NEW)
    await sign_in(world, browser, "coach")
    status, page = await read(browser, "/toestellen")
    assert status == HTTPStatus.OK
    assert "Fatma Yildiz" in page
    assert "Veranderd, en nog niet bevestigd" in page
    assert "Dit is echt Fatma Yildiz" in page
    assert "Dit is echt Josje Kaptein" not in page
    assert "Vd4k Q9xz 0aBc" in page
    status, _ = await confirm(world, browser, "nurse", NEW)
    assert status == HTTPStatus.SEE_OTHER
    assert await state(world, "nurse") is PinState.PINNED
    _, after = await read(browser, "/toestellen")
    assert "Bevestigd door Josje Kaptein" in after
    assert len(await world.audited(AuditEvent.IDENTITY_CONFIRMED, "coach")) == 1


async def test_a_change_between_the_page_and_the_button_confirms_nothing(world: World, browser: Browser) -> None:
    await show(world, "coach", OLD)
    await show(world, "nurse", OLD, NEW)
    await sign_in(world, browser, "coach")
    await show(world, "nurse", "Derde" + NEW)
    status, page = await confirm(world, browser, "nurse", NEW)
    assert status == HTTPStatus.CONFLICT
    assert "Er is niets veranderd." in page
    assert await state(world, "nurse") is PinState.CHANGED


async def test_without_the_token_of_the_session_nothing_happens(world: World, browser: Browser) -> None:
    await show(world, "coach", OLD)
    await show(world, "nurse", OLD, NEW)
    await sign_in(world, browser, "coach")
    status, _ = await confirm(world, browser, "nurse", NEW, csrf="geraden-token-van-een-ander")
    assert status == HTTPStatus.FORBIDDEN
    assert await state(world, "nurse") is PinState.CHANGED


async def test_the_daughter_sees_herself_alone_and_may_confirm_nobody(world: World, browser: Browser) -> None:
    await show(world, "daughter", OLD)
    await show(world, "nurse", OLD, NEW)
    await sign_in(world, browser, "daughter")
    _, page = await read(browser, "/toestellen")
    assert "Karin de Wit" in page
    assert "Yildiz" not in page
    status, _ = await confirm(world, browser, "nurse", NEW)
    assert status == HTTPStatus.FORBIDDEN
    assert await state(world, "nurse") is PinState.CHANGED


async def test_how_to_know_the_bot_is_on_the_page(world: World, browser: Browser) -> None:
    await sign_in(world, browser, "gp")
    _, before = await read(browser, "/toestellen")
    assert "nog niet gestart" in before
    async with world.hub.transactions() as unit:
        await own_keys.store(unit, OwnKeys("@dossier:kring.test", "KRINGBOT", OLD, NEW))
    _, page = await read(browser, "/toestellen")
    assert "Vd4k Q9xz 0aBc" in page
    assert "Oude Oude" in page
    assert "KRINGBOT" in page


async def test_the_seven_emoji_stand_on_the_page_with_their_names_until_somebody_answered(
    world: World, browser: Browser
) -> None:
    await show(world, "coach", OLD)
    await show(world, "nurse", OLD, NEW)
    async with world.hub.transactions() as unit:
        await unit.rooms.add(
            RoomPlace("!eigen", world.circle_id, RoomKind.PRIVATE, world.people["nurse"].id), world.clock()
        )
        await unit.identities.add_verification(
            EmojiVerification(
                "$ver", user(world, "nurse"), "!eigen", VerificationState.COMPARING, world.clock(),
                (0, 1, 2, 3, 4, 5, 63), (1234, 5678, 9012), NEW,
            )
        )  # fmt: skip
    await sign_in(world, browser, "coach")
    _, page = await read(browser, "/toestellen")
    assert "🐶</span> Hond" in page
    assert "📌</span> Speld" in page
    assert "1234 5678 9012" in page
    form = {"csrf": token_in(page), "verification": "$ver", "same": "nee"}
    assert (await press(browser, "/toestellen/plaatjes", form)).status == HTTPStatus.SEE_OTHER
    assert (await press(browser, "/toestellen/plaatjes", form)).status == HTTPStatus.CONFLICT
    async with world.hub.transactions.reading() as unit:
        known = await unit.identities.verification("$ver")
    assert known is not None
    assert (known.state, known.confirmed_by) == (VerificationState.MISMATCHED, world.people["coach"].id)


async def test_nobody_sees_the_page_without_a_session(browser: Browser) -> None:
    status, _ = await read(browser, "/toestellen")
    assert status == HTTPStatus.UNAUTHORIZED


async def test_whose_own_keys_changed_sees_in_an_open_session_only_that_they_wait(
    world: World, browser: Browser
) -> None:
    await show(world, "coach", OLD)
    await show(world, "nurse", OLD)
    await sign_in(world, browser, "nurse")
    assert (await read(browser, "/dossier"))[0] == HTTPStatus.OK
    await show(world, "nurse", NEW)
    status, _ = await read(browser, "/dossier")
    assert status == HTTPStatus.FORBIDDEN
    status, page = await read(browser, "/toestellen")
    assert status == HTTPStatus.OK
    assert "Veranderd, en nog niet bevestigd" in page
    assert "Dit is echt" not in page
