"""Says of every file how it stands, from what is shipped, what is recorded and what is there; pure."""

from okstra_git.digest import fingerprint
from okstra_git.outfit.model import Inspection, Judged, Outfit, State
from okstra_git.outfit.rules import find_contradictions, find_problem, judge_rules
from okstra_git.outfit.survey import Survey, Thing


def inspect(survey: Survey, outfit: Outfit) -> Inspection:
    """How the folder stands beside the outfit."""
    rules = judge_rules(survey, outfit.rules)
    return Inspection(
        root=survey.root,
        version=survey.manifest.okstra if survey.manifest else None,
        files=judge_files(survey, outfit),
        rules=rules,
        problem="" if all(rule.is_there for rule in rules) else find_problem(survey),
        contradictions=find_contradictions(survey, outfit.rules),
    )


def judge_files(survey: Survey, outfit: Outfit) -> tuple[Judged, ...]:
    """Every file that is shipped or recorded, by path."""
    return tuple(_judge(path, survey, outfit) for path in sorted(survey.standings))


def _judge(path: str, survey: Survey, outfit: Outfit) -> Judged:
    standing, prints = survey.standings[path], survey.own.prints(path)
    wanted = fingerprint(outfit.files[path]) if path in outfit.files else None
    state = _state(standing.thing, standing.digest, wanted=wanted, prints=prints)
    return Judged(path, state, standing.note, standing.digest, path in survey.asides)


def _state(thing: Thing, found: str, *, wanted: str | None, prints: frozenset[str]) -> State:
    if thing is Thing.BLOCKED:
        return State.BLOCKED if wanted else State.GONE
    if thing is Thing.NOTHING:
        return State.MISSING if wanted else State.GONE
    is_untouched = thing is Thing.FILE and found in prints
    if wanted is None:
        return State.EXTRA if is_untouched else State.DISOWNED if prints else State.GONE
    if found == wanted:
        return State.OK if thing is Thing.FILE and prints else State.SAME
    if is_untouched:
        return State.OUTDATED
    return State.CHANGED if prints else State.FOREIGN
