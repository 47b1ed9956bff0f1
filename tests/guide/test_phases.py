"""The table of phases, and its picture."""

from docs.phase_diagram import PAGE, diagram, drawn
from pulsetune.guide.phases import TRANSITIONS, Trigger
from pulsetune.model import Phase


def test_the_picture_in_the_architecture_page_is_the_table():
    page = PAGE.read_text(encoding="utf-8")
    assert drawn(page) == page, "python docs/phase_diagram.py"


def test_every_trigger_and_every_phase_is_in_the_picture():
    text = diagram()
    assert all(str(trigger) in text for trigger in Trigger)
    assert all(str(phase) in text for phase in Phase)


def test_every_phase_leads_to_an_end():
    ends = {Phase.SILENCE, Phase.STOPPING}
    for phase in set(Phase) - {Phase.STOPPING}:
        reached, new = {phase}, {phase}
        while new:
            new = {to for (start, _), to in TRANSITIONS.items() if start in reached} - reached
            reached |= new
        assert reached & ends, phase


def test_a_stop_is_final():
    assert not [row for row in TRANSITIONS if row[0] is Phase.STOPPING]
