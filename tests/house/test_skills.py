"""Skills and agent definitions are portable, begin with their contract, and name nothing that does not exist."""

import re
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git import contract
from okstra_git.contract import WORKERS
from okstra_git.paths import templates_directory
from tests.house.skill_keys import key_breaches
from tests.house.skill_lines import KINDS, PLACEHOLDERS, impurities, line_breaches, lines_of, stray_lines
from tests.house.skill_rules import (
    Known,
    echoes,
    front_breaches,
    language_breaches,
    name_breaches,
    permission_breaches,
    placeholder_breaches,
    shape_breaches,
    span_breaches,
)
from tests.house.skill_texts import AgentText, contract_tokens, error_codes, product_words, shipped_texts

TEXTS = shipped_texts()
WORDS = product_words()
SKILLS = {
    "okstra-run", "okstra-brief", "okstra-context-loader", "okstra-team-contract", "okstra-inspect", "okstra-handoff",
    "okstra-reconcile", "okstra-lead", "okstra-basics", "okstra-report-writer", "okstra-convergence",
}  # fmt: skip
KNOWN = Known(
    words=WORDS,
    codes=error_codes(WORDS),
    tokens=set(contract_tokens(contract)),
    skills={text.name for text in TEXTS if text.is_skill},
    agents={worker.agent for worker in WORKERS.values()},
)
EACH = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
LINES = [pytest.param(line, id=f"{text.name}: {line[:90]}") for text in TEXTS for line in lines_of(text)]


@pytest.mark.parametrize("line", LINES)
def test_each_command_is_one_literal_line_that_the_command_line_understands(line: str) -> None:
    found = list(line_breaches(line))
    assert not found, "\n".join(found)


def test_every_skill_and_every_agent_of_the_roster_is_there_and_nothing_else() -> None:
    assert KNOWN.skills == SKILLS
    assert {text.name for text in TEXTS if not text.is_skill} == KNOWN.agents
    places = {f"skills/{name}/SKILL.md" for name in SKILLS} | {f"agents/{name}.md" for name in KNOWN.agents}
    assert {text.path for text in TEXTS} == places


@EACH
def test_front_matter_is_portable_and_says_when(text: AgentText) -> None:
    found = [*front_breaches(text), *permission_breaches(text)]
    assert not found, "\n".join(found)


@EACH
def test_the_contract_comes_first_and_the_text_is_short(text: AgentText) -> None:
    found = list(shape_breaches(text))
    assert not found, "\n".join(found)


@EACH
def test_names_codes_markers_and_files_exist(text: AgentText) -> None:
    found = [*name_breaches(text, KNOWN), *span_breaches(text, KNOWN)]
    assert not found, "\n".join(found)


@EACH
def test_commands_stand_where_they_are_checked_and_placeholders_are_explained(text: AgentText) -> None:
    found = [*stray_lines(text), *placeholder_breaches(text)]
    assert not found, "\n".join(found)


@EACH
def test_the_text_is_english_but_for_contract_tokens(text: AgentText) -> None:
    found = list(language_breaches(text, KNOWN))
    assert not found, "\n".join(found)


def test_skills_do_not_tell_again_what_the_bundle_tells() -> None:
    root = templates_directory()
    bundle = {path.name: path.read_text(encoding="utf-8") for path in root.rglob("*.j2")}
    assert [echo for text in TEXTS for echo in echoes(text, bundle)] == []


FREE_WORDS = {"--title", "--text", "--ask", "--answer", "--meaning"}
"""Options of `brief` that take words of people; skills name files, since words hold quotes and what a shell expands."""


@pytest.mark.parametrize("line", LINES)
def test_words_for_a_brief_come_from_files_outside_of_the_briefs(line: str) -> None:
    if line.startswith("okstra brief "):
        assert not FREE_WORDS & set(line.split())
        files = [PLACEHOLDERS[name] for name in re.findall(r"<([a-z]+-file)>", line) if name != "brief-file"]
        assert [path for path in files if not (path.startswith(".okstra/drafts/") and path.endswith(".txt"))] == []


