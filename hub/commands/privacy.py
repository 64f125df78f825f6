"""De functionaris gegevensbescherming: ``kring privacy …``, en na een fout ``kring breach …``."""

from typing import Annotated, Any

import typer

from hub.commands.common import AsJson, Data, ask_hub, group, out, tell

privacy_app = group("De functionaris gegevensbescherming: zaken, steekproef, beoordelen.")
case_app = group("Zaken, waarbinnen de functionaris inhoud mag zien.")
breach_app = group("Datalekken.")
privacy_app.add_typer(case_app, name="case")

Officer = Annotated[
    str | None,
    typer.Option("--actor", help="Wie dit doet: de functionaris (anders de eerste beheerder, en die mag niet)."),
]


@case_app.command("open")
def case_open(
    patient: str,
    kind: Annotated[str, typer.Option("--kind", help="complaint, incident, request of sample.")],
    reason: Annotated[str, typer.Option("--reason", help="Waarom inhoud nodig is; de patiënt ziet dat de zaak er is.")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Officer = None,
) -> None:
    """Open een zaak over één patiënt. Lees daarna met: kring dossier show PATIENT --as U --case ZAAK."""
    tell(
        ask_hub(data, as_json, "privacy.case.open", {"patient": patient, "kind": kind, "reason": reason}, actor),
        as_json,
    )


@case_app.command("close")
def case_close(case: str, data: Data = None, as_json: AsJson = False, actor: Officer = None) -> None:
    """Sluit een zaak; de inhoud is daarna weer dicht."""
    tell(ask_hub(data, as_json, "privacy.case.close", {"case": case}, actor), as_json)


@case_app.command("list")
def case_list(
    closed_too: Annotated[bool, typer.Option("--all", help="Ook de gesloten zaken.")] = False,
    data: Data = None,
    as_json: AsJson = False,
    actor: Officer = None,
) -> None:
    """De open zaken."""
    tell(ask_hub(data, as_json, "privacy.case.list", {"all": closed_too}, actor), as_json)


@privacy_app.command("sample")
def sample(
    period: Annotated[str, typer.Option("--period", help="De maand, als JJJJ-MM.")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Officer = None,
) -> None:
    """Trek de steekproef van een maand: door het lot, alle noodprocedures, en wat opvalt."""
    answer = ask_hub(data, as_json, "privacy.sample", {"period": period}, actor)
    _tell_lines(answer, as_json)


@privacy_app.command("review")
def review(
    period: Annotated[str, typer.Option("--period", help="De maand, als JJJJ-MM.")],
    line: Annotated[int, typer.Option("--line", help="Het nummer van de regel.")],
    verdict: Annotated[str, typer.Option("--verdict", help="lawful, question of unlawful.")],
    data: Data = None,
    as_json: AsJson = False,
    actor: Officer = None,
) -> None:
    """Leg uw oordeel over een regel vast."""
    arguments = {"period": period, "line": line, "verdict": verdict}
    tell(ask_hub(data, as_json, "privacy.review", arguments, actor), as_json)


@privacy_app.command("reviews")
def reviews(data: Data = None, as_json: AsJson = False, actor: Officer = None) -> None:
    """Wat nog beoordeeld moet worden: noodprocedures (binnen drie werkdagen) en regels van de steekproef."""
    _tell_lines(ask_hub(data, as_json, "privacy.reviews", {}, actor), as_json)


@breach_app.command("scope")
def breach_scope(
    patient: str,
    message: Annotated[str | None, typer.Option("--message", help="Het event-id van een bericht ($…).")] = None,
    entry: Annotated[str | None, typer.Option("--entry", help="Een verwijzing in het dossier, als S3-2.")] = None,
    person: Annotated[str | None, typer.Option("--person", help="Iemand die een toestel of account kwijt is.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="Tot wanneer het te lezen was; anders nu.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Bij --person: sinds wanneer het kwijt is.")] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", help="Wanneer u het ontdekte; dan begint de klok.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
    actor: Annotated[str | None, typer.Option("--actor", help="Wie dit doet (anders de eerste beheerder).")] = None,
) -> None:
    """Wie kon dit lezen, sinds wanneer, op welk toestel, en is er bewijs? Zonder inhoud, voor de melding."""
    arguments: dict[str, Any] = {
        "patient": patient, "message": message, "entry": entry, "person": person,
        "at": at, "since": since, "known_at": known_at,
    }  # fmt: skip
    answer = ask_hub(data, as_json, "breach.scope", arguments, actor)
    if as_json:
        tell(answer, as_json)
        return
    for said in answer["text"]:
        out(said)


def _tell_lines(answer: dict[str, Any], as_json: bool) -> None:
    """People read the explanation of each line; programs all of it."""
    if as_json:
        tell(answer, as_json)
        return
    shown = {key: value for key, value in answer.items() if key not in {"lines"}}
    tell(shown, as_json)
    for line in answer["lines"]:
        verdict = f" [{line['verdict']}]" if line["verdict"] else ""
        out(f"{line['period']} regel {line['line']}: {line['said']}{verdict}")
