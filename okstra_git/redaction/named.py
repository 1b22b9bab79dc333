"""Secrets that stand beside a name that says so: assignments, fields, flags, elements, headers, tables, sentences."""

import re
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_letters, digits
from typing import Literal

from okstra_git.redaction.matching import (
    Lazy,
    Span,
    is_digits,
    is_likely,
    is_number,
    is_object_name,
    is_place,
    is_placeholder,
    is_random,
    is_words,
)
from okstra_git.redaction.reading import read_values

Grade = Literal["password", "secret", "weak", "bare", ""]
"""`password`: any value; `secret`: any that is not a word; `weak`, `bare`: one that looks drawn by lot (`bare`: no object)."""
SEEDS = (
    "pass", "pwd", "psw", "secret", "token", "key", "auth", "cookie", "cred", "sig", "session", "hmac", "psk", "jwt", "bearer",
    "sas", "otp", "login", "pw", "sid", "passwor", "jeton", "mot de", "motde", "mot_de", "mot-de", "mdp", "contras", "kennwort", "geheim", "schl", "zugang", "clave", "clé", "cle",
    "senha", "wachtwoord", "sleutel", "hasł", "haslo", "парол", "секрет", "токен", "ключ", "lösen", "losen", "adgang", "kodeord", "salasana",
    "heslo", "jelsz", "şifre", "sifre", "parola", "parole", "chave", "chiave", "비밀", "비번", "암호", "패스워드", "토큰", "시크릿", "인증키", "인증 키", "액세스",
    "개인키", "api 키", "api키", "密码", "密碼", "口令", "令牌", "密钥", "密鑰", "秘钥", "私钥", "パスワード", "暗証", "トークン", "秘密", "シークレット", "キー", "认证",
    "รหัสผ่าน", "mật khẩu", "mat_khau", "kata sandi", "पासवर्ड", "كلمة", "סיסמ", "κωδικ",
)  # fmt: skip
"""What every name of a secret contains, in small letters."""
FOREIGN = {
    "password": "passwort kennwort geheimwort mot_de_passe mot-de-passe motdepasse mdp contraseña contrasena contrasenya senha wachtwoord hasło haslo пароль"
                " lösenord losenord adgangskode kodeord passord salasana heslo jelszó jelszo şifre sifre parola 비밀번호 비번 암호 패스워드 密码 密碼 口令"
                " パスワード 暗証番号 รหัสผ่าน mat_khau पासवर्ड סיסמה סיסמא κωδικός",
    "secret": "geheimnis geheimer-schlüssel geheimschlüssel zugangsschlüssel zugriffsschlüssel zugangstoken zugriffstoken zugangsdaten jeton секрет токен"
              " 토큰 시크릿 비밀키 인증키 개인키 令牌 密钥 密鑰 秘钥 私钥 トークン シークレット 秘密鍵 api키 접근키 액세스키 认证密钥",
    "weak": "schlüssel clave chave chiave sleutel clé ключ キー 키 鍵",
}  # fmt: skip
PHRASES = Lazy(
    r"(?:mot de passe|시크릿 키|보안 키|암호 키|접근 토큰|리프레시 토큰|mật khẩu|kata sandi|كلمة المرور|كلمة السر|clé secrète|clé d['’]api|clé privée|clave secreta|clave privada|clave de api|chave secreta"
    r"|chave de api|chiave segreta|chiave api|geheimer schlüssel|privater schlüssel|api[- ]schlüssel|секретный ключ|ключ api|비밀 키|인증 키|개인 키|액세스 키"
    r"|접근 키|비밀 번호|api 키|액세스 토큰|인증 토큰|api キー|apiキー|アクセスキー|アクセストークン|访问密钥|访问令牌|api密钥|api 密钥|私密密钥)"
)
"""Names of several words, or with letters of another script beside ours."""
PASSWORDS = frozenset(["password", "passwords", "passwd", "passphrase", "passphrases", "passcode", "pass", "pwd", "psw", "pw", "passw", "passwrd", "userpass", "dbpass", "pgpass", "pgpassword", "rootpass", "adminpass", "keypass", "storepass", "bindpw", "rootpw", "userpw", "kp"])  # fmt: skip
SECRETS = frozenset(["secret", "secrets", "apikey", "apikeys", "apitoken", "credential", "credentials", "creds", "psk", "accesskey", "secretkey", "privatekey", "authkey", "accountkey", "masterkey", "signingkey", "encryptionkey", "authtoken", "accesstoken", "bearertoken", "refreshtoken", "clientsecret", "sharedkey", "sharedaccesskey", "sessionkey", "storagekey", "presharedkey", "licensekey", "sessiontoken", "idtoken", "xoauth", "appsecret", "appkey"])  # fmt: skip
WEAK = frozenset(["auth", "authorization", "cookie", "cookies", "session", "sessionid", "sid", "jsessionid", "phpsessid", "signature", "sig", "hmac", "jwt", "bearer", "sas", "otp", "seed", "credential", "cred", "pat", "csrftoken", "login", "connectionstring", "dsn"])  # fmt: skip
SHORT = frozenset(("pass", "pw", "psw", "kp"))
"""Words that mean a password only at the end of a name."""
ENDINGS = ("password", "passwd", "passphrase", "passwort", "kennwort", "pwd", "passcode")
SECRET_ENDINGS = ("secret", "apikey", "secretkey", "privatekey", "accesskey", "authkey", "accountkey", "masterkey", "signingkey", "encryptionkey",
                  "authtoken", "accesstoken", "apitoken", "bearertoken", "refreshtoken", "credentials")  # fmt: skip
