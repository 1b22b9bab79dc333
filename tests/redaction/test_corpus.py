"""How much of what is secret is found, and how little else: measured over corpora that are put together at run time."""

from okstra_git.redaction.redacting import redact
from tests.redaction.corpus import INNOCENT, SHAPES, Planted, planted

FOUND, FALSE = 0.98, 0.01
HOME = "/srv/people/ada"


def missed(cases: list[Planted]) -> list[Planted]:
    """Those of whose secret half or more still stands in the text."""
    return [case for case in cases if leaks(redact(case.text, home=HOME).text, case.secret)]


def leaks(text: str, secret: str) -> bool:
    half = (len(secret) + 1) // 2
    return any(secret[at : at + half] in text for at in range(len(secret) - half + 1))


def test_secrets_are_found_in_every_usual_shape() -> None:
    cases = list(planted(seed=13))
    assert len(SHAPES) >= 80
    assert len(cases) >= 150
    lost = missed(cases)
    assert len(lost) <= (1 - FOUND) * len(cases), lost


def test_innocent_texts_stay() -> None:
    changed = [(text, redact(text, home=HOME).text) for text in INNOCENT if redact(text, home=HOME).text != text]
    assert len(INNOCENT) >= 150
    assert len(changed) <= FALSE * len(INNOCENT), changed