def test_no_placeholder_is_explained_in_vain() -> None:
    used = " ".join(line for text in TEXTS for line in lines_of(text))
    assert sorted(name for name in PLACEHOLDERS if f"<{name}>" not in used) == []


@EACH
def test_a_key_that_is_named_is_one_that_a_command_of_the_skill_answers_with(text: AgentText) -> None:
    assert list(key_breaches(text)) == []


# Each check, seen to fail.

SOUND = """---
name: okstra-x
description: Does it. Use it when it is wanted.
license: MIT
---

# X

## Contract

Never twice. Placeholders in angle brackets are replaced, with single quotes where they hold spaces.

## Steps

1. Look: `okstra status <task-key> --json`

   ```sh
   git okstra run finish <run> --reason '<reason>'
   ```
"""


def skill(old: str = "", new: str = "") -> AgentText:
    assert old in SOUND
    return AgentText("skills/okstra-x/SKILL.md", SOUND.replace(old, new, 1) if old else SOUND)


def with_body(words: str) -> AgentText:
    return skill("1. Look:", f"{words}\n\n1. Look:")


def known(**changes: object) -> Known:
    return Known(**{**vars(KNOWN), "skills": {*SKILLS, "okstra-x"}, **changes})


def breaches(text: AgentText) -> list[str]:
    found = [*front_breaches(text), *permission_breaches(text), *shape_breaches(text), *placeholder_breaches(text)]
    found += [*name_breaches(text, known()), *span_breaches(text, known()), *language_breaches(text, known())]
    return [*found, *stray_lines(text), *(each for line in lines_of(text) for each in line_breaches(line))]


def test_a_sound_skill_has_no_breaches() -> None:
    assert breaches(skill()) == []
    assert lines_of(skill()) == ["git okstra run finish <run> --reason '<reason>'", "okstra status <task-key> --json"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("okstra status $KEY", "a variable"),
        ("okstra status '$KEY'", "a variable"),
        ("okstra status --json | jq .tasks", "a pipe"),
        ("okstra status > out.json", "a redirection"),
        ("okstra wizard step < answer.txt", "a redirection"),
        ("okstra log << END", "a redirection"),
        ("okstra init; okstra status", "a second command"),
        ("okstra init && okstra status", "a second command"),
        ("cd shop && okstra status", "a second command"),
        ("cd shop", "a program that skills do not run"),
        ("okstra status `pwd`", "a substitution"),
        ("okstra plan check ~/plan.md", "an expansion"),
        ("okstra plan check plans/*.md", "something a shell expands"),
        ("okstra run finish <run> --reason \\", "an escape"),
        ("LANG=C okstra status", "an environment variable in front"),
        ('okstra run finish <run> --reason "<reason>"', "quotes other than"),
        ("okstra run finish <run> --reason '<reason>", "quotes other than"),
        ("okstra run finish <run> --reason <reason>", "<reason> may hold spaces and is not quoted"),
        ("okstra run show <rnu>", "no meaning for <rnu>"),
        ("okstra sink --push", "has no command 'sink'"),
        ("okstra run begin <run>", "has no command 'begin'"),
        ("okstra run", "needs a command"),
        ("okstra status --jsn", "cannot be parsed … --jsn"),
        ("okstra stage show --task-key <task-key>", "cannot be parsed … N"),
        ("okstra handoff assemble --task-key <task-key> --stages <stages>", "cannot be parsed … --base"),
        ("okstra run finish <run> --outcome done", "'done' is no finished|failed"),
        ("okstra render-bundle --task-type planning", "'planning' is no TYPE"),
        ("okstra stage show <reason> --task-key <task-key>", "may hold spaces"),
        ("okstra stage show first --task-key <task-key>", "'first' is no N"),
        ("okstra status --task-key <task>", "no meaning for <task>"),
        ("okstra status --task-key login", "'login' is no P:G:T"),
        ("okstra status login", "'login' is no [TASK]"),
        ("okstra run show 01J", "'01J' is no RUN"),
        ("okstra log -n many", "cannot be parsed … -n"),
        ("okstra init again", "cannot be parsed … again"),
        ("git okstra reconcile --appyl", "cannot be parsed … --appyl"),
        ("git push origin main", "a git command that skills do not run"),
        ("git -C <worktree> okstra status", "git's own -C"),
        ("codex exec --full-auto '<reason>'", "no verified flag --full-auto"),
        ("rm -r .okstra/wizard", "a program that skills do not run"),
        ("rm .okstra/tasks/shop", "a program that skills do not run"),
        ("gh pr create --fill", "a program that skills do not run"),
    ],
)
def test_a_line_that_cannot_be_run_is_found(line: str, why: str) -> None:
    found = list(line_breaches(line))
    assert found
    assert any(all(part in each for part in why.split(" … ")) for each in found), found


