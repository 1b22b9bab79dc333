"""Made-up secrets in the shapes of files, lines and sentences, put together when they are needed, and innocent texts.

No secret stands here: each is drawn by lot from a seed, and what tells its kind is joined to it at run time.
"""

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from typing import NamedTuple

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
LETTERS = LOWER + UPPER + DIGITS


class Planted(NamedTuple):
    """A text with a secret in it."""

    shape: str
    text: str
    secret: str


def drawn(dice: random.Random, letters: str, length: int) -> str:
    """Letters by lot, of every kind that there is among them."""
    while True:
        found = "".join(dice.choice(letters) for _ in range(length))
        if all(any(c in kind for c in found) for kind in (LOWER, UPPER, DIGITS) if set(kind) <= set(letters)):
            return found


def a_password(dice: random.Random) -> str:
    return drawn(dice, LETTERS, dice.randint(9, 18))


def with_marks(dice: random.Random) -> str:
    """As people are asked to make them."""
    middle = dice.choice("!#%*+-_=~^")
    return drawn(dice, LETTERS, 6) + middle + drawn(dice, LETTERS, 6)


def a_token(dice: random.Random) -> str:
    return drawn(dice, LETTERS, dice.randint(24, 44))


def hexadecimal(length: int) -> Callable[[random.Random], str]:
    return lambda dice: drawn(dice, LOWER[:6] + DIGITS, length)


def prefixed(*begin: str, letters: str = LETTERS, length: int = 32) -> Callable[[random.Random], str]:
    """A token that begins like those of a service, in pieces so that no scanner takes this file for a leak."""
    return lambda dice: "".join(begin) + drawn(dice, letters, length)


def in_base64(dice: random.Random) -> str:
    return base64.b64encode(dice.randbytes(dice.randint(18, 32))).decode()


