"""The three languages of the services: what a request asks, and the shape of an answer, of a stream and of an error."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from okstra_git.agents.tokens import Tokens

Body = dict[str, Any]
Event = tuple[str, Body]
"""An event of a stream: its name, empty where the language has none, and its data."""


@dataclass(frozen=True)
class Question:
    """What one request asks: a turn when it offers tools, else something that the program wants on the side."""

    vendor: str
    model: str
    streamed: bool
    tools: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Reply:
    """One whole answer: words, a call of a tool, or both."""

    number: int
    model: str
    tokens: Tokens
    text: str | None
    tool: str | None = None
    input: Mapping[str, Any] | str = ""


class Dialect(ABC):
    """One vendor's language. `broken_after` is how many events of a stream a cut one has."""

    vendor: str
    broken_after: int

    @abstractmethod
    def hears(self, path: str) -> bool:
        """Whether a request to this path wants an answer of the model."""

    @abstractmethod
    def question(self, path: str, body: Body, text: str) -> Question:
        """What the request asks."""

    @abstractmethod
    def counted(self, tokens: Tokens) -> Tokens:
        """The tokens without what this language cannot say."""

    @abstractmethod
    def whole(self, reply: Reply) -> Body:
        """The answer in one piece."""

    @abstractmethod
    def events(self, reply: Reply) -> list[Event]:
        """The answer as a stream."""

    @abstractmethod
    def error(self, status: int) -> Body:
        """What stands in the body of an HTTP error."""


