"""A second corpus, written after the patterns and without a look at them, to measure what they are worth elsewhere.

When it was first tried, 290 of its 304 secrets were found (95.4 %) and 2 of its 176 innocent texts were changed (1.1 %). What was
missed then is mended: its shapes are no better witnesses for what comes next than those of the first corpus.
"""

import base64
import json
import random
from collections.abc import Callable

from tests.redaction.corpus import (
    DIGITS,
    LETTERS,
    LOWER,
    Planted,
    a_password,
    a_token,
    drawn,
    hexadecimal,
    prefixed,
    with_marks,
)

UPPER_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def _b64(size: int) -> Callable[[random.Random], str]:
    return lambda dice: base64.b64encode(dice.randbytes(size)).decode()


SHAPES = [
    ("wget", "wget --user=ada --password={} https://x.example/f", a_password),
    ("ftp", "lftp -u ada,{} sftp://host", a_password),
    ("mongo shell", "mongosh --username ada --password '{}' mongodb://host", with_marks),
    ("psql uri", "psql 'postgresql://ada:{}@host/db?sslmode=require'", a_password),
    ("createuser", "rabbitmqctl add_user ada {}", a_password),
    ("unzip", "unzip -P {} a.zip", a_password),
    ("7z", "7z x -p{} a.7z", a_password),
    ("ansible", "ansible-playbook x.yml -e 'db_password={}'", a_password),
    ("terraform var", "terraform apply -var 'admin_password={}'", a_password),
    ("gcloud", "gcloud sql users set-password ada --instance=i --password={}", a_password),
    ("az", "az login --service-principal -u 00000000-0000-0000-0000-000000000000 -p {} --tenant t", a_token),
    ("oc", "oc login https://x.example:6443 --token={}", prefixed("sha", "256~", length=43)),
    ("vault login", "vault login {}", prefixed("hv", "s.", length=24)),
    ("npm config", "npm config set //registry.example/:_authToken {}", a_token),
    ("pip index", "pip install --index-url https://ada:{}@pypi.example/simple x", a_password),
    ("twine", "twine upload -u __token__ -p {} dist/*", prefixed("py", "pi-AgEIcHlwaS5vcmc", length=90)),
    ("git remote", "git remote set-url origin https://oauth2:{}@git.example/a.git", a_token),
    ("ssh-keygen", "ssh-keygen -t ed25519 -N {} -f key", a_password),
    ("openssl passin", "openssl rsa -in k.pem -passin pass:{}", a_password),
    ("gpg", "gpg --batch --passphrase {} -c file", a_password),
    ("smbclient", "smbclient //host/share -U ada%{}", a_password),
    ("net use", "net use Z: \\\\host\\share /user:ada {}", a_password),
    ("xfreerdp", "xfreerdp /u:ada /p:{} /v:host", a_password),
    ("setenv", "setenv DB_PASSWORD {}", a_password),
    ("fish", "set -x API_SECRET {}", a_token),
    ("cmd", "set DB_PASSWORD={}", a_password),
    ("docker env", "ENV ADMIN_PASSWORD={}", a_password),
    ("docker env spaced", "ENV GITHUB_TOKEN {}", a_token),
    ("compose", "    environment:\n      - POSTGRES_PASSWORD={}\n", a_password),
    ("compose map", "    environment:\n      POSTGRES_PASSWORD: {}\n", a_password),
    ("gha", "        env:\n          NPM_TOKEN: {}\n", a_token),
    ("rails", "production:\n  secret_key_base: {}\n", hexadecimal(128)),
    ("django", "SECRET_KEY = 'django-insecure-{}'", lambda d: drawn(d, LETTERS + "!@#$%^&*", 40)),
    ("laravel", "APP_KEY=base64:{}", _b64(32)),
    ("wordpress", "define( 'AUTH_KEY',         '{}' );", lambda d: drawn(d, LETTERS + "!@#%^&*", 50)),
    ("spring yaml", "spring:\n  datasource:\n    password: '{}'\n", with_marks),
    ("gradle", "signingPassword={}\n", a_password),
    ("android", 'storePassword "{}"\nkeyAlias "x"', a_password),
    ("xcode", "let kAPISecret = @\"{}\";", a_token),
    ("asp net", '"ConnectionStrings": {"Default": "Server=db;Database=x;User Id=sa;Password={};"}', with_marks),
    ("web.config", '<add name="c" connectionString="Data Source=db;User ID=sa;Password={}" />', a_password),
    ("tomcat", '<Resource name="jdbc/x" username="ada" password="{}" maxTotal="9"/>', a_password),
    ("hadoop", "<property><name>fs.s3a.secret.key</name><value>{}</value></property>", lambda d: drawn(d, LETTERS + "/+", 40)),
    ("maven passphrase", "<passphrase>{}</passphrase>", a_password),
    ("jenkins", "<apiToken>{}</apiToken>", hexadecimal(34)),
    ("sqlalchemy", 'create_engine("mysql+pymysql://ada:{}@db/x")', a_password),
    ("celery", "broker_url = 'amqp://ada:{}@mq:5672//'", a_password),
    ("kafka", 'sasl.jaas.config=PlainLoginModule required username="ada" password="{}";', a_password),
    ("event hub", "Endpoint=sb://x.example/;SharedAccessKeyName=Root;SharedAccessKey={}", _b64(32)),
    ("cosmos", "AccountEndpoint=https://x.example:443/;AccountKey={};", _b64(64)),
    ("aws file", "[default]\naws_access_key_id = X\naws_secret_access_key = {}\n", lambda d: drawn(d, LETTERS + "/+", 40)),
    ("aws session", "aws_session_token={}", lambda d: drawn(d, LETTERS + "/+", 300)),
    ("gcp json", '{"type": "service_account", "private_key_id": "x", "private_key": "{}"}',
     lambda d: "-----BEGIN PRI" + "VATE KEY-----\\n" + "\\n".join(drawn(d, LETTERS, 64) for _ in range(6)) + "\\n-----END PRI" + "VATE KEY-----\\n"),
    ("sops plain", "stringData:\n  token: {}\nkind: Secret\n", a_token),
    ("secret data", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  password: {}\n", lambda d: base64.b64encode(a_password(d).encode()).decode()),
    ("env from secret", '{"name":"SLACK_BOT_TOKEN","value":"{}"}', prefixed("xo", "xb-123456789012-", length=24)),
    ("task definition", '{ "name" : "DB_PASS", "value" : "{}" }', a_password),
    ("ssm", "aws ssm put-parameter --name /x/db_password --type SecureString --value {}", a_password),
    ("secret manager", 'aws secretsmanager create-secret --name x --secret-string "{}"', with_marks),
    ("bearer python", 'headers = {"Authorization": "Bearer {}"}', a_token),
    ("bearer js", "fetch(u, {headers: {Authorization: `Bearer {}`}})", a_token),
    ("token scheme", "Authorization: Token {}", hexadecimal(40)),
    ("proxy", "Proxy-Authorization: Basic {}", lambda d: base64.b64encode(f"bob:{a_password(d)}".encode()).decode()),
    ("aws sigv4", "Authorization: AWS4-HMAC-SHA256 Credential=X/20260101/eu/s3/aws4_request, SignedHeaders=host, Signature={}", hexadecimal(64)),
    ("x-auth", "X-Auth-Token: {}", hexadecimal(32)),
    ("vault header", 'curl -H "X-Vault-Token: {}" https://v.example', prefixed("hv", "s.", length=24)),
    ("subscription", "Ocp-Apim-Subscription-Key: {}", hexadecimal(32)),
    ("set-cookie", "Set-Cookie: JSESSIONID={}; Path=/; HttpOnly", lambda d: drawn(d, "ABCDEF" + DIGITS, 32)),
    ("php session", "Cookie: PHPSESSID={}", lambda d: drawn(d, LOWER + DIGITS, 26)),
    ("jwt query", "https://x.example/ws?jwt={}", lambda d: "ey" + "J" + drawn(d, LETTERS, 30) + ".ey" + "J" + drawn(d, LETTERS, 60) + "." + drawn(d, LETTERS, 43)),
    ("google maps", "https://maps.example/api?key={}", prefixed("AI", "za", length=35)),
    ("signed url", "https://storage.example/b/o?X-Goog-Signature={}", hexadecimal(256)),
    ("cloudfront", "https://d.example/x?Expires=1&Signature={}&Key-Pair-Id=K", lambda d: drawn(d, LETTERS + "-~_", 170)),
    ("oauth code", "grant_type=refresh_token&refresh_token={}&client_id=web", a_token),
    ("form", "username=ada&password={}&submit=1", a_password),
    ("otpauth", "otpauth://totp/X:ada?secret={}&issuer=X", lambda d: drawn(d, UPPER_DIGITS, 32)),
    ("ruby code", 'client = Client.new(api_key: "{}", timeout: 3)', a_token),
    ("elixir", 'config :app, Repo, username: "ada", password: "{}"', a_password),
    ("rust", 'let db_password = String::from("{}");', a_password),
    ("kotlin", 'val apiSecret: String = "{}"', a_token),
    ("c sharp", 'public const string ApiKey = "{}";', a_token),
    ("perl", "my $dbpass = '{}';", a_password),
    ("scala", 'lazy val clientSecret = "{}"', a_token),
    ("dart", "static const String _apiKey = '{}';", a_token),
    ("lua", 'local secret_token = "{}"', a_token),
    ("r", 'Sys.setenv(OPENAI_API_KEY = "{}")', a_token),
    ("sql alter", "ALTER USER 'ada'@'%' IDENTIFIED WITH mysql_native_password BY '{}';", a_password),
    ("sql server", "CREATE LOGIN ada WITH PASSWORD = N'{}';", with_marks),
    ("pg", "create user ada with encrypted password '{}';", a_password),
    ("jwk", '{"kty":"EC","crv":"P-256","x":"abc","d":"{}"}', lambda d: drawn(d, LETTERS + "-_", 43)),
    ("putty", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 1\n{}\nPrivate-MAC: ab\n", lambda d: drawn(d, LETTERS, 48)),
    ("openssh", "-----BEGIN OPENSSH PRI" + "VATE KEY-----\n{}\n-----END OPENSSH PRI" + "VATE KEY-----", lambda d: "\n".join(drawn(d, LETTERS, 70) for _ in range(5))),
    ("pgp", "-----BEGIN PGP PRI" + "VATE KEY BLOCK-----\nVersion: x\n\n{}\n=abcd\n-----END PGP PRI" + "VATE KEY BLOCK-----", lambda d: "\n".join(drawn(d, LETTERS, 64) for _ in range(5))),
    ("key in diff", "+-----BEGIN EC PRI" + "VATE KEY-----\n+{}\n+-----END EC PRI" + "VATE KEY-----", lambda d: drawn(d, LETTERS, 64)),
    ("htpasswd", "ada:$apr1$abcdefgh${}", lambda d: drawn(d, LETTERS, 22)),
    ("bcrypt", "hash: $2y$12${}", lambda d: drawn(d, LETTERS, 53)),
    ("diff", "-  password: old\n+  password: {}\n", a_password),
    ("log", "2026-11-30 12:00:01 DEBUG connecting with user=ada pwd={} host=db", a_password),
    ("error", "FATAL: auth failed for 'ada' (password: {})", a_password),
    ("traceback", "    connect(host='db', user='ada', password='{}')", with_marks),
    ("repr", "Config(user='ada', api_token='{}', debug=True)", a_token),
    ("go struct", '{User:ada Password:{} Host:db}', a_password),
    ("chat", "hi, the db password is: {} please delete", a_password),
    ("chat de", "das Passwort lautet {} bitte löschen", a_password),
    ("chat kr", "DB 비번: {}", a_password),
    ("kr api", "API 키: {}", a_token),
    ("jp", "パスワードは{}です", a_password),
    ("cn", "数据库密码是{}", a_password),
    ("pt", "senha: {}", a_password),
    ("nl", "wachtwoord={}", a_password),
    ("pl", "hasło: {}", a_password),
    ("it", "chiave api: {}", a_token),
    ("tr", "şifre: {}", a_password),
    ("md list", "- **API key**: `{}`", a_token),
    ("md table", "| DB_PASSWORD | `{}` |", a_password),
    ("rst", ":password: {}", a_password),
    ("html", '<input type="hidden" name="csrf_token" value="{}">', a_token),
    ("html td", "<tr><td>Password</td><td>{}</td></tr>", a_password),
    ("meta", '<meta name="api-key" content="{}">', a_token),
    ("yaml anchors", "default: &d\n  password: !!str {}\n", a_password),
    ("yaml folded", "token: >-\n  {}\n", a_token),
    ("toml inline", 'db = { user = "ada", password = "{}" }', a_password),
    ("json nested", json.dumps({"a": {"auth": {"client_secret": "{}"}}}, indent=2), a_token),
    ("multi line", 'api_key = (\n    "{}"\n)', a_token),
    ("basic b64 in env", "DOCKER_AUTH_CONFIG={\"auths\":{\"r.example\":{\"auth\":\"{}\"}}}", lambda d: base64.b64encode(f"ada:{a_password(d)}".encode()).decode()),
    ("wrapped", "payload: {}", lambda d: base64.b64encode(json.dumps({"user": "ada", "password": a_password(d)}).encode()).decode()),
    ("sendgrid", "{}", lambda d: "S" + "G." + drawn(d, LETTERS, 22) + "." + drawn(d, LETTERS, 43)),
    ("npm", "{}", prefixed("np", "m_", length=36)),
    ("gitlab", "{}", prefixed("gl", "pat-", length=20)),
    ("openai", "{}", prefixed("sk", "-proj-", length=60)),
    ("anthropic", "{}", prefixed("sk", "-ant-api03-", length=90)),
    ("stripe", "{}", prefixed("rk", "_live_", length=40)),
    ("shopify", "{}", prefixed("shp", "at_", letters=LOWER[:6] + DIGITS, length=32)),
    ("digitalocean", "{}", prefixed("do", "p_v1_", letters=LOWER[:6] + DIGITS, length=64)),
    ("new relic", "{}", prefixed("NR", "AK-", letters="ABCDEFGHIJKLMNOPQRSTUVWXYZ" + DIGITS, length=27)),
    ("grafana", "{}", prefixed("gl", "sa_", length=41)),
    ("postman", "{}", prefixed("PM", "AK-", letters=LOWER[:6] + DIGITS, length=59)),
    ("hugging face", "{}", prefixed("h", "f_", length=34)),
    ("doppler", "{}", prefixed("dp", ".pt.", length=43)),
    ("mailchimp", "{}", lambda d: drawn(d, LOWER[:6] + DIGITS, 32) + "-us14"),
    ("figma", "{}", prefixed("fi", "gd_", length=40)),
    ("notion", "{}", prefixed("nt", "n_", length=46)),
    ("sentry", "{}", prefixed("sntr", "yu_", letters=LOWER[:6] + DIGITS, length=64)),
    ("supabase", "{}", prefixed("sb", "p_", letters=LOWER[:6] + DIGITS, length=40)),
    ("crates", "{}", prefixed("ci", "o", length=32)),
    ("square", "{}", prefixed("sq0", "csp-", length=43)),
    ("circleci", "{}", prefixed("CC", "IPAT_", length=60)),
    ("terraform cloud", "{}", lambda d: drawn(d, LETTERS, 14) + ".atlas" + "v1." + drawn(d, LETTERS, 67)),
    ("discord bot", "{}", lambda d: "M" + drawn(d, LETTERS, 23) + "." + drawn(d, LETTERS, 6) + "." + drawn(d, LETTERS, 38)),
    ("facebook", "{}", prefixed("EA", "ACEdEose0cBA", length=150)),
    ("planetscale", "{}", prefixed("pscale", "_tkn_", length=43)),
    ("teams hook", "https://x.webhook.office.com/webhook" + "b2/{}/IncomingWebhook/abc", lambda d: f"{drawn(d, LOWER[:6] + DIGITS, 36)}@{drawn(d, LOWER[:6] + DIGITS, 36)}"),
]  # fmt: skip


def planted(seed: int, times: int = 2) -> list[Planted]:
    """Every shape so often, each time with other secrets."""
    dice = random.Random(seed)
    made = [(shape, text, make(dice)) for shape, text, make in SHAPES for _ in range(times)]
    return [Planted(shape, text.replace("{}", secret), secret) for shape, text, secret in made]


INNOCENT = r"""
3f786850e387550fdb836ed7e6dc881de23001b HEAD@{0}: commit: Rotate tokens
Merge pull request #1234 from org/fix-password-reset
refs/okstra/log/01M7Y3TRG94ZD3A45BQH53SD8T
resolved "https://registry.yarnpkg.com/lodash/-/lodash-4.17.21.tgz#679591c564c3bffaae8454cf0b3df370c3d6911c"
integrity sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg==
checksum = "8f2a2b8b5c1a4e0d9f7c6b5a4938271605f4e3d2c1b0a99887766554433221100"
source = "registry+https://github.com/rust-lang/crates.io-index"
--hash=sha256:2b7a7d1f2f6a6f3b0d7a9b51f0e0d2c3b4a5968778695a4b3c2d1e0f1a2b3c4d
github.com/pkg/errors v0.9.1 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=
uses: actions/checkout@b4ffde65f46336ab88eb53be808477a3936bae11
FROM python:3.11-slim@sha256:9b1fb0d2f3c4a5968778695a4b3c2d1e0f1a2b3c4d5e6f708192a3b4c5d6e7f8
trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7
traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
uuid = "123e4567-e89b-12d3-a456-426614174000"
session_id: 123e4567-e89b-12d3-a456-426614174000
user_id=507f1f77bcf86cd799439011
X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678
arn:aws:iam::123456789012:role/service-role/MyRole
arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf
projects/my-project/secrets/db-password/versions/latest
password = input("Password: ")
password = getpass.getpass()
password = request.form["password"]
password: process.env.DB_PASSWORD,
password = credentials.password
const { password } = req.body;
String password = null;
private String password;
password VARCHAR(255) NOT NULL,
`password` varchar(60) DEFAULT NULL,
password_digest :string
t.string :encrypted_password, null: false
if (!password) throw new Error("Password missing");
expect(password).toBe("");
user.password = hash(password)
token = jwt.encode(payload, key)
token: Optional[str] = None
@token_required
access_token = self.oauth.fetch_token(url)
refresh_token_expires_in: 7200
id_token_signed_response_alg: RS256
TokenType.IDENTIFIER
tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")
num_tokens: 1024
"max_completion_tokens": 2048,
key=lambda x: x[1]
for key, value in items:
keydown: handler
keyFrames: fade
<Item key="header-row" />
<li key={item.id}>
KEY_ENTER = 13
KeyError: 'token'
"apiKey": "$API_KEY"
"apiKey": process.env.API_KEY
api_key: !env API_KEY
api_key: {get_attr: [server, key]}
apiKeyRef: projects/x/keys/y
kms_key_id: alias/aws/s3
kms_key_arn = aws_kms_key.main.arn
ssh_key_name = "deployer"
ssh_public_key: ~/.ssh/id_ed25519.pub
private_key: file("~/.ssh/id_rsa")
secret_name = "prod/db"
secret_ref: vault
secretsmanager:GetSecretValue
client_secret_expires_at: 0
client-secret-basic
auth_method = "password"
auth: none
auth_type: oauth2
authentication: required
authorization_endpoint: https://idp.example/authorize
authorized_keys
cookie_domain: .example.org
cookies: accept
SESSION_COOKIE_SECURE = True
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
signature_version: s3v4
sig_algs: ecdsa_secp256r1_sha256
credential_process = /opt/bin/helper
credentials: include
credentials_file = ~/.aws/credentials
GOOGLE_APPLICATION_CREDENTIALS=/etc/gcp/key.json
git config credential.helper store
passport.use(strategy)
pass-through: enabled
password-less login
passwordless: true
compassion and passage
Tests: 12 passed, 12 total
pass rate: 99.5%
1 passing (12ms)
"What is the password?" she asked.
Never write passwords into tickets.
Type your password and press Enter.
Your password is too short.
The password was changed yesterday.
password is required
passwords do not match
Passwords: minimum length twelve, maximum length sixty-four
Token: a word or symbol of the language
The secret of good tests is speed.
An API key is a string that identifies a client.
Set the API_KEY variable before you start.
See --api-key in the manual.
-p, --password TEXT  The password to use.
  --token TEXT    Token for the API.  [env var: API_TOKEN]
--password=<password>
--password PASSWORD
mysql -u root -p
psql -U postgres -h localhost
curl -u user https://x.example
curl -X POST -d "password=$PW" https://x.example
ssh -p 2222 host
docker run -p 127.0.0.1:8080:80 x
mkdir -p build/output
cp -p a b
redis-cli -a "$REDIS_PASSWORD" ping
https://user@host.example/path
ssh://git@host.example:22/repo.git
https://example.org/oauth/callback?code=&state=
https://example.org/?utm_source=newsletter&utm_medium=email
https://fonts.example/css2?family=Inter:wght@400;600
https://cdn.example/npm/vue@3.4.21/dist/vue.global.js
@scope/package@1.2.3
file:///usr/share/doc/passwd.html
/etc/passwd
/home/user/.netrc
~/.pgpass
C:\Program Files\Keys\readme.txt
.env.example
id_rsa.pub
data:font/woff2;base64,d09GMgABAAAAAAQQABAAAAAACDgAAAPAAAEAQgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP0ZGVE0cGh4GYACCWhEICoR8
R0lGODlhEAAQAMQAAORHHOVSKudfOulrSOp3WOyDZu6QdvCchPGolfO0o/XBs/fNwfjZ0frl3/zy7////wAAAAAAAAAA
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=
U29tZSBwbGFpbiB0ZXh0IHRoYXQgc2F5cyBub3RoaW5nIG9mIHZhbHVlLg==
TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQ=
MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ
AbstractSingletonProxyFactoryBeanTest2026
handleTokenRefreshFailureAfterTimeoutV2
CONSTANT_NAME_WITH_SEVERAL_WORDS_2
a-very-long-branch-name-about-the-password-reset-flow-2
v1.2.3-beta.4+exp.sha.5114f85
1,234,567.89
1999-12-31T23:59:59Z
10.0.0.0/16, fe80::1ff:fe23:4567:890a
00:1A:2B:3C:4D:5E
+1 (555) 010-9999
#ff00aa #00ff00
ISBN 978-3-16-148410-0
DE89 3704 0044 0532 0130 00
lat=52.5200, lon=13.4050
sha256:abcdef
비밀번호 변경 화면을 고친다
비밀번호 확인: 필수
토큰: 필수 항목
암호화된 연결
키워드: 로그인
パスワード: 必須
密码: 必填
Passwort: erforderlich
Schlüssel: Wert
clave: valor
mot clé: recherche
the key: value pairs of the map
Key takeaways: tests matter
Secret Santa: December 12
Cookie policy: we use two cookies
pin: 3.11
seed: 42
random_seed = 1234
salt: to taste
otp: erlang
hash: d41d8cd98f00b204e9800998ecf8427e
"_id": "65f1c0a9e4b0a1b2c3d4e5f6"
""".strip("\n").splitlines()
