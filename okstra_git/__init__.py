"""git-okstra's library: orchestration state that lives in git and survives rewritten history.

Floors; a floor imports itself and lower floors only (tests/house checks it):

0  errors, names, digest, spool, faults   values and refusals; no third party but xxhash
1  git/, host/                            the only owners of git (pygit2, the binary) and of processes
2  records/                               frozen pydantic models of everything stored
3  state/                                 log, fold, registry rules, derived refs: records in, records out
4  reconcile/, tasks/, runs/, handoff/, hooks/, agent_setup/, health/  decide in pure functions, then do in short ones
5  okstra_cli                             terminal, environment, working directory, clock
"""
