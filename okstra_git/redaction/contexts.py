"""Secrets that are recognised by what is around them: key blocks, headers, addresses, options of programs."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from okstra_git.redaction.matching import MARK, Lazy, Span, is_drawn, is_likely, is_placeholder, is_random


class Context(NamedTuple):
    """One of `hints`, and `also`, have to stand in a text for `pattern` to be tried; its group `value` (else the whole match) is the secret.

    `likely`: only a value that looks like a secret counts; `drawn`: only one that looks drawn by lot.
    """

    kind: str
    hints: tuple[str, ...]
    pattern: str
    flags: int = 0
    likely: bool = False
    also: str = ""
    drawn: bool = False


def surrounded(text: str) -> Iterator[Span]:
    """Every secret in one of the contexts whose hints stand in the text."""
    for index, context in enumerate(CONTEXTS):
        if context.also in text and any(hint in text for hint in context.hints):
            for match in _compiled(index).finditer(text):
                yield from _judged(context, match)


KIND = "private-key"
_HEAD = r"[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?[- ]{4,5}"
_BEGIN = Lazy(rf"-{{4,5}} ?BEGIN {_HEAD}")
_END = Lazy(rf"-{{4,5}} ?END {_HEAD}")
_BODY = Lazy(r"(?:[\sA-Za-z0-9+/=:,.()\\-]|\\n|\" ?\+?\s){0,40000}+")
_KEY_LINE = Lazy(r"[ \t>+|*#/\"'-]{0,12}[A-Za-z0-9+/=]{8,100}[\\nr\"'+,; \t]{0,8}\Z")
MOST_LINES = 400


def key_blocks(text: str) -> Iterator[Span]:
    """From the line that begins a key to the one that ends it; without an end, what follows and can be of a key."""
    if "PRIVATE KEY" not in text:
        return
    begins = [match.span() for match in _BEGIN.finditer(text)]
    ends = [match.span() for match in _END.finditer(text)]
    taken, index = 0, 0
    for place, (start, after) in enumerate(begins):
        until = begins[place + 1][0] if place + 1 < len(begins) else len(text)
        while index < len(ends) and ends[index][0] < start:
            index += 1
        if index < len(ends) and ends[index][0] < until:
            taken = ends[index][1]
        else:
            body = _BODY.match(text, after, until)
            taken = after + len(body[0].rstrip()) if body else after
        yield Span(start, taken, KIND)
    yield from _without_beginning(text, ends, [start for start, _ in begins])


LONGEST = 600
_BREAK = Lazy(r"[\s\"'<>\\]")
_PORT = Lazy(r"\d{1,5}(?:/|\Z)")
_HOST = Lazy(r"[\w.\[-]")
_TOKEN = 20
"""Letters of a user's name from which on it is a token."""


def in_addresses(text: str) -> Iterator[Span]:
    """What stands between `://` and `@`: of a name and a password the password, else a long name."""
    at = text.find("@") if "://" in text else -1
    while at >= 0:
        begin = text.rfind("://", max(0, at - LONGEST), at) + 3
        if begin > 2 and _HOST.match(text, at + 1):
            yield from _before_host(text, begin, at)
        at = text.find("@", at + 1)


