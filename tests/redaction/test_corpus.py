"""How much of what is secret is found, and how little else: measured over corpora that are put together at run time."""

import random
import time
from types import ModuleType

import pytest

from okstra_git.redaction.redacting import redact
from tests.redaction import corpus, other_corpus, third_corpus
from tests.redaction.corpus import Planted

FOUND, FALSE = 0.98, 0.01
HOME = "/srv/people/ada"


def missed(cases: list[Planted]) -> list[Planted]:
    """Those of whose secret half or more still stands in the text."""
    return [case for case in cases if leaks(redact(case.text, home=HOME).text, case.secret)]


def leaks(text: str, secret: str) -> bool:
    half = (len(secret) + 1) // 2
    return any(secret[at : at + half] in text for at in range(len(secret) - half + 1))


@pytest.mark.parametrize("which", [corpus, other_corpus, third_corpus], ids=["first", "second", "third"])
@pytest.mark.parametrize("seed", [13, 14])
def test_secrets_are_found_in_every_usual_shape(which: ModuleType, seed: int) -> None:
    cases = list(which.planted(seed))
    assert len(which.SHAPES) >= 80
    assert len(cases) >= 150
    lost = missed(cases)
    assert len(lost) <= (1 - FOUND) * len(cases), lost


@pytest.mark.parametrize("which", [corpus, other_corpus], ids=["first", "second"])
def test_innocent_texts_stay(which: ModuleType) -> None:
    changed = [(text, done) for text in which.INNOCENT if "[redacted:" in (done := redact(text, home=HOME).text)]
    assert len(which.INNOCENT) >= 150
    assert len(changed) <= FALSE * len(which.INNOCENT), changed


def test_all_of_them_at_once_and_once_more_are_as_one_by_one() -> None:
    cases = [*corpus.planted(5), *other_corpus.planted(5), *third_corpus.planted(5)]
    random.Random(1).shuffle(cases)
    whole = redact("\n\n".join(case.text for case in cases), home=HOME).text
    assert len([case for case in cases if leaks(whole, case.secret)]) <= (1 - FOUND) * len(cases)
    for text in (whole, *(redact(case.text, home=HOME).text for case in cases)):
        assert redact(text, home=HOME) == (text, {})


def test_no_text_that_ends_anywhere_is_refused() -> None:
    """Every beginning of every text goes through, and what was found stays a part of it."""
    for case in (*corpus.planted(6, 1), *other_corpus.planted(6, 1), *third_corpus.planted(6, 1)):
        for end in range(0, len(case.text), 3):
            redact(case.text[:end], home=HOME)


# texts of programs and prose in which a word stands that often names a secret
CODE = (
    "self.user, self.password = user, password", "user = password = None", "username/password handling", "identified by four values",
    "def unix_getpass(prompt='Password: ', stream=None):", 'password = password.encode("latin1")', "user_pass = '%s:%s' % (user, pw)",
    "pack('>BBL', token | 0xF, 0x12, size)", "re.compile(r'%(?:(?P<key>.*?))?')", '"core.askPass": "askpass"', "Pass stdout=PIPE to capture it",
    'class Cookie:\n    """A cookie of HTTP 1.1, as RFC 2965 has it."""\n', "-> 'user', 'passwd'", "socks5h://<username>:<password>@proxy-host",
    "login = account = password = ''", "PASSWORDS = \'\'\'\nimport hashlib\n\ndef check(word): ...\n\'\'\'", 'HTTPPasswordMgr", "urllib2"',
)  # fmt: skip


@pytest.mark.parametrize("text", CODE)
def test_code_about_secrets_stays(text: str) -> None:
    assert redact(text, home=HOME).text == text


REPEATED = (
    "a", "key", "a.b-", "://a:", "-----BEGIN PRIVATE KEY-----", "password=", "password: ", "token=a1B2 ", "sk-", "eyJ", "key: |\n", "Bearer ",
    "mysql -u ", "--password ", "비밀번호: ", "<password>", "@", "x" * 60 + "\n",
)  # fmt: skip


@pytest.mark.parametrize("text", REPEATED)
def test_four_times_the_text_takes_about_four_times_as_long(text: str) -> None:
    """Whatever repeats in it, and in well under a second for each mebibyte; in processor time."""
    short, long = (seconds((text * size)[:size]) for size in (1 << 16, 1 << 18))
    assert long < 1.0
    assert long < 8 * short + 0.2


def seconds(text: str) -> float:
    before = time.process_time()
    redact(text, home=HOME)
    return time.process_time() - before
