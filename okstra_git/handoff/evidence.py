"""What the data of a verification report says, and whether a stage may be recorded as verified by it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from reprlib import Repr
from typing import Any, NamedTuple

from okstra_git.commands import word
from okstra_git.contract import BLOCKED, GROUP_HANDOFF, SINGLE_STAGE, VERDICTS, WHOLE_TASK
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.errors import OkstraError, refuse
from okstra_git.handoff.report_verdict import read_reported_verdict
from okstra_git.handoff.templates import visible_line
from okstra_git.names import MAX_STAGE, is_ulid, quote, quote_path
from okstra_git.records.stage import Check

MAX_CHECKS = 200
MAX_COMMAND = 2_000

_TASK_TYPE, _HANDOFF = "final-verification", "release-handoff"
_ACCEPTED, _CONDITIONAL, _REJECTED = VERDICTS
_STAGE = re.compile(r"(?:stage-)?([0-9]{1,6})", re.ASCII)
_EXIT_CODES = range(-(1 << 31), 1 << 32)
_NAMED = 3
"""How many of many like things a sentence names."""

_AGAIN = "have the verification write its report data again"


class EvidenceProblem(NamedTuple):
    """One thing that is wrong, or only worth a warning."""

    code: str
    message: str
    hint: str = ""

    def as_json(self) -> dict[str, str]:
        """As the command line shows it."""
        return {"code": self.code, "message": self.message}


@dataclass(frozen=True)
class Evidence:
    """An accepted verification of one stage, or of stages together (`stage` None). `database` None = none concerned.

    `run` is the id of the run that made it, empty where the data do not say.
    """

    scope: str
    stage: int | None
    verdict: str
    routing: tuple[str, ...]
    checks: tuple[Check, ...]
    database: bool | None
    run: str = ""
    warnings: tuple[EvidenceProblem, ...] = ()


def read_evidence(data: bytes, *, name: str, stage: int | None, report: str | None = None) -> Evidence:
    """What the report data proves of this stage, or (`stage` None) of the whole task; all that speaks against recording
    it is refused together.

    `stage` may be written as 3, "3" or "stage-3"; data of a whole task name none. `routing`, `validationEvidence` and
    `databaseVerified` may be missing or null. Keys that are not read belong to the report. `report` is the text of the
    Markdown report, which must not say otherwise. What does not contradict the verdict is only warned of: a check that
    failed, no check at all, a report without a verdict.
    """
    reading = _Reading(_load(data, name), WHOLE_TASK if stage is None else SINGLE_STAGE)
    evidence = Evidence(
        scope=reading.scope(),
        stage=reading.stage(stage),
        verdict=reading.verdict(),
        routing=reading.routing(),
        checks=reading.checks(),
        database=reading.database(),
        run=reading.run(),
        warnings=tuple(reading.warnings),
    )
    if report is not None:
        reading.problems += _differences(report, reading.values, stage)
    if reading.problems:
        subject = "the whole task" if stage is None else f"stage {stage}"
        raise _refusal(f"{quote_path(name)} does not verify {subject}", name, reading.problems)
    if report is not None and not read_reported_verdict(report).tokens:
        message = "the report has no Final Verdict with a Verdict Token; its data alone were read"
        evidence = replace(evidence, warnings=(*evidence.warnings, EvidenceProblem("evidence.no-verdict", message)))
    return evidence


def _load(data: bytes, name: str) -> dict[str, Any]:
    try:
        return read_plain_object(data)
    except NotPlain as error:
        hint = "name the data.json that the verification wrote beside its report"
        problem = EvidenceProblem("evidence.unreadable", f"it {error}", hint)
        raise _refusal(f"{quote_path(name)} cannot be read", name, [problem]) from error


def most_telling(checks: Sequence[Check], limit: int) -> tuple[Check, ...]:
    """At most that many of the checks, in their order; those that failed are kept first."""
    ranked = sorted(range(len(checks)), key=lambda index: (checks[index].exit_code == 0, index))
    return tuple(checks[index] for index in sorted(ranked[:limit]))


class _Reading:
    """Reads value by value and collects what is wrong; what a method returns counts only if nothing is."""

    def __init__(self, values: dict[str, Any], scope: str) -> None:
        self.values, self.wanted_scope = values, scope
        self.problems: list[EvidenceProblem] = []
        self.warnings: list[EvidenceProblem] = []
        task_type = values.get("taskType")
        if task_type != _TASK_TYPE:
            hint = f"name the data of a report that a {_TASK_TYPE} run wrote"
            self._say("wrong-task-type", f"taskType must be {_TASK_TYPE!r}, and is {self._described('taskType')}", hint)

    def scope(self) -> str:
        scope, wanted = self.values.get("verificationScope"), self.wanted_scope
        if scope == wanted:
            return wanted
        message = f"verificationScope must be {wanted!r}, and is {self._described('verificationScope')}"
        hint = f"run {_TASK_TYPE} for this stage alone"
        if scope == WHOLE_TASK:
            message += ": a verification of the whole task is not recorded stage by stage"
            hint = f"leave --stage out, or {hint}"
        elif scope == SINGLE_STAGE:
            message += ": this is a verification of one stage"
            hint = f"add --stage {word(self._written_stage() or 'N')}"
        self._say("wrong-scope", message, hint)
        return ""

    def _written_stage(self) -> int | None:
        value = self.values.get("stage")
        written = _STAGE.fullmatch(value) if isinstance(value, str) else None
        number = int(written[1]) if written else value
        return number if type(number) is int and 1 <= number <= MAX_STAGE else None

    def run(self) -> str:
        """The id of the run, where it is written as one."""
        value = self.values.get("runId")
        return value if isinstance(value, str) and is_ulid(value) else ""

    def stage(self, wanted: int | None) -> int | None:
        value = self.values.get("stage")
        if wanted is None:
            if value is not None and self.values.get("verificationScope") == WHOLE_TASK:
                message = (
                    f"a verification of the whole task names no stage, and this one names {self._described('stage')}"
                )
                self._say("wrong-stage", message, _AGAIN)
            return None
        number = self._written_stage()
        if number is None:
            self._say("wrong-stage", f"stage must be the number of a stage, and is {self._described('stage')}", _AGAIN)
        elif number != wanted:
            hint = f"record it for stage {number}, or name the report of stage {wanted}"
            self._say("wrong-stage", f"this is a verification of stage {number}, not of stage {wanted}", hint)
        return wanted

    def verdict(self) -> str:
        """The token, compared literally."""
        verdict = self.values.get("verdict")
        token = verdict.get("token") if isinstance(verdict, dict) else None
        if token == _ACCEPTED:
            return _ACCEPTED
        if not isinstance(verdict, dict):
            self._say(
                "not-accepted", f"verdict must be an object with a token, and is {self._described('verdict')}", _AGAIN
            )
        elif token == _CONDITIONAL:
            message = f"the verdict is {_CONDITIONAL}: its conditions have to be settled first"
            self._say("not-accepted", message, f"settle the conditions, then verify {self._what()} again")
        elif token == _REJECTED:
            hint = f"mend what was found, then verify {self._what()} again"
            self._say("not-accepted", f"the verdict is {_REJECTED}", hint)
        elif token == BLOCKED:
            message = f"the verdict is {BLOCKED}: the verification could not begin"
            self._say("not-accepted", message, f"answer what holds it up, then verify {self._what()}")
        else:
            written = "missing" if token is None else _repr(token)
            self._say("not-accepted", f"verdict.token must be one of {', '.join(VERDICTS)}, and is {written}", _AGAIN)
        return ""

    def _what(self) -> str:
        return "the whole task" if self.wanted_scope == WHOLE_TASK else "the stage"

    def routing(self) -> tuple[str, ...]:
        """The tokens; any that speaks of a handoff has to be exactly the one for stage groups."""
        tokens = self.values.get("routing")
        if tokens is None:
            return ()
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            self._say("routing", f"routing must be a list of tokens, and is {self._described('routing')}", _AGAIN)
            return ()
        hint = f"route to {GROUP_HANDOFF}, or verify the whole task"
        if _HANDOFF in tokens and self.values.get("verificationScope") == SINGLE_STAGE:
            message = (
                f"a {SINGLE_STAGE} {_ACCEPTED} verdict may only route to {GROUP_HANDOFF} (partial-PR mode), and its "
                f"routing holds {_HANDOFF}: {WHOLE_TASK} {_HANDOFF} needs {WHOLE_TASK} verification"
            )
            self._say("routing", message, hint)
        odd = [token for token in tokens if token not in (_HANDOFF, GROUP_HANDOFF) and _is_handoff(token)]
        if odd:
            self._say("routing", f"{_some(_repr(token) for token in odd)} in routing is not {GROUP_HANDOFF}", hint)
        return tuple(visible_line(token, MAX_COMMAND) for token in tokens)

    def checks(self) -> tuple[Check, ...]:
        """The commands that were run; of very many, those that failed are kept first."""
        rows = self.values.get("validationEvidence")
        if rows is None or rows == []:
            message = "the verification lists no command that was run (validationEvidence)"
            self.warnings.append(EvidenceProblem("evidence.no-evidence", message))
            return ()
        if not isinstance(rows, list):
            message = f"validationEvidence must list the commands that were run, and is {_kind(rows)}"
            self._say("no-evidence", message, f"run the validation commands of {self._what()}, then verify again")
            return ()
        wrong = [problem for index, row in enumerate(rows) for problem in _row_problems(row, index)]
        if wrong:
            self._say("no-evidence", _some(wrong), _AGAIN)
            return ()
        checks = [
            Check(command=visible_line(row["command"].strip(), MAX_COMMAND), exit_code=row["exitCode"]) for row in rows
        ]
        self._warn_of(checks)
        return most_telling(checks, MAX_CHECKS)

    def database(self) -> bool | None:
        value = self.values.get("databaseVerified")
        if value is None or isinstance(value, bool):
            if value is False:
                message = "the database part of this change is not verified, so it must not be pushed"
                self.warnings.append(EvidenceProblem("evidence.database-unverified", message))
            return value
        message = f"databaseVerified must be true, false or null, and is {self._described('databaseVerified')}"
        self._say("database", message, _AGAIN)
        return None

    def _warn_of(self, checks: list[Check]) -> None:
        failed = [f"{quote(check.command)} ({check.exit_code})" for check in checks if check.exit_code]
        if failed:
            message = f"{len(failed)} of {len(checks)} checks failed next to an {_ACCEPTED} verdict: {_some(failed)}"
            self.warnings.append(EvidenceProblem("evidence.check-failed", message))
        if len(checks) > MAX_CHECKS:
            message = f"{MAX_CHECKS} of {len(checks)} checks are recorded; the report has them all"
            self.warnings.append(EvidenceProblem("evidence.checks-left-out", message))

    def _described(self, key: str) -> str:
        return _repr(self.values[key]) if key in self.values else "missing"

    def _say(self, code: str, message: str, hint: str) -> None:
        self.problems.append(EvidenceProblem(f"evidence.{code}", message, hint))


def _row_problems(row: object, index: int) -> Iterator[str]:
    place = f"validationEvidence[{index}]"
    if not isinstance(row, dict):
        yield f"{place} is {_kind(row)}, not an object of command and exitCode"
        return
    command, code = row.get("command"), row.get("exitCode")
    if not isinstance(command, str) or not command.strip():
        yield f"{place}.command must be the text of a command, and is {_repr(command)}"
    if type(code) is not int or code not in _EXIT_CODES:
        yield f"{place}.exitCode must be a whole number, and is {_repr(code)}"


def _differences(report: str, values: dict[str, Any], stage: int | None) -> Iterator[EvidenceProblem]:
    """Where the Markdown report says something else than its data."""
    reported = read_reported_verdict(report)
    verdict = values.get("verdict")
    token = verdict.get("token") if isinstance(verdict, dict) else None
    if len(reported.tokens) > 1:
        yield _differing(
            f"Final Verdict in the report must have one Verdict Token field, and has {len(reported.tokens)}"
        )
    elif reported.tokens and isinstance(token, str) and reported.tokens[0] != token:
        yield _differing(f"the report's Verdict Token is {_repr(reported.tokens[0])}, its data say {_repr(token)}")
    written = _STAGE.fullmatch(reported.stage)
    if reported.stage and (written is None or int(written[1]) != stage):
        subject = "the whole task" if stage is None else f"stage {stage}"
        yield _differing(f"the report is of stage {quote(reported.stage)}, not of {subject}")
    if reported.task_type and reported.task_type != _TASK_TYPE:
        yield _differing(f"the report is one of {quote(reported.task_type)}, not of {_TASK_TYPE}")
    run = values.get("runId")
    if reported.run and isinstance(run, str) and reported.run != run:
        yield _differing(f"the report is of run {quote(reported.run)}, its data are of run {quote(run)}")


def _differing(message: str) -> EvidenceProblem:
    hint = "name report and data of the same run; where they differ, have both written again"
    return EvidenceProblem("evidence.report-differs", message, hint)


def _is_handoff(token: str) -> bool:
    return token.strip().casefold().startswith(_HANDOFF)


def _some(texts: Iterable[str]) -> str:
    listed = list(texts)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more


def _repr(value: object) -> str:
    short = Repr()
    short.maxlevel, short.maxstring, short.maxother = 2, 80, 80
    return short.repr(value)


def _kind(value: object) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return _repr(value)


def _refusal(head: str, name: str, problems: list[EvidenceProblem]) -> OkstraError:
    """All problems in one sentence; the next step is that of the first."""
    message = "; ".join(dict.fromkeys(problem.message for problem in problems))
    facts = {"path": name, "problems": [problem.as_json() for problem in problems]}
    return refuse("evidence.refused", f"{head}: {message}", hint=problems[0].hint, **facts)