@pytest.mark.parametrize(
    "line",
    [
        "okstra git-reconcile --task-key <task-key> --apply --stage <stage> --use-ref <ref> --json",
        "git okstra stage done <stage> --task-key <task-key> --carry <path>",
        "okstra -C <worktree> status --json",
        "git -C <worktree> commit -m '<message>'",
        "codex exec --sandbox read-only 'Read <prompt-file> to its end.'",
        "rm .okstra/wizard/<name>.json",
        "okstra task open shop:web:login --title 'Say \"hello\" {once}'",
    ],
)
def test_a_literal_line_passes(line: str) -> None:
    assert list(line_breaches(line)) == []


PIECES = ["a", "b1", " ", "-x", "--y=z", "a:b:c", "2,3", "./p", "@%+^_", "'a b'", "'{\"k\": 1}'", "'*'", "''", "é", "'",
          '"', "*", "{a,b}", "$A", "~", "#", "!", "(", "[a]"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=3))
def test_a_real_shell_reads_a_literal_line_as_the_same_words(pieces: list[str]) -> None:
    line = "okstra x " + "".join(pieces)
    if list(impurities(line)):
        return
    words = shlex.split(line)
    said = subprocess.run(["sh", "-c", f"printf '%s\\n' {line}"], capture_output=True, text=True, check=True).stdout
    assert said == "".join(f"{word}\n" for word in words)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (skill("license: MIT", "model: opus"), "the key model is not portable"),
        (skill("name: okstra-x", "name: okstra-y"), "named 'okstra-y' in a place called 'okstra-x'"),
        (skill("Does it.", "Does it. " * 130), "1 to 1000 characters"),
        (skill("description: Does it. Use it when it is wanted.", "description: [1]"), "1 to 1000 characters"),
        (skill("Use it when it is wanted.", "Use it."), "does not say when"),
        (skill("---\nname", "--\nname"), "no front matter"),
        (skill("name: okstra-x", "name: [okstra"), "no front matter"),
        (skill("license: MIT", "allowed-tools: Bash(okstra sink *)"), "allows no command"),
        (skill("license: MIT", "allowed-tools: Bash(okstra *)"), "or more than one"),
        (skill("license: MIT", "allowed-tools: Bash(rm *)"), "allows no command"),
        (skill("license: MIT", "allowed-tools: Bash(okstra handoff publish *)"), "allows to publish"),
        (skill("license: MIT", "allowed-tools: Bash(okstra git-reconcile *)"), "allows to decide"),
        (skill("license: MIT", "allowed-tools: Bash(okstra git-reconcile --apply *)"), "allows to decide"),
        (skill("## Contract", "## Before\n\n## Contract"), "the first section is not the contract"),
        (skill("Never twice.", "Never twice. " * 1800), "the contract ends at about"),
        (with_body("word\n\n" * 250), "fewer than 500 are wanted"),
        (skill("1. Look:", "Look:"), "no numbered steps"),
        (skill("angle brackets", "brackets"), "does not say what becomes of placeholders: angle brackets"),
        (skill("single quotes", "quotes"), "does not say what becomes of placeholders: single quotes"),
        (with_body("Go on with okstra-divination."), "there is no skill okstra-divination"),
        (with_body("Ask the `qwen-worker`."), "there is no agent qwen-worker"),
        (with_body("Refused with `run.lots`."), "there is no code run.lots"),
        (with_body("Read `analysis-pocket.md`."), "'analysis-pocket.md' of 'analysis-pocket.md' stands nowhere"),
        (with_body("Read `<instruction-set>/launch-prompt.md`."), "'launch-prompt.md' of"),
        (with_body("Print `PROGRESS: phase-8-party round=<N>`."), "'PROGRESS: phase-8-party round=' of"),
        (with_body("Set `teamNames`."), "'teamNames' of 'teamNames' stands nowhere"),
        (with_body("`okstra ruturn root:`"), "has no command 'ruturn'"),
        (with_body("다음 단계로."), "is no contract token"),
        (with_body("```\nokstra status --json\n```"), "is not in a block marked sh"),
        (with_body("```json\ngit okstra status --json\n```"), "is not in a block marked sh"),
        (with_body("    okstra status --json"), "is not in a block marked sh"),
    ],
)
def test_a_text_that_breaks_a_rule_is_found(text: AgentText, why: str) -> None:
    found = breaches(text)
    assert any(all(part in each for part in why.split(" … ")) for each in found), found


