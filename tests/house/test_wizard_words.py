"""Both languages of the wizard say everything that it can say, with the same gaps, and nothing else."""

import json
import re
from string import Formatter

import pytest

from okstra_cli.wizard.answers import DEFAULT
from okstra_cli.wizard.machine import all_steps
from okstra_git.paths import LANGUAGES, templates_directory
from tests.kit.surroundings import ROOT

WORDS: dict[str, dict[str, str]] = {
    language: json.loads((templates_directory() / "i18n" / f"wizard.{language}.json").read_text(encoding="utf-8"))
    for language in LANGUAGES
}
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "okstra_cli/wizard").glob("*.py")))
SCREENS = ("models", "options", "stage_options", "done", "aborted")
STATE_FILE = {"damaged", "foreign", "version", "place", "missing"}
"""Refusals of the state file, whose language nobody knows."""

CONTRACT = {"option.abort": "중단", "option.edit_base": "base-ref 다시 고르기", "option.direct": "직접 입력"}


def gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def asked_for() -> set[str]:
    """Every sentence that the code names."""
    steps = {f"step.{step.name}.{part}" for step in all_steps() for part in ("label", "header")}
    screens = {f"step.{screen}.label" for screen in SCREENS}
    offered = set(re.findall(r'Choice\([^)]*?,\s*"([a-z_]+)"', SOURCE))
    either = {word for pair in re.findall(r'"([a-z_]+)" if [^"]+ else "([a-z_]+)"', SOURCE) for word in pair}
    refused = set(re.findall(r'(?:Refused|_refused)\("([a-z_]+)"', SOURCE)) - STATE_FILE
    said = set(re.findall(r'say\("([a-z_.]+)"', SOURCE))
    return steps | screens | said | {f"option.{name}" for name in offered} | {f"error.{name}" for name in refused} | {
        name for word in either for name in (f"option.{word}", f"error.{word}", word) if name in WORDS["en"]
    }  # fmt: skip


def test_both_languages_have_the_same_sentences_in_order() -> None:
    assert list(WORDS["en"]) == list(WORDS["ko"]) == sorted(WORDS["en"])
    assert all(all(words.values()) for words in WORDS.values())


@pytest.mark.parametrize("name", sorted(WORDS["en"]))
def test_a_sentence_has_the_same_gaps_in_both_languages(name: str) -> None:
    assert gaps(WORDS["en"][name]) == gaps(WORDS["ko"][name])


def test_no_sentence_that_is_asked_for_is_missing() -> None:
    assert sorted(asked_for() - set(WORDS["en"])) == []


def test_no_sentence_is_left_over() -> None:
    literal = set(re.findall(r'"([a-z_]+)"', SOURCE))
    unused = [name for name in WORDS["en"] if name not in asked_for() and name.split(".", 1)[1] not in literal]
    families = re.compile(r"option\.(edit_\w+|id_of_\w+)|mark\.\w+")
    assert [name for name in unused if not families.fullmatch(name)] == []
    assert {name for name in WORDS["en"] if name.startswith("mark.")} == {"mark.recommended", f"mark.{DEFAULT}"}


def test_headers_fit_the_asking_tool() -> None:
    for words in WORDS.values():
        assert [name for name, said in words.items() if name.endswith(".header") and not 0 < len(said) <= 12] == []


def spoken_words(sentence: str) -> str:
    return re.sub(r"\{\w+\}|[a-z]+-[a-z]+", "", sentence)


def test_korean_is_korean_and_contract_words_stand() -> None:
    said = {name: spoken_words(text) for name, text in WORDS["en"].items() if not name.startswith("mark.")}
    names = {"step.codex_model.header", "step.gemini_model.header", "step.claude_model.header"}
    names |= {name.replace("_model.", "_model_name.") for name in names} | {"error.plan"}
    meant = [name for name, text in said.items() if re.search("[a-z]{3}", text) and name not in names]
    silent = [name for name in meant if not any("가" <= letter <= "힣" for letter in WORDS["ko"][name])]
    assert silent == []
    assert {name: WORDS["ko"][name] for name in CONTRACT} == CONTRACT
    assert WORDS["ko"]["option.keep"].startswith("유지")
    assert WORDS["ko"]["option.change"] == "변경"
