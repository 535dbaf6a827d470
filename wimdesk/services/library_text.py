"""The text of a practice: Markdown (CommonMark with tables) as pieces to be read, and nothing that could do anything.

Whatever the text holds, the markup is made here from what the parser understood: HTML in it is shown as it was typed,
a picture is only ever one of the practice's own attachments, a link leads to the web or to a letter, or nowhere.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

Kind = Literal["p", "h", "ol", "ul", "table", "quote", "code", "rule", "picture"]
_KINDS: dict[str, Kind] = {
    "paragraph_open": "p", "heading_open": "h", "ordered_list_open": "ol", "bullet_list_open": "ul",
    "table_open": "table", "blockquote_open": "quote", "fence": "code", "code_block": "code", "hr": "rule",
}  # fmt: skip
_TAGS = frozenset(
    {"p", "ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "strong", "em", "s"}
)
_PICTURE = re.compile(r"[^/\\:?#%<>\x00-\x1f]{1,200}")
_TOGETHER, _MOST_PICTURES = 4000, 100
_HEADINGS = (3, 4)
"""The levels that headings in a text may have below the heading of the part."""
_SPECIAL, _MOST_SPECIAL = "[]*_`~!|<&\\\n", 20_000
"""Letters that may mark something, and so many of them as somebody may write: to parse one takes some ten microseconds,
and a text is parsed where the window waits for it."""
_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of the text: as safe markup, as plain words, and for a picture the name of the attachment."""

    kind: Kind
    html: str
    words: str
    picture: str = ""


def pieces(text: str, shown: Callable[[str], str] = html.escape) -> list[Piece]:
    """Return a text block by block. `shown` makes markup of plain words: it must escape them, and may mark hits.

    Where more letters may mark something than anybody writes, nothing in the text is taken for a mark.
    """
    if sum(map(text.count, _SPECIAL)) > _MOST_SPECIAL:
        blocks = (" ".join(block.split()) for block in text.split("\n\n"))
        return [Piece("p", f"<p>{shown(block)}</p>", block) for block in blocks if block]
    found: list[Piece] = []
    tokens = _parser.parse(text.strip())
    at = 0
    while at < len(tokens):
        end = at + 1
        while tokens[at].nesting == 1 and tokens[end].level != tokens[at].level:
            end += 1
        block = tokens[at : end + (tokens[at].nesting == 1)]
        found += _pieces(block, shown)
        at += len(block)
    return found


def joined(found: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pictures, as far as there are not too many, and what stands between them in pieces of a few thousand
    letters: to lay out each block by itself takes seconds for a long text."""
    kept: list[Piece] = []
    size = pictures = 0
    for piece in found:
        is_picture = piece.kind == "picture" and pictures < _MOST_PICTURES
        if kept and (is_picture or size + len(piece.html) > _TOGETHER):
            yield _one(kept)
            kept, size = [], 0
        if is_picture:
            pictures += 1
            yield piece
        else:
            kept.append(piece)
            size += len(piece.html)
    if kept:
        yield _one(kept)


def _one(parts: list[Piece]) -> Piece:
    markup = (part.html or f"<p>{html.escape(f'[{part.words}]')}</p>" for part in parts)
    return Piece("p", "".join(markup), "\n".join(part.words for part in parts if part.words))


def plain(text: str) -> str:
    """Return the words of a text without its marks, a block on each line."""
    return "\n".join(piece.words for piece in pieces(text) if piece.words)


def is_safe_link(address: str) -> bool:
    """Say whether an address leads to the web or to a letter."""
    try:
        return urlsplit(address).scheme.lower() in {"http", "https", "mailto"}
    except ValueError:
        return False


def _pieces(block: Sequence[Token], shown: Callable[[str], str]) -> list[Piece]:
    kind = _KINDS.get(block[0].type)
    if kind is None:
        return []
    words = _words(block)
    if kind == "p" and len(block) == 3 and (pictures := _pictures(block[1])):
        return pictures
    if kind == "h":
        level = _HEADINGS[min(int(block[0].tag[1:]), len(_HEADINGS)) - 1]
        return [Piece(kind, f"<h{level}>{_inside(block[1], shown)}</h{level}>", words)]
    if kind == "code":
        return [Piece(kind, f"<pre>{shown(block[0].content)}</pre>", block[0].content)]
    if kind == "rule":
        return [Piece(kind, "<hr>", "")]
    return [Piece(kind, "".join(_markup(token, shown) for token in block), words)]


def _markup(token: Token, shown: Callable[[str], str]) -> str:
    if token.type == "inline":
        return _inside(token, shown)
    if token.type in {"fence", "code_block"}:
        return f"<pre>{shown(token.content)}</pre>"
    if token.tag not in _TAGS or token.hidden:
        return "" if not token.tag.startswith("h") else "<b>" if token.nesting == 1 else "</b><br>"
    if token.nesting == -1:
        return f"</{token.tag}>"
    start = int(token.attrs.get("start", 1) or 1) if token.type == "ordered_list_open" else 1
    return f'<ol start="{start}">' if start != 1 else f"<{token.tag}>"


def _inside(token: Token, shown: Callable[[str], str]) -> str:
    made = []
    open_links: list[bool] = []
    for part in token.children or []:
        match part.type:
            case "text":
                made.append(shown(part.content))
            case "code_inline":
                made.append(f"<code>{shown(part.content)}</code>")
            case "softbreak" | "hardbreak":
                made.append("<br>")
            case "image":
                made.append(shown(f"[{part.content}]"))
            case "link_open":
                address = str(part.attrs.get("href", ""))
                open_links.append(is_safe_link(address))
                made.append(f'<a href="{html.escape(address)}">' if open_links[-1] else "")
            case "link_close":
                made.append("</a>" if open_links and open_links.pop() else "")
            case _ if part.tag in _TAGS:
                made.append(f"</{part.tag}>" if part.nesting == -1 else f"<{part.tag}>")
    return "".join(made)


def _pictures(inline: Token) -> list[Piece]:
    """Return the pictures of a paragraph that has nothing else."""
    parts = [part for part in inline.children or [] if part.type != "softbreak"]
    if not parts or any(part.type != "image" for part in parts):
        return []
    found = []
    for part in parts:
        name = unquote(str(part.attrs.get("src", "")))
        words = part.content or name
        known = name if _PICTURE.fullmatch(name) and not name.startswith(".") else ""
        found.append(Piece("picture", "", words, known))
    return found


def _words(block: Sequence[Token]) -> str:
    """Return the plain words of a block; a list keeps its numbers."""
    lines: list[str] = []
    numbers: list[int] = []
    mark = ""
    for token in block:
        match token.type:
            case "ordered_list_open":
                numbers.append(int(token.attrs.get("start", 1) or 1))
            case "bullet_list_open":
                numbers.append(-1)
            case "ordered_list_close" | "bullet_list_close":
                numbers.pop()
            case "list_item_open":
                mark = "" if numbers[-1] < 0 else f"{numbers[-1]}. "
                numbers[-1] += numbers[-1] >= 0
            case "fence" | "code_block":
                lines.append(token.content)
            case "inline":
                lines.append(mark + "".join(map(_said, token.children or [])))
                mark = ""
    return "\n".join(lines)


def _said(part: Token) -> str:
    return "\n" if part.type in {"softbreak", "hardbreak"} else part.content