KEEPING = frozenset(["value", "val", "base", "text", "plain", "plaintext", "raw", "prod", "production", "dev", "development", "test", "testing", "staging", "stage", "live", "new", "old", "current", "main", "default", "backup", "b64", "base64", "base64url", "hex", "string", "str", "pem", "data", "env", "primary", "secondary", "tmp", "temp", "the", "my"])  # fmt: skip
"""What may follow the word that counts and changes nothing."""
OTHER = frozenset(
    ["url", "urls", "uri", "uris", "link", "href", "path", "paths", "file", "files", "filename", "dir", "directory", "folder", "name", "names", "id", "ids", "type", "types", "kind", "len", "length", "min", "max", "size", "sizes", "count", "limit", "limits", "policy", "policies", "field", "fields", "input", "label", "labels", "expiry", "expires", "expired", "expiration", "ttl", "age", "header", "headers", "prefix", "suffix", "var", "variable", "regex", "pattern", "format", "version", "help", "hint", "hints", "reset", "required", "enabled", "disabled", "allowed", "visible", "store", "stores", "manager", "provider", "providers", "service", "class", "alias", "algorithm", "alg", "strength", "rule", "rules", "endpoint", "endpoints", "host", "port", "user", "username", "owner", "issuer", "scope", "scopes", "audience", "status", "state", "error", "errors", "message", "msg", "prompt", "placeholder", "title", "description", "desc", "validator", "validation", "checker", "check", "checks", "generator", "factory", "handler", "rotation", "rotate", "rotated", "changed", "update", "updated", "create", "created", "last", "date", "time", "days", "history", "reuse", "attempts", "attempt", "tries", "usage", "table", "schema", "index", "bits", "hash", "hashes", "hashed", "hasher", "digest", "fingerprint", "thumbprint", "public", "pub", "ref", "refs", "reference", "references", "arn", "source", "getter", "callback", "fn", "func", "function", "method", "mode", "form", "page", "screen", "dialog", "view", "button", "map", "dict", "list", "set", "cache", "pair", "pairs", "ring", "board", "code", "codes", "press", "down", "up", "word", "words", "book", "note", "server", "client", "flow", "grant", "exchange", "request", "response", "middleware", "guard", "strategy", "module", "router", "routes", "config", "configuration", "settings", "options", "params", "helper", "utils", "protected", "needed", "missing", "invalid", "failed", "rate", "budget", "cost", "price", "window", "encoding", "encoder", "decoder", "counter", "stream", "parser", "lexer", "kinds", "position", "offset", "column", "number", "num", "managers", "vault", "required", "optional", "supported", "confirmed", "confirmation", "forgot", "forgotten", "recovery", "encoder", "encryptor", "less", "free", "based", "only", "driver", "backend", "plugin", "mgr", "encode", "decode", "split", "strip", "lower", "upper", "join", "format"]
)  # fmt: skip
"""What makes of a secret's name the name of something about it."""
KEY_OF = frozenset(["api", "access", "private", "secret", "encryption", "encrypt", "crypto", "cipher", "signing", "sign", "master", "account", "session", "shared", "storage", "service", "auth", "admin", "root", "deploy", "client", "server", "app", "application", "license", "jwt", "hmac", "aes", "rsa", "ssh", "pgp", "gpg", "tls", "ssl", "kms", "wallet", "webhook", "subscription", "write", "read", "ingest", "integration", "maps", "functions", "stripe", "openai", "anthropic", "github", "gitlab", "aws", "azure", "gcp", "google", "twilio", "sendgrid", "mailgun", "slack", "datadog", "dd", "newrelic", "sentry", "algolia", "heroku", "npm", "cloudflare", "cf", "digitalocean", "telegram", "discord", "notion", "vault", "hf", "snyk", "weather", "mapbox", "pusher", "segment", "license", "decryption", "pepper", "pass", "passphrase", "bot", "merchant", "partner", "consumer", "tenant", "device", "provisioning", "registration", "activation", "join", "machine"])  # fmt: skip
NO_KEY = frozenset(["public", "primary", "foreign", "cache", "partition", "sort", "hash", "group", "task", "stage", "object", "index", "row", "record", "entry", "dedupe", "idempotency", "translation", "i18n", "label", "map", "dict", "json", "config", "setting", "registry", "hot", "arrow", "enter", "host", "known", "routing", "message", "unique", "composite", "natural", "surrogate", "join", "shortcut", "lookup", "search", "range", "lock", "feature", "flag", "metric", "state", "run", "plan", "bucket", "candidate", "event", "answer", "sorting", "order", "query", "param", "header", "cell", "tab", "menu", "dedup", "locale", "lang", "topic", "tree", "file", "path", "turn", "key", "by", "for", "in", "of"])  # fmt: skip
NO_TOKEN = frozenset(["input", "output", "max", "min", "total", "prompt", "completion", "cached", "eos", "bos", "pad", "unk", "sep", "next", "page", "continuation", "cancellation", "punctuation", "syntax", "contract", "stop", "special", "num", "count", "verdict", "first", "last", "previous", "prev", "current", "cache", "budget", "number", "line", "reasoning", "lexer", "start", "end", "mask", "begin", "used", "of", "per", "thinking"])  # fmt: skip
_PARTS = Lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_NUMBER = Lazy(r"v?\d+\Z")