SHAPES: list[tuple[str, str, Callable[[random.Random], str]]] = [
    # options of programs
    ("flag", "tool --password {} run", a_password),
    ("flag with equals", "tool --db-password={} --verbose", with_marks),
    ("flag token", "deploy --token {} --to prod", a_token),
    ("flag key", "client --api-key {}", a_token),
    ("curl -u", "curl -u admin:{} https://x.example/", a_password),
    ("curl --user", "curl -s --user 'ada:{}' https://x.example", with_marks),
    ("mysql -p", "mysql -u root -p{} shop < dump.sql", a_password),
    ("mysqldump -p quoted", "mysqldump -uroot -p'{}' shop", with_marks),
    ("docker login", "docker login registry.example -u me -p {}", a_password),
    ("sshpass", "sshpass -p {} ssh ada@host", a_password),
    ("redis-cli", "redis-cli -h cache -a {} ping", a_password),
    ("openssl", "openssl enc -aes-256-cbc -pass pass:{} -in a -out b", a_password),
    ("keytool", "keytool -import -storepass {} -file a.crt", a_password),
    ("ldapsearch", "ldapsearch -x -D cn=admin -w {} -b dc=x", a_password),
    ("sqlcmd", "sqlcmd -S host -U sa -P {} -Q 'select 1'", with_marks),
    ("helm set", "helm install x ./x --set auth.password={}", a_password),
    ("kubectl literal", "kubectl create secret generic x --from-literal=apiToken={}", a_token),
    ("aws configure", "aws configure set aws_secret_access_key {}", prefixed("w", length=39)),
    ("powershell flag", "Connect-Thing -User ada -Password {}", a_password),
    ("environment before a command", "PGPASSWORD={} psql -h db shop", a_password),
    ("docker -e", "docker run -e MYSQL_ROOT_PASSWORD={} mysql", a_password),
    ("export", "export API_TOKEN={}", hexadecimal(40)),
    ("setx", "setx SERVICE_API_KEY {}", a_token),
    ("chpasswd", "echo 'ada:{}' | chpasswd", a_password),
    # files
    ("netrc", "machine api.example login ada password {}", a_password),
    ("netrc lines", "machine api.example\n  login ada\n  password {}\n", with_marks),
    ("pgpass", "db.example:5432:shop:ada:{}", a_password),
    ("my.cnf", "[client]\nuser=ada\npassword={}\n", with_marks),
    ("env", "DB_PASS={}\nDB_HOST=db\n", a_password),
    ("env hex", "ENCRYPTION_KEY={}\n", hexadecimal(64)),
    ("env hex 32", "SESSION_SECRET={}\n", hexadecimal(32)),
    ("env hex 128", "JWT_SIGNING_KEY={}\n", hexadecimal(128)),
    ("env quoted", 'SECRET_KEY_BASE="{}"\n', hexadecimal(128)),
    ("mysql pwd", "MYSQL_PWD={}\n", a_password),
    ("properties", "spring.datasource.password={}\n", a_password),
    ("properties colon", "app.mail.password: {}\n", with_marks),
    ("ini", "[smtp]\npwd = {}\n", a_password),
    ("yaml", "db:\n  user: ada\n  password: {}\n", a_password),
    ("yaml quoted", 'db_pass: "{}"\n', with_marks),
    ("yaml block", "client_secret: |\n  {}\nnext: 1\n", a_token),
    ("yaml list", "api_tokens:\n  - {}\n", a_token),
    ("yaml pair", "- name: DB_PASSWORD\n  value: {}\n", a_password),
    ("json", '{"user": "ada", "password": "{}"}', a_password),
    ("json escaped", '"{\\"apiKey\\": \\"{}\\"}"', a_token),
    ("json pair", '{"name": "STRIPE_KEY", "value": "{}"}', a_token),
    ("json list", '{"api_keys": ["{}"]}', a_token),
    ("toml", 'password = "{}"\n', a_password),
    ("toml triple", 'client_secret = """{}"""\n', a_password),
    ("hcl", 'resource "db" "x" {\n  master_password = "{}"\n}\n', with_marks),
    ("hcl variable", 'variable "db_password" {\n  type = string\n  default = "{}"\n}\n', a_password),
    ("xml", "<password>{}</password>", a_password),
    ("xml with attributes", '<entry key="db.password">{}</entry>', a_password),
    ("xml attribute", '<user name="ada" password="{}"/>', a_password),
    ("xml add", '<add key="ApiKey" value="{}" />', a_token),
    ("plist", "<key>ApiToken</key>\n<string>{}</string>", a_token),
    ("maven", "<server><id>x</id><username>ada</username><password>{}</password></server>", with_marks),
    ("npmrc", "//registry.example/:_authToken={}", a_token),
    ("docker config", '{"auths": {"x.example": {"auth": "{}"}}}', lambda dice: base64.b64encode(f"ada:{a_password(dice)}".encode()).decode()),
    ("kubernetes", "kind: Secret\ndata:\n  anything: {}\n", in_base64),
    ("wireguard", "[Interface]\nPrivateKey = {}\n", lambda dice: base64.b64encode(dice.randbytes(32)).decode()),
    # code
    ("python", 'password = "{}"\n', with_marks),
    ("python typed", 'api_key: str = "{}"\n', a_token),
    ("python bytes", "SECRET_KEY = b'{}'\n", a_token),
    ("python setdefault", 'os.environ.setdefault("DB_PASSWORD", "{}")', a_password),
    ("ruby", ":password => '{}',", a_password),
    ("php", "define('DB_PASSWORD', '{}');", with_marks),
    ("java", 'dataSource.setPassword("{}");', a_password),
    ("go", 'Password: "{}",', a_password),
    ("go short", 'clientSecret := "{}"', a_token),
    ("typescript", 'const dbPassword: string = "{}";', a_password),
    ("swift", 'let apiKey = "{}"', a_token),
    ("c", '#define DB_PASSWORD "{}"', a_password),
    ("powershell", '$Password = "{}"', with_marks),
    ("securestring", 'ConvertTo-SecureString "{}" -AsPlainText -Force', a_password),
    ("sql", "CREATE USER ada IDENTIFIED BY '{}';", with_marks),
    ("sql role", "ALTER ROLE ada WITH PASSWORD '{}';", a_password),
    ("basic auth", "requests.get(url, auth=('ada', '{}'))", a_password),
    # addresses and headers
    ("url", "postgres://ada:{}@db:5432/shop", a_password),
    ("mongo", "mongodb+srv://ada:{}@cluster.example/x?w=1", with_marks),
    ("redis url", "redis://:{}@cache:6379/0", a_password),
    ("jdbc", "jdbc:mysql://db/shop?user=ada&password={}&useSSL=false", a_password),
    ("odbc", "Driver={SQL Server};Server=x;Uid=ada;Pwd={};", a_password),
    ("azure storage", "AccountName=x;AccountKey={};EndpointSuffix=core", lambda dice: base64.b64encode(dice.randbytes(64)).decode()),
    ("azure sas", "https://x.blob.example/c?sv=1&sig={}%3D", a_token),
    ("aws query", "https://s3.example/k?X-Amz-Signature={}", hexadecimal(64)),
    ("query token", "https://x.example/cb?access_token={}&state=1", a_token),
    ("api key header", "X-Api-Key: {}", a_token),
    ("basic header", "Authorization: Basic {}", lambda dice: base64.b64encode(f"ada:{a_password(dice)}".encode()).decode()),
    ("digest header", 'Authorization: Digest username="a", response="{}"', hexadecimal(32)),
    ("negotiate header", "Authorization: Negotiate {}", in_base64),
    ("cookie header", "Cookie: theme=dark; session={}", a_token),
    ("curl header", "curl -H 'PRIVATE-TOKEN: {}' https://x.example", a_token),
    ("slack hook", "https://hooks.slack" + ".com/services/T0A/B0A/{}", a_token),
    ("discord hook", "https://discord.com/api/webhooks" + "/123456789012345678/{}", lambda dice: drawn(dice, LETTERS, 68)),
    # services
    ("github", "push with {}", prefixed("gh", "p_", length=36)),
    ("vault", "X {}", prefixed("hv", "s.CAES", length=60)),
    ("docker hub", "{}", prefixed("dckr", "_pat_", length=27)),
    ("databricks", "{}", prefixed("da", "pi", letters=LOWER[:6] + DIGITS, length=32)),
    ("atlassian", "{}", prefixed("ATA", "TT3", length=180)),
    ("linear", "{}", prefixed("lin", "_api_", length=40)),
    ("stripe hook", "{}", prefixed("wh", "sec_", length=32)),
    ("mailgun", "{}", prefixed("ke", "y-", letters=LOWER[:6] + DIGITS, length=32)),
    ("twilio", "{}", prefixed("S", "K", letters=LOWER[:6] + DIGITS, length=32)),
    ("tailscale", "{}", prefixed("ts", "key-auth-kA", length=28)),
    ("age", "{}", prefixed("AGE-SECRET", "-KEY-1", letters="QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", length=58)),
    ("telegram", "{}", lambda dice: f"{dice.randint(10**8, 10**10 - 1)}:AA{drawn(dice, LETTERS, 33)}"),
    ("jwe", "{}", lambda dice: ".".join(["ey" + "J" + drawn(dice, LETTERS, 40), *(drawn(dice, LETTERS, 30) for _ in range(4))])),
    ("azure ad", "{}", lambda dice: f"{drawn(dice, LETTERS, 3)}8Q~{drawn(dice, LETTERS, 34)}"),
    ("google refresh", "{}", prefixed("1/", "/0", length=60)),
    # other languages, prose, wrapped
    ("korean", "비밀번호: {}", a_password),
    ("korean said", "관리자 비밀번호는 {} 입니다", a_password),
    ("korean token", "토큰={}", a_token),
    ("german", "Passwort: {}", a_password),
    ("german code", 'datenbank_kennwort = "{}"', a_password),
    ("french", "mot de passe : {}", a_password),
    ("french code", "MOT_DE_PASSE={}", with_marks),
    ("japanese", "パスワード：{}", a_password),
    ("chinese", "密码：{}", a_password),
    ("spanish", "contraseña: {}", a_password),
    ("russian", "пароль: {}", a_password),
    ("said", "the password is {}", a_password),
    ("table", "| password | {} |", a_password),
    ("bold", "**Password:** `{}`", a_password),
    ("base64", "echo {} | base64 -d", lambda dice: base64.b64encode(f"password={a_password(dice)}".encode()).decode()),
    ("json in text", json.dumps(json.dumps({"db_password": "{}"})), a_password),
    ("log line", 'level=error msg="login failed" password={} user=ada', a_password),
]  # fmt: skip


