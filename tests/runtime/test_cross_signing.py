"""Our identity is made once, kept sealed apart, and never silently replaced."""

from pathlib import Path

import pytest

from bots.runtime.crypto.cross_signing import CrossSigningIdentity, CrossSigningSeeds, load_or_create_seeds
from bots.runtime.crypto.devices import IdentityState, read_devices, signed_devices
from hub.adapters.encryption import KeyVault
from hub.domain.errors import IntegrityBroken, StartRefused
from tests.runtime.post_office import PostOffice, pin_of


def test_the_seeds_are_made_once_and_only_for_us_to_read(tmp_path: Path, vault: KeyVault) -> None:
    first = load_or_create_seeds(tmp_path, "dossier", vault)
    path = tmp_path / "cross-signing.dossier.sealed"
    assert load_or_create_seeds(tmp_path, "dossier", vault) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert first.master not in path.read_bytes()
    assert "master" not in repr(first)


def test_seeds_that_others_may_read_or_that_were_altered_stop_the_start(tmp_path: Path, vault: KeyVault) -> None:
    load_or_create_seeds(tmp_path, "dossier", vault)
    path = tmp_path / "cross-signing.dossier.sealed"
    path.chmod(0o644)
    with pytest.raises(StartRefused):
        load_or_create_seeds(tmp_path, "dossier", vault)
    path.chmod(0o600)
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(IntegrityBroken):
        load_or_create_seeds(tmp_path, "dossier", vault)


def test_seeds_of_one_bot_do_not_open_as_those_of_another(tmp_path: Path, vault: KeyVault) -> None:
    load_or_create_seeds(tmp_path, "dossier", vault)
    (tmp_path / "cross-signing.dossier.sealed").rename(tmp_path / "cross-signing.dossier-2.sealed")
    with pytest.raises(IntegrityBroken):
        load_or_create_seeds(tmp_path, "dossier-2", vault)


def test_an_account_with_another_identity_stops_the_start() -> None:
    office = PostOffice()
    office.arrive("@dossier:kring.test")
    ours = CrossSigningIdentity("@dossier:kring.test", CrossSigningSeeds.fresh())
    with pytest.raises(StartRefused):
        ours.is_published(office.shown)


def test_other_keys_for_our_own_device_stop_the_start() -> None:
    office = PostOffice()
    bot = office.arrive("@dossier:kring.test")
    identity = CrossSigningIdentity("@dossier:kring.test", CrossSigningSeeds.fresh())
    with pytest.raises(StartRefused):
        identity.device_signature(office.shown, bot.machine.device_id, "andere-vingerafdruk")


def test_signing_again_is_not_needed() -> None:
    office = PostOffice()
    bot = office.arrive("@dossier:kring.test", signed=False)
    identity = CrossSigningIdentity("@dossier:kring.test", CrossSigningSeeds.fresh())
    assert not identity.is_published(office.shown)
    bot.publish(identity)
    assert identity.is_published(office.shown)
    assert identity.device_signature(office.shown, bot.machine.device_id, bot.machine.fingerprint) is None


def test_only_devices_under_the_pinned_identity_count() -> None:
    office = PostOffice()
    marieke = office.arrive("@marieke:kring.test")
    office.arrive("@marieke:kring.test", device_id="SPOOK", signed=False)
    master = pin_of(marieke).pinned_master

    verdict = signed_devices("@marieke:kring.test", office.shown, master)
    assert (verdict.state, verdict.trusted, verdict.untrusted) == (IdentityState.PINNED, {"TELEFOON"}, {"SPOOK"})
    assert signed_devices("@marieke:kring.test", office.shown, None).state is IdentityState.NEW

    marieke.publish(CrossSigningIdentity("@marieke:kring.test", CrossSigningSeeds.fresh()))
    changed = signed_devices("@marieke:kring.test", office.shown, master)
    assert (changed.state, changed.trusted) == (IdentityState.CHANGED, frozenset())


def test_a_self_signing_key_that_the_master_did_not_sign_makes_no_identity() -> None:
    office = PostOffice()
    office.arrive("@marieke:kring.test")
    other = CrossSigningIdentity("@marieke:kring.test", CrossSigningSeeds.fresh()).upload_body()
    office.shown["self_signing_keys"]["@marieke:kring.test"] = other["self_signing_key"]
    assert signed_devices("@marieke:kring.test", office.shown, None).state is IdentityState.ABSENT


def test_a_device_with_one_altered_letter_is_not_there() -> None:
    office = PostOffice()
    office.arrive("@marieke:kring.test")
    keys = office.shown["device_keys"]["@marieke:kring.test"]["TELEFOON"]["keys"]
    first = keys["curve25519:TELEFOON"]
    keys["curve25519:TELEFOON"] = ("B" if first[0] == "A" else "A") + first[1:]
    assert read_devices("@marieke:kring.test", office.shown) == {}
