"""The files of the demo's shop, as each commit of the story leaves them."""

from collections.abc import Mapping

Files = Mapping[str, str]

README = """\
# Tea shop

Sells tea by the hundred grams.

## Run

    python -m shop --port {port}

## Decisions

- Prices are whole cents.
"""

APP = '''\
"""Answers the requests of the shop."""

from shop import catalogue

PAGES = {{}}


def page(path):
    """Register the decorated function for a path."""

    def register(answer):
        PAGES[path] = answer
        return answer

    return register


@page("/")
def front(request):
    return "{welcome}"


@page("/tea")
def tea(request):
    rows = [f"{{name}}: {{cents / 100:.2f}}" for name, cents in catalogue.TEAS.items()]
    return "\\n".join(rows)


@page("/imprint")
def imprint(request):
    return "Tea shop, Harbour Street 1"
'''

CATALOGUE = """\
\"\"\"What the shop sells, in cents per hundred grams.\"\"\"

TEAS = {"assam": 450, "sencha": 620, "rooibos": 380}
"""

PASSWORDS = '''\
"""Keeps passwords as salted scrypt hashes."""

import hashlib
import secrets


def hash_password(password):
    salt = secrets.token_bytes(16)
    return salt + hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


def is_password(password, kept):
    fresh = hashlib.scrypt(password.encode(), salt=kept[:16], n=2**14, r=8, p=1)
    return secrets.compare_digest(kept[16:], fresh)
'''

TEST_PASSWORDS = """\
from shop.passwords import hash_password, is_password


def test_only_the_right_password_is_accepted():
    kept = hash_password("darjeeling")
    assert is_password("darjeeling", kept)
    assert not is_password("ceylon", kept)
"""

SESSIONS = '''\
"""Remembers who is logged in."""

import secrets

OPEN = {}


def begin(user):
    token = secrets.token_urlsafe()
    OPEN[token] = user
    return token


def find_user(token):
    return OPEN[token]
'''

TEST_SESSIONS = """\
from shop.sessions import begin, find_user


def test_a_session_is_found_by_its_token():
    assert find_user(begin("ada")) == "ada"
    assert find_user("made up") is None
"""

FORM = """\
<form method="post" action="/login">
  <input name="user"> <input name="password" type="password">
  <button>Log in</button>
</form>
"""

LOGIN = """

@page("/login")
def login(request):
    token = sessions.begin(request.form["user"])
    cookie = f"session={token}{rules}"
    return {"location": "/", "cookie": cookie}
"""


def app(*, welcome: str = "Welcome", login: str | None = None) -> str:
    """The shop's main module; `login` adds the page that stage 3 brings, with these rules for its cookie."""
    text = APP.format(welcome=welcome)
    if login is None:
        return text
    return text.replace("import catalogue", "import catalogue, sessions") + LOGIN.replace("{rules}", login)


BEGUN: Files = {
    "README.md": README.format(port=8000),
    "src/shop/app.py": app(),
    "src/shop/catalogue.py": CATALOGUE,
}
HASHED: Files = {
    "README.md": README.format(port=8000) + "- Passwords are kept as salted scrypt hashes.\n",
    "src/shop/passwords.py": PASSWORDS,
}
HASHING_TESTED: Files = {"tests/test_passwords.py": TEST_PASSWORDS}
REMEMBERED: Files = {"src/shop/sessions.py": SESSIONS}
REMEMBERING_TESTED: Files = {"tests/test_sessions.py": TEST_SESSIONS}
MENDED: Files = {"src/shop/sessions.py": SESSIONS.replace("OPEN[token]\n", "OPEN.get(token)\n")}
SHOWN: Files = {"src/shop/login.html": FORM, "src/shop/app.py": app(login="")}

WELCOMED: Files = {"src/shop/app.py": app(welcome="Welcome to the harbour")}
"""A colleague's commit on main, in a file that stage 3 changes too."""

MOVED_PORT: Files = {"README.md": README.format(port=8080)}
"""A colleague's commit on main, in a file that stage 1 changes too."""

REVIEWED: Files = {"src/shop/app.py": app(welcome="Welcome to the harbour", login="; HttpOnly; SameSite=Lax")}
"""What review asked of stage 3: content that no record has seen."""