@lru_cache(maxsize=4096)
def grade_of(name: str) -> Grade:
    """How surely this name (letters of any case, digits, `_`, `-` and `.`) is that of a secret."""
    small = name.casefold()
    for grade, words in _FOREIGN_GRADES:
        if any(word in small for word in words):
            return grade
    if not small.isascii() and any(word in small for word in _FOREIGN_KEYS):
        return (
            "secret"
            if any(word in small for word in ("api", "secr", "geheim", "priv", "zugriff", "secret"))
            else "weak"
        )
    parts = [part.casefold() for part in _PARTS.findall(name)]
    while len(parts) > 1 and (parts[-1] in KEEPING or _NUMBER.match(parts[-1])):
        parts.pop()
    return _grade(parts)


_FOREIGN_KEYS = tuple(FOREIGN["weak"].split())
_FOREIGN_GRADES: tuple[tuple[Grade, tuple[str, ...]], ...] = (
    ("password", tuple(FOREIGN["password"].split())),
    ("secret", tuple(FOREIGN["secret"].split())),
)
_NAME = Lazy(r"[\w.-]{1,120}")
_BACK = 60
_FOREIGN_WORDS = sorted((word for words in FOREIGN.values() for word in words.split()), key=len, reverse=True)
_ASCII = ascii_letters + digits + "_-."
_AROUND, _REMEMBERED = 130, 2000
"""Letters around a name that were found harmless are not looked at again, so many of them: a long text repeats itself."""
_NUMBERED = Lazy(r"[a-z]+\d{1,2}\Z")
_SUM_OF = Lazy(r"sha\d{1,3}=", re.IGNORECASE)
_BREAKS = Lazy(r"[\s\"'`<]")
CROWD = 40
"""Names in one run without blanks and quotes of which each is looked at; no file has more, and each look costs."""


