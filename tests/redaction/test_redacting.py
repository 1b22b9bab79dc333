"""Secrets that go, and everything that looks like one and has to stay."""

import pytest

from okstra_git.redaction.redacting import redact

HOME = "/srv/people/ada"
OID = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ULID = "01M7Y3TRG94ZD3A45BQH53SD8T"
LETTERS = "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zA2cD4"


def joined(*parts: str) -> str:
    """Made from parts, so that no scanner takes this file for a leak."""
    return "".join(parts)


SECRETS = [
    (joined("gh", "p_", LETTERS), "github-token"),
    (joined("github", "_pat_", LETTERS, "_", LETTERS), "github-token"),
    (joined("gl", "pat-", LETTERS[:20]), "gitlab-token"),
    (joined("sk", "-ant-api03-", LETTERS), "api-key"),
    (joined("sk", "-proj-", LETTERS), "api-key"),
    (joined("sk", "_live_", LETTERS[:24]), "stripe-key"),
    (joined("AK", "IA", "ABCDEFGHIJ234567"), "aws-key"),
    (joined("AI", "za", LETTERS[:35]), "google-key"),
    (joined("xo", "xb-123456789012-", LETTERS), "slack-token"),
    (joined("np", "m_", LETTERS), "package-token"),
    (joined("ey", "JhbGciOiJIUzI1NiJ9.ey", "JzdWIiOiIxMjM0In0.", LETTERS), "jwt"),
]


@pytest.mark.parametrize(("secret", "kind"), SECRETS)
def test_known_tokens_go_wherever_they_stand(secret: str, kind: str) -> None:
    for text in ("got {} there", '"x": "{}"', "x={}\n", "({})", '\\"{}\\"'):
        done = redact(text.replace("{}", secret), home=HOME)
        assert secret not in done.text
        assert f"[redacted:{kind}]" in done.text
        assert done.found == {kind: 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abcd1234", "Authorization: Bearer [redacted:authorization]"),
        ("'authorization': 'Basic dXNlcjpwdw=='", "'authorization': 'Basic [redacted:authorization]'"),
        ("curl -H 'Bearer abcdefgh12345678'", "curl -H 'Bearer [redacted:authorization]'"),
        ("postgres://ada:hunter2@db:5432/shop", "postgres://ada:[redacted:password]@db:5432/shop"),
        ("https://:hunter2@x.org/", "https://:[redacted:password]@x.org/"),
        ("https://0123456789abcdefABCDEF@x.org/r.git", "https://[redacted:token]@x.org/r.git"),
        ("password=hunter2", "password=[redacted:password]"),
        ("PASSWORD: hunter2,", "PASSWORD: [redacted:password],"),
        ('"db_password": "two words"', '"db_password": "[redacted:password]"'),
        ('\\"password\\": \\"hunter2\\"', '\\"password\\": \\"[redacted:password]\\"'),
        ("DB_PASSWD='a b'", "DB_PASSWD='[redacted:password]'"),
        ("passphrase := correct-horse", "passphrase := [redacted:password]"),
        ("client_secret=0123456789", "client_secret=[redacted:secret]"),
        ("API_KEY=12345678", "API_KEY=[redacted:secret]"),
        ("auth-token: 0a1b2c3d", "auth-token: [redacted:secret]"),
        (f"access_token={OID}", "access_token=[redacted:secret]"),
        (f"token: {LETTERS}", "token: [redacted:secret]"),
        (f'"cookie": "{LETTERS}"', '"cookie": "[redacted:secret]"'),
        (f"signing_key_v2 = {LETTERS}", "signing_key_v2 = [redacted:secret]"),
        ("key=" + "0f" * 16, "key=[redacted:secret]"),
        ("see /home/ada/shop and /Users/bob.b/x", "see ~/shop and ~/x"),
        ("file:///home/ada/shop", "file://~/shop"),
        (f"{HOME}/shop {HOME}", "~/shop ~"),
        ("C:\\Users\\Ada\\shop", "~\\shop"),
    ],
)
def test_what_is_named_a_secret_goes_and_the_rest_of_the_line_stays(text: str, expected: str) -> None:
    assert redact(text, home=HOME).text == expected


@pytest.mark.parametrize(
    "text",
    [
        f'"commit": "{OID}", "blob": "{OID}"',
        f'"sha256": "{SHA256}"',
        f'"run": "{ULID}", "nonce": "9f86d081884c7d65"',
        f"key: {OID}",
        f"token: {SHA256}",
        f'"key": "{ULID}"',
        '"verdict": {"token": "accepted"}',
        '"token": "conditional-accept"',
        '"taskKey": "shop:web:login", "stageKey": "passkey-login-v2-stage-12"',
        'input_tokens: 123456789, "output_tokens": 5',
        "shop:web:login --carry /opt/projects/company/team-platform/repositories/billing-service/"
        ".okstra/tasks/shop/web/login/runs/plan-e40f2da29e99/carry/stage-1.json",
        "def login(password: str, token: str = None)",
        "password = os.environ['X']",
        "password: $DB_PASSWORD",
        "api_key = get_key()",
        "API_KEY=<your key>",
        "secret: required",
        "PASSWORD=***",
        "the key: read the manual first",
        "git@github.com:shop/web.git and ssh://git@host/x",
        "https://example.org:8080/a@b",
        "sk-learn and sk-short",
        "docs/home/ada and ./Users/x",
        "/srv/people/adalbert",
        "author: Ada <ada@example.org>",
        "eyJ is how tokens begin",
        "rsync --password-file=/etc/rsync.pass src dst",
        "MC.SetPlayerPosition calls cioCallbackHandlerForTheWholeOfTheService",
        "token=HTTPServerConnectionPoolManager",
        "key: getURLForTheSessionOfUser",
    ],
)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert redact(text, home=HOME).text == text
    assert redact(text, home=HOME).found == {}


@pytest.mark.parametrize("value", ["kQzRbVxWmTpLsYdNfGhJ", "uYtRwEqPzXcVbNmLkJhG", "aBcDxYzQwRtKpLmN"])
@pytest.mark.parametrize("text", ["token={}", "the api_key: {}", "Bearer {}", "session={}"])
def test_a_token_that_got_no_digit_by_lot_goes(text: str, value: str) -> None:
    assert value not in redact(text.format(value), home=HOME).text


def test_private_keys_go_whole_cut_or_on_one_line() -> None:
    body = (LETTERS + "\n") * 20
    begin, end = joined("-----BEGIN RSA PRI", "VATE KEY-----"), joined("-----END RSA PRI", "VATE KEY-----")
    for text in (f"{begin}\n{body}{end}", f"{begin}\n{body}", f"{begin}\\n{LETTERS}\\n{end}", f"{body}{end}"):
        assert LETTERS not in redact(f"before\n{text}\n", home=HOME).text
    assert redact(f"a\n{begin}\n{body}{end}\nb\n", home=HOME).text == "a\n[redacted:private-key]\nb\n"


def test_a_redacted_text_stays_as_it_is() -> None:
    once = redact("password=hunter2 https://a:b@c /home/x Authorization: Bearer 12345678", home=HOME).text
    assert redact(once, home=HOME) == (once, {})
