"""The answers of every command over one story, as they are on record: JSON and pages, exit status and messages.

`python -m tests.stories.answers --write` plays the story and records what it hears anew, a file for each command group
in `json/` and in `page/`. Do that when an answer is meant to change, and read the diff before it is committed.
"""