def named(text: str) -> Iterator[Span]:
    """Every value that its name makes a secret."""
    small = text.lower() if text.isascii() else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    done = last = crowd = 0
    calm: set[tuple[int, str]] = set()
    for start, end, grade, name in _names(text, small):
        crowd = 0 if _BREAKS.search(text, last, start) else crowd + 1
        last = max(end, last)
        around = (min(start, _AROUND), text[max(0, start - _AROUND) : end + _AROUND])
        if start < done or crowd > CROWD or around in calm:
            continue
        reach = start
        for value in read_values(text, start, end, is_sure=grade in ("password", "secret")):
            reach = max(reach, value.end)
            if value.end > value.start and _counts(text[value.start : value.end], grade, value.form, name):
                yield Span(value.start, value.end, "password" if grade == "password" else "secret")
                done = max(done, value.end)
        if done <= start and reach < end + _AROUND - 20 and len(calm) < _REMEMBERED:
            calm.add(around)


def _grade(parts: list[str]) -> Grade:
    for index in range(len(parts) - 1, -1, -1):
        grade = _of_part(parts[index], parts[index - 1] if index else "")
        if grade:
            rest = parts[index + 1 :]
            if not rest:
                return grade
            if parts[index] in SHORT:
                return ""
            return "" if any(part in OTHER for part in rest) else ("password" if grade == "password" else "weak")
    return ""


def _of_part(part: str, before: str) -> Grade:
    if part in PASSWORDS or part.endswith(ENDINGS):
        return "" if before in ("by", "com", "tres", "over", "sur") else "password"
    if part in SECRETS or part.endswith(SECRET_ENDINGS):
        return "secret"
    if part in ("key", "keys"):
        return "" if before in NO_KEY else "secret" if before in KEY_OF else "weak" if before else "bare"
    if part in ("token", "tokens"):
        return "" if before in NO_TOKEN else "secret" if before else "bare"
    return "weak" if part in WEAK else ""


def _names(text: str, small: str) -> Iterator[tuple[int, int, Grade, str]]:
    """Names of secrets as they stand in the text, in order."""
    seen = -1
    for at in _seeds(small):
        if at <= seen:
            continue
        phrase = PHRASES.match(small, at)
        if phrase:
            seen = phrase.end()
            yield at, phrase.end(), "secret" if "key" in phrase[0] else "password", text[at : phrase.end()]
            continue
        start, end = _bounds(text, small, at)
        seen = end - 1
        name = text[start:end]
        grade = grade_of(name[-120:].strip(".-_"))
        is_method = text[end : end + 1] == "(" and "." in name and not grade_of(name.rpartition(".")[2])
        if grade and not is_method:
            yield start, end, grade, name


def _seeds(small: str) -> list[int]:
    places: list[int] = []
    for seed in SEEDS:
        at = small.find(seed)
        while at >= 0:
            places.append(at)
            at = small.find(seed, at + len(seed))
    places.sort()
    return places


