"""A third corpus, harder than the two before and written after them, to see once more what the patterns are worth elsewhere.

When it was first tried, 237 of its 278 secrets were found (85.3 %); what was missed then is mended.
"""

import base64
import json
import random

from tests.redaction.corpus import (
    DIGITS,
    LETTERS,
    UPPER,
    Planted,
    a_password,
    a_token,
    drawn,
    prefixed,
    with_marks,
)
from tests.redaction.corpus import hexadecimal as H

SHAPES = [
("dotenv spaces","REDIS_PASSWORD = {}",a_password),("dotenv comment","SMTP_PASS={} # mail",a_password),("env export lower","export db_passwd='{}'",with_marks),
("yaml nested list","users:\n  - name: ada\n    password: {}\n",a_password),("yaml flow","{user: ada, password: {}}",a_password),("json numberish",'{"pin_code_secret":"{}"}',a_token),
("json camel",'{"accessToken":"{}","expires":1}',a_token),("json snake refresh",'{"refresh_token": "{}"}',a_token),("json idToken single","{'clientSecret': '{}'}",a_token),
("toml dotted",'db.password = "{}"',a_password),("toml literal","password = '''{}'''",a_password),("ini spaces","Password = {}",a_password),("ini semicolon","pass={} ; comment",a_password),
("nginx",'proxy_set_header X-Api-Key "{}";',a_token),("apache","SetEnv API_TOKEN {}",a_token),("haproxy","user ada insecure-password {}",a_password),("systemd",'Environment="DB_PASSWORD={}"',a_password),
("crontab","0 * * * * MYSQL_PWD={} backup.sh",a_password),("makefile","TOKEN := {}",a_token),("dockerfile arg","ARG NPM_TOKEN={}",a_token),("k8s arg","args: [\"--token={}\"]",a_token),
("helm values","auth:\n  rootPassword: {}\n  replicationPassword: x1\n",a_password),("vault kv","vault kv put secret/app db_password={}",a_password),("consul","consul acl bootstrap -token={}",a_token),
("mvn","mvn deploy -Dgpg.passphrase={}",a_password),("java -D","java -Djavax.net.ssl.keyStorePassword={} -jar a.jar",a_password),("gradle -P","gradle publish -PsigningKey={}",a_token),
("http body",'-d \'{"username":"ada","password":"{}"}\'',a_password),("curl form","curl -F token={} https://x.example",a_token),("curl basic header","curl -H 'Authorization: Basic {}' u",lambda d: base64.b64encode(f"z:{a_password(d)}".encode()).decode()),
("httpie","http POST x.example X-Auth-Token:{}",a_token),("url token user","https://{}:x-oauth-basic@github.example/a/b.git",a_token),("url token","https://x-access-token:{}@github.example/a/b.git",a_token),
("ftp url","ftp://ada:{}@files.example/pub",with_marks),("ldap uri","ldap://cn=admin:{}@host",a_password),("smtp url","smtp://ada%40x.org:{}@mail.example:587",a_password),("mssql url","mssql://sa:{}@db/x",a_password),
("jdbc sqlserver","jdbc:sqlserver://h:1433;user=sa;password={};encrypt=true",a_password),("jdbc oracle","jdbc:oracle:thin:scott/{}@//h:1521/x",a_password),("oledb","Provider=X;Data Source=h;User ID=a;Password={}",a_password),
("service bus","Endpoint=sb://x/;SharedAccessKeyName=a;SharedAccessKey={};EntityPath=q",lambda d: base64.b64encode(d.randbytes(32)).decode()),
("sas","?sv=2020&ss=b&srt=sco&sp=r&se=2026&sig={}",lambda d: drawn(d,LETTERS,40)+"%3D"),("amz cred","X-Amz-Security-Token={}",lambda d: drawn(d,LETTERS,200)),
("hdr auth token","x-auth-token: {}",a_token),("hdr gitlab","PRIVATE-TOKEN: {}",a_token),("hdr cookie2","cookie: _session_id={}; lang=de",H(32)),("hdr csrf","X-CSRF-Token: {}",a_token),("hdr apikey","apikey: {}",a_token),
("hdr hub","X-Hub-Signature-256: sha256={}",H(64)),("hdr api lower","x-api-key={}",a_token),("hdr ntlm","Authorization: NTLM {}",lambda d: base64.b64encode(d.randbytes(60)).decode()),
("ps env",'$env:GITHUB_TOKEN = "{}"',a_token),("ps cred",'New-Object PSCredential("ada", (ConvertTo-SecureString "{}" -AsPlainText -Force))',a_password),("ps net","(New-Object Net.NetworkCredential('ada','{}'))",a_password),
("vb",'Dim password As String = "{}"',a_password),("c#",'new NetworkCredential("ada", "{}")',a_password),("java const",'private static final String API_KEY = "{}";',a_token),("obj c",'NSString *apiToken = @"{}";',a_token),
("php arr","'db_password' => '{}',",a_password),("php env","putenv('API_KEY={}');",a_token),("ruby env",'ENV["SECRET_TOKEN"] = "{}"',a_token),("node env",'process.env.JWT_SECRET = "{}"',a_token),("py dict",'{"api_key": "{}"}',a_token),
("py kw","connect(user='a', passwd='{}')",a_password),("py default","def f(password='{}'):",a_password),("py fstring",'token = f"{}"',a_token),("go env",'os.Setenv("DB_PASSWORD", "{}")',a_password),("sh heredoc","PASSWORD=$(cat <<EOF\n{}\nEOF\n)",a_password),
("sh default",'PASSWORD="${PASSWORD:-{}}"',a_password),("sh read","echo {} | docker login --password-stdin",a_token),("herestring","gh auth login --with-token <<< {}",a_token),
("xml ns","<wsse:Password Type=\"x\">{}</wsse:Password>",a_password),("xml cdata","<secret><![CDATA[{}]]></secret>",a_token),("xml spring",'<property name="password" value="{}"/>',a_password),("xml android",'<string name="api_key">{}</string>',a_token),("xml attr",'<connection user="a" pwd="{}"/>',a_password),
("plist pw","<key>password</key><string>{}</string>",a_password),("hcl block",'provider "x" {\n  token = "{}"\n}',a_token),("pulumi",'config:\n  x:apiToken: {}\n',a_token),("cloudformation","  MasterUserPassword: {}\n",a_password),
("aws id secret",'aws_secret = "{}"',lambda d: drawn(d,LETTERS+"/+",40)),("hex32 name","API_SECRET: {}",H(32)),("hex40 name","auth_token = {}",H(40)),("hex64 token","BOT_TOKEN={}",H(64)),("hex128","master_key: {}",H(128)),("hex40 key","DEPLOY_KEY={}",H(40)),("hex dd","DD_API_KEY={}",H(32)),
("jwt bare","{}",lambda d: "ey"+"J"+drawn(d,LETTERS,33)+".ey"+"J"+drawn(d,LETTERS,80)+"."+drawn(d,LETTERS+"-_",43)),
("slack user","{}",prefixed("xo","xp-1234567890-1234567890-",length=32)),("gh server","{}",prefixed("gh","s_",length=36)),("gh fine","{}",lambda d: "github"+"_pat_"+drawn(d,LETTERS,22)+"_"+drawn(d,LETTERS,59)),("aws","{}",prefixed("AK","IA",letters="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",length=16)),
("vercel","VERCEL_TOKEN={}",lambda d: drawn(d,LETTERS,24)),("heroku","HEROKU_API_KEY={}",lambda d: "-".join(drawn(d,"abcdef0123456789",n) for n in (8,4,4,4,12))),("sonar","sonar.login={}",H(40)),("sonar2","{}",prefixed("sq","p_",letters="abcdef0123456789",length=40)),("sbom","{}",prefixed("gl","rt-",length=20)),
("pulumi","{}",prefixed("pu","l-",letters="abcdef0123456789",length=40)),("brevo","{}",prefixed("xke","ysib-",letters="abcdef0123456789",length=64)),("rubygems","{}",prefixed("ruby","gems_",letters="abcdef0123456789",length=48)),("airtable","{}",lambda d:"pat"+drawn(d,LETTERS,14)+"."+drawn(d,"abcdef0123456789",64)),("asana","{}",lambda d: "1/"+drawn(d,DIGITS,16)+":"+drawn(d,"abcdef0123456789",32)),("dropbox","{}",prefixed("sl",".",length=130)),("dynatrace","{}",lambda d:"dt0"+"c01."+drawn(d,UPPER+DIGITS,24)+"."+drawn(d,UPPER+DIGITS,64)),("netlify","{}",prefixed("nf","p_",length=36)),("fly","{}",lambda d: "fm2_lJPECAAAAAAA"+drawn(d,LETTERS+"+/",100)),("perplexity","{}",prefixed("pp","lx-",length=48)),("groq","{}",prefixed("gs","k_",length=52)),("replicate","{}",prefixed("r","8_",length=37)),("hubspot","{}",lambda d:"pat-"+"na1-"+"-".join(drawn(d,"abcdef0123456789",n) for n in (8,4,4,4,12))),("intercom","intercom_access_token: {}",lambda d: base64.b64encode(b"tok:"+d.randbytes(36)).decode()),
("ko sentence","임시 비밀번호를 {} 로 바꿨습니다",a_password),("ko eq","관리자암호={}",a_password),("ko secret","시크릿 키: {}",a_token),("fr sentence","Le mot de passe est {}",a_password),("fr jeton","jeton d'accès : {}",a_token),("de key","API-Schlüssel: {}",a_token),("es sentence","La contraseña es {}",a_password),("ja token","トークン：{}",a_token),("zh key","密钥={}",a_token),("ru","Пароль: {}",a_password),("it","password dell'utente: {}",a_password),
("prose","I set the root password to {} yesterday",a_password),("prose2","login with ada / {} please",a_password),("prose3","password (temporary): {}",a_password),("prose4","pw: {}",a_password),("prose5","user: ada pass: {}",a_password),("prose6","credentials are ada:{}",a_password),("quote","Your API token is `{}`.",a_token),("bold","**Token**: {}",a_token),("md","- password = `{}`",a_password),("arrow","secret -> {}",a_token),
("b64 env",'{}',lambda d: base64.b64encode(("DB_PASSWORD="+a_password(d)+"\nDB_HOST=x\n").encode()).decode()),("k8s multi","kind: Secret\nstringData:\n  config.yaml: |\n    password: {}\n",a_password),
("split","password = 'abc1' \\\n    '{}'",a_password),("concat",'secret = "Ab1cd" + "{}"',a_token),("escaped nl",'"env":"A=1\\nDB_PASSWORD={}\\nB=2"',a_password),("url enc","redirect=https%3A%2F%2Fx%3Ftoken%3D{}",a_token),("double enc json",json.dumps(json.dumps(json.dumps({"token":"{}"}))),a_token),
]  # fmt: skip


def planted(seed: int, times: int = 2) -> list[Planted]:
    """Every shape so often, each time with other secrets."""
    dice = random.Random(seed)
    made = [(shape, text, make(dice)) for shape, text, make in SHAPES for _ in range(times)]
    return [Planted(shape, text.replace("{}", secret), secret) for shape, text, secret in made]
