"""Draws the table of phases (``pulsetune.guide.phases.TRANSITIONS``) into ``docs/architecture.md``.

Run it after a change of the table: ``python docs/phase_diagram.py``. A test holds the page to the table.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from pulsetune.guide.phases import TRANSITIONS
from pulsetune.model import Phase

PAGE = Path(__file__).with_name("architecture.md")
BEGIN, END = "<!-- phases: begin (docs/phase_diagram.py) -->", "<!-- phases: end -->"


def diagram() -> str:
    """The table as a Mermaid state diagram: one arrow a pair of phases, with everything that can cause it."""
    causes: dict[tuple[Phase, Phase], list[str]] = defaultdict(list)
    everywhere: dict[Phase, list[str]] = defaultdict(list)
    triggers = {trigger for _, trigger in TRANSITIONS}
    for trigger in sorted(triggers):
        rows = [(start, to) for (start, name), to in TRANSITIONS.items() if name is trigger]
        if len(rows) == len(Phase) - 1:  # from every phase but the one it leads to
            everywhere[rows[0][1]].append(trigger)
            continue
        for start, to in rows:
            causes[start, to].append(trigger)
    order = list(Phase)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {order[0]}"]
    for start, to in sorted(causes, key=lambda pair: (order.index(pair[0]), order.index(pair[1]))):
        lines.append(f"    {start} --> {to}: {' / '.join(causes[start, to])}")
    for to, names in everywhere.items():
        lines.append(f"    note right of {to}: {' / '.join(names)} leads here from every phase")
    lines += [f"    {Phase.SILENCE} --> [*]", f"    {Phase.STOPPING} --> [*]", "```"]
    return "\n".join(lines)


def drawn(page: str) -> str:
    """The page with the diagram as the table has it now."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{diagram()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