def _bounds(text: str, small: str, at: int) -> tuple[int, int]:
    """The whole name around a place in it; of letters beside ASCII only the word itself, since there are no blanks."""
    if not text[at].isascii():
        return at, _end_of_word(small, at, at + 1)
    before = text[max(0, at - _BACK) : at]
    start = at - len(before) + len(before.rstrip(_ASCII))
    while start > 0 and at - start < _BACK and _is_part(text[start - 1]):
        start -= 1
    while start < at and text[start] == ".":
        start += 1
    if text[start - 1 : start] == "%" and at - start >= 2:
        start += 2  # an escape of an address before the name
    if start < at and text[start - 1 : start + 1] in ("\\n", "\\t", "\\r"):
        start += 1  # a written-out line break before the name
    match = _NAME.match(text, at)
    end = at + max(1, len(match[0].rstrip(".-"))) if match else at + 1
    return start, end


def _is_part(letter: str) -> bool:
    return letter.isalnum() or letter in "_-."


def _end_of_word(text: str, at: int, end: int) -> int:
    """Where the longest known word that begins here ends."""
    return next((at + len(word) for word in _FOREIGN_WORDS if text.startswith(word, at)), end)


def _counts(value: str, grade: Grade, form: str, name: str) -> bool:
    """Whether what stands beside a name of this grade is a secret."""
    value = value.strip()
    if not value or is_placeholder(value) or value.startswith("[redacted"):
        return False
    if value.lower() in name.lower() or _is_text(value):
        return False
    if form == "beside" and _NUMBERED.match(value):
        return False
    if form in ("spaced", "sentence") and name.lower() in SHORT:
        return False
    if form in ("beside", "sentence") or (
        grade == "password" and name.lower() in ("pass", "pw", "kp", "parole", "clave", "pass_")
    ):
        return is_likely(value) if grade in ("password", "secret") else is_random(value)
    if form == "spaced":
        return is_random(value) or (grade == "password" and is_likely(value) and len(value) >= 8)
    if grade == "password":
        return _is_password(value)
    if grade == "secret" or (grade == "bare" and form in ("flag", "element")):
        return _is_secret(value, name)
    summed = _SUM_OF.sub("", value) if name.lower().endswith(("sig", "signature", "256", "hmac")) else value
    return is_random(value) or (grade == "weak" and is_digits(summed)) or _is_packed_login(value, name)


def _is_password(value: str) -> bool:
    if len(value) < 3 or not any(c.isascii() for c in value) or (is_place(value) and len(value) > 3):
        return False
    if is_number(value):
        return value.isdecimal() and len(value) >= 4
    is_named_after = is_words(value) and grade_of(value[-120:]) != ""
    is_code = "_" in value and value.replace("_", "").isalpha() and value.islower()
    return not (is_named_after or is_code or (" " in value and _is_sentence(value)))


def _is_secret(value: str, name: str) -> bool:
    if len(value) < 6 or is_words(value) or is_place(value):
        return False
    if is_number(value):
        return (
            value.isdecimal()
            and len(value) >= 8
            and any(word in name.lower() for word in ("api", "secret", "access", "auth"))
        )
    return not (" " in value and (_is_sentence(value) or is_object_name(value)))


def _is_text(value: str) -> bool:
    """Whether it has several lines of which some are of several words: code or prose."""
    return "\n" in value and any(" " in line.strip() for line in value.splitlines())


def _is_sentence(value: str) -> bool:
    words = value.split()
    return len(words) >= 3 and sum(map(is_words, words)) > len(words) // 2 and len(words) not in (4, 5, 12, 24)


def _is_packed_login(value: str, name: str) -> bool:
    """Whether it is a name and a password in Base64, as `auth` has them."""
    if "auth" not in name.lower() or len(value) < 8:
        return False
    try:
        return b":" in b64decode(value + "=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False
