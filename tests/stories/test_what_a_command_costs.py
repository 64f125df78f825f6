"""Who types a command waits for it: what it asks of the database is counted, and may not creep up (ADR 0018)."""

from pathlib import Path

from tests.bench.road import measure_steps


async def test_a_pain_score_costs_no_more_statements_and_commits_than_it_needs(tmp_path: Path) -> None:
    commands = 3
    steps = await measure_steps(tmp_path, commands)
    assert {name: cost.commits / commands for name, cost in steps.items()} == {"sync": 1, "inbox": 1, "relay": 3}
    statements = {name: cost.statements / commands for name, cost in steps.items()}
    assert statements["sync"] <= 5
    # Three of these hold the score against its thresholds; one of the three commands settles a task (ADR 0044).
    assert statements["inbox"] <= 24
    assert statements["relay"] <= 18
