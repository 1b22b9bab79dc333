"""Text in wide letters, which people can read and which no search for ordinary words finds.

`:/text` in git looks through the messages of the commits of all refs, ours too. Our own messages are therefore written
in the full-width forms of ASCII (Unicode, U+FF01 to U+FF5E): `okstra` is not in `ｏｋｓｔｒａ`.
"""

SHIFT = 0xFF01 - 0x21
_WIDE = {code: code + SHIFT for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_NARROW = {wide: plain for plain, wide in _WIDE.items()}


def widen(text: str) -> str:
    """The text in wide letters, lines kept; what is not ASCII becomes an escape such as `\\ud55c`, in wide letters."""
    plain = (line.encode("unicode_escape").decode("ascii") for line in text.split("\n"))
    return "\n".join(plain).translate(_WIDE)


def narrow(text: str) -> str:
    """The text that was widened; text that never was comes back as it is."""
    if not all(ord(character) in _NARROW for character in text if character != "\n"):
        return text
    plain = (line.encode("ascii").decode("unicode_escape") for line in text.translate(_NARROW).split("\n"))
    return "\n".join(plain)