_I = re.IGNORECASE
_M = re.MULTILINE
_WORD = r"(?P<value>\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|[^\s\"'|&;<>)]{1,400})"
_SCHEMES = (
    "bearer|basic|token|digest|negotiate|ntlm|hoba|mutual|apikey|api-key|ssws|aws4-hmac-sha256|hawk|oauth|key|jwt|dpop|vapid|genie"
    "key|googlelogin|sharedaccesssignature|sharedkey|bot|sso-key|signature|pat|splunk"
)
CONTEXTS = (
    Context("private-key", ("Private-Lines:", "Private-MAC:"),
            r"Private-Lines: ?\d{1,4}\s{1,4}(?P<value>(?:[A-Za-z0-9+/=]{4,80}[\s\\nr]{0,6}){1,400}+(?:Private-MAC: ?[0-9a-f]{1,128})?)"),
    Context("private-key", ("Private-MAC:",), r"Private-MAC: ?(?P<value>[0-9a-f]{20,128})"),
    Context("private-key", ("MI",), r"(?<![A-Za-z0-9+/])MI[A-Za-z0-9+/]{2,6}IBA[ADQ][A-Za-z0-9+/=\r\n]{50,20000}"),
    Context("private-key", ("MC4CAQAwBQYDK2", "MHcCAQEE", "MIGHAgEA", "b3BlbnNzaC1rZXktdjE"),
            r"(?:MC4CAQAwBQYDK2|MHcCAQEE|MIGHAgEA|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/=\r\n]{20,20000}"),
    Context("private-key", ("secret key",), r"comment:[^\n]{0,200}secret key[^\n]{0,100}\n(?P<value>[A-Za-z0-9+/=]{40,400})"),
    Context("private-key", ('"kty"', "'kty'", '\\"kty'), r"[\"'](?:d|p|q|dp|dq|qi|k)\\?[\"']\s{0,4}:\s{0,4}\\?[\"'](?P<value>[A-Za-z0-9_-]{16,4000})"),
    Context("jwt", ("eyJ",), r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,4000}+(?:\.[A-Za-z0-9_-]{0,8000}+){2,4}"),
    Context("authorization", ("uthorization", "UTHORIZATION"),
            rf"\bauthorization\\?[\"'`]?\s{{0,8}}[:=,]\s{{0,8}}\\?[\"'`]?(?:f[\"'])?(?:{_SCHEMES})[ =:]{{1,8}}(?P<value>[^\r\n'`\\<>{{}}$]{{4,8000}})", _I),
    Context("authorization", ("uthorization", "UTHORIZATION"),
            r"\bauthorization\\?[\"'`]?\s{0,8}[:=,]\s{0,8}\\?[\"'`]?(?P<value>[^\s\"'`\\<>{}$,;]{8,4000})", _I, likely=True),
    Context("authorization", ("earer ", "EARER "), r"\bBearer\s{1,8}(?P<value>[A-Za-z0-9._~+/=-]{12,4000})", _I, likely=True),
    Context("authorization", ("asic ",), r"\bBasic\s{1,8}(?P<value>[A-Za-z0-9+/]{10,4000}={0,2})", 0, likely=True),
    Context("cookie", ("ookie:", "OOKIE:", "ookie\":", "ookie'", "ookie="), r"\b(?:set-)?cookie\\?[\"']?\s{0,4}[:=]\s{0,4}\\?[\"']?(?P<value>[\w.!#$%&*+^`|~-]{1,80}=[^\r\n\"'\\<>]{4,8000})", _I),
    Context("cookie", (" -b ", "--cookie"), r"\s(?:-b|--cookie)\s{1,4}[\"']?(?P<value>[\w.-]{1,80}=[^\s\"']{6,4000})", 0, likely=True),
    Context("password", ("@",), r"\b(?:sqlplus|rman|exp|imp|expdp|impdp)\b[^\n]{0,80}?\s\w{1,40}/(?P<value>[^\s@/]{3,100})@"),
    Context("password", ("jdbc:oracle",), r"jdbc:oracle:\w{1,10}:\w{1,40}/(?P<value>[^\s@]{1,200})@"),
    Context("hook", ("hooks.slack.com",), r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<value>[A-Za-z0-9/_-]{20,300})"),
    Context("hook", ("/api/webhooks/",), r"discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/(?P<value>\d{5,25}/[\w-]{20,200})"),
    Context("hook", ("webhook",), r"/webhookb?2?/(?P<value>[\w@-]{16,200}(?:/[\w-]{8,100}){0,4})", 0, likely=True),
    Context("hook", ("hooks.zapier.com", "hook.integromat.com", "hook.eu", "hook.us", "maker.ifttt.com", "chat.googleapis.com"),
            r"(?:hooks\.zapier\.com/hooks/catch|hook\.[\w.]{1,30}|maker\.ifttt\.com/trigger/\w{1,40}/with/key)/(?P<value>[\w/-]{16,200})"),
    Context("bot-token", (":AA",), r"(?<![\w-])(?:bot)?(?P<value>\d{6,12}:AA[A-Za-z0-9_-]{30,50})"),
    Context("bot-token", (":",), r"(?<![\w:./-])(?:bot)?(?P<value>\d{8,10}:[A-Za-z0-9_-]{35})(?![\w-])", 0, likely=True),
    Context("bot-token", (".",), r"(?<![\w.-])[MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![\w.-])"),
    Context("service-token", ("-us",), r"(?<![\w-])[0-9a-f]{32}-us\d{1,2}\b"),
    Context("service-token", (".atlasv1.",), r"\b\w{10,20}\.atlasv1\.[\w-]{40,100}"),
    Context("cloud-token", ("Q~",), r"(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{28,40}"),
    Context("password-hash", ("$",), r"\$(?:2[abxy]?|1|5|6|7|y|gy|apr1|argon2(?:i|d|id)|scrypt|pbkdf2[\w-]{0,20}|sha1|sha512)\$[./A-Za-z0-9=,$+-]{20,400}"),
    Context("password-hash", ("{SSHA", "{SHA", "{MD5", "{SMD5", "{CRYPT"), r"\{S?(?:SHA\d{0,3}|MD5|CRYPT)\}[A-Za-z0-9+/=$.]{20,200}"),
    Context("password", ("curl", "wget"), r"\b(?:curl|wget)\b[^\n]{0,200}?\s(?:-u|-U|--user|--proxy-user)[ =]{0,3}[\"']?[\w.@\\+-]{1,80}:(?P<value>[^\s\"']{2,400})", also=":"),
    Context("password", ("-u", "--user", "-U", "--proxy-user"), r"(?<!\w)(?:-u|-U|--user|--proxy-user)[ =]{0,3}[\"']?[\w.@\\+-]{1,80}[:%](?P<value>[^\s\"']{2,400})", 0, likely=True),
    Context("password", (" -u", " --auth", " -a"), r"\bhttps?(?:ie)?\s[^\n]{0,120}?\s(?:-a|--auth)[ =]{1,3}[\"']?[\w.@+-]{1,80}:(?P<value>[^\s\"']{2,400})"),
    Context("password", ("mysql", "maria", "xtrabackup", "7z", "rar"),
            rf"\b(?:mysql\w{{0,20}}|mariadb[\w-]{{0,20}}|xtrabackup|7z[ar]?|u?n?rar)\b[^\n|]{{0,200}}?\s-p{_WORD}", also=" -p"),
    Context("password", ("sshpass", "mongo", "cqlsh"), rf"\b(?:sshpass|mongo\w{{0,10}}|cqlsh)\b[^\n|]{{0,200}}?\s-p[ =]?{_WORD}", also=" -p"),
    Context("password", ("docker", "podman", "oc ", "helm", "az ", "skopeo", "buildah", "nerdctl", "crane", "sqlcmd", "bcp ", "zip ", "cf ", "jf ", "argocd", "ipmitool", "htpasswd", "redis-cli", "ldap", "mosquitto_", "smbclient"),
            rf"\b(?:(?:docker|podman|oc|helm|az|skopeo|buildah|nerdctl|crane|cf|jf|argocd)\b[^\n|]{{0,120}}?login\b[^\n|]{{0,200}}?\s-p|(?:sqlcmd|bcp|mosquitto_\w{{3}}|ipmitool|u?n?zip)\b[^\n|]{{0,200}}?\s-P|redis-cli\b[^\n|]{{0,160}}?\s-a|ldap\w{{3,10}}\b[^\n|]{{0,200}}?\s-w)[ =]?{_WORD}"),
    Context("password", ("htpasswd",), rf"\bhtpasswd\s(?:-\w{{1,8}}\s{{1,4}}){{0,4}}[^\s-][^\s]{{0,200}}\s{{1,4}}[\w.@-]{{1,80}}\s{{1,4}}{_WORD}", 0, likely=True),
    Context("password", (" -p", " -P", " -w", " -W", " -a", " -N", " -k", " -K", " -A", " -X", " -s"),
            r"(?<=[\w\"'])\s-(?:pw|[pPwWaNkKAXs])[ =]?(?P<value>[A-Za-z0-9!#%*+^~_@.-]{8,200})(?=[\s\"']|\Z)", 0, likely=True, drawn=True),
    Context("secret", ("--value", "--secret-string", "--secret-value", "--string-value"),
            rf"--(?:secret-string|secret-value)[ =]{_WORD}|(?i:pass|secret|token|key|cred)[^\n]{{0,200}}?\s--(?:string-)?value[ =](?P<other>[^\s\"'|&;<>)]{{1,400}})", 0, likely=True),
    Context("password", ("-pass", "pass:"), r"\s-pass(?:in|out|word)?\s{1,4}[\"']?pass:(?P<value>[^\s\"']{1,400})"),
    Context("password", ("net use", "NET USE", "cmdkey", "/user:", "/p:", "/P:", "/pass:"), r"\s/(?:p|pass|password|pwd):(?P<value>[^\s\"']{3,400})|\bnet use\b[^\n]{0,200}?/user:[^\s]{1,100}\s{1,4}(?P<other>[^\s/\"']{3,200})", _I),
    Context("password", ("chpasswd", "sudo -S", "stdin", "--with-token", "secret"), r"(?:echo(?: -n)?|printf(?: '?%s'?)?)\s{1,4}[\"']?(?:[\w.-]{1,60}:)?(?P<value>[^\s\"'|]{3,200})[\"']?\s{0,4}\|[^\n|]{0,80}(?:chpasswd|sudo -S|-stdin|--stdin|--with-token|secrets? (?:create|set|add))"),
    Context("secret", ("<<<",), rf"(?i:token|passw|passphrase|login|secret|stdin)[^\n]{{0,80}}?<<<\s{{0,2}}{_WORD}"),
    Context("password", ("redential", "login", "Login", "creds", "ugangsdaten", "dentifiants"),
            r"(?:credentials?|login|creds|zugangsdaten|identifiants)\b(?: (?:is|are|sind|with|as|für|for|sont))?[ :=]{1,3}[\w.@][\w.@-]{0,59} ?[:/] ?(?P<value>[^\s\"'`]{6,200})", _I, likely=True),
    Context("service-token", ("pat",), r"(?<!\w)pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    Context("service-token", (":",), r"(?<![\w/])[12]/(?:\d{10,20}/)?\d{10,20}:[0-9a-f]{32}(?!\w)"),
    Context("password", ("login", "user", "account"), r"\b(?:login|user|account)\s{1,20}[^\s]{1,200}\s{1,20}password\s{1,20}(?P<value>[^\s]{1,400})", 0, likely=True),
    Context("password", ("vault login", "lftp", "BY", "by", "rabbitmqctl", "adduser"), r"\b(?:vault login(?: -[\w=-]{1,40}){0,3}|lftp\b[^\n]{0,60}?\s-u\s{1,3}[\w.@-]{1,60},|rabbitmqctl (?:add_user|change_password) [\w.-]{1,60})\s{0,2}(?P<value>[^\s\"'-][^\s\"']{5,200})", 0, likely=True),
    Context("password", ("IDENTIFIED", "identified"), r"\bIDENTIFIED\s(?:WITH\s[\w'\"]{1,60}\s)?(?:BY|AS)\s(?:PASSWORD\s)?(?P<value>\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|(?=[^\s;]{0,40}\d)[^\s;]{6,400})", _I),
    Context("password", ("SecureString", "securestring"), r"ConvertTo-SecureString\s{1,4}(?:-\w{1,20}\s{1,4}){0,3}(?P<value>\"[^\"\n]{1,400}\"|'[^'\n]{1,400}'|[^\s$(-][^\s]{1,400})", _I),
    Context("password", ("Credential(", "Credentials(", "uth(", "uth=(", "uth = (", "login(", "Login(", "onnect(", "signIn(", "uthenticate("),
            r"(?:Credentials?|\w{0,20}auth|auth\s{0,2}=\s{0,2}|login|signIn|authenticate|connect)\(\s{0,8}(?:\w{1,20}\s?=\s?)?[\"'][^\"'\n]{1,120}[\"']\s{0,4},\s{0,8}(?:\w{1,20}\s?=\s?)?(?P<value>\"[^\"\n]{3,400}\"|'[^'\n]{3,400}')", _I, likely=True),
    Context("password", (":",), r"^[\w.*-]{1,100}:(?:\d{2,5}|\*):(?:[A-Za-z_][\w-]{0,60}|\*):[A-Za-z_][\w.@-]{0,60}:(?P<value>[^\s:]{4,200})$", _M, likely=True),
    Context("secret", ("phrase", "mnemonic", "MNEMONIC"), r"(?:mnemonic|(?:seed|recovery|backup)[ _-]?phrase|seed[ _-]?words)\\?[\"'`]?\s{0,4}[:=]\s{0,4}\\?[\"'`]?(?P<value>[a-z]{3,8}(?: [a-z]{3,8}){11,23})", _I),
)  # fmt: skip
"""Every repetition has a bound."""


@cache
def _compiled(index: int) -> re.Pattern[str]:
    return re.compile(CONTEXTS[index].pattern, CONTEXTS[index].flags)


def _judged(context: Context, match: re.Match[str]) -> Iterator[Span]:
    groups = match.re.groupindex
    name = next((group for group in ("value", "other") if group in groups and match[group] is not None), None)
    start, end = match.span(name) if name else match.span()
    value = match.string[start:end]
    if value[:1] in "\"'" and value[-1:] == value[:1] and len(value) > 2:
        start, end, value = start + 1, end - 1, value[1:-1]
    value = value.rstrip(' \t,.;)]}"@' if name else " \t\r\n\\")
    if not name or (
        value
        and not is_placeholder(value)
        and (not context.likely or is_likely(value))
        and (not context.drawn or is_drawn(value))
    ):
        yield Span(start, start + len(value), context.kind)


def _without_beginning(text: str, ends: list[tuple[int, int]], begins: list[int]) -> Iterator[Span]:
    """The lines of a key above an end that no beginning stands before."""
    last = 0
    for start, after in ends:
        if not _begins_between(begins, last, start):
            first, lines = start, 0
            while first > last and lines < MOST_LINES:
                line = text.rfind("\n", last, first - 1) + 1 or last
                if not _KEY_LINE.match(text[line:first].rstrip("\n")):
                    break
                first, lines = line, lines + 1
            if lines:
                yield Span(first, after, KIND)
        last = after


def _begins_between(begins: list[int], last: int, start: int) -> bool:
    index = bisect_left(begins, last)
    return index < len(begins) and begins[index] < start


def _before_host(text: str, begin: int, at: int) -> Iterator[Span]:
    login = MARK.sub(lambda mark: "*" * len(mark[0]), text[begin:at])
    if _BREAK.search(login) or "/" in login.partition("@")[2]:
        return
    user, colon, password = login.partition(":")
    if "/" in user or _PORT.match(password) or is_placeholder(password or user):
        return
    if password:
        yield Span(begin + len(user) + 1, at, "password")
        if len(user) >= _TOKEN and is_random(user):
            yield Span(begin, begin + len(user), "token")
    elif len(user) >= _TOKEN and not colon:
        yield Span(begin, at, "token")