class Anthropic(Dialect):
    """Messages: `POST /v1/messages`."""

    vendor, broken_after = "anthropic", 3

    def hears(self, path: str) -> bool:
        """The path of messages, with or without a query."""
        return path.endswith("/v1/messages")

    def question(self, path: str, body: Body, text: str) -> Question:  # noqa: ARG002 - others read the path
        """Model, stream and tools are in the body."""
        tools = tuple(str(tool.get("name")) for tool in body.get("tools") or ())
        return Question(self.vendor, str(body.get("model")), bool(body.get("stream")), tools, text)

    def counted(self, tokens: Tokens) -> Tokens:
        """Thoughts are not counted apart."""
        return tokens._replace(thought=0)

    def whole(self, reply: Reply) -> Body:
        """A message with its blocks."""
        return {
            "id": f"msg_{reply.number:06}", "type": "message", "role": "assistant", "model": reply.model,
            "content": self._blocks(reply), "stop_reason": "end_turn" if reply.tool is None else "tool_use",
            "stop_sequence": None, "usage": self._usage(reply.tokens),
        }  # fmt: skip

    def events(self, reply: Reply) -> list[Event]:
        """The message begun empty, then each block, then what it cost."""
        message = self.whole(reply)
        begun = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 1}}
        ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        output = {"output_tokens": reply.tokens.output}
        bodies = [
            {"type": "message_start", "message": begun},
            *(event for index, block in enumerate(message["content"]) for event in self._block_events(index, block)),
            {"type": "message_delta", "delta": ended, "usage": output},
            {"type": "message_stop"},
        ]
        return [(body["type"], body) for body in bodies]

    def error(self, status: int) -> Body:
        """The kind is what the program decides by."""
        kinds = {401: "authentication_error", 429: "rate_limit_error", 529: "overloaded_error"}
        kind = kinds.get(status, "api_error" if status >= 500 else "invalid_request_error")
        return {"type": "error", "error": {"type": kind, "message": f"scripted {status}"}}

    @staticmethod
    def _usage(tokens: Tokens) -> Body:
        return {
            "input_tokens": tokens.fresh,
            "cache_read_input_tokens": tokens.cached,
            "cache_creation_input_tokens": tokens.written,
            "output_tokens": tokens.output,
        }

    @staticmethod
    def _blocks(reply: Reply) -> list[Body]:
        words = [] if reply.text is None else [{"type": "text", "text": reply.text}]
        if reply.tool is None:
            return words
        return [
            *words,
            {"type": "tool_use", "id": f"toolu_{reply.number:06}", "name": reply.tool, "input": reply.input},
        ]

    @staticmethod
    def _block_events(index: int, block: Body) -> list[Body]:
        is_call = block["type"] == "tool_use"
        delta = (
            {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            if is_call
            else {"type": "text_delta", "text": block["text"]}
        )
        begun = {**block, "input": {}} if is_call else {"type": "text", "text": ""}
        return [
            {"type": "content_block_start", "index": index, "content_block": begun},
            {"type": "content_block_delta", "index": index, "delta": delta},
            {"type": "content_block_stop", "index": index},
        ]


class OpenAI(Dialect):
    """Responses: `POST …/responses`."""

    vendor, broken_after = "openai", 3

    def hears(self, path: str) -> bool:
        """The path of responses."""
        return path.endswith("/responses")

    def question(self, path: str, body: Body, text: str) -> Question:  # noqa: ARG002 - others read the path
        """A tool without a name is called by its type."""
        tools = tuple(str(tool.get("name") or tool.get("type")) for tool in body.get("tools") or ())
        return Question(self.vendor, str(body.get("model")), bool(body.get("stream")), tools, text)

    def counted(self, tokens: Tokens) -> Tokens:
        """What was put into the cache is not said."""
        return tokens._replace(written=0)

    def whole(self, reply: Reply) -> Body:
        """A response with its items."""
        return {
            "id": f"resp_{reply.number:06}", "object": "response", "created_at": 0, "status": "completed",
            "model": reply.model, "output": self._items(reply), "usage": self._usage(reply.tokens),
        }  # fmt: skip

    def events(self, reply: Reply) -> list[Event]:
        """The response begun empty, then each item, then the whole."""
        response = self.whole(reply)
        bodies: list[Body] = [
            {"type": "response.created", "response": {**response, "status": "in_progress", "output": [], "usage": None}}
        ]
        for index, item in enumerate(response["output"]):
            if item["type"] == "message":
                begun = {**item, "status": "in_progress", "content": []}
                place = {"item_id": item["id"], "output_index": index, "content_index": 0}
                bodies += [
                    {"type": "response.output_item.added", "output_index": index, "item": begun},
                    {"type": "response.output_text.delta", **place, "delta": reply.text},
                ]
            bodies.append({"type": "response.output_item.done", "output_index": index, "item": item})
        bodies.append({"type": "response.completed", "response": response})
        return [(body["type"], body) for body in bodies]

    def error(self, status: int) -> Body:
        """The code says the same as the kind."""
        kinds = {400: "invalid_request_error", 401: "invalid_api_key", 429: "rate_limit_exceeded"}
        kind = kinds.get(status, "server_error")
        return {"error": {"message": f"scripted {status}", "type": kind, "code": kind, "param": None}}

    @staticmethod
    def _usage(tokens: Tokens) -> Body:
        into = tokens.fresh + tokens.cached
        return {
            "input_tokens": into,
            "input_tokens_details": {"cached_tokens": tokens.cached},
            "output_tokens": tokens.output,
            "output_tokens_details": {"reasoning_tokens": tokens.thought},
            "total_tokens": into + tokens.output,
        }

    @staticmethod
    def _items(reply: Reply) -> list[Body]:
        items: list[Body] = []
        if reply.text is not None:
            content = [{"type": "output_text", "text": reply.text, "annotations": []}]
            place = {"id": f"msg_{reply.number:06}", "role": "assistant", "status": "completed"}
            items.append({"type": "message", **place, "content": content})
        if reply.tool is not None:
            call = {"id": f"fc_{reply.number:06}", "call_id": f"call_{reply.number:06}", "name": reply.tool}
            if isinstance(reply.input, str):
                items.append({"type": "custom_tool_call", **call, "status": "completed", "input": reply.input})
            else:
                arguments = json.dumps(reply.input)
                items.append({"type": "function_call", **call, "status": "completed", "arguments": arguments})
        return items


class Gemini(Dialect):
    """`POST …/models/MODEL:streamGenerateContent`, and `:generateContent` in one piece."""

    vendor, broken_after = "gemini", 1

    def hears(self, path: str) -> bool:
        """Both verbs."""
        return path.endswith((":streamGenerateContent", ":generateContent"))

    def question(self, path: str, body: Body, text: str) -> Question:
        """Model and stream are in the path."""
        model, _, verb = path.rpartition("/")[2].partition(":")
        groups = body.get("tools") or ()
        tools = tuple(str(tool.get("name")) for group in groups for tool in group.get("functionDeclarations") or ())
        return Question(self.vendor, model, verb.startswith("stream"), tools, text)

    def counted(self, tokens: Tokens) -> Tokens:
        """What was put into the cache is not said."""
        return tokens._replace(written=0)

    def whole(self, reply: Reply) -> Body:
        """One candidate with its parts."""
        parts: list[Body] = [] if reply.text is None else [{"text": reply.text}]
        if reply.tool is not None:
            parts.append({"functionCall": {"name": reply.tool, "args": reply.input}})
        return {**self._piece(reply, parts, finish="STOP"), "usageMetadata": self._usage(reply.tokens)}

    def events(self, reply: Reply) -> list[Event]:
        """All parts, then an empty one with the end and the cost."""
        parts = self.whole(reply)["candidates"][0]["content"]["parts"]
        last = {**self._piece(reply, [{"text": ""}], finish="STOP"), "usageMetadata": self._usage(reply.tokens)}
        return [("", self._piece(reply, parts)), ("", last)]

    def error(self, status: int) -> Body:
        """The status stands there twice: as a number and as a word."""
        words = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED"}
        return {"error": {"code": status, "message": f"scripted {status}", "status": words.get(status, "INTERNAL")}}

    @staticmethod
    def _piece(reply: Reply, parts: list[Body], finish: str | None = None) -> Body:
        ending = {} if finish is None else {"finishReason": finish}
        candidate = {"content": {"role": "model", "parts": parts}, "index": 0, **ending}
        return {"candidates": [candidate], "modelVersion": reply.model, "responseId": f"resp_{reply.number:06}"}

    @staticmethod
    def _usage(tokens: Tokens) -> Body:
        into = tokens.fresh + tokens.cached
        return {
            "promptTokenCount": into,
            "cachedContentTokenCount": tokens.cached,
            "candidatesTokenCount": tokens.output - tokens.thought,
            "thoughtsTokenCount": tokens.thought,
            "totalTokenCount": into + tokens.output,
        }


DIALECTS: tuple[Dialect, ...] = (Anthropic(), OpenAI(), Gemini())


def dialect_of(path: str) -> Dialect | None:
    """Whose language a request to this path is in; None where it wants no answer of a model."""
    plain = path.partition("?")[0]
    return next((dialect for dialect in DIALECTS if dialect.hears(plain)), None)
