"""Policies that are not right do not start, with one sentence that says where to look; a rule that fails is a no."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.access.engine import PolicyEngine
from hub.access.limits import REQUIRED_GUARDS
from hub.domain.errors import StartRefused
from hub.domain.vocabulary import Action, Role, Section

from .asking import ask
from .conftest import POLICIES

Change = Callable[[str, str, str], Path]

OVERFLOWS = "context.now + 9223372036854775807 > 0"


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("21-gp.cedar", 'Role::"gp"', 'Role::"huisarts"', r"'gp-read' in 21-gp\.cedar.*huisarts"),
        ("21-gp.cedar", 'Section::"S1"', 'Section::"S12"', r"'gp-record' in 21-gp\.cedar.*S12"),
        ("21-gp.cedar", 'Action::"read"', 'Action::"peek"', r"'gp-read' in 21-gp\.cedar.*peek"),
        ("20-coach.cedar", "context.lead", "context.leads", r"'coach-confirm-as-lead' in 20-coach\.cedar.*leads"),
        ("90-guards.cedar", "context has relation &&", "", r"'guard-relation' in 90-guards\.cedar.*relation"),
        ("21-gp.cedar", '@law("BW 7:457 lid 2; NEN 7513")\n', "", r"'gp-audit' in 21-gp\.cedar heeft geen @law"),
        ("21-gp.cedar", '@law("BW 7:457 lid 2; NEN 7513")', '@law(" ")', r"'gp-audit'.*geen @law"),
        ("21-gp.cedar", '@explain_nl("De huisarts bevestigt behandelafspraken.")\n', "", r"'gp-confirm'.*@explain_nl"),
        ("21-gp.cedar", '@id("gp-confirm")\n', "", r"regel 4 in 21-gp\.cedar heeft geen @id"),
        ("21-gp.cedar", '@id("gp-read")', '@id("coach-read")', r"'coach-read' staat twee keer.*20-coach.*21-gp"),
        ("21-gp.cedar", '@id("gp-confirm")', '@id("gp-read")', r"'gp-read' staat twee keer"),
        ("21-gp.cedar", "permit (", "permit [", r"21-gp\.cedar is geen geldige Cedar"),
        ("22-locum.cedar", '@limit("summary")', '@limit("sumary")', r"'locum-read-illness-summary'.*@limit 'sumary'"),
        ("22-locum.cedar", '@limit("summary")', "@limit", r"'locum-read-illness-summary'.*onbekende @limit"),
        ("22-locum.cedar", '@limit("summary")', '@limits("summary")', r"onbekende annotatie @limits"),
        ("90-guards.cedar", '@law("BW 7:465")', '@law("BW 7:465")\n@limit("own")', r"'guard-representative'.*forbid"),
        (
            "90-guards.cedar",
            "forbid (principal is Kring::Stranger",
            "permit (principal is Kring::Stranger",
            r"guard-stra",
        ),
        (
            "21-gp.cedar",
            'principal == Kring::Role::"gp"',
            "principal == ?principal",
            r"21-gp\.cedar bevat een sjabloon",
        ),
        ("schema.cedarschema", "namespace Kring {", "namespace Kring", r"schema\.cedarschema is geen geldig schema"),
        ("schema.cedarschema", '"deceased"', '"dead"', r"past niet bij schema\.cedarschema"),
        ("schema.cedarschema", '"HOPERAT"', '"RESEARCH"', r"'guard-purpose' in 90-guards\.cedar.*HOPERAT"),
        ("schema.cedarschema", '"12_to_15"', '"12_to_16"', r"een gewone vraag geeft een fout .*12_to_15"),
    ],
)
def test_a_mistake_in_the_policies_stops_the_start(changed: Change, name: str, old: str, new: str, says: str) -> None:
    directory = changed(name, old, new)
    with pytest.raises(StartRefused, match=says) as refused:
        PolicyEngine.load(directory)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("guard", sorted(REQUIRED_GUARDS))
def test_a_guard_that_was_left_out_stops_the_start(changed: Change, guard: str) -> None:
    directory = changed("90-guards.cedar", f'@id("{guard}")', '@id("another-rule")')
    with pytest.raises(StartRefused, match=f"'{guard}' ontbreekt"):
        PolicyEngine.load(directory)


def test_no_schema_no_rules_or_unreadable_rules_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match=r"schema\.cedarschema is niet te lezen"):
        PolicyEngine.load(tmp_path / "nowhere")
    shutil.copy(POLICIES / "schema.cedarschema", tmp_path)
    with pytest.raises(StartRefused, match=r"geen enkel \.cedar-bestand"):
        PolicyEngine.load(tmp_path)
    (tmp_path / "x.cedar").write_bytes(b"\xff\xfe")
    with pytest.raises(StartRefused, match=r"x\.cedar is niet te lezen"):
        PolicyEngine.load(tmp_path)


def test_a_rule_that_always_fails_stops_the_start(changed: Change) -> None:
    directory = changed("90-guards.cedar", "when { context.objected }", f"when {{ {OVERFLOWS} }}")
    with pytest.raises(StartRefused, match=r"een gewone vraag geeft een fout .*guard-objection"):
        PolicyEngine.load(directory)


def test_a_forbid_that_fails_is_a_denial_although_cedar_itself_would_allow(changed: Change) -> None:
    # Valid against the schema, and it only fails (integer overflow) for somebody who leads the circle.
    directory = changed(
        "90-guards.cedar", "when { context.objected }", f"when {{ context.objected || (context.lead && {OVERFLOWS}) }}"
    )
    engine = PolicyEngine.load(directory)

    assert engine.decide(ask(Role.COACH, Action.READ, Section.S5)).permitted

    failed = engine.decide(ask(Role.COACH, Action.READ, Section.S5, lead=True))
    assert not failed.permitted
    assert failed.rules == ()
    assert "guard-objection" in failed.errors[0]


def test_a_denial_keeps_the_guard_that_closed_the_door_when_another_rule_fails(changed: Change) -> None:
    directory = changed(
        "90-guards.cedar", "when { context.objected }", f"when {{ context.objected || (context.lead && {OVERFLOWS}) }}"
    )
    failed = PolicyEngine.load(directory).decide(
        ask(Role.COACH, Action.RECORD, Section.S5, lead=True, circle_open=False)
    )
    assert not failed.permitted
    assert [rule.id for rule in failed.rules] == ["guard-circle-closed"]
    assert failed.errors


def test_the_version_names_the_contents_of_the_files(engine: PolicyEngine, changed: Change) -> None:
    assert len(engine.version) == 12
    assert engine.version == PolicyEngine.load(POLICIES).version
    other = changed("21-gp.cedar", "De huisarts leest", "Uw huisarts leest")
    assert PolicyEngine.load(other).version != engine.version


def test_every_rule_speaks_plain_dutch_and_names_an_article(engine: PolicyEngine) -> None:
    for rule in engine.rules():
        assert rule.explain_nl.endswith("."), rule.id
        assert max(len(sentence.split()) for sentence in rule.explain_nl.split(".")) <= 20, rule.id
        assert any(source in rule.law for source in ("BW 7:", "AVG", "Wabvpz")), rule.id