def key_block(dice: random.Random, head: str) -> str:
    body = "\n".join(drawn(dice, LETTERS, 64) for _ in range(5))
    return f"-----BEGIN {head}-----\n{body}\n-----END {head}-----"


def planted(seed: int, times: int = 2) -> Iterator[Planted]:
    """Every shape so often, each time with other secrets."""
    dice = random.Random(seed)
    for shape, text, make in SHAPES:
        for _ in range(times):
            secret = make(dice)
            yield Planted(shape, text.replace("{}", secret), secret)


INNOCENT = """\
commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904
index 8ab686eafeb1f44702738c8b0f24f2567c36da6d..7898192261f8c2a1f0a5d0c6f9c5d7d1e0b3c4a5 100644
"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=
h1:2mXqZx9Q0sVnQmE6yq1xj1cKkTSIpXhyvYgkTQ0N8aQ=
run 01M7Y3TRG94ZD3A45BQH53SD8T was prepared
id: 550e8400-e29b-41d4-a716-446655440000
key: 550e8400-e29b-41d4-a716-446655440000
password = get_password()
password = os.environ["DB_PASSWORD"]
password: str
def login(user: str, password: str, token: str | None = None) -> bool:
token: str
api_key = settings.API_KEY
api_key = config.get("api_key")
self.password = password
this.token = token;
const token = await getToken();
let secret = process.env.SECRET;
password: ${{ secrets.DB_PASSWORD }}
password: $DB_PASSWORD
password = var.db_password
password: {{ .Values.password }}
export TOKEN=$(gh auth token)
PASSWORD=%PASSWORD%
API_KEY=<your key>
API_KEY=your-api-key-here
secret: required
password: *****
access_token_url: https://auth.example.org/oauth/token
private_key_path = ./keys/dev.pem
token_endpoint=https://login.example.org/oauth2/v2.0/token
ssl_key_file: /etc/ssl/private/server.key
password_file: /run/secrets/db
password: /run/secrets/db_password
max_tokens: 4096
input_tokens: 123456789, "output_tokens": 5120
token_limit = 200000
password_min_length = 12
session_timeout: 3600
key_size: 2048
primary_key: user_id
cache_key: linux-node-18-build
cache-key: 4b825dc642cb6eb9a060e54bf8d69288fbee4904
"key": "ArrowDown"
"translation.key": "checkout.form.submit"
sort_key = "created_at"
foreign_key: orders.customer_id
public_key: ssh-rsa
ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDJ ada@example.org
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGfR0K3r5kX0f2S7m1J8b9q4c6v5n3h2t1w0y9u8i7o6 ada@host
-----BEGIN PUBLIC KEY-----
-----BEGIN CERTIFICATE-----
The password must be at least 12 characters long and contain a digit.
Password: at least eight characters
Passwords are hashed with bcrypt before they are stored.
Forgot your password? Reset it here.
The token expires after 24 hours.
Pass --token to authenticate, or set the variable.
Use --password-stdin instead of --password.
the --password flag is deprecated
See docs/passwords.md for the policy.
The API key is shown only once; keep it safe.
Bearer tokens are sent in the Authorization header.
Authorization: Bearer <token>
Authorization: Bearer $TOKEN
Authorization: Bearer {token}
curl -H "Authorization: Bearer ${TOKEN}" https://api.example.org
curl -u "$USER:$PASS" https://api.example.org
docker run -u 1000:1000 -p 8080:80 nginx
docker run --user node:node image
mysql -u root -p shop
git clone https://github.com/org/repo.git
git clone git@github.com:org/repo.git
https://example.org:8080/path@2x.png
http://localhost:3000/?token=abc
https://example.org/search?q=password&key=title
https://example.org/reset?step=token
postgres://localhost:5432/shop
postgres://$USER:$PASSWORD@db/shop
redis://cache:6379/0
mailto:ada@example.org
Author: Ada <ada@example.org>
2026-11-30T16:14:07.123Z INFO request 7f3a9c took 35 ms
The price is 1,299.00 EUR, or $1499.
Version 3.14.159-rc.2+build.2026
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==
src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
e8a5b1c0f3d24796 ok
ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4"
nonce: 9f86d081884c7d65
checksum = 9e107d9d372bb6826bd81d3542a419d6
md5: d41d8cd98f00b204e9800998ecf8427e
digest: sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1
image: registry.example/app@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1
if password == other_password:
assert token is not None
raise ValueError("password is required")
errors.add("password", "is too short")
validates :password, length: { minimum: 8 }
<label for="password">Password</label>
<input type="password" name="password" placeholder="Your password">
<password>${db.password}</password>
<entry key="db.password.hint">at least eight letters</entry>
{"password": {"type": "string", "minLength": 8}}
{"required": ["username", "password", "token"]}
"passwordPolicy": "strong"
"token_type": "bearer"
"secretName": "db-credentials"
secretKeyRef: {name: db, key: password}
tokens = tokenizer.encode(text)
token = next(tokens)
for token in tokens:
key = lambda row: row.name
keys = sorted(found, key=str.lower)
d = {"key": value}
auth = request.headers.get("Authorization")
auth: OAuth2PasswordBearer = Depends(scheme)
cookie = response.cookies["session"]
session = Session(engine)
signature = inspect.signature(function)
sig: inspect.Signature
author: Ada Lovelace
monkey: capuchin
keyboard: qwerty
passenger: 12A
compass: north-east
bypass = True
2 passed, 1 failed
pass: all 42 tests
tests pass: yes
passkey-login-v2-stage-12
feature/passkey-login
refs/heads/feature/token-refresh-2026
src/auth/token_store.py
lib/passwordStrength.ts
TestTokenRefreshAfterHTTP2Reset
com.example.security.PasswordEncoderFactory
X-Request-Id: 7b44a1c0-53b2-4b37-9f0f-0f5b0f9a3c11
Set-Cookie header is missing
Cookie: see the browser
AWS_REGION=eu-central-1
AWS_ACCESS_KEY_ID is not set
GITHUB_TOKEN: ${{ github.token }}
token: "${NPM_TOKEN}"
//registry.npmjs.org/:_authToken=${NPM_TOKEN}
vault_token_ttl: 768h
비밀번호: 8자 이상이어야 합니다
비밀번호를 입력하세요
토큰이 만료되었습니다
Passwort vergessen?
Passwort: mindestens zwölf Zeichen
mot de passe oublié
パスワードを入力してください
请输入密码
密码：至少八个字符
Der Schlüssel liegt unter der Matte.
sk-learn and sk-circle-fade-dot
key-value-store-for-small-things
npm_config_registry_of_the_company
grant_type=password&username=ada
password=&username=ada
response_type=code&client_id=web
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
"@types/jsonwebtoken": "^9.0.5"
jsonwebtoken-9.0.2.tgz
secretary: Grace
secrets.token_hex(32)
hashlib.sha256(password.encode()).hexdigest()
4e0c5f6a-7d3c-4c8e-8f35-3cf1d1a1f0aa.json
color: #a1b2c3; border: 1px
tel: +49 30 901820, room 4.07
0x7ffee4b8c9d0 in main () at main.c:12
lines 120-348 of tests/house/test_tokens.py
""".splitlines()
"""Texts with nothing secret in them."""
