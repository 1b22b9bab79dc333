"""Secrets that give themselves away: tokens with the prefixes of who issues them, and text inside Base64."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from okstra_git.redaction.matching import Lazy, Span

LONGEST = 8000
_BODIES = {
    "letters": "A-Za-z0-9",
    "words": "A-Za-z0-9_-",
    "dotted": "A-Za-z0-9_.-",
    "base64": "A-Za-z0-9+/=_-",
    "any": "A-Za-z0-9+/=_.~:$-",
    "hex": "0-9a-fA-F",
    "capitals": "A-Z0-9",
}


class Prefix(NamedTuple):
    """How tokens of a kind begin, and of which characters the rest is, at least `least` of them."""

    kind: str
    body: str
    least: int
    begins: tuple[str, ...]


def prefixed(text: str) -> Iterator[Span]:
    """Every token of the table; what is made of plain words behind its first letters is not one."""
    for row in PREFIXES:
        for begin in row.begins:
            yield from _with_prefix(text, row, begin)


_RUN = Lazy(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{16,100000}+={0,2}")
_KUBERNETES = Lazy(r"^kind:[ \t]*[\"']?Secret\b", re.MULTILINE)
_DATA = Lazy(r"^(?:stringData|data):[ \t]*\n((?:[ \t]+[^\n]{0,9000}\n?|[ \t]*\n){1,200})", re.MULTILINE)
_ENTRY = Lazy(r"^[ \t]+[\"']?[\w.-]{1,200}[\"']?:[ \t]*[\"']?(?P<value>[^\s\"'|>][^\n\"']{2,8000})", re.MULTILINE)


def packed(text: str, find: Callable[[str], Iterable[Span]]) -> Iterator[Span]:
    """Every run of Base64 that hides what `find` finds, and the values of a Secret of Kubernetes."""
    if len(text) >= 16:
        for match in _RUN.finditer(text):
            inside = _unpacked(match[0])
            if inside and any(True for _ in find(inside)):
                yield Span(match.start(), match.end(), "packed")
    if "Secret" in text and _KUBERNETES.search(text):
        for block in _DATA.finditer(text):
            for entry in _ENTRY.finditer(text, *block.span(1)):
                yield Span(entry.start("value"), entry.start("value") + len(entry["value"].rstrip()), "secret")


def _row(kind: str, body: str, least: int, begins: str) -> Prefix:
    return Prefix(kind, body, least, tuple(begins.split()))


PREFIXES = (
    _row("github-token", "letters", 20, "ghp_ gho_ ghu_ ghs_ ghr_"),
    _row("github-token", "words", 20, "github_pat_"),
    _row("gitlab-token", "dotted", 16, "glpat- gloas- gldt- glrt- glrtr- glcbt- glptt- glft- glsoat- glimt- glagent- glwt- glffct-"),
    _row("gitlab-token", "words", 16, "GR1348941"),
    _row("stripe-key", "letters", 16, "sk_live_ sk_test_ rk_live_ rk_test_ whsec_ sk_prod_ rk_prod_"),
    _row("api-key", "words", 20, "sk- pplx- xai- lsv2_ pcsk_ sk_ gsk_ csk- voyage- jina_ fw_ nvapi- tgp_v1_ bb_live_ fc- tvly- e2b_"),
    _row("api-key", "letters", 24, "r8_ hf_ api_org_ ntn_ secret_ esecret_ re_ dg_"),
    _row("aws-key", "capitals", 16, "AKIA ASIA ABIA ACCA"),
    _row("aws-key", "base64", 40, "ABSK bedrock-api-key-"),
    _row("google-key", "words", 33, "AIza AQ.Ab"),
    _row("google-key", "words", 20, "ya29. GOCSPX-"),
    _row("google-key", "words", 36, "1//0"),
    _row("slack-token", "words", 10, "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xoxd- xoxc- xapp- xoxe.xoxp- xoxe.xoxb- xwfp-"),
    _row("package-token", "letters", 30, "npm_ rubygems_ cio oy2 nuget_ CLOJARS_"),
    _row("package-token", "base64", 40, "pypi- AKCp cmVmdGtuOj"),
    _row("package-token", "words", 16, "dckr_pat_ dckr_oat_ dckr_oidc_ jfrt_"),
    _row("cloud-token", "letters", 32, "dop_v1_ doo_v1_ dor_v1_ LTAI AKID dapi ddp_ LTAI5t"),
    _row("cloud-token", "words", 16, "HRKU- fo1_ nfp_ nfc_ nfb_ rnd_ sbp_ sb_secret_ sbv0_ pscale_tkn_ pscale_oauth_ pscale_pw_"
         " napi_ mdb_sa_sk_ tk-us- vcp_ vci_ vck_ koyeb_ fly_ cfut_ cfat_ v1.0- hcp. exo_ ovh_ linode_ vultr_ ic_api_"),
    _row("vault-token", "words", 16, "hvs. hvb. hvr. dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. pul- pnu_ ico- ops_ey bws_ akl-"),
    _row("mail-token", "words", 16, "SG. xkeysib- xsmtpsib- key- mlsn. pm_ whpk_ MC. sib_"),
    _row("mail-token", "hex", 30, "key- SK"),
    _row("atlassian-token", "base64", 16, "ATATT3 ATCTT3 ATBB ATSTT ATOA ATLAT"),
    _row("service-token", "words", 16, "lin_api_ lin_oauth_ lin_wh_ tskey- NRAK- NRJS- NRII- NRRA- NRAL- glsa_ glc_ sntrys_ sntryu_ snyk_ sqp_ squ_ sqa_"
         " CCIPAT_ CCIPRJ_ bkua_ bkat_ bkct_ PMAK- PMAT- figd_ figdr_ figu_ CFPAT- pat-na1- pat-eu1- shpat_ shpca_ shppa_ shpss_"
         " shptka_ duffel_test_ duffel_live_ fio-u- ion_ rdme_ shippo_live_ shippo_test_ tfp_ EZAK EZTK phx_ phc_"
         " sq0atp- sq0csp- sq0idp- lat_ intg_ ory_at_ ory_rt_ ory_pat_ zpka_ dt0c01. dt0s01. dt0s16. ddapi_ ddapp_ hta_ sat_"
         " cal_live_ ptr_ clp_ trp_ tly_ tr_dev_ tr_prod_ inngest_ signkey- bl_pat_ apify_api_ lc_api_ wak_ kpat_ spat_ ospat_"
         " gitea_ gta_ bbdc- BBDC- plaid- access-sandbox- access-production- sl.u. sl.B sl.A R_ FLWSECK- FLWSECK_TEST- PRIVATE-"),
    _row("service-token", "base64", 60, "FlyV1 EAA EAAA IGQV AAAAAAAAAAAAAAAAAAAAA"),
    _row("cloud-token", "base64", 40, "fm1r_ fm2_ fm1a_"),
    _row("service-token", "words", 60, "sl."),
    _row("age-key", "capitals", 40, "AGE-SECRET-KEY-1 AGE-PLUGIN-"),
    _row("service-token", "any", 20, "A3- access_token$production$ access_token$sandbox$ amzn.mws. amzn.oauth. patE AQVN t1.9 y0_ PKAZ"),
)  # fmt: skip
_FURTHER = Lazy(r"(?:\.[A-Za-z0-9_-]{16,2000}+){0,4}")
"""Further parts of a token, joined by dots."""
_NAMES = r"(?:[A-Z]?[a-z]++(?:[A-Z][a-z]++)*+|[A-Z]++)"
_WORDY = Lazy(rf"{_NAMES}(?:[-_.](?:{_NAMES}|\d{{1,4}}+))*+[-_.]*+")


@cache
def _body(name: str) -> re.Pattern[str]:
    return re.compile(f"[{_BODIES[name]}]{{1,{LONGEST}}}")


def _with_prefix(text: str, row: Prefix, begin: str) -> Iterator[Span]:
    at = text.find(begin)
    while at >= 0:
        end = at + len(begin)
        if _is_free(text, at, begin) and (match := _body(row.body).match(text, end)):
            end = match.end()
            if len(match[0]) >= row.least and (row.body == "capitals" or not _WORDY.fullmatch(match[0][:400])):
                further = _FURTHER.match(text, end)
                end = further.end() if further else end
                yield Span(at, end, row.kind)
        at = text.find(begin, end)


def _is_free(text: str, at: int, begin: str) -> bool:
    """Whether a token can begin here: behind no letter or digit (a written-out line break aside), nor inside Base64."""
    before = text[at - 1 : at] if at else ""
    if before and before in "+/" and begin.isalnum():
        return False
    return not (before.isalnum() and before.isascii()) or text[max(0, at - 2) : at] in ("\\n", "\\t", "\\r")


def _unpacked(run: str) -> str:
    """The text that a run stands for; empty where it stands for something else."""
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        unpacked = b64decode(body[: len(body) - (len(body) % 4 == 1)] + "=" * (-len(body) % 4)).decode("ascii")
    except (ValueError, UnicodeDecodeError):
        return ""
    return unpacked if unpacked.replace("\n", "").replace("\r", "").replace("\t", "").isprintable() else ""
