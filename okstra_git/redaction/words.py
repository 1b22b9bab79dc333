"""Which names say that their value is a secret, in programs and in the languages that people write."""

from functools import lru_cache
from typing import Literal

from okstra_git.redaction.lazy import Lazy

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
    for grade, words in _FOREIGN:
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


_FOREIGN_KEYS = tuple(FOREIGN["weak"].split())
_FOREIGN: tuple[tuple[Grade, tuple[str, ...]], ...] = (
    ("password", tuple(FOREIGN["password"].split())),
    ("secret", tuple(FOREIGN["secret"].split())),
)
