"""The shapes of all answers in JSON, one for each command, as types; only type checkers and `okstra schema` load them.

A view names the shape it builds as its return type, so that mypy proves the one against the other. A key that may be
missing is `NotRequired`; a key that is always there and may be unknown has `None` among its types.
"""