@pytest.mark.parametrize("key", ["work_states", "suggested_groups", "candidates"])
def test_a_key_that_no_command_of_the_skill_answers_with_is_found(key: str) -> None:
    path = "skills/okstra-x/SKILL.md"
    assert list(key_breaches(with_body(f"Look at `{key}`."))) == [
        f"{path}: no command of it answers with the key {key}"
    ]
    assert list(key_breaches(with_body("Look at `depends_on` and `problems`."))) == []


def test_an_agent_takes_its_model_from_the_roster() -> None:
    text = AgentText("agents/codex-worker.md", "---\nname: codex-worker\ndescription: When asked.\nmodel: opus\n---\n")
    assert list(front_breaches(text)) == ["agents/codex-worker.md: the key model is not portable"]


def test_a_tool_that_no_agent_program_has_is_found() -> None:
    text = AgentText("agents/codex-worker.md", "---\nname: codex-worker\ndescription: When asked.\ntools: Reed\n---\n")
    assert list(front_breaches(text)) == ["agents/codex-worker.md: there is no tool Reed"]


def test_contract_tokens_labels_and_known_words_pass() -> None:
    words = (
        "`okstra task root:` and `PROGRESS: phase-5.5-convergence round=<N>`; `run.stale-nonce`; "
        "`<instruction-set>/claude-execution-prompt.md`; `codex-worker`; `- 후속 작업 없음.`; `codex`"
    )
    assert breaches(with_body(words)) == []


def test_a_rule_of_the_bundle_told_again_is_found() -> None:
    rule = "Nobody writes anything outside of this folder unless the brief has asked for it."
    assert list(echoes(with_body(rule), {"a.md.j2": f"- {rule}"})) == [f"skills/okstra-x/SKILL.md and a.md.j2: {rule}"]


def test_a_value_is_held_against_what_its_option_takes() -> None:
    assert {"N", "P:G:T", "TYPE", "URL", "2,3"} <= KINDS.keys()
    found = list(line_breaches("okstra handoff record-pr --stages two --branch <branch> --url forge.example"))
    assert [each.partition(":")[0] for each in found] == ["'two' is no 2,3", "'forge.example' is no URL"]
