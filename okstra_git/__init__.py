"""git-okstra's library: orchestration state that lives in git and survives rewritten history.

Floors; a floor imports itself and lower floors only (tests/house checks it):

0  errors, names, digest, spool, redaction/   values and refusals; no third party but xxhash
1  fs/, git/, host/, documents/               plumbing: the only owners of files, git, processes and parsers
2  records/                                   frozen pydantic models of everything stored
3  store/, plans/, briefs/, rendering         log, fold, registry rules, derived refs; documents; templates
4  reconcile/, stages/, runs/, handoff/, …    rooms: decide in pure functions, then do in short ones
5  porcelain/                                 use cases: the only place that may use several rooms
6  okstra_cli                                 terminal, environment, working directory, clock
"""
